from django.urls import path

from dashboards import views

app_name = "dashboards"
urlpatterns = [path("wilayah/<str:code>/", views.region, name="region")]
