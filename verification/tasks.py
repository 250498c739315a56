"""Long work of matching. A task can be run again at any time: it looks where the batch stands."""

import logging

from django.core.exceptions import ValidationError
from django.db.utils import InterfaceError, OperationalError
from django_tasks import task

from verification import doubles
from verification.actions import matching as actions
from verification.models import MatchBatch

logger = logging.getLogger("portal.matching")
UNEXPECTED = (
    "Terjadi kesalahan pada portal saat memadankan. Data terdaftar tidak berubah."
    " Hubungi Administrator dan sebutkan nomor permintaan {number}."
)


@task()
def match(batch_id: int) -> None:
    """Match an answered batch; its persons get their outcomes in one transaction."""
    from verification import matcher  # the engine takes a second to load, which no page should pay

    batch = MatchBatch.objects.select_related("answer", "region").get(pk=batch_id)
    if batch.status != MatchBatch.Status.DIJAWAB:
        return
    try:
        actions.valid_agreement(batch.region)
        counts = matcher.match(batch)
        logger.info("batch %s matched: %s", batch_id, dict(counts))
        actions.finish_batch(batch)
    except (OperationalError, InterfaceError):
        raise  # the database was away: the worker runs the task again
    except ValidationError as refused:
        actions.fail_batch(batch, reason=" ".join(refused.messages))
    except Exception:
        logger.exception("matching of batch %s failed", batch_id)
        actions.fail_batch(batch, reason=UNEXPECTED.format(number=batch_id))


@task()
def find_doubles() -> None:
    """Bring the groups of entries that may be one person up to date, over the whole province."""
    doubles.find_exact()
    doubles.find_alike()
