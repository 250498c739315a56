"""Pieces of forms that several pages of verification share."""

from django import forms
from django.core.files.uploadedfile import UploadedFile

from accounts.models import User
from regions.models import Region
from uploads.attachments import MAX_BYTES
from verification.actions.attachments import attach
from verification.models import Attachment


class TextInput(forms.TextInput):
    def __init__(self):
        super().__init__(attrs={"class": "input"})


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self):
        super().__init__(format="%Y-%m-%d", attrs={"class": "input"})


def file_field(label: str, help_text: str, accept: str, missing: str) -> forms.FileField:
    return forms.FileField(
        label=label,
        help_text=help_text,
        widget=forms.FileInput(attrs={"class": "input file", "accept": accept}),
        error_messages={
            "required": missing,
            "empty": "Berkas ini kosong. Pilih berkas yang berisi.",
            "missing": missing,
        },
    )


def scan_field(label: str) -> forms.FileField:
    return file_field(
        label,
        "PDF, JPG, atau PNG, paling besar 10 MB.",
        ".pdf,.jpg,.jpeg,.png",
        "Pindaian bertanda tangan belum dipilih.",
    )


def kept_scan(file: UploadedFile, region: Region, *, caption: str, by: User) -> Attachment:
    """The signed scan as an attachment. Raises ValidationError for what is no scan."""
    return attach(file.name, file.read(MAX_BYTES + 1), region=region, caption=caption, by=by)
