"""Who leaves, who takes the place, who holds the card: the only place where that is changed.

Families leave and enter by cases alone. What cannot be done raises `ValidationError` with a
sentence for the user, or `PermissionDenied`.
"""

from datetime import date
from uuid import uuid4

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import require
from beneficiaries.actions import change_payee
from beneficiaries.models import Enrollment, ExitReason, Household, Person, Quota
from verification.actions import cases
from verification.actions.meetings import save_checked
from verification.actions.proposals import newest_running, running_round
from verification.actions.quotas import locked_quotas, require_within
from verification.figures.quotas import (
    full_villages,
    places_of,
    vacant,
    waiting_cases,
    waiting_list,
)
from verification.models import (
    Attachment,
    Case,
    Decided,
    Endorsement,
    PayeeChange,
    Replacement,
    Round,
)
from verification.waiting import passed_over

Status = Decided.Status
ENTER = "verification.add_replacement"
DECIDE = "verification.decide_replacement"


@transaction.atomic
def record_leaving(
    household: Household, *, reason: str, happened_on: date, proof: str, by: User
) -> Case:
    """Note in the running round that a KPM leaves, with the proof; another user checks it.

    Graduation is one of the reasons. The family takes part until the case is checked and decreed.
    """
    require(by, "verification.visit_case", household.village_id)
    if reason not in ExitReason.values or reason == ExitReason.BATAL:
        raise ValidationError({"reason": "Pilih alasan keluar."})
    if happened_on > timezone.localdate():
        raise ValidationError({"happened_on": "Tanggal kejadian setelah hari ini; perbaiki."})
    if not proof.strip():
        raise ValidationError({"proof": "Sebutkan buktinya, misalnya nomor akta kematian."})
    if not Enrollment.objects.active().sembako().filter(household=household).exists():
        raise ValidationError(f"{household} bukan KPM, jadi tidak dapat keluar.")
    members = household.members.filter(is_active=True).count()
    if reason == ExitReason.MENINGGAL and members > 1:
        raise ValidationError(
            {
                "reason": f"Keluarga ini masih {members} orang. Bila pengurusnya meninggal, pakai"
                " Ganti pengurus; keluarga tetap KPM."
            }
        )
    round = running_round(household.village_id[:5])
    case = Case.objects.filter(round=round, household=household).first()
    if case is None or case.status == Case.Status.BERAKHIR:
        if not by.has_perm("verification.add_case"):
            raise ValidationError(
                "Keluarga ini tidak ada dalam putaran yang berjalan. Mintalah petugas"
                " kabupaten/kota mencatatnya."
            )
        case = cases.add_case(round, household, origin=Case.Origin.SANGGAH, by=by, note=proof)
    if case.status == Case.Status.DISETUJUI:
        raise ValidationError(
            "Kasus keluarga ini sudah terverifikasi dalam putaran ini. Kembalikan dahulu kasusnya."
        )
    visit = cases.Visit(
        visited_on=timezone.localdate(),
        is_found=reason != ExitReason.TIDAK_DITEMUKAN,
        is_eligible=False,
        reason=reason,
        note=f"Kejadian {happened_on:%d-%m-%Y}. Bukti: {proof.strip()}",
    )
    return cases.record_visit(case, visit, key=uuid4(), version=case.version, by=by)


def round_of_places(regency: str) -> Round:
    """The round in which places are given now: a running one, or else the last one of the regency
    as long as its list has not been made."""
    if running := newest_running(regency):
        return running
    listed = Endorsement.objects.standing().filter(region=regency)
    closed = (
        Round.objects.filter(status=Round.Status.DITUTUP, round_regions__region=regency)
        .exclude(pk__in=listed.values("round"))
        .order_by("-starts_on", "-pk")
        .first()
    )
    return closed or running_round(regency)


def _require_places(quotas: list[Quota], *, replaces: bool) -> None:
    if not quotas and not replaces:
        raise ValidationError(
            "Kuota tahun ini belum ditetapkan, jadi keluarga hanya dapat masuk menggantikan yang"
            " keluar. Mintalah koordinator menetapkan kuota."
        )
    places = places_of(quotas)
    for quota in quotas:
        if places[quota.pk].is_full:
            raise ValidationError(
                f"{quota} sebanyak {quota.families} keluarga sudah terpakai"
                f" {places[quota.pk].taken}; tidak ada tempat tersisa."
            )


@transaction.atomic
def propose_replacement(
    household: Household, *, leaving: Case | None = None, skip_reason: str = "", by: User
) -> Replacement:
    """Ask a place for a family of the waiting list, that of a family that leaves or a free one.

    It holds the place until it is decided. Taking another than the first who could be taken needs
    a reason. Two users never get more places than the quota has: its rows are locked first.
    """
    require(by, ENTER, household.village_id)
    regency = household.village_id[:5]
    round = round_of_places(regency)
    quotas = locked_quotas(household.village_id, round.due_on.year)
    case = (
        waiting_cases(Case.objects.filter(household=household))
        .order_by("-round__starts_on", "-pk")
        .first()
    )
    if case is None:
        raise ValidationError(f"{household} tidak ada dalam daftar tunggu. Muat ulang halaman ini.")
    if leaving is not None:
        _require_vacant(leaving, regency)
    _require_places(quotas, replaces=leaving is not None)
    order = waiting_list(regency)
    chosen = next(one for one in order if one.household_id == household.pk)
    before = passed_over(order, household.pk, full_villages(regency, round.due_on.year))
    if before and not skip_reason.strip():
        raise ValidationError(
            {"skip_reason": f"{len(before)} keluarga berperingkat lebih tinggi dilewati."
             " Sebutkan alasannya."}
        )  # fmt: skip
    replacement = Replacement(
        round=round,
        household=household,
        village_id=household.village_id,
        case=case,
        leaving=leaving,
        rank=order.index(chosen) + 1,
        waiting=len(order),
        why_rank=chosen.why,
        skipped=len(before),
        skip_reason=skip_reason.strip() if before else "",
        made_by=by,
    )
    save_checked(replacement)
    return replacement


def _require_vacant(leaving: Case, regency: str) -> None:
    if leaving.regency_code != regency:
        raise ValidationError("Keluarga yang keluar dan yang masuk harus sekabupaten/kota.")
    # The lock keeps a second replacement of the same family waiting for the first.
    Case.objects.select_for_update(of=("self",)).get(pk=leaving.pk)
    if not vacant(Case.objects.filter(pk=leaving.pk)).exists():
        raise ValidationError("Tempat keluarga itu sudah diisi atau kasusnya berubah. Muat ulang.")


def _decidable(model, thing, by: User, to: str):
    thing = model.objects.select_for_update(of=("self",)).get(pk=thing.pk)
    require(by, DECIDE, thing.village_id)
    if to not in Decided.TRANSITIONS[thing.status]:
        raise ValidationError(
            f"{thing} sudah {thing.get_status_display().lower()}. Muat ulang halaman ini."
        )
    if thing.made_by_id == by.pk:
        raise PermissionDenied("Anda sendiri yang mengajukannya, jadi harus diputus petugas lain.")
    thing.status = to
    return thing


def _decided(thing, answer: str, by: User):
    thing.answer, thing.decided_by, thing.decided_at = answer.strip(), by, timezone.now()
    save_checked(thing)
    return thing


@transaction.atomic
def grant_replacement(replacement: Replacement, *, answer: str = "", by: User) -> Replacement:
    """The family gets the place that was held for it; the decree makes it a KPM."""
    replacement = _decidable(Replacement, replacement, by, Status.DISETUJUI)
    quotas = locked_quotas(replacement.village_id, replacement.round.due_on.year)
    require_within(quotas, advice="Tolak pengajuan ini, atau mintalah tambahan kuota.")
    if replacement.case.result != Case.Result.MASUK:
        raise ValidationError("Kasus keluarga ini tidak lagi terverifikasi layak; tolak pengajuan.")
    return _decided(replacement, answer, by)


@transaction.atomic
def refuse_replacement(replacement: Replacement, *, answer: str, by: User) -> Replacement:
    """The place becomes free again and the family goes back to the waiting list."""
    replacement = _decidable(Replacement, replacement, by, Status.DITOLAK)
    if not answer.strip():
        raise ValidationError("Sebutkan alasan penolakan.")
    return _decided(replacement, answer, by)


@transaction.atomic
def propose_payee_change(
    household: Household,
    new_payee: Person,
    *,
    reason: str,
    happened_on: date,
    proof: str,
    file: Attachment | None = None,
    by: User,
) -> PayeeChange:
    """Ask that another member takes the card; a family of one has nobody and ends."""
    require(by, "verification.add_payeechange", household.village_id)
    household = Household.objects.select_for_update(of=("self",)).get(pk=household.pk)
    if household.payee_id is None:
        raise ValidationError("Keluarga ini belum punya pengurus yang tercatat.")
    if happened_on > timezone.localdate():
        raise ValidationError({"happened_on": "Tanggal kejadian setelah hari ini; perbaiki."})
    others = household.members.filter(is_active=True).exclude(pk=household.payee_id)
    if not others.exists():
        raise ValidationError(
            "Pengurus ini anggota satu-satunya, jadi tidak ada penggantinya. Catat keluarga ini"
            " keluar dengan alasan meninggal atau pindah."
        )
    if not others.filter(pk=new_payee.pk).exists():
        raise ValidationError({"new_payee": f"{new_payee} bukan anggota aktif keluarga ini."})
    change = PayeeChange(
        household=household,
        village_id=household.village_id,
        old_payee_id=household.payee_id,
        new_payee=new_payee,
        reason=reason,
        happened_on=happened_on,
        proof=proof.strip(),
        file=file,
        made_by=by,
    )
    save_checked(change)
    return change


@transaction.atomic
def grant_payee_change(change: PayeeChange, *, answer: str = "", by: User) -> PayeeChange:
    """The new pengurus stands in the register; who died or left is no active member any more.

    The card stays in the old name until the bank changes it.
    """
    change = _decidable(PayeeChange, change, by, Status.DISETUJUI)
    if change.household.payee_id != change.old_payee_id:
        raise ValidationError("Pengurus keluarga ini sudah berubah; tolak pengajuan.")
    change_payee(
        change.household,
        change.new_payee,
        old_leaves_as=PayeeChange.ENDS.get(change.reason, ""),
        by=by,
    )
    return _decided(change, answer, by)


@transaction.atomic
def refuse_payee_change(change: PayeeChange, *, answer: str, by: User) -> PayeeChange:
    change = _decidable(PayeeChange, change, by, Status.DITOLAK)
    if not answer.strip():
        raise ValidationError("Sebutkan alasan penolakan.")
    return _decided(change, answer, by)
