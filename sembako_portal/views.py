"""Pages of the frame itself; the work is in the apps."""

from django.shortcuts import render


def help_page(request):
    """How a sheet travels, what the states mean, whom to ask."""
    return render(request, "portal/help.html", {"title": "Bantuan"})
