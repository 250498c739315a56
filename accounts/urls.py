from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.notifications, name="notifications"),
    path("<int:pk>/", views.open_notification, name="notification"),
    path("tandai/", views.mark, name="mark"),
    path("ringkasan/", views.digest, name="digest"),
]
