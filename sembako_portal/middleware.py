"""What is refused before a page is asked."""

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.template.loader import render_to_string

# Up to here the page of the upload itself tells what is wrong, in its place.
_SHEETS = 4
_OTHER_FIELDS = 2**20


def refuse_oversized(get_response):
    """Answer 413 to a request far larger than any sheet, before anything of it is stored.

    Even a visitor who has not signed in could otherwise fill the disk: Django writes the files of a
    form to temporary files before any permission is looked at.
    """

    def middleware(request):
        length = request.META.get("CONTENT_LENGTH") or "0"
        largest = _SHEETS * settings.UPLOAD_MAX_BYTES + _OTHER_FIELDS
        if length.isdecimal() and int(length) > largest:
            context = {"largest": settings.UPLOAD_MAX_BYTES // 2**20}
            return HttpResponse(render_to_string("413.html", context), status=413)
        return get_response(request)

    return middleware


def refuse_nul(get_response):
    """Answer 400 to an address with a NUL, which no text of the database can be compared with."""

    def middleware(request):
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("NUL in the address")
        return get_response(request)

    return middleware
