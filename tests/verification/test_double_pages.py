"""Groups of entries that may be one person, as officers meet them."""

import pytest
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from accounts.roles import Role
from beneficiaries.models import Person
from tests.factories import KAPUAS, OTHER_VILLAGE, HouseholdFactory, PersonFactory, UserFactory
from verification.doubles import find_exact
from verification.models import DuplicateGroup

pytestmark = pytest.mark.django_db
NIK = "6203011205839077"


def sign_in(client, role=Role.PETUGAS, region=KAPUAS):
    user = UserFactory(role=role, regions=[region])
    client.force_login(user, backend="accounts.backends.RoleBackend")
    return user


def page(group):
    return reverse("admin:verification_duplicategroup_change", args=[group.pk])


def decide(client, group, key, **data):
    url = reverse("admin:verification_duplicategroup_decide", args=[group.pk, key])
    return client.post(url, data, follow=True).content.decode()


@pytest.fixture
def group(db):
    PersonFactory(nik=NIK, name="SITI RAHMAH")
    PersonFactory(nik=NIK, name="SITI RAHMA")
    find_exact()
    return DuplicateGroup.objects.get()


def test_the_entries_stand_side_by_side(client, group):
    sign_in(client)
    text = client.get(page(group)).content.decode()
    assert "NIK sama" in text and "SITI RAHMAH" in text and "Pertahankan" in text
    assert NIK not in text  # masked, as in lists


def test_merging_and_undoing_on_the_page(client, group):
    sign_in(client)
    survivor = Person.objects.get(name="SITI RAHMAH")
    assert "1 data digabung ke SITI RAHMAH" in decide(client, group, "gabung", survivor=survivor.pk)
    assert Person.objects.active().count() == 1
    assert "Keputusan diurungkan" in decide(client, group, "urungkan")
    assert Person.objects.active().count() == 2


def test_without_a_choice_nothing_is_merged(client, group):
    sign_in(client)
    assert "Pilih dahulu data yang dipertahankan" in decide(client, group, "gabung")
    assert Person.objects.active().count() == 2


def test_entries_of_another_regency_are_not_shown(client, db):
    for village in ("62.03.08.2001", OTHER_VILLAGE):
        HouseholdFactory(village_id=village, members__nik=NIK, members__name=f"WARGA {village[:5]}")
    find_exact()
    group = DuplicateGroup.objects.get()
    sign_in(client)
    text = client.get(page(group)).content.decode()
    assert "WARGA 62.03" in text and "WARGA 62.11" not in text
    assert "Koordinator provinsi yang memutuskan" in text
    assert client.get(page(group)).context["may_decide"] is False


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.AUDITOR])
def test_who_may_not_decide_sees_no_buttons(client, group, role):
    sign_in(client, role)
    assert "Gabungkan" not in client.get(page(group)).content.decode()
    url = reverse("admin:verification_duplicategroup_decide", args=[group.pk, "bukan-sama"])
    assert client.post(url).status_code == 403


def test_the_coordinator_starts_the_search(client, db):
    sign_in(client)
    url = reverse("admin:verification_duplicategroup_search")
    assert client.get(url).status_code == 403
    sign_in(client, Role.KOORDINATOR, "62")
    assert "Cari data ganda di seluruh provinsi?" in client.get(url).content.decode()
    assert "Pencarian data ganda dimulai" in client.post(url, follow=True).content.decode()
    assert DBTaskResult.objects.filter(task_path="verification.tasks.find_doubles").count() == 1
