"""Changes of the register that people decide one by one; sheets change it through intake.py."""

from collections.abc import Mapping
from datetime import date, datetime

import pghistory
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from beneficiaries.merging import PERSON_FIELDS, merged_values
from beneficiaries.models import Card, ExitReason, Household, Person

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
    for name, value in changes.items():
        target = household if name == "kk_number" else person
        before[name] = _text(getattr(target, name))
        setattr(target, name, value)
    if confirm_nik:
        person.nik_confirmed_on = timezone.localdate()
    _save(person, household, set(before), by=by)
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


def _save(person: Person, household: Household, names: set[str], *, by: User) -> None:
    source = {"source_upload": None, "source_row": None, "source_user": by}
    try:
        with transaction.atomic(), pghistory.context(user=by.pk):
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
