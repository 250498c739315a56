"""Long work of coordination. A task can be run again at any time: it looks for what is left."""

import logging

from django.db.utils import InterfaceError, OperationalError
from django_tasks import task

from accounts import scope
from coordination import briefing, report_files
from coordination.models import Briefing, ReportFile

logger = logging.getLogger("portal.coordination")


@task()
def prepare_briefings(meeting_id: int) -> None:
    """Count and freeze the figures of every briefing of a meeting that still waits."""
    waiting = Briefing.objects.filter(meeting=meeting_id, status=Briefing.Status.ANTRE)
    for found in waiting.select_related("meeting__region", "region", "made_by").order_by("region"):
        try:
            with scope.applied(found.made_by.scope):
                briefing.freeze(found)
        except (OperationalError, InterfaceError):
            raise  # the database was away: the worker runs the task again
        except Exception:
            logger.exception("briefing %s failed", found.pk)
            waiting.filter(pk=found.pk).update(status=Briefing.Status.GAGAL)


@task()
def make_report(file_id: int, tell: bool = True) -> None:
    """Write the file of a report within the scope of who has asked for it, and tell that user."""
    found = ReportFile.objects.select_related("user", "region").get(pk=file_id)
    if not found.is_running:
        return
    try:
        with scope.applied(found.user.scope):
            report_files.write(found)
            if tell:
                report_files.tell(found)
    except (OperationalError, InterfaceError):
        raise  # the database was away: the worker runs the task again
    except Exception:
        logger.exception("report %s failed", file_id)
        report_files.fail(found)
