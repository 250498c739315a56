import pytest
from django.urls import reverse

from accounts.roles import Role
from beneficiaries.search import AT_MOST, digits_of, find_households, find_persons, words_query
from tests.factories import (
    KAPUAS,
    PULANG_PISAU,
    VILLAGE,
    CardFactory,
    HouseholdFactory,
    PersonFactory,
    UserFactory,
)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("rahmah siti", "rahmah & siti:*"),
        ("SITI", "siti:*"),
        ("siti r", "siti & r"),
        ("r6203", "r6203"),
        ("Nor-Laila/Alias O'Neil", "nor & laila & alias & o & neil:*"),
        ("& | ! ( ) : * ' \\", ""),
        ("", ""),
    ],
)
def test_words(text, query):
    assert words_query(text) == query


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("6203 0815 0703 9017", "6203081507039017"),
        ("6203.0815-0703’9017", "6203081507039017"),
        ("siti 62", ""),
        ("٦٢", ""),
        ("", ""),
    ],
)
def test_numbers(text, digits):
    assert digits_of(text) == digits


@pytest.fixture
def officer(db):
    return UserFactory(regions=[KAPUAS])


@pytest.fixture
def siti(db):
    return HouseholdFactory(
        village_id=VILLAGE,
        dtks_id="62030800219",
        kk_number="6203081205169008",
        members=2,
        members__name="SITI RAHMAH",
        members__nik="6203085205839017",
    )


@pytest.mark.parametrize(
    "text", ["rahmah siti", "siti rah", "RAHMAH", "Siti Rahmah", "6203085205839017"]
)
def test_person_is_found(officer, siti, text):
    assert find_persons(officer, text).ids == [siti.payee_id]
    assert find_households(officer, text).ids == [siti.pk]


@pytest.mark.parametrize("text", ["rahma siti b", "ahmah", "6203085205839018", "62030802", "!!!"])
def test_nobody_else_is_found(officer, siti, text):
    assert find_persons(officer, text).ids == []
    assert find_households(officer, text).ids == []


def test_family_is_found_by_its_numbers(officer, siti):
    card = CardFactory(household=siti)
    for number in (siti.kk_number, siti.dtks_id, card.card_number, "6203 0812 0516 9008"):
        assert find_households(officer, number).ids == [siti.pk], number
        assert len(find_persons(officer, number).ids) == 2, number


def test_dtks_id_with_letters(officer):
    household = HouseholdFactory(dtks_id="KT-0219A", members=1)
    assert find_households(officer, "KT-0219A").ids == [household.pk]
    assert find_persons(officer, "KT-0219A").ids == [household.payee_id]


def test_beginning_of_a_number_needs_the_right_to_see_numbers(siti):
    beginning = "62030852"
    assert find_persons(UserFactory(regions=[KAPUAS]), beginning).ids == [siti.payee_id]
    tksk = UserFactory(role=Role.TKSK, regions=[VILLAGE[:8]])
    assert find_persons(tksk, beginning).ids == []
    assert find_persons(tksk, siti.payee.nik).ids == [siti.payee_id]


def test_number_of_nines(officer, siti):
    PersonFactory(household=siti, nik="999999123456")
    assert len(find_persons(officer, "999999").ids) == 1


def test_name_search_is_narrowed_to_a_chosen_place(siti):
    coordinator = UserFactory(role=Role.KOORDINATOR, regions=["62"])
    assert find_persons(coordinator, "rahmah", within=KAPUAS).ids == [siti.payee_id]
    assert find_persons(coordinator, "rahmah", within=VILLAGE[:8]).ids == [siti.payee_id]
    assert find_persons(coordinator, "rahmah", within=PULANG_PISAU).ids == []


def test_more_than_is_looked_at_is_said(officer, siti, monkeypatch, client):
    monkeypatch.setattr("beneficiaries.search.AT_MOST", 1)
    assert AT_MOST > 1
    PersonFactory(household=siti, name="RAHMAH KEDUA")
    found = find_persons(officer, "rahmah")
    assert (len(found.ids), found.is_capped) == (1, True)
    client.force_login(officer, "accounts.backends.RoleBackend")
    page = client.get(reverse("admin:beneficiaries_person_changelist"), {"q": "rahmah"})
    assert [str(message) for message in page.context["messages"]]


def test_inactive_persons_are_not_found_by_name(officer, siti):
    siti.members.update(is_active=False, inactive_reason="PINDAH")
    assert find_persons(officer, "rahmah").ids == []


def test_search_page(officer, siti, client):
    client.force_login(officer, "accounts.backends.RoleBackend")
    page = client.get(reverse("search"), {"q": "rahmah siti"})
    assert "SITI RAHMAH" in page.content.decode()
    assert siti.payee.nik not in page.content.decode()
    whole = client.get(reverse("search"), {"q": siti.payee.nik})
    assert whole.url == reverse("admin:beneficiaries_household_change", args=[siti.pk])
    village = client.get(reverse("search"), {"q": siti.village.name}).content.decode()
    assert f"desa={VILLAGE}" in village
    assert "Tidak ada yang cocok" in client.get(reverse("search"), {"q": "zzz"}).content.decode()
    assert client.get(reverse("search")).status_code == 200


def test_search_by_a_role_without_the_register_finds_places_only(siti, client):
    client.force_login(UserFactory(role=Role.BANK, regions=["62"]), "accounts.backends.RoleBackend")
    page = client.get(reverse("search"), {"q": "rahmah"}).content.decode()
    assert "SITI RAHMAH" not in page


def test_list_finds_by_name_in_any_order(officer, siti, client):
    client.force_login(officer, "accounts.backends.RoleBackend")
    for model in ("household", "person", "card", "enrollment"):
        CardFactory(household=siti) if model == "card" else None
        url = reverse(f"admin:beneficiaries_{model}_changelist")
        page = client.get(url, {"q": "rahmah siti"})
        found = [getattr(row, "household_id", row.pk) for row in page.context["cl"].result_list]
        assert set(found) <= {siti.pk}
        assert found or model == "enrollment"
        assert siti.payee.nik not in page.content.decode()
