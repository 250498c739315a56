from django.contrib import admin
from django.urls import path

from coordination.views import public, reports

app_name = "coordination"
urlpatterns = [
    path("laporan/", admin.site.admin_view(reports.overview), name="reports"),
    path("laporan/berkas/<int:pk>/", admin.site.admin_view(reports.download), name="report_file"),
    path("laporan/buat/<slug:code>/", admin.site.admin_view(reports.make), name="report"),
    path("angka-publik/", admin.site.admin_view(public.publishing), name="publishing"),
    path("publik/", public.page, name="public"),
    path("publik/angka.csv", public.as_csv, name="public_csv"),
    path("publik/angka.json", public.as_json, name="public_json"),
]
