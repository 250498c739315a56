from django.contrib import admin
from django.urls import path, re_path

from uploads.views.attachments import with_limited_files
from verification.views import (
    attachments,
    choosing,
    matching,
    queue,
    replacement,
    rounds,
    summary,
    visits,
)

app_name = "verification"
urlpatterns = [
    path(
        "putaran/<int:round_id>/lembar/<str:code>/",
        admin.site.admin_view(rounds.sheet),
        name="sheet",
    ),
    path("ringkasan/", admin.site.admin_view(summary.summary), name="summary"),
    path("keluarga/<str:key>/", admin.site.admin_view(choosing.choose), name="choose"),
    path("daftar-tunggu/", admin.site.admin_view(replacement.waiting), name="waiting"),
    path(
        "daftar-tunggu/unduh/",
        admin.site.admin_view(replacement.export_waiting),
        name="waiting_export",
    ),
    path("daftar-tunggu/<int:pk>/", admin.site.admin_view(replacement.place), name="place"),
    path("masuk-keluar/", admin.site.admin_view(replacement.movements), name="movements"),
    path(
        "ganti-pengurus/<int:pk>/",
        with_limited_files(replacement.change_payee),
        name="payee",
    ),
    path("keluar/<int:pk>/", admin.site.admin_view(replacement.leaving), name="leaving"),
    path("kunjungan/", admin.site.admin_view(visits.worklist), name="visits"),
    path("kunjungan/<int:pk>/", with_limited_files(visits.visit), name="visit"),
    path("kunjungan/<int:pk>/nik", admin.site.admin_view(visits.check_nik), name="visit_nik"),
    path("kasus/<int:pk>/lampiran", with_limited_files(attachments.add), name="attach"),
    path("lampiran/<int:pk>", admin.site.admin_view(attachments.download), name="attachment"),
    path("antrean/", admin.site.admin_view(queue.queue), name="queue"),
    path("antrean/<int:pk>/<str:key>/", admin.site.admin_view(queue.decide), name="queue_decide"),
    path("antrean/urungkan/<int:pk>", admin.site.admin_view(queue.undo), name="queue_undo"),
    path("antrean/aturan/<str:rule>", admin.site.admin_view(queue.bulk), name="queue_bulk"),
    re_path(
        r"^permintaan/(?P<pk>[0-9]+)/lembar\.(?P<ending>xlsx|csv)$",
        admin.site.admin_view(matching.download_request),
        name="request",
    ),
]
