"""Sending attachments, and taking them in without ever storing what is too large."""

from functools import wraps

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.csrf import csrf_exempt

from verification.actions.attachments import attach_to_case
from verification.attachments import MAX_BYTES, too_large
from verification.models import Attachment, Case


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


def files_of(request: HttpRequest, name: str) -> list[tuple[str, bytes]]:
    """Names and contents of the files sent. Raises ValidationError for one that is too large."""
    sent = request.FILES.getlist(name)
    if cut := getattr(request, "too_large", None):
        raise too_large(cut[0])
    return [(file.name, file.read()) for file in sent]


def add(request: HttpRequest, pk: int) -> HttpResponse:
    user = request.user
    case = get_object_or_404(Case.objects.visible_to(user), pk=pk)
    if request.method == "POST":
        try:
            files = files_of(request, "files")
            if not files:
                raise ValidationError("Pilih dahulu foto atau dokumennya.")
            for name, content in files:
                attach_to_case(
                    case, name, content, caption=request.POST.get("caption", ""), by=user
                )
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
        else:
            messages.success(request, f"{len(files)} lampiran disimpan.")
    return redirect("admin:verification_case_change", case.pk)


def download(request: HttpRequest, pk: int) -> HttpResponse:
    """As a file to be saved, never shown by the browser as part of this site."""
    if not request.user.has_perm("verification.view_attachment"):
        raise PermissionDenied
    attachment = get_object_or_404(Attachment.objects.visible_to(request.user), pk=pk)
    return FileResponse(
        attachment.file.open(),
        as_attachment=True,
        filename=attachment.original_name,
        content_type=attachment.content_type,
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, no-store",
        },
    )
