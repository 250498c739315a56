"""Finalising the minutes of a meeting."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from accounts.permissions import require
from coordination import minutes
from coordination.models import Meeting, Minutes
from regions.models import Region


@transaction.atomic
def finalise_minutes(meeting: Meeting, *, by: User) -> list[Minutes]:
    """Freeze the minutes as they are now: for the region of the meeting and, of the province, for
    each kabupaten/kota. What is changed afterwards comes into the next version.
    """
    require(by, "coordination.change_meeting", meeting.region_id)
    meeting = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if meeting.status != Meeting.Status.SELESAI:
        raise ValidationError("Notulen ditetapkan sesudah hasil rapat dicatat.")
    regions = [meeting.region_id]
    if len(meeting.region_id) == 2:
        below = Region.objects.filter(parent=meeting.region_id).order_by("code")
        regions += below.values_list("code", flat=True)
    last = meeting.minutes.aggregate(last=Max("version"))["last"] or 0
    now = timezone.now()
    return Minutes.objects.bulk_create(
        Minutes(
            meeting=meeting, region_id=code, version=last + 1, snapshot=found, made_by=by,
            made_at=now,
        )
        for code, found in minutes.snapshots(meeting, by, regions).items()
    )  # fmt: skip
