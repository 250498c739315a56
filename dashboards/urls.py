from django.urls import path

from dashboards import health_page, views

app_name = "dashboards"
urlpatterns = [
    path("wilayah/<str:code>/", views.region, name="region"),
    path("kesehatan-data/", health_page.health, name="health"),
]
