"""How every page of this app is rendered: inside the frame of the admin."""

from django.contrib import admin
from django.shortcuts import render


def page(request, template: str, status: int = 200, **context):
    return render(request, template, {**admin.site.each_context(request), **context}, status=status)
