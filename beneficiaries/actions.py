"""Changes of the register that people decide one by one; sheets change it through intake.py."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import pghistory
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from beneficiaries.figures import age_on
from beneficiaries.merging import PERSON_FIELDS, merged_values
from beneficiaries.models import Card, ExitReason, Household, Person
from regions.models import Region

# What a person's civil record may correct; the KK number belongs to the family.
CORRECTABLE = ("nik", "name", "birth_place", "birth_date", "sex", "mother_name", "kk_number")


def _text(value) -> str:
    return value.isoformat() if isinstance(value, date) else value or ""


def confirmed_bearer(nik: str, *, other_than: Person) -> Person | None:
    """The active person whose NIK this is by word of Dukcapil."""
    return Person.objects.active().matched().filter(nik=nik).exclude(pk=other_than.pk).first()


@transaction.atomic
def correct_person(
    person: Person, changes: Mapping[str, object], *, by: User, confirm_nik: bool = False
) -> dict[str, str]:
    """Set fields of a person (and the family's KK number); tells what stood there before.

    With `confirm_nik` the NIK counts as confirmed by Dukcapil from today. Raises ValidationError
    when the NIK is confirmed for another active person.
    """
    unknown = set(changes) - set(CORRECTABLE)
    if unknown:
        raise ValueError(f"not correctable: {', '.join(sorted(unknown))}")
    household = Household.objects.select_for_update().get(pk=person.household_id)
    person = Person.objects.select_for_update().get(pk=person.pk)
    if not person.is_active:
        raise ValidationError("Orang ini sudah dinonaktifkan, jadi datanya tidak dapat diperbaiki.")
    before = {"nik_confirmed_on": _text(person.nik_confirmed_on)}
    said = set(changes)
    for name, value in changes.items():
        target = household if name == "kk_number" else person
        before[name] = _text(getattr(target, name))
        setattr(target, name, value)
    if confirm_nik:
        person.nik_confirmed_on = timezone.localdate()
        said.add("nik_confirmed_on")
    _save(person, household, said, by=by)
    return before


@transaction.atomic
def restore_person(person: Person, before: Mapping[str, str], *, by: User) -> None:
    """Give a person back what `correct_person` has told as standing there before."""
    household = Household.objects.select_for_update().get(pk=person.household_id)
    person = Person.objects.select_for_update().get(pk=person.pk)
    for name, text in before.items():
        field = (Household if name == "kk_number" else Person)._meta.get_field(name)
        setattr(household if name == "kk_number" else person, name, field.to_python(text or None))
        if not text and not field.null:
            setattr(household if name == "kk_number" else person, name, "")
    _save(person, household, set(before), by=by)


def _clear_same_day(person: Person) -> None:
    """Let another NIK be confirmed on the day on which the present one was.

    The trigger `CONFIRMATION` takes a day that is the same for one that was not said anew.
    """
    Person.objects.filter(pk=person.pk, nik_confirmed_on=person.nik_confirmed_on).exclude(
        nik=person.nik
    ).update(nik_confirmed_on=None)


def _save(person: Person, household: Household, names: set[str], *, by: User) -> None:
    source = {"source_upload": None, "source_row": None, "source_user": by}
    try:
        with transaction.atomic(), pghistory.context(user=by.pk):
            if "nik_confirmed_on" in names:
                _clear_same_day(person)
            for target, own in (
                (person, names - {"kk_number"}),
                (household, names & {"kk_number"}),
            ):
                if own:
                    for name, value in source.items():
                        setattr(target, name, value)
                    target.save(update_fields=[*own, *source])
    except IntegrityError as error:
        if "person_confirmed_nik_once" not in str(error):
            raise
        bearer = confirmed_bearer(person.nik, other_than=person)
        where = f" ({bearer.name})" if bearer else ""
        raise ValidationError(
            f"NIK ini sudah dibenarkan Dukcapil untuk orang lain yang masih aktif{where}."
            " Putuskan dahulu di Data ganda."
        ) from error


def _held(person: Person) -> dict[str, object]:
    return {name: getattr(person, name) for name in PERSON_FIELDS if name != "search"}


@transaction.atomic
def merge_persons(survivor: Person, merged: Person, *, by: User) -> dict:
    """Take one entry into the other: cards go over, gaps are filled, it is deactivated.

    Tells what `unmerge_persons` needs. Raises ValidationError when one of the two is not active.
    """
    both = Person.objects.select_for_update().order_by("pk").in_bulk([survivor.pk, merged.pk])
    survivor, merged = both[survivor.pk], both[merged.pk]
    if survivor.pk == merged.pk:
        raise ValidationError("Pilih dua data yang berbeda.")
    for person in (survivor, merged):
        if not person.is_active:
            raise ValidationError(f"{person.name} sudah dinonaktifkan. Muat ulang halaman ini.")
    changes = merged_values(_held(survivor), _held(merged))
    before = {
        "survivor": {name: _text(getattr(survivor, name)) for name in changes},
        "cards": list(merged.cards.values_list("pk", flat=True)),
        "payee_of": list(Household.objects.filter(payee=merged).values_list("pk", flat=True)),
    }
    source = {"source_upload": None, "source_row": None, "source_user": by}
    with pghistory.context(user=by.pk):
        # First the entry that goes: a confirmed NIK belongs to one active person at a time.
        Person.objects.filter(pk=merged.pk).update(
            is_active=False, inactive_reason=ExitReason.GANDA, **source
        )
        Person.objects.filter(pk=survivor.pk).update(**changes, **source)
        if survivor.cards.filter(status__in=Card.ACTIVE).exists():
            # A holder has one active card; the other is blocked until the bank takes it back.
            active = merged.cards.filter(status__in=Card.ACTIVE)
            before["blocked"] = list(active.values_list("pk", "status"))
            active.update(status=Card.Status.DIBLOKIR)
        merged.cards.update(holder=survivor, **source)
        stays = survivor.pk if survivor.household_id == merged.household_id else None
        Household.objects.filter(pk__in=before["payee_of"]).update(payee=stays, **source)
    before["at"] = Person.objects.values_list("changed_at", flat=True).get(pk=merged.pk).isoformat()
    return before


@transaction.atomic
def unmerge_persons(survivor: Person, merged: Person, before: Mapping, *, by: User) -> None:
    """Take a merge back. Raises ValidationError when one of the two was changed since."""
    both = Person.objects.select_for_update().order_by("pk").in_bulk([survivor.pk, merged.pk])
    at = datetime.fromisoformat(before["at"])
    for person in both.values():
        if person.changed_at != at:
            raise ValidationError(
                f"Data {person.name} sudah diubah lagi sesudah digabung, jadi penggabungan tidak"
                " dapat diurungkan."
            )
    values = {
        name: Person._meta.get_field(name).to_python(text or None)
        if Person._meta.get_field(name).null
        else text
        for name, text in before["survivor"].items()
    }
    source = {"source_upload": None, "source_row": None, "source_user": by}
    with pghistory.context(user=by.pk):
        Person.objects.filter(pk=survivor.pk).update(**values, **source)
        Person.objects.filter(pk=merged.pk).update(is_active=True, inactive_reason="", **source)
        Card.objects.filter(pk__in=before["cards"]).update(holder=merged, **source)
        for pk, status in before.get("blocked", ()):
            Card.objects.filter(pk=pk).update(status=status)
        Household.objects.filter(pk__in=before["payee_of"]).update(payee=merged, **source)


# Many families at once: the caller's temporary table names them (household_id, enters, reason).

_HOLD = """
SELECT count(*) FROM (SELECT h.id FROM beneficiaries_household h
    WHERE h.id IN (SELECT household_id FROM {table}) ORDER BY h.id FOR NO KEY UPDATE) held
"""
_END = """
UPDATE beneficiaries_enrollment t
SET ended_on = greatest(%(on)s, t.started_on), end_reason = d.reason,
    source_upload_id = NULL, source_row = NULL, source_user_id = %(user)s
FROM {table} d, beneficiaries_programme g
WHERE t.household_id = d.household_id AND NOT d.enters AND t.ended_on IS NULL
    AND g.code = t.programme_id AND g.is_sembako
"""
_START = """
INSERT INTO beneficiaries_enrollment (household_id, village_id, programme_id, started_on,
    end_reason, source_user_id, created_at, changed_at)
SELECT h.id, h.village_id, 'SEMBAKO', %(on)s, '', %(user)s, now(), now()
FROM {table} d JOIN beneficiaries_household h ON h.id = d.household_id AND h.is_active
WHERE d.enters AND NOT EXISTS (
    SELECT FROM beneficiaries_enrollment e
    JOIN beneficiaries_programme g ON g.code = e.programme_id AND g.is_sembako
    WHERE e.household_id = h.id AND e.ended_on IS NULL)
"""


def change_enrollments(cursor, *, table: str, on: date, by: User) -> tuple[int, int]:
    """Begin and end Sembako enrolments as `table` says; tells how many began and how many ended.

    What is so already stays untouched, and a family that is no longer active does not begin.
    """
    values = {"on": on, "user": by.pk}
    cursor.execute(_HOLD.format(table=table))
    cursor.execute(_END.format(table=table), values)
    ended = cursor.rowcount
    cursor.execute(_START.format(table=table), values)
    return cursor.rowcount, ended


_TOUCHED = """
CREATE TEMPORARY TABLE changed ON COMMIT DROP AS
SELECT e.id, d.enters FROM {table} d
JOIN beneficiaries_enrollment e ON e.household_id = d.household_id
JOIN beneficiaries_programme g ON g.code = e.programme_id AND g.is_sembako
WHERE e.changed_at = %(at)s AND e.source_user_id = %(applied_by)s
    AND (e.ended_on IS NULL) = d.enters
    AND (d.enters OR NOT EXISTS (SELECT FROM beneficiaries_enrollment o
        WHERE o.household_id = e.household_id AND o.programme_id = e.programme_id
            AND o.ended_on IS NULL))
"""


def restore_enrollments(
    cursor, *, table: str, at: datetime, applied_by: User, expected: int, by: User
) -> None:
    """Take back what `change_enrollments` has done at that time: all of it or nothing.

    Nothing of the register is deleted: what had begun ends with the reason BATAL.
    """
    cursor.execute(_HOLD.format(table=table))
    cursor.execute("DROP TABLE IF EXISTS changed")
    cursor.execute(_TOUCHED.format(table=table), {"at": at, "applied_by": applied_by.pk})
    if cursor.rowcount != expected:
        raise ValidationError(
            f"{expected - cursor.rowcount} kepesertaan sudah diubah lagi sesudah itu, jadi"
            " penerapan tidak dapat diurungkan. Perubahan berikutnya melalui putaran baru."
        )
    source = "source_upload_id = NULL, source_row = NULL, source_user_id = %(user)s"
    values = {"user": by.pk, "today": timezone.localdate(), "reason": ExitReason.BATAL}
    cursor.execute(
        "UPDATE beneficiaries_enrollment t SET ended_on = greatest(t.started_on, %(today)s),"
        f" end_reason = %(reason)s, {source} FROM changed c WHERE t.id = c.id AND c.enters",
        values,
    )
    cursor.execute(
        f"UPDATE beneficiaries_enrollment t SET ended_on = NULL, end_reason = '', {source}"
        " FROM changed c WHERE t.id = c.id AND NOT c.enters",
        values,
    )


ADULT_AGE = 17  # who has a KTP-el


@transaction.atomic
def register_family(
    village: Region,
    family: Mapping[str, str],
    members: Sequence[Mapping[str, object]],
    *,
    by: User,
) -> Household:
    """Enter a new family; its head, or else the first member, becomes its pengurus.

    Values are canonical (spreadsheets/cells). The family takes part in no programme by this.
    """
    if not members:
        raise ValidationError("Keluarga tanpa anggota tidak dapat didaftarkan.")
    source = {"source_user": by}
    with pghistory.context(user=by.pk):
        household = Household.objects.create(village=village, **family, **source)
        people = Person.objects.bulk_create(
            Person(household=household, village=village, **member, **source) for member in members
        )
        heads = [one for one in people if one.relation == Person.Relation.KEPALA_KELUARGA]
        household.payee = (heads or people)[0]
        household.save(update_fields=["payee"])
    return household


@transaction.atomic
def change_payee(
    household: Household, person: Person, *, old_leaves_as: str = "", by: User
) -> Household:
    """Make a member the pengurus; with `old_leaves_as` (an ExitReason) the old one is deactivated.

    Raises ValidationError when the new one is no active adult member of the family.
    """
    household = Household.objects.select_for_update().get(pk=household.pk)
    both = Person.objects.select_for_update().order_by("pk")
    person = both.get(pk=person.pk)
    if person.household_id != household.pk or not person.is_active:
        raise ValidationError(f"{person.name} bukan anggota aktif keluarga ini.")
    age = age_on(person.birth_date, timezone.localdate())
    if age is None or age < ADULT_AGE:
        raise ValidationError(
            f"{person.name} belum berumur {ADULT_AGE} tahun atau tanggal lahirnya kosong, jadi"
            " belum dapat menjadi pengurus."
        )
    source = {"source_upload": None, "source_row": None, "source_user": by}
    with pghistory.context(user=by.pk):
        if old_leaves_as and household.payee_id:
            Person.objects.filter(pk=household.payee_id, is_active=True).update(
                is_active=False, inactive_reason=old_leaves_as, **source
            )
        Household.objects.filter(pk=household.pk).update(payee=person, **source)
    household.refresh_from_db()
    return household
