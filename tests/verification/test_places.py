"""A family enters with a granted place only, from the list of its district to the decree."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from beneficiaries.models import Enrollment
from regions.models import Region
from tests.factories import (
    KAPUAS,
    HouseholdFactory,
    QuotaFactory,
    RoundFactory,
    UserFactory,
    WaitingCaseFactory,
)
from tests.verification.endorsing import checked_case, endorsed, grant_place, supervisor
from tests.verification.test_decrees import (  # noqa: F401  fixtures
    cases,
    checker,
    decree,
    kapuas,
    line,
    list_of,
    maker,
    record,
    sent,
)
from verification.actions import cases as case_actions
from verification.actions import decrees
from verification.actions import endorsement as actions
from verification.actions import replacement as replacements
from verification.figures.quotas import entering, places_of, waiting_list
from verification.health import places as health
from verification.models import Replacement, Round

pytestmark = pytest.mark.django_db


def test_a_family_without_a_place_is_named_and_nothing_is_made(round, kapuas):  # noqa: F811
    checked_case(round)
    waiting = checked_case(round, "MASUK", place=False)
    with pytest.raises(ValidationError, match=f"1 keluarga .*{waiting.household.payee.name}"):
        actions.make_endorsement(round, kapuas, by=supervisor())


def test_more_families_than_can_be_named(round, kapuas):  # noqa: F811
    for _ in range(7):
        checked_case(round, "MASUK", place=False)
    with pytest.raises(ValidationError, match=r"7 keluarga .*, dan 2 lagi"):
        actions.make_endorsement(round, kapuas, by=supervisor())


def test_knowingly_they_stay_in_the_waiting_list(round, kapuas):  # noqa: F811
    stays = checked_case(round)
    waiting = checked_case(round, "MASUK", place=False)
    made = actions.make_endorsement(round, kapuas, by=supervisor(), with_waiting=True)
    assert made.items.get().case == stays
    assert "1 keluarga tetap dalam daftar tunggu" in made.steps.get().note
    assert [one.household_id for one in waiting_list(KAPUAS)] == [waiting.household_id]


def test_a_place_that_is_only_asked_for_is_none(round, kapuas):  # noqa: F811
    QuotaFactory()
    waiting = WaitingCaseFactory(round=round)
    replacement = replacements.propose_replacement(
        waiting.household, by=UserFactory(regions=[KAPUAS])
    )
    boss = supervisor()
    with pytest.raises(ValidationError, match="1 keluarga yang masuk belum mendapat tempat"):
        actions.make_endorsement(round, kapuas, by=boss)
    replacements.grant_replacement(replacement, by=boss)
    assert actions.make_endorsement(round, kapuas, by=boss).entered == 1


def test_who_became_a_kpm_meanwhile_needs_no_place(round, kapuas):  # noqa: F811
    checked_case(round, "MASUK", place=False, kpm=True)
    assert actions.make_endorsement(round, kapuas, by=supervisor()).entered == 1


def test_a_place_given_after_the_list_comes_with_the_next_one(round, kapuas):  # noqa: F811
    checked_case(round)
    waiting = checked_case(round, "MASUK", place=False)
    endorsed(round, kapuas, with_waiting=True)
    later = RoundFactory(starts_on=date(2021, 12, 1), due_on=date(2022, 3, 1))
    checked_case(later)
    grant_place(waiting)
    made = actions.make_endorsement(later, kapuas, by=supervisor())
    assert set(made.items.values_list("case", "result")) >= {(waiting.pk, "MASUK")}
    assert made.families == 2
    # Once it stands in a list, no other one takes it.
    next_one = RoundFactory(starts_on=date(2022, 4, 1), due_on=date(2022, 6, 1))
    checked_case(next_one)
    assert actions.make_endorsement(next_one, kapuas, by=supervisor()).entered == 0


def test_a_family_entering_in_two_rounds_stands_in_one_list(round, kapuas):  # noqa: F811
    first = checked_case(round, "MASUK")
    later = RoundFactory(starts_on=date(2021, 12, 1), due_on=date(2022, 3, 1))
    again = WaitingCaseFactory(round=later, household=first.household)
    stays = checked_case(later)
    boss = supervisor()
    listed = actions.make_endorsement(round, kapuas, by=boss)
    made = actions.make_endorsement(later, kapuas, by=boss)
    assert made.items.get().case == stays
    assert made.steps.get().note == "1 keluarga sudah masuk melalui daftar putaran lain."
    # Taken back, the first one holds the place no more.
    for endorsement in (listed, made):
        actions.withdraw(endorsement, reason="Salah cetak", by=boss)
    made = actions.make_endorsement(later, kapuas, by=boss)
    assert set(made.items.values_list("case", flat=True)) == {stays.pk, again.pk}


def test_after_the_round_places_are_given_until_its_list_is_made(round, kapuas):  # noqa: F811
    QuotaFactory()
    waiting = checked_case(round, "MASUK", place=False)
    late = checked_case(round, "MASUK", place=False)
    officer = UserFactory(regions=[KAPUAS])
    Round.objects.update(status="DITUTUP", closed_by=officer, closed_at=timezone.now())
    told = replacements.propose_replacement(
        waiting.household, skip_reason="Diputus kemudian", by=officer
    )
    assert told.round == round
    replacements.grant_replacement(told, by=supervisor())
    endorsed(round, kapuas, with_waiting=True)
    with pytest.raises(ValidationError, match="Belum ada putaran"):
        replacements.propose_replacement(late.household, by=officer)


def test_a_full_quota_stops_the_list_that_brings_somebody_in(round, kapuas):  # noqa: F811
    quota = QuotaFactory(families=2)
    checked_case(round)
    checked_case(round, "MASUK")
    HouseholdFactory(kpm=True)
    with pytest.raises(ValidationError, match=f"{quota} sebanyak 2 keluarga terlampaui 1"):
        actions.make_endorsement(round, kapuas, by=supervisor())


def test_a_full_quota_does_not_stop_who_leaves(round, kapuas):  # noqa: F811
    QuotaFactory(families=0)
    checked_case(round)
    checked_case(round, "KELUAR")
    assert actions.make_endorsement(round, kapuas, by=supervisor()).left == 1


def test_a_place_is_lost_by_a_later_visit(round):
    quota = QuotaFactory(families=1)
    case = checked_case(round, "MASUK")
    assert places_of([quota])[quota.pk].left == 0
    later = RoundFactory(starts_on=date(2021, 12, 1), due_on=date(2022, 3, 1))
    checked_case(later, "TETAP")
    WaitingCaseFactory(
        round=later, household=case.household, is_eligible=False, reason="SUDAH_MAMPU"
    )
    assert not entering().exists()


# The decree


def test_the_decree_takes_nobody_in_without_a_place(decree, cases, checker):  # noqa: F811
    """As a list that was signed before this rule: its place is taken away behind the actions."""
    from tests.verification.test_endorsement_health import behind_the_triggers

    behind_the_triggers(
        "verification_replacement",
        "UPDATE verification_replacement SET status = 'DITOLAK', answer = 'x' WHERE case_id = %s",
        cases["comes"].pk,
    )
    name = cases["comes"].household.payee.name
    with pytest.raises(ValidationError, match=f"1 keluarga .*tidak mempunyai tempat: {name}"):
        decrees.apply_decree(decree, by=checker)
    assert not Enrollment.objects.active().filter(household=cases["comes"].household).exists()
    assert health.listed_without_place() == [
        f"{sent_of(decree)}: 1 keluarga masuk tanpa tempat yang disetujui."
    ]


def sent_of(decree):  # noqa: F811
    return decree.endorsement


def test_the_decree_does_not_exceed_the_quota(decree, cases, checker):  # noqa: F811
    """One of those who leave is decreed all the same, so its place does not come free."""
    quota = QuotaFactory(families=4)
    with pytest.raises(ValidationError, match=f"{quota} sebanyak 4 keluarga terlampaui 1"):
        decrees.apply_decree(decree, by=checker)
    assert Enrollment.objects.active().sembako().count() == 4


def test_a_family_kept_by_decree_takes_its_place_again(decree, cases, checker):  # noqa: F811
    quota = QuotaFactory(families=5)
    before = places_of([quota])[quota.pk]
    assert (before.kpm, before.leaving, before.entering) == (4, 2, 2)
    decrees.apply_decree(decree, by=checker)
    after = places_of([quota])[quota.pk]
    assert (after.kpm, after.leaving, after.entering) == (4, 0, 1)
    assert Replacement.objects.count() == 2


def test_who_is_forwarded_and_not_decreed_comes_with_the_next_list(
    decree,  # noqa: F811
    cases,  # noqa: F811
    checker,  # noqa: F811
    kapuas,  # noqa: F811
):
    decrees.apply_decree(decree, by=checker)
    later = RoundFactory(starts_on=date(2021, 12, 1), due_on=date(2022, 3, 1))
    checked_case(later)
    made = actions.make_endorsement(later, kapuas, by=supervisor())
    assert made.items.get(result="MASUK").case == cases["comes too"]


# The page


def test_the_page_tells_who_waits_and_asks(client, round, kapuas):  # noqa: F811
    client.force_login(UserFactory(role=Role.SUPERVISOR, regions=[KAPUAS]))
    checked_case(round)
    checked_case(round, "MASUK", place=False)
    url = reverse("admin:verification_endorsement_add")
    page = client.get(url).text
    assert "1 keluarga layak masih dalam daftar tunggu" in page
    assert "Susun daftar 1 keluarga" in page
    posted = {"putaran": round.pk, "wilayah": KAPUAS}
    assert "belum mendapat tempat" in client.post(url, posted).text
    assert client.post(url, {**posted, "tanpa_tempat": "on"}).status_code == 302
    assert Region.objects.get(pk=KAPUAS).endorsement_set.get().families == 1


def test_a_case_with_a_granted_place_goes_back_only_without_its_list(round, kapuas):  # noqa: F811
    case = checked_case(round, "MASUK")
    endorsed(round, kapuas)
    with pytest.raises(ValidationError, match="Cabut dahulu"):
        case_actions.return_case(case, reason="Periksa lagi", by=UserFactory(regions=[KAPUAS]))
