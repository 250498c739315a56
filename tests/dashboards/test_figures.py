from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from accounts import scope
from accounts.scope import Scope
from beneficiaries.models import Household, Person
from dashboards import charts, figures
from dashboards.models import RoundFigures, VillageFigures
from tests.dashboards.conftest import NEIGHBOUR_VILLAGE, approved
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    PULANG_PISAU,
    VILLAGE,
    CaseFactory,
    HouseholdFactory,
)
from verification.models import Case

pytestmark = pytest.mark.django_db


def rows(sql: str, *values) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def test_each_village_is_counted_as_plain_sql_counts_it(world):
    """The counts again, family by family and person by person, without a GROUP BY."""
    counted = {f.village_id: f for f in VillageFigures.objects.all()}
    assert len(counted) == 1571
    for village in (VILLAGE, NEIGHBOUR_VILLAGE, OTHER_VILLAGE):
        expected = rows(
            """
            SELECT
              (SELECT count(*) FROM beneficiaries_household h WHERE village_id = v AND is_active
                AND EXISTS (SELECT 1 FROM beneficiaries_enrollment e, beneficiaries_programme p
                  WHERE e.household_id = h.id AND p.code = e.programme_id AND p.is_sembako
                    AND e.ended_on IS NULL)),
              (SELECT count(*) FROM beneficiaries_household WHERE village_id = v AND is_active),
              (SELECT count(*) FROM beneficiaries_person WHERE village_id = v AND is_active),
              (SELECT count(*) FROM beneficiaries_person WHERE village_id = v AND is_active
                AND NOT nik_valid)
            FROM (SELECT %s::text AS v) place
            """,
            village,
        )[0]
        found = counted[village]
        assert (found.kpm, found.households, found.persons, found.invalid_nik) == expected
        assert found.kpm > 0


def test_a_family_with_two_sembako_programmes_is_one_kpm(world):
    assert VillageFigures.objects.get(village=VILLAGE).kpm == 7
    assert VillageFigures.objects.get(village=VILLAGE).households == 8


def test_round_counts_by_status(world):
    found = RoundFigures.objects.get(round=world, village=VILLAGE)
    assert (found.cases, found.sent, found.returned, found.approved) == (6, 1, 1, 2)


def test_refresh_of_one_regency_leaves_the_others(world):
    HouseholdFactory(village_id=VILLAGE)
    HouseholdFactory(village_id=OTHER_VILLAGE)
    before = VillageFigures.objects.get(village=OTHER_VILLAGE)
    figures.refresh([KAPUAS])
    assert VillageFigures.objects.get(village=VILLAGE).households == 9
    after = VillageFigures.objects.get(village=OTHER_VILLAGE)
    assert after.households == before.households
    figures.refresh([PULANG_PISAU])
    after = VillageFigures.objects.get(village=OTHER_VILLAGE)
    assert after.households == before.households + 1


def end_cases(village, by):
    Case.objects.filter(village=village).update(
        status="BERAKHIR", end_reason="LAINNYA", ended_by=by, ended_at=timezone.now()
    )


def test_refresh_takes_back_what_is_no_longer_so(world, coordinator):
    end_cases(NEIGHBOUR_VILLAGE, coordinator)
    Case.objects.filter(status="DISETUJUI").update(status="BELUM", decided_at=None, decided_by=None)
    figures.refresh([KAPUAS])
    assert not RoundFigures.objects.filter(village=NEIGHBOUR_VILLAGE).exists()
    assert RoundFigures.objects.get(village=VILLAGE).approved == 0
    assert RoundFigures.objects.get(village=OTHER_VILLAGE).approved == 4  # not asked for


def test_a_closed_round_keeps_its_last_figures(world, coordinator):
    world.status, world.closed_by = "DITUTUP", coordinator
    world.closed_at = datetime(2021, 12, 1, tzinfo=UTC)
    world.save()
    end_cases(NEIGHBOUR_VILLAGE, coordinator)
    figures.refresh()
    assert RoundFigures.objects.get(village=NEIGHBOUR_VILLAGE).cases == 3


def test_a_district_counts_only_itself_whatever_it_asks_for(world):
    HouseholdFactory(village_id=VILLAGE)
    HouseholdFactory(village_id=OTHER_VILLAGE)
    with scope.applied(Scope((KAPUAS,))):
        figures.refresh()
        figures.refresh([PULANG_PISAU])
    assert VillageFigures.objects.get(village=VILLAGE).households == 9
    assert VillageFigures.objects.get(village=OTHER_VILLAGE).households == 6


def test_a_district_reads_its_own_rows_and_the_sums_of_the_province(world):
    with scope.applied(Scope((KAPUAS,))):
        regencies = rows("SELECT DISTINCT regency_code FROM dashboards_villagefigures")
        in_round = rows("SELECT DISTINCT regency_code FROM dashboards_roundfigures")
        days = rows("SELECT DISTINCT regency_code FROM dashboards_roundday")
        province = figures.province_counts("62", world)
    assert regencies == in_round == days == [(KAPUAS,)]
    assert province.kpm == Household.objects.kpm().distinct().count()
    assert province.persons == Person.objects.active().count()
    assert province.invalid_nik == Person.objects.active().with_invalid_nik().count()
    assert (province.cases, province.approved) == (14, 6)


@pytest.mark.parametrize("code", ["62", KAPUAS, "62.03.08", VILLAGE])
def test_rows_add_up_to_the_total_at_every_level(world, coordinator, code):
    area = figures.area(coordinator, code, world)
    if area.places:
        assert sum((place.counts for place in area.places), figures.Counts()) == area.total
    assert (
        area.total.persons == Person.objects.active().filter(village__code__startswith=code).count()
    )
    assert area.total.cases == Case.objects.filter(village__code__startswith=code).count()


def test_the_three_parts_of_the_progress_make_a_hundred():
    counts = figures.Counts(cases=3, sent=1, approved=1)
    assert (counts.verified_share, counts.sent_share) == (Decimal("33.3"), Decimal("33.3"))
    assert counts.to_do_share == Decimal("33.4")
    assert figures.Counts().verified_share is None
    assert figures.Counts().to_do_share is None


def test_trend_counts_in_local_days_up_to_today(round, coordinator):
    today = timezone.localdate()
    round.starts_on = today - timedelta(days=9)
    round.save()
    # Half past six in the evening in Greenwich is the next day in Kalimantan.
    evening = datetime.combine(today - timedelta(days=5), time(18, 30), tzinfo=UTC)
    for when in (evening, evening, evening + timedelta(days=2)):
        CaseFactory(round=round, **approved(coordinator, when))
    CaseFactory(round=round)
    figures.refresh()
    trend = figures.trend(coordinator, "62", round, 4)
    assert [n for _, n in trend.days] == [0, 0, 0, 0, 0, 2, 2, 3, 3, 3]
    assert (trend.days[0][0], trend.days[-1][0]) == (round.starts_on, today)
    assert [n for _, n in trend.daily] == [0, 0, 0, 0, 0, 2, 0, 1, 0, 0]
    assert (trend.week, trend.gain) == (3, Decimal("75.0"))
    assert (trend.sums[0], trend.sums[-1]) == (0, trend.days[-1][1])
    assert [mark.count for mark in charts.columns(trend.columns) if mark.labelled] == [2, 0]
    assert (trend.needed_per_day(0), trend.needed_per_day(-3)) == (1, 1)


def test_a_young_round_has_no_gain_of_a_week(round, coordinator):
    round.starts_on = timezone.localdate() - timedelta(days=6)
    round.save()
    CaseFactory(round=round, **approved(coordinator))
    figures.refresh()
    assert figures.trend(coordinator, "62", round, 1).gain is None


def test_no_trend_without_anything_verified(round, coordinator):
    CaseFactory(round=round)
    figures.refresh()
    assert figures.trend(coordinator, "62", round, 1) is None
