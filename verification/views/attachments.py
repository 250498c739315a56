"""Attaching files to a case, and sending attachments."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from uploads.views.attachments import as_download, files_of
from verification.actions.attachments import attach_to_case
from verification.models import Attachment, Case


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
    if not request.user.has_perm("verification.view_attachment"):
        raise PermissionDenied
    attachment = get_object_or_404(Attachment.objects.visible_to(request.user), pk=pk)
    return as_download(attachment.file, attachment.original_name, attachment.content_type)
