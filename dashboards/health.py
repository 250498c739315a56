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
    f.invalid_nik AS invalid, coalesce(p.invalid, 0) AS counted_invalid,
    f.kpm, coalesce(k.kpm, 0) AS counted_kpm
FROM dashboards_villagefigures f
LEFT JOIN (
    SELECT village_id, count(*) FILTER (WHERE is_active) AS persons,
        count(*) FILTER (WHERE is_active AND NOT nik_valid) AS invalid,
        max(changed_at) AS changed_at
    FROM beneficiaries_person GROUP BY 1
) p USING (village_id)
LEFT JOIN (
    SELECT h.village_id, max(greatest(h.changed_at, e.changed_at)) AS changed_at,
        count(DISTINCT h.id) FILTER (WHERE h.is_active AND e.ended_on IS NULL AND m.is_sembako)
            AS kpm
    FROM beneficiaries_household h
    LEFT JOIN beneficiaries_enrollment e ON e.household_id = h.id
    LEFT JOIN beneficiaries_programme m ON m.code = e.programme_id
    GROUP BY 1
) k USING (village_id)
WHERE coalesce(greatest(p.changed_at, k.changed_at) <= f.counted_at, true)
    AND (f.persons, f.invalid_nik, f.kpm)
        <> (coalesce(p.persons, 0), coalesce(p.invalid, 0), coalesce(k.kpm, 0))
ORDER BY 1
"""

# Both are written by one count, so that they agree at any moment.
_REGISTERS_OFF = """
SELECT f.village_id AS village, f.kpm, f.persons, coalesce(r.kpm, 0) AS kpm_of_registers,
    coalesce(r.persons, 0) AS persons_of_registers
FROM dashboards_villagefigures f
LEFT JOIN (
    SELECT village_id, sum(kpm) AS kpm, sum(persons) AS persons, sum(households) AS households
    FROM dashboards_registerfigures GROUP BY 1
) r USING (village_id)
WHERE (f.kpm, f.persons, f.households)
    <> (coalesce(r.kpm, 0), coalesce(r.persons, 0), coalesce(r.households, 0))
ORDER BY 1
"""

# A period in which something has changed since it was counted says nothing, nor does one listed
# today that was not counted yet.
_PAYOUT_OFF = """
SELECT d.name AS period, r.name AS regency, coalesce(f.payments, 0) AS payments,
    coalesce(f.credited, 0) AS credited, coalesce(f.spent, 0) AS spent,
    coalesce(p.payments, 0) AS counted, coalesce(p.credited, 0) AS counted_credited,
    coalesce(p.spent, 0) AS counted_spent
FROM (
    SELECT period_id, regency_code, sum(payments) AS payments, sum(unspent) AS unspent,
        sum(credited_amount) AS credited, sum(spent_amount) AS spent, min(counted_at) AS counted_at
    FROM dashboards_payoutfigures GROUP BY 1, 2
) f FULL JOIN (
    SELECT period_id, regency_code, count(*) AS payments, sum(topped_up_amount) AS credited,
        sum(spent_amount) AS spent, max(changed_at) AS changed_at, count(*) FILTER (
            WHERE topped_up_amount > 0 AND spent_amount = 0 AND refunded_amount = 0) AS unspent
    FROM distribution_payment GROUP BY 1, 2
) p USING (period_id, regency_code)
JOIN distribution_payoutperiod d ON d.id = period_id
JOIN regions_region r ON r.code = coalesce(f.regency_code, p.regency_code)
WHERE (p.changed_at IS NULL OR p.changed_at <= coalesce(f.counted_at, now() - interval '1 day'))
    AND (f.payments, f.credited, f.spent, f.unspent)
        IS DISTINCT FROM (p.payments, p.credited, p.spent, p.unspent)
ORDER BY d.id, r.code
"""

CHECKS = (
    Check(
        "angka-desa",
        "Angka beranda sama dengan isi register",
        "Jumlah KPM, orang, dan NIK tidak sah per desa/kelurahan sama dengan baris yang"
        " dihitungnya.",
        partial(
            told,
            "Desa/kelurahan {village}: beranda menyebut {kpm} KPM, {persons} orang, dan {invalid}"
            " NIK tidak sah, register berisi {counted_kpm}, {counted}, dan {counted_invalid}.",
            _FIGURES_OFF,
        ),
    ),
    Check(
        "angka-register",
        "Angka beranda sama dengan jumlah registernya",
        "KPM, keluarga, dan orang per desa/kelurahan sama dengan jumlah menurut registernya.",
        partial(
            told,
            "Desa/kelurahan {village}: seluruhnya {kpm} KPM dan {persons} orang, menurut register"
            " {kpm_of_registers} dan {persons_of_registers}.",
            _REGISTERS_OFF,
        ),
    ),
    Check(
        "angka-penyaluran",
        "Angka penyaluran beranda sama dengan daftar bayar",
        "Pembayaran, dana tersalur, dan belanja per periode dan kabupaten/kota sama dengan baris"
        " daftar bayar yang dihitungnya.",
        partial(
            told,
            "{period}, {regency}: beranda menyebut {payments} pembayaran, tersalur Rp{credited},"
            " dibelanjakan Rp{spent}; daftar bayar berisi {counted}, Rp{counted_credited}, dan"
            " Rp{counted_spent}.",
            _PAYOUT_OFF,
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
