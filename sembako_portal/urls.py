from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("dashboards.urls")),
    path("", include("beneficiaries.urls")),
    path("unggahan/", include("uploads.urls")),
    path("verifikasi/", include("verification.urls")),
    path("penyaluran/", include("distribution.urls")),
    path("", admin.site.urls),
]
