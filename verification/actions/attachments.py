"""Files of cases, meetings and endorsements: checked, cleaned, stored under their hash."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.db import transaction

from accounts.models import User
from regions.models import Region
from uploads.attachments import MAX_FILES, Copy, kept_copy
from verification.actions.cases import case_locked
from verification.actions.steps import note_step, require
from verification.models import Attachment, Case, CaseStep


@transaction.atomic
def attach(name: str, content: bytes, *, region: Region, by: User, caption: str = "") -> Attachment:
    """Keep a file of a place, to which the model of its subject points. Raises ValidationError."""
    require(by, "verification.add_attachment")
    if not by.scope.contains(region.pk):
        raise PermissionDenied(f"{region} di luar wilayah tugas Anda.")
    return _keep(kept_copy(name, content), None, region.pk, by, caption)


@transaction.atomic
def attach_to_case(
    case: Case, name: str, content: bytes, *, by: User, caption: str = ""
) -> Attachment:
    """Keep a file of a case; the same file sent twice is kept once. Raises ValidationError."""
    require(by, "verification.add_attachment", case)
    copy = kept_copy(name, content)
    case = case_locked(case)
    same = case.attachments.filter(sha256=copy.sha256).first()
    if same:
        return same
    if case.attachments.count() >= MAX_FILES * 4:
        raise ValidationError(
            "Kasus ini sudah mempunyai 20 lampiran; lebih dari itu tidak disimpan."
        )
    attachment = _keep(copy, case, case.village_id, by, caption)
    note_step(case, CaseStep.Action.LAMPIRKAN, note=attachment.original_name, by=by)
    return attachment


def _keep(copy: Copy, case: Case | None, region: str, by: User, caption: str) -> Attachment:
    return Attachment.objects.create(
        case=case,
        region_id=region,
        file=ContentFile(copy.content, copy.name),
        original_name=copy.name,
        content_type=copy.content_type,
        size=len(copy.content),
        sha256=copy.sha256,
        caption=caption[:200],
        added_by=by,
    )
