"""Pages about sheets in general; those of one upload belong to its admin."""

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.urls import path

from uploads.views import sending

may_see = permission_required("uploads.view_upload", raise_exception=True)

urlpatterns = [
    path(
        "bantuan/<slug:key>/",
        admin.site.admin_view(may_see(sending.layout_help)),
        name="upload-help",
    ),
    path(
        "templat/<slug:key>/",
        admin.site.admin_view(may_see(sending.layout_template)),
        name="upload-template",
    ),
]
