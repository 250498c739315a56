"""Runs the checks that the apps declare and keeps what they found."""

import logging
import time
from importlib import import_module

from django.apps import apps
from django.db import transaction
from django.db.utils import InterfaceError, OperationalError
from django.utils import timezone
from django.utils.module_loading import module_has_submodule

from beneficiaries.health import Check
from dashboards.models import HealthResult

logger = logging.getLogger("portal.health")

NOT_RUN = "Pemeriksaan ini tidak dapat dijalankan. Rinciannya ada dalam catatan server."


def checks() -> list[Check]:
    """Those of every app, the lowest layer first."""
    modules = [
        import_module(f"{config.name}.health")
        for config in reversed(list(apps.get_app_configs()))
        if module_has_submodule(config.module, "health")
    ]
    return [check for module in modules for check in getattr(module, "CHECKS", ())]


def run(chosen: list[Check] | None = None) -> list[HealthResult]:
    """Run the checks, each in a transaction of its own; one that fails does not stop the others.

    Results of checks that no app declares any more go.
    """
    wanted = checks() if chosen is None else chosen
    results = [_run(check) for check in wanted]
    if chosen is None:
        HealthResult.objects.exclude(code__in=[check.code for check in wanted]).delete()
    return results


def _run(check: Check) -> HealthResult:
    before = HealthResult.objects.filter(code=check.code).first()
    started, sentences, failure = time.monotonic(), [], ""
    try:
        with transaction.atomic():
            sentences = check.broken()
    except (OperationalError, InterfaceError):
        raise  # the database was away: the worker runs the task again
    except Exception:
        logger.exception("check %s failed", check.code)
        failure = NOT_RUN
    now = timezone.now()
    since = before.bad_since if before else None
    result, _ = HealthResult.objects.update_or_create(
        code=check.code,
        defaults={
            "ran_at": now,
            "seconds": time.monotonic() - started,
            "sentences": sentences,
            "failure": failure,
            "bad_since": (since or now) if sentences or failure else None,
        },
    )
    return result
