"""Changes of matching with the civil registry: requests, their answers, decisions on results.

What cannot be done raises `ValidationError` with a sentence for the user, or `PermissionDenied`.
"""

from collections import Counter

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notification, User
from accounts.notifications import notify
from beneficiaries.actions import correct_person, restore_person
from beneficiaries.models import Person
from regions.models import Region
from uploads.models import Upload
from verification.models import (
    Agreement,
    CivilRecord,
    MatchBatch,
    MatchCandidate,
    MatchDecision,
    MatchResult,
    NotSame,
    Round,
)

Status = MatchBatch.Status
State = MatchResult.State
Verdict = MatchDecision.Verdict


def _require(user: User, permission: str, region_code: str) -> None:
    if user is None or not user.has_perm(permission):
        raise PermissionDenied("Peran Anda tidak mencakup tindakan ini.")
    if not user.scope.contains(region_code):
        raise PermissionDenied("Wilayah ini di luar wilayah tugas Anda.")


def _move(batch: MatchBatch, status: str) -> None:
    if status not in MatchBatch.TRANSITIONS[batch.status]:
        raise ValidationError(
            f"Permintaan ini {batch.get_status_display().lower()}"
            f" dan tidak dapat menjadi {Status(status).label.lower()}. Muat ulang halaman ini."
        )
    batch.status = status
    batch.save()


def _tell(batch: MatchBatch, text: str) -> None:
    notify(
        [batch.requested_by],
        topic=Notification.Topic.PEMADANAN,
        text=text,
        url=reverse("admin:verification_matchbatch_change", args=[batch.pk]),
    )


def _locked(batch: MatchBatch) -> MatchBatch:
    return MatchBatch.objects.select_for_update().get(pk=batch.pk)


def valid_agreement(region: Region) -> Agreement:
    """The PKS under which data of this region may be asked for and matched today.

    Raises ValidationError when there is none.
    """
    agreements = Agreement.objects.covering(region.code).order_by("-region", "-valid_until")
    today = timezone.localdate()
    found = agreements.valid_on(today).first()
    if found:
        return found
    last = agreements.first()
    reason = (
        f"{last} berakhir {last.ended_on or last.valid_until:%d-%m-%Y}."
        if last and last.valid_from <= today
        else f"Belum ada PKS dengan Dukcapil untuk {region} yang berlaku hari ini."
    )
    raise ValidationError(
        f"{reason} Tanpa PKS yang berlaku, data tidak boleh dipadankan;"
        " mintalah Koordinator provinsi mencatat PKS yang baru."
    )


# Who is asked for. Persons who wait for an answer already are not asked for twice.
_ASKED = """
INSERT INTO verification_matchresult
    (batch_id, person_id, village_id, asked_nik, outcome, state, rule, evidence, decisions_needed,
     consequence)
SELECT %(batch)s, p.id, p.village_id, p.nik, '', 'MENUNGGU', '', '{}', 1, ''
FROM beneficiaries_person p
WHERE p.is_active AND p.village_id LIKE %(inside)s
    AND CASE %(choice)s
        WHEN 'BELUM_PADAN' THEN p.nik_confirmed_on IS NULL
        WHEN 'NIK_BERMASALAH' THEN NOT p.nik_valid
        WHEN 'BERUBAH' THEN p.changed_at > coalesce(
            (SELECT max(r.matched_at) FROM verification_matchresult r WHERE r.person_id = p.id),
            '-infinity')
        ELSE true END
    AND (%(round)s::bigint IS NULL OR EXISTS (SELECT FROM verification_case c
        WHERE c.household_id = p.household_id AND c.round_id = %(round)s))
    AND NOT EXISTS (SELECT FROM verification_matchresult r
        JOIN verification_matchbatch b ON b.id = r.batch_id AND b.status IN ('DIMINTA', 'DIJAWAB')
        WHERE r.person_id = p.id)
"""


@transaction.atomic
def request_match(
    *,
    region: Region,
    choice: str,
    purpose: str,
    by: User,
    form: str = MatchBatch.Form.JAWABAN,
    round: Round | None = None,
) -> MatchBatch:
    """Ask the civil registry for the persons of a region; each gets a result that waits."""
    _require(by, "verification.add_matchbatch", region.code)
    if not purpose.strip():
        raise ValidationError("Sebutkan keperluan permintaan ini.")
    batch = MatchBatch.objects.create(
        agreement=valid_agreement(region),
        region=region,
        form=MatchBatch.Form(form),
        choice=MatchBatch.Choice(choice),
        round=round,
        purpose=purpose.strip(),
        requested_by=by,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            _ASKED,
            {
                "batch": batch.pk,
                "inside": f"{region.code}.%" if len(region.code) < 13 else region.code,
                "choice": batch.choice,
                "round": round and round.pk,
            },
        )
        batch.people = cursor.rowcount
    if not batch.people:
        raise ValidationError(
            "Tidak ada orang yang memenuhi pilihan ini, atau semuanya sedang menunggu jawaban"
            " permintaan lain."
        )
    batch.save(update_fields=["people"])
    return batch


@transaction.atomic
def cancel_batch(batch: MatchBatch, *, by: User) -> MatchBatch:
    """Withdraw a request that is not answered; its persons may be asked for again."""
    _require(by, "verification.add_matchbatch", batch.region_id)
    batch = _locked(batch)
    _move(batch, Status.DIBATALKAN)
    batch.results.all()._raw_delete("default")
    return batch


def take_answer(batch: MatchBatch, *, upload: Upload) -> MatchBatch:
    """The answer has come into the portal; runs in the transaction that applies the upload."""
    batch = _locked(batch)
    batch.answer, batch.answered_at, batch.failure = upload, timezone.now(), ""
    _move(batch, Status.DIJAWAB)
    return batch


def take_back_answer(batch: MatchBatch) -> MatchBatch:
    """The answer was taken back: its civil data go and the request waits again.

    Raises ValidationError once somebody has decided on a result; runs in the caller's transaction.
    """
    batch = _locked(batch)
    if MatchDecision.objects.filter(result__batch=batch, undone_at=None).exists():
        raise ValidationError(
            "Sudah ada putusan petugas atas hasil jawaban ini. Urungkan putusannya dahulu."
        )
    matched = batch.results.filter(state=State.OTOMATIS, outcome=MatchResult.Outcome.PADAN)
    Person.objects.filter(pk__in=matched.values("person_id"), source_upload=batch.answer).update(
        nik_confirmed_on=None
    )
    MatchCandidate.objects.filter(result__batch=batch).delete()
    batch.results.update(
        state=State.MENUNGGU, outcome="", rule="", evidence={}, consequence="", matched_at=None
    )
    batch.records.all()._raw_delete("default")
    batch.answer = batch.answered_at = batch.finished_at = None
    batch.failure = ""
    _move(batch, Status.DIMINTA)
    return batch


@transaction.atomic
def finish_batch(batch: MatchBatch) -> MatchBatch:
    batch = _locked(batch)
    batch.finished_at = timezone.now()
    _move(batch, Status.SELESAI)
    _tell(batch, f"Jawaban Dukcapil untuk {batch} selesai dipadankan.")
    return batch


@transaction.atomic
def fail_batch(batch: MatchBatch, *, reason: str) -> MatchBatch:
    batch = _locked(batch)
    batch.failure = reason
    _move(batch, Status.GAGAL)
    _tell(batch, f"Pemadanan {batch} gagal. Sebabnya tertulis pada permintaan itu.")
    return batch


def purge_expired() -> int:
    """Remove civil data whose time is over; candidates and results stay without them."""
    expired = CivilRecord.objects.filter(expires_on__lt=timezone.localdate())
    MatchCandidate.objects.filter(record__in=expired).update(record=None)
    return expired._raw_delete("default")


# Decisions


def _in_queue(result: MatchResult, by: User) -> MatchResult:
    _require(by, "verification.decide_matchresult", result.village_id)
    result = MatchResult.objects.select_for_update().get(pk=result.pk)
    if result.state != State.ANTRE:
        last = result.decisions.filter(undone_at=None).select_related("by").first()
        who = f" oleh {last.by} pada {timezone.localtime(last.at):%d-%m-%Y %H.%M}" if last else ""
        raise ValidationError(f"Orang ini sudah diputus{who}.")
    return result


def _note(result: MatchResult, verdict: str, by: User, candidate: MatchCandidate | None = None):
    result.decisions.filter(by=by, verdict=Verdict.LEWATI, undone_at=None).update(
        undone_at=timezone.now()
    )
    try:
        with transaction.atomic():
            return MatchDecision.objects.create(
                result=result,
                village_id=result.village_id,
                verdict=verdict,
                candidate=candidate,
                by=by,
            )
    except IntegrityError as error:
        raise ValidationError(
            "Anda sudah memutus orang ini; putusan kedua diambil petugas lain."
        ) from error


def _settled(result: MatchResult) -> bool:
    """Enough persons have decided the same."""
    votes = Counter(
        result.decisions.filter(undone_at=None)
        .exclude(verdict=Verdict.LEWATI)
        .values_list("verdict", "candidate")
    )
    return max(votes.values(), default=0) >= result.decisions_needed


@transaction.atomic
def accept(result: MatchResult, *, candidate: MatchCandidate, by: User) -> MatchResult:
    """Take the candidate as the person. With enough agreement the register is corrected."""
    result = _in_queue(result, by)
    if candidate.result_id != result.pk:
        raise ValidationError("Kandidat ini bukan untuk orang tersebut. Muat ulang halaman ini.")
    if candidate.record is None:
        raise ValidationError(
            "Data Dukcapil kandidat ini sudah dihapus karena masa simpannya habis; mintalah lagi."
        )
    decision = _note(result, Verdict.TERIMA, by, candidate)
    if not _settled(result):
        return result
    decision.before = correct_person(
        result.person, corrections(result, candidate), by=by, confirm_nik=True
    )
    decision.save(update_fields=["before"])
    return _close(result, State.DITERIMA, MatchResult.Outcome.PADAN)


def corrections(result: MatchResult, candidate: MatchCandidate) -> dict[str, object]:
    """What accepting the candidate would change in the register: field -> new value.

    An empty civil value changes nothing. The KK number is the family's: only its payee's record
    changes it, or that of a member without company.
    """
    person, record = result.person, candidate.record
    found = {
        name: getattr(record, name)
        for name in ("nik", "name", "birth_place", "birth_date", "sex", "mother_name")
        if getattr(record, name) and getattr(record, name) != getattr(person, name)
    }
    household = person.household
    speaks_for_family = household.payee_id == person.pk or (household.members.active().count() == 1)
    if speaks_for_family and record.kk_number and record.kk_number != household.kk_number:
        found["kk_number"] = record.kk_number
    return found


@transaction.atomic
def reject(result: MatchResult, *, by: User) -> MatchResult:
    """None of the candidates is the person; that is remembered for later batches."""
    result = _in_queue(result, by)
    decision = _note(result, Verdict.TOLAK, by)
    NotSame.objects.bulk_create(
        NotSame(
            person_id=result.person_id,
            village_id=result.village_id,
            nik=candidate.record.nik,
            decision=decision,
        )
        for candidate in result.candidates.select_related("record")
        if candidate.record
    )
    if not _settled(result):
        return result
    return _close(result, State.DITOLAK, MatchResult.Outcome.TIDAK_DITEMUKAN)


@transaction.atomic
def skip(result: MatchResult, *, by: User) -> MatchResult:
    """Leave the person for later: it goes to the end of this user's queue."""
    result = _in_queue(result, by)
    _note(result, Verdict.LEWATI, by)
    return result


def _close(result: MatchResult, state: str, outcome: str) -> MatchResult:
    result.state, result.outcome, result.decided_at = state, outcome, timezone.now()
    result.save(update_fields=["state", "outcome", "decided_at"])
    return result


@transaction.atomic
def undo(decision: MatchDecision, *, by: User) -> MatchResult:
    """Take back a decision of one's own; what it has changed in the register goes back.

    Raises ValidationError when somebody has changed the person since.
    """
    _require(by, "verification.decide_matchresult", decision.village_id)
    decision = MatchDecision.objects.select_for_update().get(pk=decision.pk)
    if decision.by_id != by.pk:
        raise PermissionDenied("Hanya yang memutus yang dapat mengurungkan putusannya.")
    if decision.undone_at is not None:
        raise ValidationError("Putusan ini sudah diurungkan.")
    result = MatchResult.objects.select_for_update().get(pk=decision.result_id)
    if decision.before:
        person = result.person
        if person.changed_at > (result.decided_at or decision.at):
            raise ValidationError(
                "Data orang ini sudah diubah lagi sesudah putusan itu, jadi tidak dapat"
                " dikembalikan. Perbaiki melalui lembar verifikasi."
            )
        restore_person(person, decision.before, by=by)
    decision.undone_at = timezone.now()
    decision.save(update_fields=["undone_at"])
    decision.not_same.all().delete()
    if result.state in (State.DITERIMA, State.DITOLAK):
        result.state, result.outcome, result.decided_at = State.ANTRE, "", None
        result.save(update_fields=["state", "outcome", "decided_at"])
    return result


@transaction.atomic
def accept_rule(*, rule: str, result_ids: list[int], by: User) -> int:
    """Accept the first candidate of many results of ONE rule, after a sample was looked at.

    Results that need a second person, or whose NIK is taken, stay in the queue; tells how many
    were accepted.
    """
    if not rule:
        raise ValidationError("Pilih satu aturan dahulu.")
    accepted = 0
    results = (
        MatchResult.objects.visible_to(by)
        .in_queue()
        .filter(pk__in=result_ids, rule=rule, decisions_needed=1)
    )
    for result in results.order_by("pk"):
        first = result.candidates.select_related("record").first()
        if first is None or first.record is None:
            continue
        try:
            with transaction.atomic():
                accept(result, candidate=first, by=by)
        except ValidationError:
            continue  # stays in the queue, where its page says why
        accepted += 1
    return accepted
