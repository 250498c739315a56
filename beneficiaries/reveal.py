"""Showing one masked number in full for a moment, after it is written down who sees it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from accounts.actions import log_reveal
from beneficiaries.identity import group_by_four
from regions.models import Region

SHOWN_SECONDS = 30


@dataclass(frozen=True)
class Number:
    """An identity number of a page: its key in the reveal form, and its text when it is shown."""

    key: str
    label: str
    number: str
    shown: str = ""


def number(key: str, label: str, text: str, *, shown_key: str) -> Number:
    return Number(key, label, text, group_by_four(text) if text and key == shown_key else "")


def context(request: HttpRequest, *, reveal_url: str, hide_url: str) -> dict:
    """What `beneficiaries/number.html` needs beside the number."""
    return {
        "can_reveal": request.user.has_perm("accounts.reveal_identity"),
        "reveal_url": reveal_url,
        "hide_url": hide_url,
        "shown_seconds": SHOWN_SECONDS,
    }


def answer(
    request: HttpRequest,
    *,
    numbers: Mapping[str, tuple[str, str]],
    subject: str,
    region: Region,
    page: Callable[[str], HttpResponse],
    url: str,
) -> HttpResponse:
    """The number asked for, as JSON to the script, else on the page that `page(key)` makes.

    `numbers` holds what the page can reveal: key -> (number, what it is). `subject` says whose it
    is, for the access log; `url` is the page itself, which comes back by itself.
    """
    if not request.user.has_perm("accounts.reveal_identity"):
        raise PermissionDenied
    if request.method != "POST":
        return redirect(url)
    key = request.POST.get("number", "")
    text, what = numbers.get(key, ("", ""))
    if not text:
        raise Http404
    log_reveal(by=request.user, region=region, subject=f"{what}, {subject}"[:200])
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"number": group_by_four(text), "seconds": SHOWN_SECONDS})
    response = page(key)
    response.headers["Refresh"] = f"{SHOWN_SECONDS};url={url}"
    return response
