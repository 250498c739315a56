from django.contrib import admin
from django.urls import path

from beneficiaries import views

urlpatterns = [path("cari/", admin.site.admin_view(views.search_page), name="search")]
