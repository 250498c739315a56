"""How far agents reach: what is counted, sorted, drawn and taken out, and within which scope."""

import html
import io
import re
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from distribution import figures
from distribution.views.reach_map import Place, draw
from distribution.views.tables import Heading, in_order
from regions.models import Region
from tests.factories import (
    KAPUAS,
    PULANG_PISAU,
    VILLAGE,
    AgentFactory,
    HouseholdFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
NEXT_VILLAGE = "62.03.08.2002"
URL = "distribution:reach"


@pytest.fixture
def login(client):
    def as_user(user):
        client.force_login(user, backend="accounts.backends.RoleBackend")
        return client

    return as_user


def place(code, north, east):
    Region.objects.filter(pk=code).update(latitude=north, longitude=east)


def test_a_village_knows_its_agents_and_the_way_to_the_nearest():
    place(VILLAGE, "-3.000000", "114.000000")
    place(NEXT_VILLAGE, "-3.000000", "114.100000")
    AgentFactory(latitude="-3.000000", longitude="114.000000", name="DEKAT")
    AgentFactory(status="NONAKTIF", status_reason="x", village_id=NEXT_VILLAGE)
    AgentFactory(village_id=NEXT_VILLAGE, contract_until=timezone.localdate() - timedelta(days=1))
    HouseholdFactory(village_id=NEXT_VILLAGE, kpm=True)
    rows = {row.code: row for row in figures.reach_of(KAPUAS, timezone.localdate())}
    served, alone = rows[VILLAGE], rows[NEXT_VILLAGE]
    assert (served.agents, served.km) == (1, Decimal("0.0"))
    # A tenth of a degree along the third parallel: 11,1 km.
    assert (alone.agents, alone.nearest, alone.km) == (0, "DEKAT", Decimal("11.1"))
    assert alone.families == 1
    (regency,) = figures.reach_by_regency([KAPUAS], timezone.localdate())
    assert (regency.agents, regency.villages - regency.without_agent) == (1, 1)
    assert regency.families_without == 1


def test_reach_stays_inside_the_scope_and_can_be_taken_out(login):
    client = login(UserFactory(regions=[KAPUAS]))
    url = reverse(URL)
    assert "231" in client.get(url).text
    for name in (url, reverse("distribution:reach_export")):
        assert client.get(name, {"kabupaten": PULANG_PISAU}).status_code == 404
    answer = client.get(reverse("distribution:reach_export"), {"kabupaten": KAPUAS})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet.max_row == 232
    tksk = UserFactory(role=Role.TKSK, regions=[VILLAGE[:8]])
    rows = login(tksk).get(url).context["page_obj"]
    assert {row.code[:8] for row in rows} == {VILLAGE[:8]}


def test_villages_come_in_pages_sorted_and_filtered_alike_in_the_file(login):
    client = login(UserFactory(regions=[KAPUAS]))
    AgentFactory(village_id=VILLAGE)
    HouseholdFactory(village_id=NEXT_VILLAGE, kpm=True)
    asked = {"kecamatan": VILLAGE[:8], "saring": "tanpa", "urut": "-families"}
    page = client.get(reverse(URL), asked)
    first = page.context["page_obj"][0]
    assert (first.code, first.agents, first.families) == (NEXT_VILLAGE, 0, 1)
    sorted_by = [column.name for column in page.context["columns"] if column.sorted]
    assert sorted_by == ["families"]
    file = client.get(reverse("distribution:reach_export"), {**asked, "jenis": "csv"})
    lines = file.content.decode("utf-8-sig").splitlines()
    assert lines[1].startswith(f"{NEXT_VILLAGE};") and VILLAGE not in file.content.decode()
    assert len(lines) == page.context["page_obj"].paginator.count + 1
    everything = client.get(reverse(URL)).context["page_obj"]
    assert (len(everything), everything.paginator.count) == (50, 231)


def test_the_agents_of_a_village_are_as_many_as_on_their_list(login):
    client = login(UserFactory(regions=[KAPUAS]))
    for ended in (None, None, timezone.localdate() - timedelta(days=1)):
        AgentFactory(village_id=VILLAGE, contract_until=ended)
    page = client.get(reverse(URL), {"kecamatan": VILLAGE[:8], "urut": "-agents"})
    assert page.context["page_obj"][0].agents == 2
    address = re.search(rf'href="([^"]+layanan={re.escape(VILLAGE)}[^"]*)"', page.text)[1]
    assert client.get(html.unescape(address)).context["cl"].result_count == 2


def test_the_province_is_one_table_one_map_and_one_file(login):
    client = login(UserFactory(role=Role.KOORDINATOR, regions=["62"]))
    page = client.get(reverse(URL), {"urut": "-without_agent"})
    without = [row.without_agent for row in page.context["rows"]]
    assert without == sorted(without, reverse=True) and len(without) == 14
    assert len(page.context["map"].drawing.areas) == 14 and "Peta skematik" in page.text
    file = client.get(reverse("distribution:reach_export"))
    assert openpyxl.load_workbook(io.BytesIO(file.content)).active.max_row == 15


def test_what_has_no_figure_comes_last_in_either_direction():
    rows = [Place("a", 0, 0, ""), Place("b", 10, 5, ""), Place("c", 10, 1, "")]
    headings = [Heading("name", "Nama", is_number=False), Heading("share", "Bagian")]

    def names(order):
        found, _ = in_order(rows, headings, order=order, url="/", asked={})
        return "".join(row.name for row in found)

    assert (names("share"), names("-share"), names("-name")) == ("cba", "bca", "cba")
    assert names("") == names("_asdict") == "abc"
    _, (name, share) = in_order(rows, headings, order="-share", url="/", asked={"x": "1"})
    assert (name.url, share.url) == ("/?x=1&urut=name", "/?x=1&urut=share")
    assert (name.sorted, share.sorted) == ("", "adown")


def test_a_place_is_shaded_by_its_share_without_an_agent():
    places = {
        "62.03": Place("Kapuas", 10, 4, "/"),
        "62.04": Place("Barito Selatan", 10, 0, "/"),
        "62.99": Place("Baru", 1, 1, "/"),
    }
    drawn = draw("62", places)
    kapuas, barsel = drawn.drawing.areas
    assert (barsel.short, barsel.mark.shade) == ("Barsel", 1)
    assert (kapuas.short, kapuas.mark.share, kapuas.mark.shade) == ("Kapuas", Decimal(40), 4)
    assert [one.places for one in drawn.classes] == [1, 0, 0, 1, 0]
    assert draw("62.03.08.2001", places) is None
    assert draw("62", {"62.03": places["62.03"]}) is None


def test_a_share_is_shaded_as_the_map_writes_it():
    """4,6 is written as 5 and must not stand in the class up to 4."""
    place = Place("Kapuas", 1000, 46, "/")
    assert (place.share, place.percent, place.shade) == (Decimal("4.6"), 5, 2)
    assert Place("Baru", 0, 0, "/").shade == 0
