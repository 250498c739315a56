"""Asking for the figures of a meeting (bahan rakor); counting them is coordination/briefing.py."""

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from accounts.permissions import require
from coordination import tasks
from coordination.models import Briefing, Meeting
from regions.models import Region


@transaction.atomic
def request_briefings(meeting: Meeting, *, by: User) -> list[Briefing]:
    """Ask for the briefing of the meeting's region and, for the province, of each kabupaten/kota.

    The figures are counted in the background, within the scope of `by`, and then frozen.
    """
    require(by, "coordination.change_meeting", meeting.region_id)
    meeting = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if meeting.briefings.filter(status=Briefing.Status.ANTRE).exists():
        raise ValidationError("Bahan rapat ini sedang disiapkan. Tunggu sampai selesai.")
    regions = [meeting.region]
    if len(meeting.region_id) == 2:
        regions += Region.objects.filter(parent=meeting.region_id).order_by("code")
    made = Briefing.objects.bulk_create(
        Briefing(meeting=meeting, region=region, made_by=by) for region in regions
    )
    tasks.prepare_briefings.enqueue(meeting.pk)
    return made
