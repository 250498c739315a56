"""What coordination adds to the start page of the province: the number and its list are one."""

from datetime import datetime, time, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.utils import timezone

from accounts.roles import Role
from coordination import tiles
from coordination.models import Complaint, FollowUp, FollowUpStep
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


def told_by_sql(day) -> int:
    """Independent of the tile: overdue when the day began."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM coordination_followup WHERE due_on < %s AND created_on < %s"
            " AND coalesce(finished_on, 'infinity') >= %s",
            [day] * 3,
        )
        return cursor.fetchone()[0]


def test_the_change_and_the_line_are_counted_from_the_dates_of_the_rows():
    first = timezone.localdate().replace(day=1)
    if first == timezone.localdate():  # nothing is compared with the day itself
        first = (first - timedelta(days=1)).replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    agreed = before - timedelta(days=20)
    day = timedelta(days=1)

    def follow_up(due_on, finished_on=None):
        state = {"status": "SELESAI", "finished_on": finished_on} if finished_on else {}
        FollowUpFactory(due_on=due_on, created_on=agreed, **state)

    follow_up(before - day)  # overdue on both days and now
    follow_up(before, first - day)  # late in the month, finished within it
    follow_up(first - 2 * day, first)  # overdue when the month began, finished since
    follow_up(first - 2 * day, first)
    follow_up(first, first)  # never late when a month began
    coordinator = UserFactory(role=Role.KOORDINATOR, regions=["62"])
    tile = tiles.overdue(coordinator, indicators.area_of(coordinator, "62")).tile
    assert (tile.value, tile.change.text) == ("1", "turun 2")
    assert tile.change.good is True
    assert list(tile.line) == [told_by_sql(before), told_by_sql(first), 1] == [1, 3, 1]


def test_a_day_counts_with_the_terms_that_held_on_it():
    first = timezone.localdate().replace(day=1)
    if first == timezone.localdate():
        first = (first - timedelta(days=1)).replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    agreed, day = before - timedelta(days=20), timedelta(days=1)

    def follow_up(*steps, due_on, **state):
        """With steps of (day, action, due date)."""
        made = FollowUpFactory(due_on=due_on, created_on=agreed, **state)
        for on, action, due in steps:
            at = timezone.make_aware(datetime.combine(on, time(13)))
            FollowUpStep.objects.create(
                follow_up=made,
                region=made.region,
                action=action,
                due_on=due,
                by=made.created_by,
                at=at,
            )

    late, later = agreed + 5 * day, timezone.localdate() + 30 * day
    # Late when the first month began, extended within it.
    follow_up((agreed, "CATAT", late), (before, "TENGGAT", later), due_on=later)
    # Finished before it was late, and taken up again today.
    follow_up(
        (agreed, "CATAT", late),
        (agreed + day, "SELESAI", late),
        (timezone.localdate(), "BUKA", later),
        due_on=later,
        status="BERJALAN",
    )
    # Noted before a step kept its term: what is known is the present one.
    follow_up((agreed, "CATAT", None), due_on=first - day)
    coordinator = UserFactory(role=Role.KOORDINATOR, regions=["62"])
    tile = tiles.overdue(coordinator, indicators.area_of(coordinator, "62")).tile
    assert list(tile.line) == [1, 1, 1]


def test_what_is_new_has_nothing_to_be_compared_with():
    FollowUpFactory(created_on=timezone.localdate())
    officer = UserFactory(regions=[KAPUAS])
    tile = tiles.overdue(officer, indicators.area_of(officer, KAPUAS)).tile
    assert (tile.change, list(tile.line)) == (None, [])
    assert tile.missing == "Belum ada tindak lanjut sebelum bulan ini."
