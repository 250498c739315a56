"""Finding entries that may be one person, the exact ways."""

from datetime import date

import pytest
from django.utils import timezone

from tests.factories import OTHER_VILLAGE, VILLAGE, HouseholdFactory, PersonFactory, UserFactory
from verification.doubles import find_alike, find_exact
from verification.models import DuplicateGroup, DuplicateMember

pytestmark = pytest.mark.django_db
NIK = "6203011205839077"
MOTHER = {"name": "SITI", "birth_date": date(1990, 1, 2), "mother_name": "MINARNI"}


def found():
    find_exact()
    return {
        (group.kind, frozenset(group.members.values_list("person_id", flat=True)))
        for group in DuplicateGroup.objects.open()
    }


def test_the_same_nik():
    one, two, three = PersonFactory(nik=NIK), PersonFactory(nik=NIK), PersonFactory(nik=NIK)
    PersonFactory(nik=NIK, is_active=False, inactive_reason="PINDAH")
    PersonFactory.create_batch(2, nik="123")
    assert found() == {("NIK_SAMA", frozenset({one.pk, two.pk, three.pk}))}


def test_one_kk_number_in_two_places():
    families = [
        HouseholdFactory(kk_number="6203081501159001", village_id=village)
        for village in (VILLAGE, OTHER_VILLAGE)
    ]
    HouseholdFactory.create_batch(2, kk_number="6203081501159055")
    assert found() == {("KK_DUA_TEMPAT", frozenset(family.payee_id for family in families))}
    assert DuplicateGroup.objects.get().crosses_regencies


def test_one_person_in_two_families():
    one, two = PersonFactory(**MOTHER), PersonFactory(**MOTHER)
    family = HouseholdFactory(members=0)
    PersonFactory(household=family, **MOTHER | {"name": "SARI"})
    assert found() == {("DUA_KELUARGA", frozenset({one.pk, two.pk}))}


def test_what_is_decided_stays_and_what_is_repaired_goes():
    PersonFactory.create_batch(2, nik=NIK)
    find_exact()
    DuplicateGroup.objects.update(
        status="BUKAN_SAMA", decided_by=UserFactory(), decided_at=timezone.now()
    )
    assert found() == set()
    repaired = PersonFactory.create_batch(2, nik="6203011205839055")
    assert len(found()) == 1
    repaired[0].nik = "6203011205839056"
    repaired[0].save()
    assert found() == set()
    assert DuplicateMember.objects.count() == 2


def test_one_person_under_two_nik():
    """Across regencies, with a changed family and a spelling of the name."""
    one = PersonFactory(**MOTHER | {"name": "SITI RAHMAH"}, nik=NIK, birth_place="KAPUAS", sex="P")
    two = PersonFactory(
        **MOTHER | {"name": "SITI RAHMA"},
        nik="6211015201909055",
        birth_place="KAPUAS",
        sex="P",
        household__village_id=OTHER_VILLAGE,
    )
    PersonFactory(name="YOHANES DJANGA", birth_date=date(1950, 1, 2), mother_name="LAMIANG")
    assert find_alike() == 1
    group = DuplicateGroup.objects.get()
    assert set(group.members.values_list("person_id", flat=True)) == {one.pk, two.pk}
    assert group.crosses_regencies and group.probability > 0.5
    assert find_alike() == 1
