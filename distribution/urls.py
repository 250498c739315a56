from django.contrib import admin
from django.urls import path

from distribution.views import agents, budgets, till

app_name = "distribution"
urlpatterns = [
    path("kasir/", admin.site.admin_view(till.till), name="till"),
    path("anggaran/", admin.site.admin_view(budgets.plan), name="plan"),
    path("jangkauan/", admin.site.admin_view(agents.reach), name="reach"),
    path("jangkauan/unduh/", admin.site.admin_view(agents.reach_export), name="reach_export"),
]
