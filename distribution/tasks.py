"""Long work of the payout. A task can be run again at any time: it looks where its work stands."""

import logging
from contextlib import nullcontext

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.utils import InterfaceError, OperationalError
from django_tasks import task

from accounts import scope

logger = logging.getLogger("portal.payout")
UNEXPECTED = (
    "Terjadi kesalahan pada portal. Data tidak berubah. Hubungi Administrator dan sebutkan nomor"
    " pekerjaan {number}."
)


@task()
def do(work_id: int) -> None:
    """Do a `PeriodWork` within the scope of who has asked for it."""
    from distribution.actions import works  # which queue this task

    work = works.begin(work_id)
    if work is None:
        return
    try:
        with scope.applied(work.by.scope) if work.by else nullcontext():
            works.perform(work)
    except (OperationalError, InterfaceError):
        raise  # the database was away: the worker runs the task again
    except (ValidationError, PermissionDenied) as refused:
        works.fail(work, " ".join(getattr(refused, "messages", None) or [str(refused)]))
    except Exception:
        logger.exception("work %s on a period failed", work_id)
        works.fail(work, UNEXPECTED.format(number=work_id))
