import pytest
from django.db import connection

from beneficiaries.models import Household
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    PULANG_PISAU,
    CaseFactory,
    HouseholdFactory,
    RoundFactory,
)
from verification.actions import cases
from verification.actions import rounds as actions
from verification.health import rounds
from verification.models import Case, Round


def test_sound_data_have_nothing_to_tell(case):
    assert rounds.counts_that_do_not_agree() == []
    assert rounds.open_cases_of_closed_rounds() == []
    assert rounds.cases_that_left_their_steps() == []


def test_a_case_changed_past_the_actions_is_told(case, officer):
    cases.assign(Case.objects.filter(pk=case.pk), officer=officer, by=officer)
    Case.objects.update(status="DIKEMBALIKAN")
    (told,) = rounds.cases_that_left_their_steps()
    assert str(case.pk) in told
    Round.objects.update(status="DITUTUP", closed_by=officer, closed_at="2021-12-01T08:00+07:00")
    assert len(rounds.open_cases_of_closed_rounds()) == 1


# Start + entered - left = end


@pytest.fixture
def opened(coordinator):
    """A round of three KPM, opened as it is done, of whom one has left and to whom one has come."""
    families = [HouseholdFactory(kpm=True) for _ in range(3)]
    round = RoundFactory(name="Putaran Uji", status=Round.Status.DISIAPKAN)
    actions.open_round(round, by=coordinator)
    leaving = round.cases.get(household=families[0])
    approved = {
        "status": "DISETUJUI",
        "is_found": True,
        "visited_on": "2021-10-04",
        "decided_by": coordinator,
        "decided_at": "2021-10-05T08:00:00+07:00",
    }
    Case.objects.filter(pk=leaving.pk).update(**approved, is_eligible=False, reason="PINDAH")
    CaseFactory(round=round, was_kpm=False, origin="USULAN", is_eligible=True, **approved)
    HouseholdFactory()
    return round


def test_the_start_is_written_down_and_the_sum_agrees(opened):
    part = opened.round_regions.get()
    assert part.start_families == 3
    assert rounds.counts_that_do_not_agree() == []


TAMPERINGS = {
    "a case put in": (
        "INSERT INTO verification_case (round_id, household_id, village_id, status, reason, note)"
        " SELECT r.id, h.id, h.village_id, 'BELUM', '', ''"
        " FROM beneficiaries_household h, verification_round r"
        " WHERE h.id NOT IN (SELECT household_id FROM verification_case)",
        "awal 3 + ditambahkan 0 + masuk 1 - keluar 1 tidak sama dengan akhir 4",
    ),
    "a case taken out": (
        "DELETE FROM verification_case WHERE status = 'BELUM'",
        "awal 3 + ditambahkan 0 + masuk 1 - keluar 1 tidak sama dengan akhir 1",
    ),
    "who was a KPM": (
        "UPDATE verification_case SET was_kpm = false WHERE status = 'BELUM'",
        "tidak sama dengan akhir 1",
    ),
    "what was found": (
        "UPDATE verification_case SET is_eligible = true, reason = '' WHERE result = 'KELUAR'",
        "masuk 1 - keluar 1 tidak sama dengan akhir 4",
    ),
    "the start": (
        "UPDATE verification_roundregion SET start_families = 5",
        "awal 5 + ditambahkan 0",
    ),
    "the start forgotten": (
        "UPDATE verification_roundregion SET start_families = NULL",
        "Putaran Uji, Kapuas: angka awal belum dibekukan.",
    ),
}


@pytest.mark.parametrize(("tampering", "told"), TAMPERINGS.values(), ids=TAMPERINGS)
def test_rows_changed_behind_the_triggers_are_told(opened, tampering, told):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE verification_case DISABLE TRIGGER USER")
        cursor.execute(tampering)
        cursor.execute("ALTER TABLE verification_case ENABLE TRIGGER USER")
    (line,) = rounds.counts_that_do_not_agree()
    assert told in line


def test_the_start_follows_who_is_carried_in_and_who_moves(opened, coordinator):
    running = RoundFactory(
        name="Putaran Lanjutan",
        status=Round.Status.DISIAPKAN,
        regions=[KAPUAS, PULANG_PISAU],
    )
    HouseholdFactory(kpm=True, village_id=OTHER_VILLAGE)
    actions.open_round(running, by=coordinator)
    before = dict(running.round_regions.values_list("region", "start_families"))
    # The three are on its starting list already, so that nobody is carried; one who joins is.
    assert before == {KAPUAS: 3, PULANG_PISAU: 1}
    late = HouseholdFactory(kpm=True)
    CaseFactory(round=opened, household=late, origin="SANGGAH")
    actions.close_round(opened, by=coordinator, carry_to=running)
    assert running.round_regions.get(region=KAPUAS).start_families == 4
    Household.objects.filter(pk=late.pk).update(village_id=OTHER_VILLAGE)
    after = dict(running.round_regions.values_list("region", "start_families"))
    assert after == {KAPUAS: 3, PULANG_PISAU: 2}
    assert rounds.counts_that_do_not_agree() == []
