"""Changes of cards that people record one by one, and accounts opened in groups (burekol)."""

from datetime import date

import pghistory
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import require
from beneficiaries.models import Bank, Card
from distribution.models import AccountOpening, AccountOpeningMember, CardEvent
from regions.models import Region

Status = Card.Status


def _locked(card: Card, by: User) -> Card:
    card = Card.objects.select_for_update().get(pk=card.pk)
    require(by, "distribution.add_cardevent", card.village_id)
    return card


def _move(card: Card, status: str, *, on: date, note: str, by: User, replacement=None) -> CardEvent:
    """The only place where the status of one card changes: checks the way, saves, writes it down.

    Raises ValidationError for a way that does not exist, a day to come, or a second active card.
    """
    if status not in Card.TRANSITIONS[card.status]:
        raise ValidationError(
            f"Kartu berstatus {card.get_status_display().lower()} tidak dapat menjadi"
            f" {Status(status).label.lower()}. Muat ulang halaman ini."
        )
    if on > timezone.localdate():
        raise ValidationError("Tanggal setelah hari ini; isi tanggal kejadiannya.")
    before = card.status
    card.status = status
    if status == Status.DISERAHKAN:
        card.handed_over_on = on
    _save(card, by)
    return CardEvent.objects.create(
        card=card,
        household_id=card.household_id,
        village_id=card.village_id,
        before=before,
        after=status,
        happened_on=on,
        note=note.strip(),
        replacement=replacement,
        by=by,
    )


def _save(card: Card, by: User) -> None:
    card.source_upload, card.source_row, card.source_user = None, None, by
    try:
        with transaction.atomic(), pghistory.context(user=by.pk):
            card.save()
    except IntegrityError as error:
        for name in ("card_active_once", "card_number_once"):
            if name in str(error):
                rule = next(rule for rule in Card._meta.constraints if rule.name == name)
                raise ValidationError(rule.violation_error_message) from error
        raise


@transaction.atomic
def move_card(card: Card, *, status: str, on: date, note: str, by: User) -> CardEvent:
    """Hand over, report lost, block, or hand over again; what happened is told for the last two."""
    if status == Status.DIGANTI:
        raise ValueError("a card is replaced by replace_card")
    if status in (Status.HILANG, Status.DIBLOKIR) and not note.strip():
        raise ValidationError("Tulis keterangannya: siapa yang melapor dan apa yang terjadi.")
    return _move(_locked(card, by), status, on=on, note=note, by=by)


@transaction.atomic
def replace_card(card: Card, *, card_number: str, on: date, note: str, by: User) -> Card:
    """End a card and write down the one that takes its place, with the same holder and account."""
    card = _locked(card, by)
    if len(card_number) != 16 or not card_number.isdecimal():
        raise ValidationError("Nomor KKS baru harus 16 angka.")
    if Card.objects.filter(card_number=card_number).exists():
        raise ValidationError("Nomor KKS ini sudah tercatat.")
    event = _move(card, Status.DIGANTI, on=on, note=note, by=by)
    new = Card(
        household_id=card.household_id,
        village_id=card.village_id,
        holder_id=card.holder_id,
        bank_id=card.bank_id,
        card_number=card_number,
        account_number=card.account_number,
        status=Status.DIBUKA,
    )
    _save(new, by)
    CardEvent.objects.filter(pk=event.pk).update(replacement=new)
    CardEvent.objects.create(
        card=new,
        household_id=new.household_id,
        village_id=new.village_id,
        after=Status.DIBUKA,
        happened_on=on,
        note="Pengganti kartu lama",
        by=by,
    )
    return new


# Payees of active Sembako families without an active card and without an account on its way.
_WAITING = """
SELECT h.id, h.village_id, h.payee_id FROM beneficiaries_household h
WHERE h.is_active AND h.payee_id IS NOT NULL
    AND (h.village_id = %(place)s OR h.village_id LIKE %(inside)s)
    AND EXISTS (SELECT FROM beneficiaries_enrollment e
        JOIN beneficiaries_programme g ON g.code = e.programme_id AND g.is_sembako
        WHERE e.household_id = h.id AND e.ended_on IS NULL)
    AND NOT EXISTS (SELECT FROM beneficiaries_card c
        WHERE c.household_id = h.id AND c.status IN ('DIBUKA', 'DISERAHKAN'))
    AND NOT EXISTS (SELECT FROM distribution_accountopeningmember m
        WHERE m.person_id = h.payee_id AND m.status IN ('PROSES', 'SUKSES') AND m.card_id IS NULL)
"""


def count_waiting(place: str) -> int:
    """How many payees inside `place` need an account; the caller has checked the scope."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM ({_WAITING}) w", {"place": place, "inside": f"{place}.%"}
        )
        return cursor.fetchone()[0]


@transaction.atomic
def open_accounts(
    *, bank: Bank, place: Region, name: str, sent_on: date, by: User
) -> AccountOpening:
    """Put everybody inside `place` who has no card yet into one group for the bank."""
    require(by, "distribution.add_accountopening", place.code)
    opening = AccountOpening(
        bank=bank, region_id=place.code[:5], name=name.strip(), sent_on=sent_on, created_by=by
    )
    opening.full_clean(exclude=["created_by", "region"])
    opening.save()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO distribution_accountopeningmember (opening_id, household_id, village_id,"
            " person_id, status, reason, account_number)"
            " SELECT %(opening)s, w.id, w.village_id, w.payee_id, 'PROSES', '', ''"
            f" FROM ({_WAITING}) w",
            {"opening": opening.pk, "place": place.code, "inside": f"{place.code}.%"},
        )
        if not cursor.rowcount:
            raise ValidationError(
                f"Tidak ada pengurus tanpa kartu di {place}; semuanya sudah punya kartu atau sedang"
                " dibukakan rekening."
            )
    return opening


@transaction.atomic
def decide_member(
    member: AccountOpeningMember,
    *,
    status: str,
    reason: str = "",
    account_number: str = "",
    by: User,
) -> AccountOpeningMember:
    """Write down what the bank says of one account."""
    member = AccountOpeningMember.objects.select_for_update().get(pk=member.pk)
    require(by, "distribution.add_accountopening", member.village_id)
    if status not in AccountOpeningMember.TRANSITIONS[member.status]:
        raise ValidationError(
            f"Rekening ini sudah {member.get_status_display().lower()}. Muat ulang halaman ini."
        )
    if status == AccountOpeningMember.Status.GAGAL and not reason.strip():
        raise ValidationError("Sebutkan alasan rekening gagal dibuka.")
    member.status = status
    member.reason = reason.strip() if status == AccountOpeningMember.Status.GAGAL else ""
    member.account_number = account_number or member.account_number
    member.decided_at = timezone.now()
    member.save()
    finish_openings([member.opening_id])
    return member


def finish_openings(openings: list[int]) -> None:
    """A burekol is done when the bank has said something of each of its members."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE distribution_accountopening o SET"
            " status = CASE WHEN x.open THEN 'PROSES' ELSE 'SELESAI' END,"
            " finished_at = CASE WHEN x.open THEN NULL ELSE coalesce(o.finished_at, now()) END"
            " FROM (SELECT opening_id, bool_or(status = 'PROSES') AS open"
            " FROM distribution_accountopeningmember WHERE opening_id = ANY (%s) GROUP BY 1) x"
            " WHERE o.id = x.opening_id",
            [openings],
        )
