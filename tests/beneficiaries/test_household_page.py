from datetime import date

import pghistory
import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessLog
from accounts.roles import Role
from beneficiaries import figures
from beneficiaries.figures import TimelineEntry, age_on, changes_of, timeline_of
from beneficiaries.models import Household, Person
from tests.factories import (
    KAPUAS,
    VILLAGE,
    CardFactory,
    EnrollmentFactory,
    HouseholdFactory,
    PersonFactory,
    UploadFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
NIK = "6203085205839017"


@pytest.fixture
def household():
    return HouseholdFactory(
        village_id=VILLAGE,
        kk_number="6203081205169008",
        members=2,
        members__name="SITI RAKMAH",
        members__nik=NIK,
        kpm=True,
    )


@pytest.fixture
def officer(client):
    user = UserFactory(regions=[KAPUAS], full_name="Hendra Saputra")
    client.force_login(user, "accounts.backends.RoleBackend")
    return user


def url_of(household, name="change"):
    return reverse(f"admin:beneficiaries_household_{name}", args=[household.pk])


def test_page_tells_of_the_family_and_masks_its_numbers(household, officer, client):
    card = CardFactory(household=household)
    page = client.get(url_of(household)).content.decode()
    for text in ("SITI RAKMAH", "KPM aktif", "NIK sah 2 dari 2 orang", "Program Sembako", "BRI"):
        assert text in page
    for number in (NIK, household.kk_number, card.card_number, card.account_number):
        assert number not in page.replace(" ", "")


def test_number_is_shown_on_demand_and_written_down(household, officer, client):
    url = url_of(household, "reveal")
    answer = client.post(
        url, {"number": f"nik-{household.payee_id}"}, headers={"accept": "application/json"}
    )
    assert answer.json() == {"number": "6203 0852 0583 9017", "seconds": 30}
    log = AccessLog.objects.get()
    assert (log.kind, log.user, log.region_id) == ("REVEAL", officer, VILLAGE)
    assert "SITI RAKMAH" in log.subject
    assert NIK not in log.subject


def test_number_is_shown_without_script(household, officer, client):
    response = client.post(url_of(household, "reveal"), {"number": "kk"})
    assert response.headers["Refresh"] == f"30;url={url_of(household)}"
    page = response.content.decode()
    assert "6203 0812 0516 9008" in page
    assert "6203 0852 0583 9017" not in page
    assert AccessLog.objects.count() == 1
    assert client.get(url_of(household, "reveal")).url == url_of(household)


def test_number_of_another_family_is_not_shown(household, officer, client):
    other = HouseholdFactory(village_id=VILLAGE, members=1)
    for number in (f"nik-{other.payee_id}", "alamat", ""):
        assert client.post(url_of(household, "reveal"), {"number": number}).status_code == 404
    assert not AccessLog.objects.exists()


def test_who_may_not_see_numbers_gets_none(household, client):
    tksk = UserFactory(role=Role.TKSK, regions=[VILLAGE[:8]])
    client.force_login(tksk, "accounts.backends.RoleBackend")
    page = client.get(url_of(household)).content.decode()
    assert "Tampilkan" not in page
    assert client.post(url_of(household, "reveal"), {"number": "kk"}).status_code == 403
    assert not AccessLog.objects.exists()


def test_sections_follow_the_permissions(household, client):
    CardFactory(household=household)
    household.enrollments.update(ended_on=date(2021, 6, 1), end_reason="PINDAH")
    tksk = UserFactory(role=Role.TKSK, regions=[VILLAGE[:8]])
    client.force_login(tksk, "accounts.backends.RoleBackend")
    page = client.get(url_of(household)).content.decode()
    for hidden in ("Nomor KKS", "KKS dan rekening", "Kepesertaan", "Berhenti dari"):
        assert hidden not in page


def test_person_leads_to_the_family(household, officer, client):
    response = client.get(reverse("admin:beneficiaries_person_change", args=[household.payee_id]))
    assert response.url == f"{url_of(household)}#orang-{household.payee_id}"


# History


def test_history_names_value_person_and_source(household, officer):
    upload = UploadFactory(original_name="verifikasi.xlsx", sent_by=officer)
    payee = household.payee
    with pghistory.context(user=officer.pk, upload=upload.pk):
        Person.objects.filter(pk=payee.pk).update(
            name="SITI RAHMAH", nik="6203085205839018", source_upload=upload, source_row=812
        )
    Household.objects.filter(pk=household.pk).update(rt="004", source_user=officer)
    changes = {change.label: change for change in changes_of(_fresh(household))}

    name = changes["nama"]
    assert (name.old, name.new, name.by) == ("SITI RAKMAH", "SITI RAHMAH", "Hendra Saputra")
    assert name.source == "verifikasi.xlsx, baris 812, dikirim Hendra Saputra"
    assert not name.is_identity
    assert changes["NIK"].is_identity
    assert (changes["NIK"].old, changes["NIK"].new) == (NIK, "6203085205839018")
    assert (changes["RT"].old, changes["RT"].new) == ("003", "004")
    assert changes["RT"].by == "Hendra Saputra"
    assert changes["RT"].source == "Portal"


def test_history_masks_numbers_on_the_page(household, officer, client):
    Person.objects.filter(pk=household.payee_id).update(nik="6203085205839018")
    page = client.get(url_of(household)).content.decode()
    assert "6203085205839018" not in page
    assert NIK not in page


def test_several_changes_stand_one_by_one_newest_first(household):
    for rt in ("005", "006", "007"):
        Household.objects.filter(pk=household.pk).update(rt=rt)
    steps = [(c.old, c.new) for c in changes_of(_fresh(household)) if c.label == "RT"]
    assert steps == [("006", "007"), ("005", "006"), ("003", "005")]


def test_bulk_update_and_removed_rows_are_history_too(household):
    child = PersonFactory(household=household, name="NUR AISYAH")
    Person.objects.filter(household=household).update(occupation="PETANI")
    changes = changes_of(_fresh(household))
    assert len([change for change in changes if change.label == "pekerjaan"]) == 3
    child.delete()
    gone = changes_of(_fresh(household))[0]
    assert (gone.old, gone.new, gone.source) == ("NUR AISYAH", "", "Baris dihapus")


def test_choices_and_places_are_written_in_words(household):
    Household.objects.filter(pk=household.pk).update(
        is_active=False, inactive_reason="PINDAH", payee=None, register="DTSEN"
    )
    newest_last = reversed(changes_of(_fresh(household)))
    changes = {change.label: (change.old, change.new) for change in newest_last}
    assert changes["aktif"] == ("ya", "tidak")
    assert changes["alasan nonaktif"] == ("", "Pindah")
    assert changes["register"] == ("DTKS", "DTSEN")
    assert changes["pengurus"] == ("SITI RAKMAH", "")


# Timeline


def test_timeline_joins_all_sources_newest_first(household, monkeypatch):
    CardFactory(household=household, handed_over_on=date(2019, 3, 12))
    EnrollmentFactory(
        household=household,
        programme_id="BPNT",
        started_on=date(2019, 2, 4),
        ended_on=date(2020, 12, 31),
        end_reason="GRADUASI",
    )
    visit = TimelineEntry(date(2021, 11, 14), "Verifikasi", "Diverifikasi: layak")
    monkeypatch.setattr(figures, "HOUSEHOLD_TIMELINE", [lambda household: [visit]])
    household = _fresh(household)
    titles = [entry.title for entry in timeline_of(household, [])]
    assert titles == [
        "Dicatat dalam portal",
        "Diverifikasi: layak",
        "Menjadi peserta Program Sembako",
        "Berhenti dari Bantuan Pangan Non Tunai",
        "KKS diserahkan",
        "Menjadi peserta Bantuan Pangan Non Tunai",
    ]


def test_marks_of_other_layers_join(household, monkeypatch):
    mark = figures.Mark("ok", "shield", "Terverifikasi")
    monkeypatch.setattr(
        figures, "HOUSEHOLD_MARKS", [*figures.HOUSEHOLD_MARKS, lambda ids: dict.fromkeys(ids, mark)]
    )
    texts = [mark.text for mark in figures.marks_of([household.pk])[household.pk]]
    assert texts == ["KPM aktif", "Terverifikasi"]


def test_marks_say_why_a_family_is_no_kpm(household):
    household.enrollments.update(ended_on=timezone.localdate(), end_reason="PINDAH")
    assert figures.kpm_marks([household.pk])[household.pk].text == "Bukan KPM"
    Household.objects.filter(pk=household.pk).update(is_active=False, inactive_reason="GANDA")
    assert figures.kpm_marks([household.pk])[household.pk].text == "Nonaktif: ganda"


def test_page_does_not_query_per_member(household, officer, client, django_assert_max_num_queries):
    for _ in range(6):
        PersonFactory(household=household)
        Household.objects.filter(pk=household.pk).update(rt="001")
        Household.objects.filter(pk=household.pk).update(rt="002")
    client.get(url_of(household))
    with django_assert_max_num_queries(34):
        client.get(url_of(household))


@pytest.mark.parametrize(
    ("born", "age"),
    [(date(2021, 11, 23), 0), (date(2020, 11, 24), 0), (date(2020, 2, 29), 1), (None, None)],
)
def test_age(born, age):
    assert age_on(born, date(2021, 11, 23)) == age


def _fresh(household) -> Household:
    return Household.objects.select_related("village").get(pk=household.pk)
