"""No sequence of actions on the cases of a round breaks what holds always (issue 5).

The machine keeps its own books of who was a KPM and what was decided; after every step they must
agree with the database, and every case with its constraints and its steps.
"""

import itertools
from datetime import date
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.roles import Role
from tests.factories import KAPUAS, HouseholdFactory, RoundFactory, UserFactory
from verification.actions import cases as actions
from verification.actions import rounds
from verification.figures.rounds import balance
from verification.models import Case, CaseStep, Round

pytestmark = pytest.mark.django_db

numbers = st.integers(0, 9)
users = st.sampled_from(["tksk", "officer", "supervisor"])
Status = Case.Status


class Cases(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.point = transaction.atomic()
        self.point.__enter__()
        self.users = {
            "tksk": UserFactory(role=Role.TKSK, regions=[KAPUAS]),
            "officer": UserFactory(role=Role.PETUGAS, regions=[KAPUAS]),
            "supervisor": UserFactory(role=Role.SUPERVISOR, regions=[KAPUAS]),
            "coordinator": UserFactory(role=Role.KOORDINATOR, regions=["62"]),
        }
        self.kpm = {HouseholdFactory(kpm=True).pk for _ in range(3)}
        self.others = [HouseholdFactory() for _ in range(2)]
        self.round = RoundFactory(status=Round.Status.DISIAPKAN, regions=[KAPUAS])
        rounds.open_round(self.round, by=self.users["coordinator"])
        self.next = RoundFactory(status=Round.Status.DISIAPKAN, regions=[KAPUAS])
        # Books: what a visit has found of a family, and which findings are approved.
        self.found: dict[int, bool] = {}
        self.approved: dict[int, bool] = {}
        self.carried = False

    def teardown(self):
        transaction.set_rollback(True)
        self.point.__exit__(None, None, None)

    def _case(self, number: int) -> Case:
        cases = list(self.round.cases.order_by("pk"))
        return cases[number % len(cases)]

    def _try(self, action, *args, **kwargs) -> bool:
        before = dict(Case.objects.values_list("pk", "version"))
        try:
            with transaction.atomic():
                action(*args, **kwargs)
        except ValidationError:
            assert dict(Case.objects.values_list("pk", "version")) == before
            return False
        return True

    @rule(number=numbers, who=st.sampled_from(["tksk", "officer"]), eligible=st.booleans(),
          stale=st.booleans())  # fmt: skip
    def visit(self, number, who, eligible, stale):
        case = self._case(number)
        visit = actions.Visit(
            visited_on=date(2021, 10, 4),
            is_found=True,
            is_eligible=eligible,
            reason="" if eligible else "SUDAH_MAMPU",
        )
        key = uuid4()
        version = case.version - 1 if stale else case.version
        done = self._try(
            actions.record_visit, case, visit, key=key, version=version, by=self.users[who]
        )
        assert not (done and stale)
        if done:
            self.found[case.household_id] = eligible
            steps = CaseStep.objects.count()
            actions.record_visit(case, visit, key=key, version=version, by=self.users[who])
            assert CaseStep.objects.count() == steps, "a double press is one visit"

    @rule(number=numbers, who=st.sampled_from(["officer", "supervisor"]))
    def check(self, number, who):
        case = self._case(number)
        if self._try(actions.check_case, case, by=self.users[who]):
            assert case.visited_by != self.users[who]
            self.approved[case.household_id] = self.found[case.household_id]

    @rule(who=st.sampled_from(["officer", "supervisor"]))
    def check_all(self, who):
        waiting = list(
            self.round.cases.to_check()
            .exclude(visited_by=self.users[who])
            .values_list("household_id", flat=True)
        )
        checked = actions.check_cases(self.round.cases.all(), by=self.users[who])
        assert checked.approved == len(waiting)
        self.approved |= {household: self.found[household] for household in waiting}

    @rule(number=numbers, reason=st.sampled_from(["", " ", "Foto rumah belum ada"]))
    def send_back(self, number, reason):
        case = self._case(number)
        if self._try(actions.return_case, case, reason=reason, by=self.users["supervisor"]):
            assert reason.strip()
            self.approved.pop(case.household_id, None)

    @rule(number=numbers, reason=st.sampled_from(["", "DIBAWA", "DITARIK", "LAINNYA"]))
    def end(self, number, reason):
        if self._try(
            actions.end_case, self._case(number), reason=reason, by=self.users["supervisor"]
        ):
            assert reason == "DITARIK"

    @rule(number=numbers, origin=st.sampled_from(["USULAN", "SANGGAH", "PENGGANTI"]))
    def add(self, number, origin):
        household = self.others[number % len(self.others)]
        self._try(actions.add_case, self.round, household, origin=origin, by=self.users["officer"])

    @rule(number=numbers, who=users)
    def give(self, number, who):
        case = self._case(number)
        self._try(
            actions.assign,
            Case.objects.filter(pk=case.pk),
            officer=self.users[who],
            by=self.users["officer"],
        )

    @precondition(lambda self: not self.carried)
    @rule(carry=st.booleans())
    def close(self, carry):
        target = self.next if carry else None
        if self._try(rounds.close_round, self.round, carry_to=target, by=self.users["coordinator"]):
            self.carried = carry
            assert not self.round.cases.to_do().exists()

    @rule()
    def reopen(self):
        self._try(rounds.reopen_round, self.round, by=self.users["coordinator"])

    @invariant()
    def constraints_hold(self):
        for case in Case.objects.select_related("decided_by", "visited_by"):
            case.validate_constraints()

    @invariant()
    def one_open_case_for_a_family_and_round(self):
        pairs = list(Case.objects.open().values_list("round", "household"))
        assert len(pairs) == len(set(pairs))
        # Carried over, a family is not open in two rounds.
        families = [household for _, household in pairs]
        assert len(families) == len(set(families))

    @invariant()
    def decided_means_who_and_when_and_not_the_visitor(self):
        for case in Case.objects.approved():
            assert case.decided_by_id
            assert case.decided_at
            assert case.decided_by_id != case.visited_by_id

    @invariant()
    def every_change_has_its_step(self):
        for case in Case.objects.all():
            steps = list(case.steps.order_by("version", "id"))
            if steps:
                assert steps[-1].after == case.status
                assert steps[-1].version == case.version
            for earlier, later in itertools.pairwise(steps):
                assert later.before == earlier.after
                assert later.version == earlier.version + 1
                assert later.after in {later.before} | Case.TRANSITIONS[later.before]

    @invariant()
    def counts_agree(self):
        entered = sum(
            eligible for household, eligible in self.approved.items() if household not in self.kpm
        )
        left = sum(
            not eligible for household, eligible in self.approved.items() if household in self.kpm
        )
        (counted,) = balance(self.round.cases.all())
        assert (counted.start, counted.entered, counted.left) == (len(self.kpm), entered, left)
        assert counted.end == len(self.kpm) + entered - left
        assert counted.agrees


def test_no_sequence_of_actions_breaks_what_holds_always():
    run_state_machine_as_test(
        Cases,
        settings=settings(
            max_examples=15,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
