"""Changes of rounds, and with them of all their cases: the only place where a round moves.

What cannot be done raises `ValidationError` with a sentence for the user, or `PermissionDenied`.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import require_role
from regions.models import Region
from verification import risks
from verification.actions import steps
from verification.choosing import starting_list
from verification.models import Case, CaseStep, Round, RoundRegion

Status = Round.Status

# Upper layers that keep figures of rounds append a function here when they start; it runs in the
# transaction of the change.
listeners: list[Callable[[Round], None]] = []


def _require(user: User, permission: str, round: Round | None = None) -> None:
    require_role(user, permission)
    if round is None:
        return
    for part in round.round_regions.select_related("region"):
        if not user.scope.contains(part.region_id):
            raise PermissionDenied(
                f"Putaran ini mencakup {part.region}, di luar wilayah tugas Anda."
            )


def _move(round: Round, status: str, *, after: str) -> None:
    if round.status != after or status not in Round.TRANSITIONS[after]:
        raise ValidationError(
            f"Putaran berstatus {round.get_status_display().lower()}"
            f" tidak dapat menjadi {Status(status).label.lower()}. Muat ulang halaman ini."
        )
    round.status = status
    round.save()


def _tell(round: Round) -> None:
    for listener in listeners:
        listener(round)


def _locked(round: Round) -> Round:
    return Round.objects.select_for_update().get(pk=round.pk)


@dataclass(frozen=True)
class Target:
    """What a regency is to reach: a share (per cent) or a number of families, and until when."""

    share: int | None = None
    count: int | None = None
    due_on: date | None = None


# What a round may be told beside its name, its dates and its regencies.
SETTINGS = (
    "frequency",
    "register",
    "register_date",
    "choice",
    "stratum",
    "sample_share",
    "sample_seed",
    "risks",
    "unseen_months",
)


@transaction.atomic
def create_round(
    *,
    name: str,
    starts_on: date,
    due_on: date,
    regions: Iterable[Region],
    by: User,
    targets: Mapping[str, Target] | None = None,
    copied_from: Round | None = None,
    **settings,
) -> Round:
    """Prepare a round for these regencies; it has no cases until it is opened.

    `settings` are fields of `SETTINGS`, `targets` go by the code of the regency.
    """
    _require(by, "verification.add_round")
    round = Round(name=name, starts_on=starts_on, due_on=due_on, copied_from=copied_from)
    _set(round, regions, targets or {}, settings, by)
    return round


@transaction.atomic
def change_round(
    round: Round,
    *,
    name: str,
    starts_on: date,
    due_on: date,
    regions: Iterable[Region],
    by: User,
    targets: Mapping[str, Target] | None = None,
    **settings,
) -> Round:
    """Prepare a round anew that has not been opened; afterwards its starting list is frozen."""
    _require(by, "verification.change_round", round)
    round = _locked(round)
    if round.status != Status.DISIAPKAN:
        raise ValidationError(
            "Putaran ini sudah dibuka, jadi daftar awal dan pengaturannya tidak berubah lagi."
        )
    round.name, round.starts_on, round.due_on = name, starts_on, due_on
    _set(round, regions, targets or {}, settings, by)
    return round


def _set(
    round: Round, regions: Iterable[Region], targets: Mapping[str, Target], settings: dict, by: User
) -> None:
    unknown = set(settings) - set(SETTINGS)
    if unknown:
        raise ValueError(f"no settings of a round: {', '.join(sorted(unknown))}")
    regions = list(regions)
    if not regions:
        raise ValidationError("Pilih paling sedikit satu kabupaten/kota.")
    for region in regions:
        if region.level != Region.Level.REGENCY:
            raise ValidationError(f"{region} bukan kabupaten/kota.")
        if not by.scope.contains(region.code):
            raise PermissionDenied(f"{region} di luar wilayah tugas Anda.")
    for key, value in settings.items():
        setattr(round, key, value)
    if set(round.risks) - set(risks.RISKS):
        raise ValidationError("Ada risiko yang tidak dikenal. Muat ulang halaman ini.")
    if round.choice == Round.Choice.SAMPEL and round.sample_seed is None:
        round.sample_seed = secrets.randbelow(1_000_000)
    round.full_clean()
    round.save()
    round.round_regions.all().delete()
    parts = []
    for region in regions:
        target = targets.get(region.code, Target())
        part = RoundRegion(
            round=round,
            region=region,
            target_share=target.share,
            target_count=target.count,
            due_on=target.due_on,
        )
        part.full_clean(exclude=["regency_code"])
        parts.append(part)
    RoundRegion.objects.bulk_create(parts)


def settings_of(round: Round) -> dict:
    """What a copy of the round takes over; a sample is drawn anew."""
    return {key: getattr(round, key) for key in SETTINGS if key != "sample_seed"}


@transaction.atomic
def open_round(round: Round, *, by: User) -> int:
    """Start the round with one case for each family chosen; tells how many.

    The list is that of this moment and frozen: a family that becomes a KPM later waits for the
    next round. Cases carried over from an earlier round are there already.
    """
    _require(by, "verification.change_round", round)
    round = _locked(round)
    round.opened_by, round.opened_at = by, timezone.now()
    _move(round, Status.BERJALAN, after=Status.DISIAPKAN)
    sql, values = starting_list(round, with_risks=True)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO verification_case
                (round_id, household_id, village_id, status, reason, note, risks)
            SELECT %(round)s, household_id, village_id, 'BELUM', '', '', risks
            FROM ({sql}) list WHERE is_chosen
            ON CONFLICT (round_id, household_id) DO NOTHING
            """,
            values,
        )
        opened = cursor.rowcount
        # Neither the first pages nor the figures can wait for autovacuum to learn the size.
        cursor.execute("ANALYZE verification_case")
    freeze_start(round)
    if not opened:
        raise ValidationError(
            "Tidak ada KPM aktif di wilayah putaran ini yang memenuhi pilihannya, jadi tidak ada"
            " yang dapat diverifikasi."
        )
    _tell(round)
    return opened


def freeze_start(round: Round) -> None:
    """Write down how many KPM each regency of a round that opens has on its starting list."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE verification_roundregion r SET start_families = (
                SELECT count(*) FROM verification_case c
                WHERE c.round_id = r.round_id AND c.regency_code = r.region_id AND c.was_kpm
                    AND c.origin IN ('AWAL', 'BAWAAN'))
            WHERE r.round_id = %s
            """,
            [round.pk],
        )


@dataclass(frozen=True)
class Closed:
    """What became of the open cases of a closed round."""

    carried: int
    ended: int
    waiting: int


@transaction.atomic
def close_round(round: Round, *, by: User, carry_to: Round | None = None) -> Closed:
    """End the round: no case of it stays without an answer.

    What is not visited is carried over to the round `carry_to`, or ends as not finished. Visits and
    uploads handed in before may still be approved; nothing more can be handed in.
    """
    _require(by, "verification.change_round", round)
    round = _locked(round)
    if carry_to is not None:
        if carry_to.pk == round.pk or carry_to.status == Status.DITUTUP:
            raise ValidationError("Pilih putaran lain yang belum ditutup sebagai tujuan.")
        _require(by, "verification.change_round", carry_to)
        carry_to = _locked(carry_to)
    round.closed_by, round.closed_at = by, timezone.now()
    _move(round, Status.DITUTUP, after=Status.BERJALAN)
    carried = _carry(round, carry_to, by) if carry_to else 0
    ended = _end(round.cases.to_do(), Case.EndReason.BELUM_SELESAI, round, by)
    _tell(round)
    if carry_to:
        _tell(carry_to)
    waiting = round.cases.open().count()
    return Closed(carried=carried, ended=ended, waiting=waiting)


def _end(cases, reason: str, round: Round, by: User, *, note: str = "") -> int:
    return steps.change(
        cases,
        "status = 'BERAKHIR', end_reason = %(reason)s, ended_by_id = %(by)s, ended_at = %(at)s",
        CaseStep.Action.AKHIRI,
        by=by,
        note=note or Case.EndReason(reason).label,
        values={"reason": reason, "at": round.closed_at},
    )


def _carry(round: Round, target: Round, by: User) -> int:
    """A family of a regency outside `target`, or with a case there, is not carried."""
    values = {"round": round.pk, "target": target.pk, "by": by.pk, "name": str(round)}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH carried AS (
                INSERT INTO verification_case (round_id, household_id, village_id, status, reason,
                    note, origin, was_kpm, risks, carried_from_id)
                SELECT %(target)s, c.household_id, c.village_id, 'BELUM', '', '', 'BAWAAN',
                    EXISTS (SELECT FROM beneficiaries_enrollment e
                        JOIN beneficiaries_programme p ON p.code = e.programme_id AND p.is_sembako
                        WHERE e.household_id = c.household_id AND e.ended_on IS NULL),
                    c.risks, c.id
                FROM verification_case c
                JOIN beneficiaries_household h ON h.id = c.household_id AND h.is_active
                WHERE c.round_id = %(round)s AND c.status IN ('BELUM', 'DIKEMBALIKAN')
                    AND c.regency_code IN (
                        SELECT region_id FROM verification_roundregion WHERE round_id = %(target)s)
                ON CONFLICT (round_id, household_id) DO NOTHING
                RETURNING id, village_id, regency_code, was_kpm, version
            ), started AS (
                -- A round that is running already has a start figure; one that is not has none.
                UPDATE verification_roundregion r
                SET start_families = r.start_families + n.families
                FROM (SELECT regency_code, count(*) AS families FROM carried WHERE was_kpm
                    GROUP BY 1) n
                WHERE r.round_id = %(target)s AND r.region_id = n.regency_code
            )
            INSERT INTO verification_casestep
                (case_id, village_id, action, after, version, note, by_id)
            SELECT id, village_id, 'TAMBAH', 'BELUM', version, 'Bawaan dari ' || %(name)s, %(by)s
            FROM carried
            """,
            values,
        )
    kept = Case.objects.filter(round=target, carried_from__round=round)
    return _end(
        round.cases.to_do().filter(pk__in=kept.values("carried_from")),
        Case.EndReason.DIBAWA,
        round,
        by,
        note=f"Dibawa ke {target}",
    )


@transaction.atomic
def reopen_round(round: Round, *, by: User) -> Round:
    """Go on with a closed round; what ended with it, and was not carried over, is open again."""
    _require(by, "verification.change_round", round)
    round = _locked(round)
    ended = round.cases.filter(
        status=Case.Status.BERAKHIR,
        end_reason=Case.EndReason.BELUM_SELESAI,
        ended_at=round.closed_at,
    )
    steps.change(
        ended,
        # As it was before: to be visited, or visited and sent back.
        "status = CASE WHEN (SELECT s.before FROM verification_casestep s WHERE s.case_id = c.id"
        " AND s.action = 'AKHIRI' ORDER BY s.version DESC LIMIT 1) = 'DIKEMBALIKAN'"
        " THEN 'DIKEMBALIKAN' ELSE 'BELUM' END,"
        " end_reason = '', ended_by_id = NULL, ended_at = NULL",
        CaseStep.Action.BUKA_LAGI,
        by=by,
    )
    round.closed_by = round.closed_at = None
    _move(round, Status.BERJALAN, after=Status.DITUTUP)
    _tell(round)
    return round
