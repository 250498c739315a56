from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.roles import Role
from regions.models import Region
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    PULANG_PISAU,
    CaseFactory,
    HouseholdFactory,
    RoundFactory,
    UserFactory,
)
from verification.actions import rounds as actions
from verification.figures import rounds as figures
from verification.models import CaseCount, Round

PERIOD = {"starts_on": date(2021, 9, 1), "due_on": date(2021, 11, 30)}


@pytest.fixture
def prepared(db):
    return RoundFactory(status=Round.Status.DISIAPKAN, regions=[KAPUAS])


def test_a_round_is_prepared_without_cases(coordinator):
    regions = Region.objects.filter(pk__in=[KAPUAS, PULANG_PISAU])
    round = actions.create_round(name="Putaran III", regions=regions, by=coordinator, **PERIOD)
    assert round.status == Round.Status.DISIAPKAN
    assert round.round_regions.count() == 2
    assert not round.cases.exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"regions": []}, "paling sedikit satu"),
        ({"regions": ["62.03.08"]}, "bukan kabupaten/kota"),
        ({"due_on": date(2021, 8, 31)}, "Tenggat mendahului"),
        ({"name": ""}, "name"),
    ],
)
def test_a_round_that_makes_no_sense_is_refused(coordinator, change, message):
    wanted = {"name": "Putaran III", "regions": [KAPUAS], **PERIOD, **change}
    wanted["regions"] = Region.objects.filter(pk__in=wanted["regions"])
    with pytest.raises(ValidationError, match=message):
        actions.create_round(by=coordinator, **wanted)


def test_only_the_coordinator_prepares_and_opens(officer, prepared):
    with pytest.raises(PermissionDenied):
        actions.create_round(name="X", regions=[], by=officer, **PERIOD)
    for action in (actions.open_round, actions.close_round, actions.reopen_round):
        with pytest.raises(PermissionDenied):
            action(prepared, by=officer)


def test_a_coordinator_of_one_regency_opens_no_round_of_two(db):
    by = UserFactory(role=Role.KOORDINATOR, regions=[KAPUAS])
    round = RoundFactory(status=Round.Status.DISIAPKAN, regions=[KAPUAS, PULANG_PISAU])
    with pytest.raises(PermissionDenied, match="Pulang Pisau"):
        actions.open_round(round, by=by)


def test_opening_makes_one_case_for_each_kpm_of_the_regions(prepared, coordinator):
    kpm = HouseholdFactory(kpm=True)
    HouseholdFactory()
    HouseholdFactory(kpm=True, is_active=False, inactive_reason="PINDAH")
    HouseholdFactory(kpm=True, kpm__ended_on=date(2021, 6, 1), kpm__end_reason="GANDA")
    HouseholdFactory(kpm=True, kpm__programme_id="PKH")
    HouseholdFactory(kpm=True, village_id=OTHER_VILLAGE)
    assert actions.open_round(prepared, by=coordinator) == 1
    case = prepared.cases.get()
    assert (case.household, case.village_id, case.status) == (kpm, kpm.village_id, "BELUM")
    prepared.refresh_from_db()
    assert (prepared.status, prepared.opened_by) == (Round.Status.BERJALAN, coordinator)


def test_a_round_without_kpm_stays_closed(prepared, coordinator):
    with pytest.raises(ValidationError, match="Tidak ada KPM aktif"):
        actions.open_round(prepared, by=coordinator)
    prepared.refresh_from_db()
    assert prepared.status == Round.Status.DISIAPKAN


def test_closing_and_opening_again_keep_the_cases(prepared, coordinator):
    HouseholdFactory(kpm=True)
    actions.open_round(prepared, by=coordinator)
    HouseholdFactory(kpm=True)
    assert actions.close_round(prepared, by=coordinator) == actions.Closed(0, 1, 0)
    prepared.refresh_from_db()
    assert (prepared.status, prepared.closed_by) == (Round.Status.DITUTUP, coordinator)
    actions.reopen_round(prepared, by=coordinator)
    prepared.refresh_from_db()
    assert (prepared.status, prepared.closed_at) == (Round.Status.BERJALAN, None)
    assert prepared.cases.count() == 1


@pytest.mark.parametrize(
    ("status", "action"),
    [
        ("BERJALAN", actions.open_round),
        ("DISIAPKAN", actions.close_round),
        ("DISIAPKAN", actions.reopen_round),
        ("BERJALAN", actions.reopen_round),
    ],
)
def test_a_step_out_of_order_is_refused(coordinator, status, action):
    with pytest.raises(ValidationError, match="tidak dapat menjadi"):
        action(RoundFactory(status=status), by=coordinator)


def test_who_keeps_figures_is_told(prepared, coordinator, monkeypatch):
    told = []
    monkeypatch.setattr(actions, "listeners", [told.append])
    HouseholdFactory(kpm=True)
    actions.open_round(prepared, by=coordinator)
    actions.close_round(prepared, by=coordinator)
    actions.reopen_round(prepared, by=coordinator)
    assert [round.pk for round in told] == [prepared.pk] * 3


# Figures


def test_progress_counts_what_the_user_sees_and_leads_with_the_most_open(round, officer):
    decided = {
        "status": "DISETUJUI",
        "is_found": True,
        "visited_on": date(2021, 10, 4),
        "decided_by": officer,
        "decided_at": "2021-10-05T08:00:00+07:00",
    }
    for village, details in [
        ("62.03.08.2001", {}),
        ("62.03.08.2001", decided),
        ("62.03.08.2005", {"status": "DIKEMBALIKAN"}),
        ("62.03.01.1007", {"status": "DIAJUKAN"}),
        (OTHER_VILLAGE, {}),
    ]:
        CaseFactory(round=round, household=HouseholdFactory(village_id=village), **details)
    places = figures.progress(CaseCount.objects.visible_to(officer), by="district")
    assert [(place.code, place.name, place.open, place.total) for place in places] == [
        ("62.03.08", "Basarang", 2, 3),
        ("62.03.01", "Selat", 0, 1),
    ]
    total = figures.total_of(places)
    assert (total.to_visit, total.sent, total.returned, total.approved) == (1, 1, 1, 1)
    assert (total.approved_share, total.sent_from, total.returned_from) == (25.0, 25.0, 50.0)
    everywhere = figures.progress(CaseCount.objects.all(), by="regency")
    assert [place.name for place in everywhere] == ["Kabupaten Kapuas", "Kabupaten Pulang Pisau"]


def test_an_empty_place_has_no_shares():
    assert figures.total_of([]).approved_share == 0


def test_the_timeline_of_a_family_tells_the_visit(send, case, row_of, apply):
    from tests.verification.outcomes import GONE

    assert figures.household_timeline(case.household) == []
    apply(send(row_of(case, GONE, note="Punya mobil")))
    entry = figures.household_timeline(case.household)[0]
    assert (entry.at, entry.title) == (
        date(2021, 10, 4),
        "Dikunjungi: tidak layak: sudah mampu",
    )
    assert entry.text == "Keluarga ditemukan. Punya mobil"
