from django.urls import path

from dashboards import health_page, matching_page, views

app_name = "dashboards"
urlpatterns = [
    path("wilayah/<str:code>/", views.region, name="region"),
    path("pemadanan/", matching_page.matching, name="matching"),
    path("pemadanan/<str:code>/", matching_page.matching, name="matching_of"),
    path("kesehatan-data/", health_page.health, name="health"),
]
