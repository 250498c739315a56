from django.contrib import admin
from django.urls import path

from distribution.views import budgets, nutrition, reach, till, works
from distribution.views.reconciliation import files, finding, handling, overview, undoing

app_name = "distribution"
urlpatterns = [
    path("kasir/", admin.site.admin_view(till.till), name="till"),
    path("anggaran/", admin.site.admin_view(budgets.plan), name="plan"),
    path("anggaran/unduh/", admin.site.admin_view(budgets.export), name="plan_export"),
    path("jangkauan/", admin.site.admin_view(reach.reach), name="reach"),
    path("jangkauan/unduh/", admin.site.admin_view(reach.reach_export), name="reach_export"),
    path("rekonsiliasi/", admin.site.admin_view(overview.index), name="reconciliation"),
    path(
        "rekonsiliasi/hitung/<int:period_id>",
        admin.site.admin_view(handling.recompute),
        name="reconciliation_recompute",
    ),
    path(
        "rekonsiliasi/tangani",
        admin.site.admin_view(handling.handle),
        name="reconciliation_handle",
    ),
    path(
        "rekonsiliasi/urungkan",
        admin.site.admin_view(undoing.undo),
        name="reconciliation_undo",
    ),
    path(
        "rekonsiliasi/unduh",
        admin.site.admin_view(files.export),
        name="reconciliation_export",
    ),
    path(
        "rekonsiliasi/berita-acara",
        admin.site.admin_view(files.minutes),
        name="minutes",
    ),
    path(
        "rekonsiliasi/temuan/<int:pk>",
        admin.site.admin_view(finding.finding_page),
        name="finding",
    ),
    path(
        "rekonsiliasi/temuan/<int:pk>/tampilkan",
        admin.site.admin_view(finding.reveal),
        name="finding_reveal",
    ),
    path("pekerjaan/<int:pk>", admin.site.admin_view(works.progress), name="work"),
    path("pekerjaan/<int:pk>/batalkan", admin.site.admin_view(works.cancel), name="work_cancel"),
    path("gizi/", admin.site.admin_view(nutrition.nutrition_page), name="nutrition"),
]
