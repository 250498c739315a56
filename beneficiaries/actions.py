"""Changes of the register that people decide one by one; sheets change it through intake.py."""

from collections.abc import Mapping
from datetime import date

import pghistory
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from beneficiaries.models import Household, Person

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
