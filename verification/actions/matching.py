"""Changes of matching with the civil registry: requests, their answers, decisions on results.

What cannot be done raises `ValidationError` with a sentence for the user, or `PermissionDenied`.
"""

from collections import Counter
from collections.abc import Callable, Collection

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notification, User
from accounts.notifications import notify
from accounts.permissions import require
from beneficiaries.actions import correct_person, restore_person
from regions.models import Region
from uploads.models import Upload
from verification.matching import rules
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
# Told the codes of regions in which the standing of persons with Dukcapil has changed, within the
# transaction that changes it.
listeners: list[Callable[[Collection[str]], None]] = []
State = MatchResult.State
Verdict = MatchDecision.Verdict


def tell(region_codes: Collection[str]) -> None:
    for listener in listeners:
        listener(region_codes)


def _move(batch: MatchBatch, status: str) -> None:
    if status not in MatchBatch.TRANSITIONS[batch.status]:
        raise ValidationError(
            f"Permintaan ini {batch.get_status_display().lower()}"
            f" dan tidak dapat menjadi {Status(status).label.lower()}. Muat ulang halaman ini."
        )
    batch.status = status
    batch.save()


def _notify_requester(batch: MatchBatch, text: str) -> None:
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
    require(by, "verification.add_matchbatch", region.code)
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
    require(by, "verification.add_matchbatch", batch.region_id)
    batch = _locked(batch)
    _move(batch, Status.DIBATALKAN)
    batch.results.all()._raw_delete("default")
    return batch


@transaction.atomic
def match_again(batch: MatchBatch, *, by: User) -> MatchBatch:
    """Let an answer whose matching failed be matched once more; the caller queues it."""
    require(by, "verification.add_matchbatch", batch.region_id)
    batch = _locked(batch)
    valid_agreement(batch.region)
    batch.failure = ""
    _move(batch, Status.DIJAWAB)
    return batch


def take_answer(batch: MatchBatch, *, upload: Upload) -> MatchBatch:
    """The answer has come into the portal; runs in the transaction that applies the upload."""
    batch = _locked(batch)
    batch.answer, batch.answered_at, batch.failure = upload, timezone.now(), ""
    _move(batch, Status.DIJAWAB)
    return batch


# What matching has written, and nobody has changed since, is as it was; the persons' answers before
# this one are their latest again.
_TAKE_BACK = """
UPDATE beneficiaries_person p SET nik_confirmed_on = NULL,
    nik = CASE WHEN r.nik_changed THEN r.asked_nik ELSE p.nik END
FROM verification_matchresult r
WHERE r.batch_id = %(batch)s AND r.person_id = p.id AND r.state = 'OTOMATIS'
    AND r.outcome = 'PADAN' AND p.source_upload_id = %(answer)s;
UPDATE verification_matchresult SET state = 'MENUNGGU', outcome = '', rule = '', evidence = '{}',
    consequence = '', matched_at = NULL, is_latest = false, nik_changed = false,
    decisions_needed = 1
WHERE batch_id = %(batch)s;
UPDATE verification_matchresult r SET is_latest = true
FROM (
    SELECT DISTINCT ON (o.person_id) o.id FROM verification_matchresult o
    JOIN verification_matchresult own ON own.person_id = o.person_id AND own.batch_id = %(batch)s
    WHERE o.matched_at IS NOT NULL ORDER BY o.person_id, o.matched_at DESC, o.id DESC
) newest
WHERE r.id = newest.id
"""


def take_back_answer(batch: MatchBatch) -> MatchBatch:
    """The answer was taken back: its civil data go and the request waits again.

    Raises ValidationError once somebody has decided on a result; runs in the caller's transaction.
    """
    batch = _locked(batch)
    if MatchDecision.objects.filter(result__batch=batch, undone_at=None).exists():
        raise ValidationError(
            "Sudah ada putusan petugas atas hasil jawaban ini. Urungkan putusannya dahulu."
        )
    MatchCandidate.objects.filter(result__batch=batch).delete()
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_BACK, {"batch": batch.pk, "answer": batch.answer_id})
    batch.records.all()._raw_delete("default")
    batch.answer = batch.answered_at = batch.finished_at = None
    batch.matched_before = batch.matched_after = None
    batch.failure = ""
    _move(batch, Status.DIMINTA)
    tell([batch.region_id])
    return batch


@transaction.atomic
def finish_batch(batch: MatchBatch) -> MatchBatch:
    batch = _locked(batch)
    batch.finished_at = timezone.now()
    _move(batch, Status.SELESAI)
    tell([batch.region_id])
    _notify_requester(batch, f"Jawaban Dukcapil untuk {batch} selesai dipadankan.")
    return batch


@transaction.atomic
def fail_batch(batch: MatchBatch, *, reason: str) -> MatchBatch:
    batch = _locked(batch)
    batch.failure = reason
    _move(batch, Status.GAGAL)
    _notify_requester(batch, f"Pemadanan {batch} gagal. Sebabnya tertulis pada permintaan itu.")
    return batch


@transaction.atomic
def purge_expired() -> int:
    """Remove civil data whose time is over; candidates and results stay without them."""
    expired = CivilRecord.objects.filter(expires_on__lt=timezone.localdate())
    MatchCandidate.objects.filter(record__in=expired).update(record=None)
    return expired._raw_delete("default")


# Decisions


def _in_queue(result: MatchResult, by: User) -> MatchResult:
    require(by, "verification.decide_matchresult", result.village_id)
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
    if not result.person.is_active:
        raise ValidationError("Orang ini sudah dinonaktifkan, jadi tidak dapat dipadankan.")
    decision = _note(result, Verdict.TERIMA, by, candidate)
    if not _settled(result):
        return result
    if candidate.record.response in MatchResult.MEANING:
        outcome, consequence = MatchResult.MEANING[candidate.record.response]
        return _close(result, State.DITERIMA, outcome, consequence=consequence)
    decision.before = correct_person(
        result.person, corrections(result, candidate), by=by, confirm_nik=True
    )
    decision.save(update_fields=["before"])
    return _close(
        result, State.DITERIMA, MatchResult.Outcome.PADAN, nik_changed="nik" in decision.before
    )


def corrections(result: MatchResult, candidate: MatchCandidate) -> dict[str, object]:
    """What accepting the candidate would change in the register: field -> new value.

    Of the dead and the moved nothing: what is to be done is proposed (`MatchResult.MEANING`).
    An empty civil value changes nothing. The KK number is the family's: only its payee's record
    changes it, or that of a member without company.
    """
    person, record = result.person, candidate.record
    if record.response in MatchResult.MEANING:
        return {}
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


def _close(
    result: MatchResult,
    state: str,
    outcome: str,
    *,
    consequence: str = "",
    nik_changed: bool = False,
) -> MatchResult:
    result.state, result.outcome, result.decided_at = state, outcome, timezone.now()
    result.consequence, result.nik_changed = consequence, nik_changed
    result.save(update_fields=["state", "outcome", "decided_at", "consequence", "nik_changed"])
    tell([result.village_id])
    return result


def _open_again(result: MatchResult) -> None:
    rule = rules.BY_CODE.get(result.rule)
    result.state, result.outcome, result.decided_at = State.ANTRE, "", None
    result.consequence, result.nik_changed = rule.proposal if rule else "", False
    result.save(update_fields=["state", "outcome", "decided_at", "consequence", "nik_changed"])
    tell([result.village_id])


@transaction.atomic
def undo(decision: MatchDecision, *, by: User) -> MatchResult:
    """Take back a decision of one's own; what it has changed in the register goes back.

    Raises ValidationError when somebody has changed the person since.
    """
    require(by, "verification.decide_matchresult", decision.village_id)
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
        _open_again(result)
    return result
