"""Terms and public holidays as the administrator keeps them."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from regions.models import Holiday
from regions.working_days import working_days_after
from tests.factories import HouseholdFactory, UserFactory
from verification.actions import proposals
from verification.deadlines import answer_due
from verification.models import AnswerTerm

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    user = UserFactory(role=Role.ADMINISTRATOR, regions=["62"])
    client.force_login(user)
    return user


def test_fixed_holidays_are_there_and_do_not_count():
    """Monday 16-08-2021; Tuesday the 17th is Independence Day."""
    assert working_days_after(date(2021, 8, 16), 1) == date(2021, 8, 18)
    assert Holiday.objects.filter(day__year=2021).count() == 5


def test_a_holiday_that_is_entered_moves_the_due_date():
    before = answer_due("USULAN", "MANDIRI", date(2021, 9, 1))
    Holiday.objects.create(day=date(2021, 9, 2), name="Hari uji")
    assert before == date(2021, 9, 21)
    assert answer_due("USULAN", "MANDIRI", date(2021, 9, 1)) == date(2021, 9, 22)


def test_the_administrator_changes_a_term_and_new_ones_follow_it(client, administrator):
    term = AnswerTerm.objects.get(about="SANGGAH", source="MANDIRI")
    url = reverse("admin:verification_answerterm_change", args=[term.pk])
    told = client.post(url, {"working_days": "0", "legal_basis": ""}).text
    assert "1 sampai 90 hari kerja" in told
    posted = {"working_days": "2", "legal_basis": "Pergub uji"}
    assert client.post(url, posted).status_code == 302
    household = HouseholdFactory(kpm=True)
    objection = proposals.submit_objection(
        household=household,
        kind="TIDAK_LAYAK",
        statement="Memiliki dua toko di pasar.",
        source="MANDIRI",
        received_on=date(2021, 9, 1),
        objector="RAHMAT",
        by=UserFactory(regions=["62.03"]),
    )
    assert objection.due_on == date(2021, 9, 3)


def test_holidays_come_as_a_sheet(client, administrator):
    url = reverse("admin:regions_holiday_import")
    sheet = SimpleUploadedFile(
        "libur.csv", b"tanggal,nama,dasar\n13-05-2021,Idulfitri,SKB 3 Menteri\n"
    )
    page = client.post(url, {"import_file": sheet, "format": "0"})
    assert "Idulfitri" in page.text
    form = page.context["confirm_form"].initial
    assert client.post(reverse("admin:regions_holiday_process_import"), form).status_code == 302
    assert Holiday.objects.get(day=date(2021, 5, 13)).legal_basis == "SKB 3 Menteri"


def test_holidays_of_one_year(client, administrator):
    url = reverse("admin:regions_holiday_changelist")
    shown = client.get(url, {"tahun": "2021"}).context["cl"].queryset
    assert {holiday.day.year for holiday in shown} == {2021}
    assert client.get(url, {"tahun": "besok"}).status_code == 200


def test_holidays_begin_with_this_year(client, administrator):
    shown = client.get(reverse("admin:regions_holiday_changelist")).context["cl"].result_list
    years = [holiday.day.year for holiday in shown]
    this = timezone.localdate().year
    assert years[:5] == [this] * 5 and years[5] == this + 1
    assert [holiday.day for holiday in shown] == sorted(holiday.day for holiday in shown)


def test_a_holiday_can_be_taken_back(client, administrator):
    url = reverse("admin:regions_holiday_delete", args=["2021-12-25"])
    assert client.post(url, {"post": "yes"}).status_code == 302
    assert not Holiday.objects.filter(day=date(2021, 12, 25)).exists()


def test_nobody_else_changes_them(client):
    client.force_login(UserFactory(role=Role.PETUGAS, regions=["62.03"]))
    assert client.get(reverse("admin:regions_holiday_changelist")).status_code == 403
    assert client.get(reverse("admin:verification_answerterm_changelist")).status_code == 403
