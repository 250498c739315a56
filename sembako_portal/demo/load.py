"""Puts the demo families into an empty register with COPY."""

import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta, timezone

from django.db import connection

from regions.models import Region
from sembako_portal.demo.population import REGISTER_DATE, Family, Member, Village

WIB = timezone(timedelta(hours=7))
# Three days after the date of the register; so nothing in the demo changed its rows since.
_LOADED_AT = datetime(2021, 1, 18, 8, 0, tzinfo=WIB)

# Kecamatan whose persons nobody has matched before; matching.py asks for them.
ASKED_LATER = ("62.03.08", "62.03.04")

_HOUSEHOLD = (
    "id dtks_id kk_number village_id address hamlet rt rw register register_date decile payee_id"
    " is_active inactive_reason created_at changed_at"
)
_PERSON = (
    "id household_id village_id nik name birth_place birth_date sex relation occupation mother_name"
    " match_note nik_confirmed_on is_active inactive_reason created_at changed_at"
)
_CARD = (
    "id household_id village_id holder_id bank_id card_number account_number status handed_over_on"
    " created_at changed_at"
)
_ENROLLMENT = (
    "id household_id village_id programme_id started_on ended_on end_reason created_at changed_at"
)


def villages() -> list[Village]:
    rows = Region.objects.filter(level=Region.Level.VILLAGE).order_by("code")
    return [
        Village(code, name, kind == Region.Kind.KELURAHAN)
        for code, name, kind in rows.values_list("code", "name", "kind")
    ]


def _field(value) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    for character, escaped in (("\\", r"\\"), ("\t", r"\t"), ("\n", r"\n"), ("\r", r"\r")):
        text = text.replace(character, escaped)
    return text


def copy(table: str, columns: str, rows: Iterable[Sequence]) -> int:
    """Write rows into a table by COPY and set its id sequence behind them; the number of rows."""
    text = io.StringIO()
    count = 0
    for row in rows:
        text.write("\t".join(map(_field, row)) + "\n")
        count += 1
    text.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({', '.join(columns.split())}) FROM STDIN", text)
        if "id" in columns.split():
            # The table name is one of this package's own constants.
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
            )
    return count


def load(families: Sequence[Family]) -> dict[str, int]:
    """Write families, members, cards and enrolments; the number of rows of each table.

    Household ids are the places in `families`, from 1: later steps rely on it.
    """
    return {
        "beneficiaries_household": copy(
            "beneficiaries_household", _HOUSEHOLD, _household_rows(families)
        ),
        "beneficiaries_person": copy("beneficiaries_person", _PERSON, _person_rows(families)),
        "beneficiaries_card": copy("beneficiaries_card", _CARD, _card_rows(families)),
        "beneficiaries_enrollment": copy(
            "beneficiaries_enrollment", _ENROLLMENT, _enrollment_rows(families)
        ),
    }


def _with_first_member(families: Sequence[Family]) -> Iterator[tuple[int, int, Family]]:
    """Household id, id of its first member, family."""
    first = 1
    for number, family in enumerate(families, start=1):
        yield number, first, family
        first += len(family.members)


# In what the ministry calls one register, families of three are met.
_REGISTERS = ("DTKS",) * 13 + ("DTSEN",) * 6 + ("BDT",)


def _household_rows(families: Sequence[Family]) -> Iterator[tuple]:
    for number, first, family in _with_first_member(families):
        yield (
            number, family.dtks_id, family.kk_number, family.village.code, family.address,
            family.hamlet, family.rt, family.rw, _REGISTERS[number % len(_REGISTERS)],
            REGISTER_DATE, family.decile,
            first + family.payee, family.is_active, family.inactive_reason, _LOADED_AT, _LOADED_AT,
        )  # fmt: skip


def _confirmed_on(family: Family, person: Member) -> date | None:
    """When Dukcapil confirmed the NIK; those whom the demo asks for have never been matched."""
    was_asked = family.village.code[:8] not in ASKED_LATER
    return REGISTER_DATE if was_asked and person.match_note == "PADAN" else None


def _person_rows(families: Sequence[Family]) -> Iterator[tuple]:
    for number, first, family in _with_first_member(families):
        for place, person in enumerate(family.members):
            yield (
                first + place, number, family.village.code, person.nik, person.name,
                person.birth_place, person.birth_date, person.sex, person.relation,
                person.occupation, person.mother_name, person.match_note,
                _confirmed_on(family, person), person.is_active,
                person.inactive_reason, _LOADED_AT, _LOADED_AT,
            )  # fmt: skip


def _card_rows(families: Sequence[Family]) -> Iterator[tuple]:
    card_id = 0
    for number, first, family in _with_first_member(families):
        if family.card is None:
            continue
        card_id += 1
        yield (
            card_id, number, family.village.code, first + family.payee, family.card.bank,
            family.card.card_number, family.card.account_number, family.card.status,
            family.card.handed_over_on, _LOADED_AT, _LOADED_AT,
        )  # fmt: skip


def _enrollment_rows(families: Sequence[Family]) -> Iterator[tuple]:
    enrollment_id = 0
    for number, _, family in _with_first_member(families):
        for enrollment in family.enrollments:
            enrollment_id += 1
            yield (
                enrollment_id, number, family.village.code, enrollment.programme,
                enrollment.started_on, enrollment.ended_on, enrollment.end_reason, _LOADED_AT,
                _LOADED_AT,
            )  # fmt: skip
