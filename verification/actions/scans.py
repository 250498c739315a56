"""Keeping the signed scan of a letter."""

import hashlib

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile

from accounts.models import User
from regions.models import Region
from verification.models import Attachment

AT_MOST = 10 * 1024 * 1024
_BEGINS = (
    (b"%PDF-", Attachment.Type.PDF),
    (b"\xff\xd8\xff", Attachment.Type.JPEG),
    (b"\x89PNG\r\n\x1a\n", Attachment.Type.PNG),
)


def keep_scan(file: UploadedFile, region: Region, *, caption: str, by: User) -> Attachment:
    """Keep a scan as it came. Raises ValidationError for one that is too large or no PDF, JPG or
    PNG by its content, whatever it is called."""
    if file.size > AT_MOST:
        raise ValidationError("Pindaian lebih besar dari 10 MB. Pindai dengan mutu lebih rendah.")
    content = file.read()
    content_type = next((kind for begin, kind in _BEGINS if content.startswith(begin)), None)
    if content_type is None:
        raise ValidationError("Pindaian ini bukan PDF, JPG, atau PNG. Pilih berkas yang benar.")
    attachment = Attachment(
        region=region,
        original_name=file.name[:255],
        content_type=content_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        caption=caption,
        added_by=by,
    )
    attachment.file.save(file.name, ContentFile(content), save=False)
    attachment.save()
    return attachment
