"""What coordination adds to the start page of the province: the number and its list are one."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from accounts.roles import Role
from coordination import tiles
from coordination.models import Complaint, FollowUp
from dashboards import indicators
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    PULANG_PISAU,
    ComplaintFactory,
    FollowUpFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
LONG_AGO = timezone.localdate() - timedelta(days=30)


@pytest.fixture
def late():
    yesterday = timezone.localdate() - timedelta(days=1)
    for region in (KAPUAS, KAPUAS, PULANG_PISAU):
        FollowUpFactory(region_id=region, due_on=yesterday, created_on=LONG_AGO)
    FollowUpFactory()
    ComplaintFactory(region_id=OTHER_VILLAGE, received_on=LONG_AGO, due_on=yesterday)
    ComplaintFactory(received_on=LONG_AGO, due_on=timezone.localdate())


def rows_of(client, url: str) -> int:
    return client.get(url).context["cl"].result_count


def test_each_place_with_its_number_and_its_list(client, late, django_assert_num_queries):
    coordinator = UserFactory(role=Role.KOORDINATOR, regions=["62"])
    area = indicators.area_of(coordinator, "62")
    with django_assert_num_queries(1):
        found = tiles.overdue(coordinator, area).findings
    assert [(one.region.code, one.title) for one in found] == [
        (KAPUAS, "2 tindak lanjut lewat tenggat"),
        (PULANG_PISAU, "1 tindak lanjut lewat tenggat"),
        (PULANG_PISAU, "1 pengaduan lewat tenggat"),
    ]
    client.force_login(coordinator, "accounts.backends.RoleBackend")
    assert [rows_of(client, one.url) for one in found] == [one.count for one in found]


def test_tile_of_the_district_counts_its_own(client, late):
    officer = UserFactory(regions=[KAPUAS])
    tile = tiles.overdue(officer, indicators.area_of(officer, KAPUAS)).tile
    assert (tile.value, tile.of) == ("2", "dari 3 yang masih terbuka")
    assert parse_qs(urlsplit(tile.url).query) == {"keadaan": ["lewat"], "kabupaten": [KAPUAS]}
    client.force_login(officer, "accounts.backends.RoleBackend")
    assert rows_of(client, tile.url) == FollowUp.objects.visible_to(officer).overdue().count() == 2
    assert not Complaint.objects.visible_to(officer).overdue().exists()
