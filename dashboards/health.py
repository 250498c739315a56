"""Runs the checks that the apps declare and keeps what they found."""

import logging
import time
from functools import partial
from importlib import import_module

from django.apps import apps
from django.db import transaction
from django.db.utils import InterfaceError, OperationalError
from django.utils import timezone
from django.utils.module_loading import module_has_submodule

from beneficiaries.health import Check, told
from dashboards.models import HealthResult

logger = logging.getLogger("portal.health")

NOT_RUN = "Pemeriksaan ini tidak dapat dijalankan. Rinciannya ada dalam catatan server."

# A village in which something has changed since it was counted says nothing.
_FIGURES_OFF = """
SELECT f.village_id AS village, f.persons, coalesce(p.persons, 0) AS counted,
    f.invalid_nik AS invalid, coalesce(p.invalid, 0) AS counted_invalid
FROM dashboards_villagefigures f
LEFT JOIN (
    SELECT village_id, count(*) FILTER (WHERE is_active) AS persons,
        count(*) FILTER (WHERE is_active AND NOT nik_valid) AS invalid,
        max(changed_at) AS changed_at
    FROM beneficiaries_person GROUP BY 1
) p USING (village_id)
WHERE (p.changed_at IS NULL OR p.changed_at <= f.counted_at)
    AND (f.persons, f.invalid_nik) <> (coalesce(p.persons, 0), coalesce(p.invalid, 0))
ORDER BY 1
"""

CHECKS = (
    Check(
        "angka-desa",
        "Angka beranda sama dengan isi register",
        "Jumlah orang dan NIK tidak sah per desa/kelurahan sama dengan baris yang dihitungnya.",
        partial(
            told,
            "Desa/kelurahan {village}: beranda menyebut {persons} orang dan {invalid} NIK tidak"
            " sah, register berisi {counted} dan {counted_invalid}.",
            _FIGURES_OFF,
        ),
    ),
)


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
