"""Two entries that are one person: every field has its rule, and a merge can be taken back."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.roles import Role
from beneficiaries.merging import PERSON_FIELDS, merged_values
from beneficiaries.models import Card, Person
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    CardFactory,
    HouseholdFactory,
    PersonFactory,
    UserFactory,
)
from verification.actions import duplicates
from verification.models import DuplicateGroup, DuplicateMember

NIK = "6203011205839077"
EMPTY = dict.fromkeys(PERSON_FIELDS, "") | {"nik_confirmed_on": None, "birth_date": None}


def test_every_field_of_a_person_has_a_rule():
    assert set(PERSON_FIELDS) == {field.name for field in Person._meta.concrete_fields}


@pytest.mark.parametrize(
    "survivor, merged, expected",
    [
        ({"nik": NIK}, {"nik": "123"}, {}),
        ({"nik": "123"}, {"nik": NIK}, {"nik": NIK, "nik_confirmed_on": None}),
        (
            {"nik": "6203011205839001"},
            {"nik": NIK, "nik_confirmed_on": date(2021, 5, 1)},
            {"nik": NIK, "nik_confirmed_on": date(2021, 5, 1)},
        ),
        ({"name": "A", "occupation": "PETANI"}, {"name": "B", "occupation": "NELAYAN"}, {}),
        ({}, {"mother_name": "MINARNI"}, {"mother_name": "MINARNI"}),
    ],
)
def test_what_the_survivor_takes_over(survivor, merged, expected):
    assert merged_values(EMPTY | survivor, EMPTY | merged) == expected


def group_of(*persons, crosses=False):
    group = DuplicateGroup.objects.create(
        kind="ORANG_SAMA", key="-".join(str(p.pk) for p in persons), crosses_regencies=crosses
    )
    DuplicateMember.objects.bulk_create(
        DuplicateMember(group=group, person=person, village_id=person.village_id)
        for person in persons
    )
    return group


@pytest.fixture
def officer():
    return UserFactory(regions=[KAPUAS])


@pytest.fixture
def pair():
    """A well known person, and a second entry of hers that holds the card and the confirmed NIK."""
    survivor = HouseholdFactory().payee
    double = HouseholdFactory(members=1, members__nik=NIK).payee
    Person.objects.filter(pk=double.pk).update(
        nik_confirmed_on=date(2021, 5, 1), mother_name="MINARNI"
    )
    CardFactory(household=double.household, holder=double)
    return survivor, double


@pytest.mark.django_db
def test_a_merge_and_its_undoing(pair, officer):
    survivor, double = pair
    old_nik = survivor.nik
    group = group_of(survivor, double)
    duplicates.merge(group, survivor=survivor, by=officer)
    survivor.refresh_from_db()
    double.refresh_from_db()
    assert (survivor.nik, survivor.mother_name) == (NIK, "MINARNI")
    assert survivor.nik_confirmed_on == date(2021, 5, 1)
    assert (double.is_active, double.inactive_reason) == (False, "GANDA")
    assert Card.objects.get().holder == survivor

    group = duplicates.undo(group, by=officer)
    survivor.refresh_from_db()
    double.refresh_from_db()
    assert (survivor.nik, survivor.mother_name) == (old_nik, "")
    assert (double.is_active, double.nik_confirmed_on) == (True, date(2021, 5, 1))
    assert Card.objects.get().holder == double
    assert double.household.__class__.objects.get(pk=double.household_id).payee_id == double.pk
    assert group.status == "TERBUKA" and group.merges.get().undone_by == officer


@pytest.mark.django_db
def test_what_was_changed_since_is_not_undone(pair, officer):
    survivor, double = pair
    group = group_of(survivor, double)
    merge = duplicates.merge(group, survivor=survivor, by=officer)[0]
    merge.before["at"] = "2021-01-01T00:00:00+00:00"
    merge.save()
    with pytest.raises(ValidationError, match="sudah diubah lagi sesudah digabung"):
        duplicates.undo(group, by=officer)


@pytest.mark.django_db
def test_a_group_across_regencies_is_the_province_s(officer):
    here, there = HouseholdFactory().payee, HouseholdFactory(village_id=OTHER_VILLAGE).payee
    group = group_of(here, there, crosses=True)
    with pytest.raises(PermissionDenied, match="Koordinator provinsi"):
        duplicates.merge(group, survivor=here, by=officer)
    coordinator = UserFactory(role=Role.KOORDINATOR, regions=["62"])
    duplicates.not_the_same(group, by=coordinator)
    group.refresh_from_db()
    assert (group.status, group.decided_by) == ("BUKAN_SAMA", coordinator)
    with pytest.raises(ValidationError, match="sudah berstatus"):
        duplicates.merge(group, survivor=here, by=coordinator)


@pytest.mark.django_db
def test_who_stands_outside_the_group_is_no_survivor(pair, officer):
    group = group_of(*pair)
    with pytest.raises(ValidationError, match="salah satu orang dalam kelompok"):
        duplicates.merge(group, survivor=PersonFactory(), by=officer)
