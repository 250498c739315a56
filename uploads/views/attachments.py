"""Taking attachments in without ever storing what is too large, and sending them as downloads."""

from functools import wraps

from django.contrib import admin
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import FileResponse, HttpRequest
from django.views.decorators.csrf import csrf_exempt

from uploads.attachments import MAX_BYTES, too_large


class _Limit(FileUploadHandler):
    """Stops keeping a file in the middle of it; its name is left for the answer."""

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self._received = 0

    def receive_data_chunk(self, raw_data, start):
        self._received += len(raw_data)
        if self._received > MAX_BYTES:
            self.request.too_large = [*getattr(self.request, "too_large", []), self.file_name]
            raise SkipFile
        return raw_data

    def file_complete(self, file_size):
        return None


def with_limited_files(view):
    """A page of the portal whose files are limited while they arrive.

    The limit must be there before anything reads the form, the check for forgery included, so that
    check is left to `admin_view` inside.
    """
    page = admin.site.admin_view(view)

    @csrf_exempt
    @wraps(view)
    def limited(request, *args, **kwargs):
        request.upload_handlers.insert(0, _Limit(request))
        return page(request, *args, **kwargs)

    return limited


def refuse_cut(request: HttpRequest) -> None:
    """Once the form was read: raises ValidationError when a file of it was too large."""
    if cut := getattr(request, "too_large", None):
        raise too_large(cut[0])


def files_of(request: HttpRequest, name: str) -> list[tuple[str, bytes]]:
    """Names and contents of the files sent. Raises ValidationError for one that is too large."""
    sent = request.FILES.getlist(name)
    refuse_cut(request)
    return [(file.name, file.read()) for file in sent]


def as_download(file, name: str, content_type: str = "application/octet-stream") -> FileResponse:
    """As a file to be saved, never shown by the browser as part of this site."""
    return FileResponse(
        file.open("rb"),
        as_attachment=True,
        filename=name,
        content_type=content_type,
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, no-store",
        },
    )
