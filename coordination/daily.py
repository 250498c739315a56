"""What coordination does once a day; each is harmless when run again."""

from accounts.models import User
from accounts.roles import Role
from coordination import report_files
from coordination.actions import meetings


def measure_follow_ups() -> int:
    """Measure the figures of all open follow-ups, as a coordinator of the province sees them.

    Nothing is measured while there is no such user.
    """
    coordinators = User.objects.filter(role=Role.KOORDINATOR, is_active=True).order_by("pk")
    for user in coordinators:
        if user.scope.is_province:
            return meetings.refresh_values(by=user)
    return 0


JOBS = (meetings.send_reminders, measure_follow_ups, report_files.purge_expired)
