"""Notulen: all that the paper says, as plain JSON, so that it says the same next year."""

from collections.abc import Iterable

from django.utils import timezone

from coordination.briefing import follow_up_line, follow_ups_for
from coordination.models import FollowUp, Meeting


def own_follow_ups(meeting: Meeting, user):
    """What the meeting decided on, as far as the user sees it."""
    visible = FollowUp.objects.visible_to(user).filter(meeting=meeting)
    return visible.select_related("agency", "region", "round", "period")


def snapshots(meeting: Meeting, user, regions: Iterable[str]) -> dict[str, dict]:
    """What the minutes say now in each of these regions; of follow-ups those inside it."""
    common = {
        "title": meeting.title,
        "starts_at": timezone.localtime(meeting.starts_at).isoformat(),
        "place": meeting.place,
        "chair": meeting.chair,
        "region": meeting.region.full_name,
        "agenda": [str(item) for item in meeting.agenda.all()],
        "attendances": [
            [row.agency.name, row.attended, row.people]
            for row in meeting.attendances.select_related("agency")
        ],
        "summary": meeting.summary,
        "decisions": [str(decision) for decision in meeting.decisions.all()],
    }
    lists = {
        "earlier": list(follow_ups_for(meeting, user)),
        "follow_ups": list(own_follow_ups(meeting, user)),
    }
    return {
        code: common
        | {
            name: [follow_up_line(row) for row in rows if row.region_id.startswith(code)]
            for name, rows in lists.items()
        }
        for code in regions
    }
