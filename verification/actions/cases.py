"""Changes of a case: with rounds.py and sheets.py the only place where its status changes.

Nothing here is done silently: every change writes its `CaseStep`. What cannot be done raises
`ValidationError` with a sentence for the user, or `PermissionDenied`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import pghistory
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notification, User
from accounts.notifications import notify
from beneficiaries.identity import is_nik_shaped
from beneficiaries.models import ExitReason, Household
from verification import risks
from verification.actions import steps
from verification.actions.steps import require
from verification.models import Case, CaseMember, CaseQuerySet, CaseStep, Round

Action = CaseStep.Action
Origin = Case.Origin
Status = Case.Status


@dataclass(frozen=True)
class Finding:
    """What a visit has found of one member; `new_nik` is what stands on the document, or ""."""

    person_id: int
    outcome: str
    new_nik: str = ""


@dataclass(frozen=True)
class Visit:
    """What was found at the door. `reason` is an ExitReason where the family is not eligible.

    `location` is latitude, longitude and the accuracy in metres, where the phone has told it.
    """

    visited_on: date
    is_found: bool
    is_eligible: bool
    reason: str = ""
    note: str = ""
    members: tuple[Finding, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    location: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class Checked:
    """What became of cases checked together."""

    approved: int
    own: int
    conflicting: int


class ChangedMeanwhile(ValidationError):
    """Somebody else has changed the case since the user opened it; says who, when and what."""


FIELD_WORDS = {
    "is_found": "ditemukan",
    "is_eligible": "layak",
    "reason": "alasan",
    "visited_on": "tanggal kunjungan",
    "note": "catatan",
    "members": "hasil anggota",
}


def _changed_meanwhile(case: Case, version: int) -> ChangedMeanwhile:
    told = []
    for step in case.steps.filter(version__gt=version).select_related("by"):
        when = timezone.localtime(step.at)
        text = f"{step.by} pada {when:%d-%m-%Y} pukul {when:%H.%M}: "
        text += step.get_action_display().lower()
        changes = step.details.get("changes", ())
        names = [words for name, words in FIELD_WORDS.items() if name in changes]
        told.append(text + (f" ({', '.join(names)})" if names else ""))
    who = "; ".join(told) or "perubahan lain"
    return ChangedMeanwhile(
        f"Kasus ini sudah diubah sejak Anda membukanya. {who}. Isian Anda tidak disimpan; muat"
        " ulang halaman ini, lalu periksa kembali."
    )


def case_locked(case: Case, version: int | None = None) -> Case:
    """The case as it is now, held; raises `ChangedMeanwhile` when it is no longer of `version`."""
    case = Case.objects.select_for_update(of=("self",)).select_related("round").get(pk=case.pk)
    if version is not None and case.version != version:
        raise _changed_meanwhile(case, version)
    return case


def _must_run(round: Round) -> None:
    if round.status != Round.Status.BERJALAN:
        raise ValidationError(
            f"{round} {round.get_status_display().lower()}, jadi kasusnya tidak dapat diubah."
        )


def _must_allow(case: Case, status: str) -> None:
    if status not in Case.TRANSITIONS[case.status]:
        raise ValidationError(
            f"Kasus berstatus {case.get_status_display().lower()} tidak dapat menjadi"
            f" {Status(status).label.lower()}. Muat ulang halaman ini."
        )


def _one(case: Case) -> CaseQuerySet:
    return Case.objects.filter(pk=case.pk)


@transaction.atomic
def add_case(round: Round, household: Household, *, origin: str, by: User, note: str = "") -> Case:
    """Bring a family into a running round; a case that has ended goes on as it was.

    Raises ValidationError when the family has a case there already, open or decided.
    """
    require(by, "verification.add_case")
    if origin not in (Origin.USULAN, Origin.SANGGAH, Origin.PENGGANTI):
        raise ValueError(f"a case is not added as {origin}")
    household = Household.objects.select_for_update().get(pk=household.pk)
    if not by.scope.contains(household.village_id):
        raise PermissionDenied("Keluarga ini di luar wilayah tugas Anda.")
    round = Round.objects.select_for_update(no_key=True).get(pk=round.pk)
    _must_run(round)
    if not round.round_regions.filter(region=household.regency_code).exists():
        raise ValidationError(f"Kabupaten/kota keluarga ini tidak ikut dalam {round}.")
    if not household.is_active:
        raise ValidationError("Keluarga ini sudah nonaktif, jadi tidak dapat diverifikasi.")
    earlier = round.cases.filter(household=household).first()
    if earlier:
        if earlier.status != Status.BERAKHIR or Case.objects.filter(carried_from=earlier).exists():
            raise ValidationError(
                f"Keluarga ini sudah ada dalam {round}: {earlier.get_status_display().lower()}."
            )
        steps.change(
            _one(earlier),
            "status = 'BELUM', end_reason = '', ended_by_id = NULL, ended_at = NULL",
            Action.BUKA_LAGI,
            by=by,
            note=note or f"{Origin(origin).label}.",
        )
        earlier.refresh_from_db()
        return earlier
    case = Case.objects.create(
        round=round,
        household=household,
        village_id=household.village_id,
        origin=origin,
        was_kpm=Household.objects.kpm().filter(pk=household.pk).exists(),
        risks=_risks_of(household, round),
    )
    CaseStep.objects.create(
        case=case,
        village_id=case.village_id,
        action=Action.TAMBAH,
        after=case.status,
        version=case.version,
        note=note,
        by=by,
    )
    return case


def _risks_of(household: Household, round: Round) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT risks FROM ({risks.found_sql(list(risks.RISKS))}) found"
            " WHERE household_id = %(household)s",
            {
                "household": household.pk,
                "today": timezone.localdate(),
                "unseen_months": round.unseen_months,
            },
        )
        found = cursor.fetchone()
    return found[0] if found else []


@transaction.atomic
def assign(cases: CaseQuerySet, *, officer: User | None, by: User) -> int:
    """Give open cases to an officer who works there, or to nobody; tells how many changed."""
    require(by, "verification.assign_case")
    chosen = cases.visible_to(by).open()
    if officer is not None:
        if not officer.is_active or not officer.has_perm("verification.visit_case"):
            raise ValidationError(f"{officer} tidak dapat mencatat kunjungan. Pilih petugas lain.")
        outside = chosen.exclude(officer.scope.condition(Case.PLACE)).count()
        if outside:
            raise ValidationError(
                f"{outside} kasus berada di luar wilayah tugas {officer}. Tidak ada yang"
                " ditugaskan; persempit pilihannya."
            )
    return steps.change(
        chosen.exclude(officer=officer) if officer else chosen.exclude(officer=None),
        "officer_id = %(officer)s",
        Action.TUGASKAN,
        by=by,
        note=f"Petugas: {officer}" if officer else "Tanpa petugas",
        values={"officer": officer.pk if officer else None},
    )


def _must_make_sense(case: Case, visit: Visit) -> None:
    if visit.visited_on > timezone.localdate():
        raise ValidationError({"visited_on": "Tanggal kunjungan tidak boleh sesudah hari ini."})
    if visit.is_eligible and not visit.is_found:
        raise ValidationError({"is_found": "Keluarga yang tidak ditemukan tidak dapat layak."})
    if not visit.is_eligible and visit.reason not in ExitReason.values:
        raise ValidationError({"reason": "Sebutkan alasan keluarga tidak layak."})
    members = set(case.household.members.active().values_list("pk", flat=True))
    for finding in visit.members:
        if finding.person_id not in members:
            raise ValidationError("Ada anggota yang bukan dari keluarga ini. Muat ulang halaman.")
        if finding.outcome not in CaseMember.Outcome.values:
            raise ValidationError("Hasil anggota tidak dikenal. Muat ulang halaman ini.")
        if finding.new_nik and not is_nik_shaped(finding.new_nik):
            raise ValidationError({f"nik_{finding.person_id}": "NIK ini tidak sah."})


def _changes(case: Case, visit: Visit) -> dict[str, list]:
    """Old and new of what differs, as it is told on the timeline and to a second officer."""
    pairs = {
        "is_found": (case.is_found, visit.is_found),
        "is_eligible": (case.is_eligible, visit.is_eligible),
        "reason": (case.reason, "" if visit.is_eligible else visit.reason),
        "visited_on": (case.visited_on and str(case.visited_on), str(visit.visited_on)),
        "note": (case.note, visit.note),
    }
    changes = {name: list(pair) for name, pair in pairs.items() if pair[0] != pair[1]}
    before = {member.person_id: member.outcome for member in case.members.all()}
    after = {finding.person_id: finding.outcome for finding in visit.members}
    if before != after:
        # Which persons were at home is kept in CaseMember; the step only tells that it changed.
        changes["members"] = [len(before), len(after)]
    return changes


@transaction.atomic
def record_visit(case: Case, visit: Visit, *, key: UUID, version: int, by: User) -> Case:
    """Record what was found; with the same `key` again it is the same visit and changes nothing.

    A visit that nobody has checked yet may be recorded anew. Raises `ChangedMeanwhile` when the
    case is no longer of `version`.
    """
    require(by, "verification.visit_case", case)
    case = case_locked(case)
    earlier = CaseStep.objects.filter(key=key).first()
    if earlier:
        if earlier.case_id != case.pk:
            raise ValidationError("Isian ini milik kasus lain. Buka kembali kunjungannya.")
        return case
    if case.version != version:
        raise _changed_meanwhile(case, version)
    _must_run(case.round)
    _must_allow(case, Status.DIKUNJUNGI)
    _must_make_sense(case, visit)
    before, changes = case.status, _changes(case, visit)
    case.status = Status.DIKUNJUNGI
    case.is_found, case.is_eligible = visit.is_found, visit.is_eligible
    case.reason = "" if visit.is_eligible else visit.reason
    case.visited_on, case.visited_by, case.note = visit.visited_on, by, visit.note
    case.upload = None
    case.version += 1
    case.changed_at = timezone.now()
    case.save()
    case.members.all().delete()
    CaseMember.objects.bulk_create(
        CaseMember(
            case=case,
            village_id=case.village_id,
            person_id=finding.person_id,
            outcome=finding.outcome,
            new_nik=finding.new_nik,
        )
        for finding in visit.members
    )
    details = {"changes": changes, "answers": dict(visit.answers)}
    if visit.location:
        details["location"] = list(visit.location)
    CaseStep.objects.create(
        case=case,
        village_id=case.village_id,
        action=Action.KUNJUNGI,
        before=before,
        after=case.status,
        version=case.version,
        note=visit.note,
        details=details,
        key=key,
        by=by,
    )
    return case


# NIKs that the visits correct and that belong to somebody else, here or in another regency.
_TAKEN = """
SELECT m.case_id FROM verification_casemember m
WHERE m.new_nik <> '' AND m.case_id = ANY (%(cases)s) AND (
    EXISTS (SELECT FROM beneficiaries_person p
        WHERE p.nik = m.new_nik AND p.is_active AND p.id <> m.person_id)
    OR EXISTS (SELECT FROM verification_casemember o WHERE o.new_nik = m.new_nik
        AND o.case_id = ANY (%(cases)s) AND o.person_id <> m.person_id))
UNION
SELECT m.case_id FROM beneficiaries_elsewhere(ARRAY(
    SELECT new_nik::text FROM verification_casemember
    WHERE new_nik <> '' AND case_id = ANY (%(cases)s))) e
JOIN verification_casemember m ON m.new_nik = e.nik AND m.case_id = ANY (%(cases)s)
"""
_CORRECT = """
UPDATE beneficiaries_person p SET nik = m.new_nik, source_upload_id = NULL, source_row = NULL,
    source_user_id = %(by)s
FROM verification_casemember m
WHERE m.person_id = p.id AND m.new_nik NOT IN ('', p.nik) AND m.case_id = ANY (%(cases)s)
"""


def _approve(cases: CaseQuerySet, by: User) -> Checked:
    waiting = cases.to_check().exclude(round__status=Round.Status.DISIAPKAN)
    own = waiting.filter(visited_by=by).count()
    chosen = list(
        waiting.exclude(visited_by=by)
        .order_by("pk")
        .select_for_update(of=("self",))
        .values_list("pk", flat=True)
    )
    with pghistory.context(user=by.pk), connection.cursor() as cursor:
        cursor.execute(_TAKEN, {"cases": chosen})
        taken = {pk for (pk,) in cursor.fetchall()}
        chosen = [pk for pk in chosen if pk not in taken]
        cursor.execute(_CORRECT, {"cases": chosen, "by": by.pk})
    approved = steps.change(
        Case.objects.to_check().filter(pk__in=chosen),
        "status = 'DISETUJUI', decided_by_id = %(by)s, decided_at = now()",
        Action.SETUJUI,
        by=by,
    )
    return Checked(approved=approved, own=own, conflicting=len(taken))


@transaction.atomic
def check_case(case: Case, *, by: User, version: int | None = None) -> Case:
    """Approve a visit that another user has recorded; NIKs it corrects go into the register."""
    require(by, "verification.check_case", case)
    case = case_locked(case, version)
    if case.status != Status.DIKUNJUNGI:
        _must_allow(case, Status.DIKUNJUNGI)
        raise ValidationError("Kasus ini belum dikunjungi, jadi belum dapat disetujui.")
    checked = _approve(_one(case), by)
    if checked.own:
        raise ValidationError(
            "Kunjungan ini Anda catat sendiri. Mintalah petugas lain memeriksanya."
        )
    if checked.conflicting:
        raise ValidationError(
            "NIK yang dicatat sudah terdaftar atas nama orang lain. Kembalikan kasus ini agar NIK"
            " dicocokkan lagi dengan KTP-el."
        )
    case.refresh_from_db()
    return case


@transaction.atomic
def check_cases(cases: CaseQuerySet, *, by: User) -> Checked:
    """Approve those of `cases` that others have visited and that are free of conflicts."""
    require(by, "verification.check_case")
    return _approve(cases.visible_to(by), by)


@transaction.atomic
def return_case(case: Case, *, reason: str, by: User, version: int | None = None) -> Case:
    """Send a visited or approved case back to its visitor, with the reason."""
    require(by, "verification.check_case", case)
    if not reason.strip():
        raise ValidationError("Sebutkan alasan pengembalian agar petugas tahu apa yang diperbaiki.")
    case = case_locked(case, version)
    _must_run(case.round)
    if case.status not in (Status.DIKUNJUNGI, Status.DISETUJUI):
        raise ValidationError(
            f"Kasus berstatus {case.get_status_display().lower()} tidak dapat dikembalikan."
        )
    if case.upload_id:
        raise ValidationError(
            f"Hasil kasus ini berasal dari unggahan nomor {case.upload_id}. Batalkan unggahan itu"
            " atau unggah hasil yang baru."
        )
    steps.change(
        _one(case),
        "status = 'DIKEMBALIKAN', decided_by_id = NULL, decided_at = NULL",
        Action.KEMBALIKAN,
        by=by,
        note=reason.strip(),
    )
    case.refresh_from_db()
    notify(
        [case.visited_by] if case.visited_by_id != by.pk else [],
        topic=Notification.Topic.VERIFIKASI,
        text=f"Kunjungan Anda untuk kasus {case.pk} dikembalikan; alasannya ada pada halamannya.",
        url=reverse("admin:verification_case_change", args=[case.pk]),
    )
    return case


@transaction.atomic
def end_case(case: Case, *, reason: str, by: User, note: str = "") -> Case:
    """End an open case without an outcome; `reason` is a Case.EndReason, LAINNYA asks for a note.

    A family that is a KPM stays one: only an approved case lets it leave.
    """
    require(by, "verification.end_case", case)
    if reason not in Case.EndReason.values or reason == Case.EndReason.DIBAWA:
        raise ValidationError("Pilih sebab kasus diakhiri.")
    if reason == Case.EndReason.LAINNYA and not note.strip():
        raise ValidationError("Jelaskan sebab kasus diakhiri.")
    case = case_locked(case)
    _must_allow(case, Status.BERAKHIR)
    if case.status == Status.DIAJUKAN:
        raise ValidationError(
            f"Kasus ini sedang menunggu dalam unggahan nomor {case.upload_id}. Putuskan unggahan"
            " itu dahulu."
        )
    steps.change(
        _one(case),
        "status = 'BERAKHIR', end_reason = %(reason)s, ended_by_id = %(by)s, ended_at = now()",
        Action.AKHIRI,
        by=by,
        note=note.strip() or Case.EndReason(reason).label,
        values={"reason": reason},
    )
    case.refresh_from_db()
    return case
