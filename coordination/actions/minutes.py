"""Finalising the minutes of a meeting."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import require
from coordination import minutes
from coordination.models import Meeting, Minutes
from regions.models import Region


@transaction.atomic
def finalise_minutes(meeting: Meeting, *, by: User) -> list[Minutes]:
    """Freeze the minutes as they are now: for the region of the meeting and, of the province, for
    each kabupaten/kota. What is changed afterwards comes into the next version; what says the
    same as the last one is refused.
    """
    require(by, "coordination.change_meeting", meeting.region_id)
    meeting = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if meeting.status != Meeting.Status.SELESAI:
        raise ValidationError(
            "Notulen ditetapkan sesudah hasil rapat dicatat. Catat hasilnya lebih dahulu."
        )
    regions = [meeting.region_id]
    if len(meeting.region_id) == 2:
        below = Region.objects.filter(parent=meeting.region_id).order_by("code")
        regions += below.values_list("code", flat=True)
    found = minutes.snapshots(meeting, by, regions)
    last = meeting.minutes.filter(region=meeting.region_id).order_by("version").last()
    if last and last.snapshot == found[meeting.region_id]:
        raise ValidationError(
            f"Notulen tidak berubah sejak versi {last.version}. Unduh versi itu, atau tetapkan lagi"
            " sesudah ada perubahan."
        )
    now = timezone.now()
    return Minutes.objects.bulk_create(
        Minutes(
            meeting=meeting, region_id=code, version=last.version + 1 if last else 1,
            snapshot=snapshot, made_by=by, made_at=now,
        )
        for code, snapshot in found.items()
    )  # fmt: skip
