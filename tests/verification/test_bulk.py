"""Accepting many at once gives what accepting them one by one gives."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.roles import Role
from accounts.scope import applied
from beneficiaries.models import Household, Person
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    CivilRecordFactory,
    HouseholdFactory,
    MatchBatchFactory,
    MatchResultFactory,
    PersonFactory,
    UserFactory,
)
from verification.actions import bulk, matching
from verification.models import MatchCandidate, MatchDecision, MatchResult

pytestmark = pytest.mark.django_db

RULE = "Q2"
NIKS = ["6203011205839001", "6203011205839002", "6203011205839003"]


@pytest.fixture
def dukcapil():
    return UserFactory(role=Role.DUKCAPIL, regions=[KAPUAS])


def at_once(ids: list[int], by) -> int:
    return bulk.accept_rule(rule=RULE, result_ids=ids, by=by)


def one_by_one(ids: list[int], by) -> int:
    """The meaning of accept_rule, said with `accept`."""
    accepted = 0
    wanted = MatchResult.objects.in_queue().filter(pk__in=ids, rule=RULE, decisions_needed=1)
    for result in wanted.order_by("pk"):
        first = result.candidates.select_related("record").first()
        if first is None or first.record is None:
            continue
        try:
            with transaction.atomic():
                matching.accept(result, candidate=first, by=by)
        except ValidationError:
            continue
        accepted += 1
    return accepted


def state() -> dict:
    """Everything that accepting may touch, without times and numbers of new rows."""
    decisions = MatchDecision.objects.order_by("result", "verdict", "candidate").values_list(
        "result", "verdict", "candidate", "before", "by", "undone_at"
    )
    return {
        "persons": list(
            Person.objects.order_by("pk").values_list(
                "pk", "nik", "nik_confirmed_on", "name", "birth_date", "birth_place", "sex",
                "mother_name", "is_active", "source_user", "source_row",
            )
        ),
        "households": list(
            Household.objects.order_by("pk").values_list("pk", "kk_number", "source_user")
        ),
        "results": list(
            MatchResult.objects.order_by("pk").values_list(
                "pk", "state", "outcome", "consequence", "nik_changed"
            )
        ),
        "decisions": [(*said, undone is not None) for *said, undone in decisions],
    }  # fmt: skip


PERSON = st.fixed_dictionaries(
    {
        "nik": st.sampled_from(["", *NIKS]),
        "confirmed": st.booleans(),
        "active": st.sampled_from([True, True, True, False]),
        "family": st.integers(0, 2),
        "is_payee": st.booleans(),
    }
)
RESULT = st.fixed_dictionaries(
    {
        "person": st.integers(0, 3),
        "nik": st.sampled_from(NIKS),
        "name": st.sampled_from(["SITI RAHMAH", "SITI RAHMA"]),
        "born": st.sampled_from([date(1983, 5, 12), date(1983, 12, 5), None]),
        "kk": st.sampled_from(["", "6203081501159001", "6203081501159002"]),
        "response": st.sampled_from(["", "", "", "MENINGGAL", "PINDAH"]),
        "needed": st.sampled_from([1, 1, 1, 2]),
        "skipped": st.booleans(),
        "purged": st.sampled_from([False, False, False, True]),
        "candidates": st.integers(0, 2),
    }
)


def build(persons: list[dict], results: list[dict], by) -> list[int]:
    families = HouseholdFactory.create_batch(3, members=0)
    made, held = [], {""}
    for told in persons:
        is_held = told["confirmed"] and told["active"] and told["nik"] not in held
        person = PersonFactory(
            household=families[told["family"]],
            nik=told["nik"],
            nik_confirmed_on=date(2021, 1, 1) if is_held else None,
            is_active=told["active"],
            inactive_reason="" if told["active"] else "PINDAH",
        )
        if is_held:
            held.add(told["nik"])
        if told["is_payee"]:
            Household.objects.filter(pk=person.household_id).update(payee=person)
        made.append(person)
    return [_result(made[told["person"] % len(made)], told, by).pk for told in results]


def _result(person: Person, told: dict, by) -> MatchResult:
    batch = MatchBatchFactory()
    result = MatchResultFactory(
        batch=batch, person=person, rule=RULE, decisions_needed=told["needed"], candidates=0
    )
    for rank in range(1, told["candidates"] + 1):
        record = CivilRecordFactory(
            batch=batch,
            nik=told["nik"],
            name=told["name"],
            birth_date=told["born"],
            kk_number=told["kk"],
            response=told["response"],
        )
        MatchCandidate.objects.create(
            result=result,
            village_id=result.village_id,
            record=None if told["purged"] else record,
            rank=rank,
            probability=0.7,
        )
    if told["skipped"]:
        matching.skip(result, by=by)
    return result


class Undone(Exception):
    """Takes back what a block has written."""


def outcome_of(act, ids, by):
    try:
        with transaction.atomic():
            found = act(ids, by), state()
            raise Undone
    except Undone:
        return found


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(PERSON, min_size=1, max_size=4), st.lists(RESULT, min_size=1, max_size=6))
def test_all_at_once_is_one_by_one(dukcapil, persons, results):
    try:
        with transaction.atomic():
            ids = build(persons, results, dukcapil)
            assert outcome_of(at_once, ids, dukcapil) == outcome_of(one_by_one, ids, dukcapil)
            raise Undone
    except Undone:
        pass


def test_a_nik_that_becomes_free_on_the_way_is_taken_by_the_next(dukcapil):
    holder = PersonFactory(nik=NIKS[0], nik_confirmed_on=date(2021, 1, 1))
    moves = MatchResultFactory(rule=RULE, person=holder, candidates=1, candidates__nik=NIKS[1])
    takes = MatchResultFactory(rule=RULE, candidates=1, candidates__nik=NIKS[0])
    assert at_once([moves.pk, takes.pk], dukcapil) == 2
    assert Person.objects.get(pk=takes.person_id).nik == NIKS[0]


def test_two_who_want_one_nik_the_first_gets_it(dukcapil):
    first, second = (
        MatchResultFactory(rule=RULE, candidates=1, candidates__nik=NIKS[0]) for _ in range(2)
    )
    assert at_once([second.pk, first.pk], dukcapil) == 1
    assert set(MatchResult.objects.in_queue()) == {second}


def test_who_bears_a_nik_is_accepted_though_another_asked_for_it_before(dukcapil):
    bearer = PersonFactory(nik=NIKS[0], nik_confirmed_on=date(2021, 1, 1))
    asks = MatchResultFactory(rule=RULE, candidates=1, candidates__nik=NIKS[0])
    bears = MatchResultFactory(rule=RULE, person=bearer, candidates=1, candidates__nik=NIKS[0])
    assert at_once([asks.pk, bears.pk], dukcapil) == 1
    assert set(MatchResult.objects.in_queue()) == {asks}


def test_a_second_nik_of_the_same_day_is_confirmed_too(dukcapil):
    """Else the first bearer's NIK, unprotected, would go to whoever asks next."""
    person = PersonFactory(nik="")
    for nik in NIKS[:2]:
        result = MatchResultFactory(rule=RULE, person=person, candidates=1, candidates__nik=nik)
        assert at_once([result.pk], dukcapil) == 1
    person.refresh_from_db()
    assert (person.nik, person.nik_confirmed_on) == (NIKS[1], timezone.localdate())


def test_a_nik_confirmed_in_another_regency_stays_in_the_queue(dukcapil):
    """The officer of a district does not see the bearer, and the database does."""
    PersonFactory(
        household__village_id=OTHER_VILLAGE, nik=NIKS[0], nik_confirmed_on=date(2021, 1, 1)
    )
    result = MatchResultFactory(rule=RULE, candidates=1, candidates__nik=NIKS[0])
    other = MatchResultFactory(rule=RULE)
    with applied(dukcapil.scope):
        assert at_once([result.pk, other.pk], dukcapil) == 1
    assert set(MatchResult.objects.in_queue()) == {result}


def test_each_of_many_can_be_undone(dukcapil):
    results = MatchResultFactory.create_batch(3, rule=RULE, candidates=1)

    def persons():
        return [row[:9] for row in state()["persons"]]

    before = persons()
    at_once([one.pk for one in results], dukcapil)
    assert persons() != before
    for decision in MatchDecision.objects.filter(undone_at=None):
        matching.undo(decision, by=dukcapil)
    assert persons() == before
    assert MatchResult.objects.in_queue().count() == 3


def test_history_names_who_accepted(dukcapil):
    result = MatchResultFactory(rule=RULE, candidates=1, candidates__nik=NIKS[0])
    at_once([result.pk], dukcapil)
    event = result.person.events.order_by("-pgh_id").select_related("pgh_context").first()
    assert event.nik != NIKS[0]
    assert event.pgh_context.metadata["user"] == dukcapil.pk


def test_no_query_for_each_row(dukcapil):
    def queries(count: int) -> int:
        ids = [one.pk for one in MatchResultFactory.create_batch(count, rule=RULE)]
        with CaptureQueriesContext(connection) as captured:
            assert at_once(ids, dukcapil) == count
        return len(captured)

    queries(1)  # the user's rights are read once
    assert queries(2) == queries(20)


def test_who_may_not_accept(dukcapil):
    result = MatchResultFactory(rule=RULE)
    with pytest.raises(PermissionDenied):
        at_once([result.pk], UserFactory(regions=[KAPUAS]))
    with pytest.raises(ValidationError, match="Pilih satu aturan"):
        bulk.accept_rule(rule="", result_ids=[result.pk], by=dukcapil)
