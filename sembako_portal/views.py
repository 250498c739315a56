"""Pages of the frame itself; the work is in the apps."""

from django.shortcuts import render

from uploads import kinds


def help_page(request):
    """How a sheet travels, what the states mean, whom to ask."""
    context = {"title": "Bantuan", "kinds": kinds.sent_by(request.user)}
    return render(request, "portal/help.html", context)
