from django.contrib import admin
from django.urls import path, re_path

from verification.views import matching, rounds

app_name = "verification"
urlpatterns = [
    path(
        "putaran/<int:round_id>/lembar/<str:code>/",
        admin.site.admin_view(rounds.sheet),
        name="sheet",
    ),
    re_path(
        r"^permintaan/(?P<pk>[0-9]+)/lembar\.(?P<ending>xlsx|csv)$",
        admin.site.admin_view(matching.download_request),
        name="request",
    ),
]
