from django.contrib import admin
from django.urls import path

from verification import views

app_name = "verification"
urlpatterns = [
    path(
        "putaran/<int:round_id>/lembar/<str:code>/",
        admin.site.admin_view(views.sheet),
        name="sheet",
    ),
]
