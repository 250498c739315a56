"""Every number of a page of verification is the number of the list that it links to."""

import re
from datetime import timedelta
from html import escape, unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    PULANG_PISAU,
    EnrollmentFactory,
    ObjectionFactory,
    ProposalFactory,
    UserFactory,
)
from tests.verification.endorsing import checked_case, coordinator, endorsed, supervisor
from verification.models import Case, Endorsement

pytestmark = pytest.mark.django_db

_NUMBER = re.compile(r'<a[^>]* href="([^"?#]+\?[^"#]*)"[^>]*>(?:<b>)?([\d.]+)(?:</b>)?</a>')


@pytest.fixture
def work(round, make_case):
    """Cases of every status, result and age in two regencies, and what waits for an answer."""
    round.round_regions.create(region_id=PULANG_PISAU)
    tksk = UserFactory(role=Role.TKSK, regions=["62.03.08"])
    made = [make_case() for _ in range(5)]
    made += [make_case(village_id="62.03.01.1006"), make_case(village_id=OTHER_VILLAGE)]
    ids = [case.pk for case in made]
    visit = {"is_found": True, "is_eligible": True, "visited_on": "2021-10-04"}
    Case.objects.filter(pk__in=ids[:4]).update(officer=tksk)
    Case.objects.filter(pk__in=ids[1:2]).update(status="DIKUNJUNGI", visited_by=tksk, **visit)
    Case.objects.filter(pk__in=ids[2:3]).update(
        status="DIKEMBALIKAN", changed_at=timezone.now() - timedelta(days=20)
    )
    Case.objects.filter(pk__in=ids[4:5]).update(status="DIAJUKAN")
    Case.objects.filter(pk__in=ids[5:6]).update(
        status="BERAKHIR",
        end_reason="LAINNYA",
        ended_by=supervisor(),
        ended_at=timezone.now(),
    )
    for result in ("TETAP", "TETAP", "MASUK", "KELUAR", "KELUAR", ""):
        checked_case(round, result)
    checked_case(round, "KELUAR", village_id=OTHER_VILLAGE)
    late = timezone.localdate() - timedelta(days=3)
    ProposalFactory(due_on=late)
    ProposalFactory(due_on=late + timedelta(days=9))
    ObjectionFactory(due_on=late)
    joined = checked_case(round, "TETAP")
    assert joined.was_kpm
    EnrollmentFactory(household=checked_case(round, "MASUK").household)
    return round


READERS = {"province": coordinator, "district": supervisor}
PAGES = {
    "round": lambda round: reverse("admin:verification_round_change", args=[round.pk]),
    "regency": lambda round: (
        reverse("admin:verification_round_change", args=[round.pk]) + f"?wilayah={KAPUAS}"
    ),
    "summary": lambda round: reverse("verification:summary"),
    "summary of a regency": lambda round: reverse("verification:summary") + f"?wilayah={KAPUAS}",
    "movements": lambda round: reverse("verification:movements"),
    "movements of a regency": lambda round: (
        reverse("verification:movements") + f"?wilayah={KAPUAS}"
    ),
    "closing": lambda round: reverse("admin:verification_round_tutup", args=[round.pk]),
}


def followed(client, page: str) -> dict[str, tuple[int, int]]:
    """Number on the page and number of rows of the list, by the address that it links to."""
    told = {}
    for address, number in _NUMBER.findall(page):
        url = unescape(address)
        response = client.get(url)
        assert response.status_code == 200, url
        told[url] = (int(number.replace(".", "")), response.context["cl"].result_count)
    return told


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_numbers_are_their_lists(work, client, reader, page, request):
    client.force_login(reader())
    response = client.get(page(work))
    if "closing" in request.node.callspec.id and reader is supervisor:
        assert response.status_code == 403
        return
    found = followed(client, response.text)
    assert {url: pair for url, pair in found.items() if pair[0] != pair[1]} == {}
    assert len(found) >= 2


def test_the_numbers_of_an_endorsed_list_too(work, client):
    endorsed(work, work.round_regions.get(region_id=KAPUAS).region)
    client.force_login(coordinator())
    page = reverse("admin:verification_endorsement_change", args=[Endorsement.objects.get().pk])
    found = followed(client, client.get(page).text)
    assert {url: pair for url, pair in found.items() if pair[0] != pair[1]} == {}
    assert len(found) >= 5


def test_the_round_page_links_to_every_status(work, client):
    client.force_login(coordinator())
    page = client.get(PAGES["round"](work)).text
    for status in Case.Status.values:
        where = escape(f"?round__id__exact={work.pk}&status__exact={status}")
        assert where in page, status


def test_free_places_are_listed_in_full(work, client):
    client.force_login(supervisor())
    page = reverse("admin:verification_case_changelist") + "?hitungan=kosong"
    assert client.get(page).context["cl"].result_count == 2
