"""What may be done with a case, by whom, and what is refused."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts import scope
from accounts.models import Notification
from accounts.roles import Role
from beneficiaries.models import Person
from regions.models import Region
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    PULANG_PISAU,
    CaseFactory,
    HouseholdFactory,
    PersonFactory,
    RoundFactory,
    UserFactory,
    nik,
)
from verification.actions import cases as actions
from verification.actions import rounds
from verification.choosing import preview
from verification.models import Case, CaseMember, CaseStep, Round

ELIGIBLE = actions.Visit(visited_on=date(2021, 10, 4), is_found=True, is_eligible=True)
RICH = actions.Visit(
    visited_on=date(2021, 10, 4), is_found=True, is_eligible=False, reason="SUDAH_MAMPU"
)
PERIOD = {"starts_on": date(2021, 12, 1), "due_on": date(2021, 12, 31)}


@pytest.fixture
def tksk(db):
    return UserFactory(role=Role.TKSK, full_name="Yulia Tarigan", regions=["62.03.08"])


@pytest.fixture
def supervisor(db):
    return UserFactory(role=Role.SUPERVISOR, regions=[KAPUAS])


@pytest.fixture
def visit(tksk):
    def record(case, visit=ELIGIBLE, *, by=None, **options):
        options = {"key": uuid4(), "version": case.version} | options
        return actions.record_visit(case, visit, by=by or tksk, **options)

    return record


def correcting(case, number):
    finding = actions.Finding(case.household.payee_id, "TERKONFIRMASI", number)
    return actions.Visit(date(2021, 10, 4), True, True, members=(finding,))


def test_from_visit_to_decision(case, visit, tksk, officer):
    visited = visit(case, RICH)
    assert (visited.status, visited.visited_by, visited.version) == ("DIKUNJUNGI", tksk, 2)
    assert visited.result == ""
    decided = actions.check_case(visited, by=officer, version=2)
    assert (decided.status, decided.result, decided.decided_by) == ("DISETUJUI", "KELUAR", officer)
    assert [(s.action, s.before, s.after, s.by) for s in case.steps.all()] == [
        ("KUNJUNGI", "BELUM", "DIKUNJUNGI", tksk),
        ("SETUJUI", "DIKUNJUNGI", "DISETUJUI", officer),
    ]


@pytest.mark.parametrize(
    ("was_kpm", "found", "result"),
    [(True, ELIGIBLE, "TETAP"), (False, ELIGIBLE, "MASUK"), (True, RICH, "KELUAR"),
     (False, RICH, "")],
)  # fmt: skip
def test_who_enters_stays_and_leaves(round, visit, officer, was_kpm, found, result):
    case = CaseFactory(round=round, was_kpm=was_kpm)
    assert actions.check_case(visit(case, found), by=officer).result == result


def test_the_visitor_does_not_check(case, visit, officer):
    visited = visit(case, by=officer)
    with pytest.raises(ValidationError, match="Anda catat sendiri"):
        actions.check_case(visited, by=officer)
    with pytest.raises(IntegrityError, match="case_checker_is_not_visitor"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(
            status="DISETUJUI", decided_by=officer, decided_at=timezone.now()
        )


def test_a_double_press_is_one_visit(case, visit):
    key = uuid4()
    visit(case, key=key)
    again = visit(case, RICH, key=key)
    assert (again.is_eligible, again.version) == (True, 2)
    assert CaseStep.objects.count() == 1


def test_the_second_of_two_officers_is_told_what_changed(case, visit, officer):
    visit(case, RICH)
    with pytest.raises(actions.ChangedMeanwhile) as refused:
        visit(case, ELIGIBLE, by=officer)
    (told,) = refused.value.messages
    assert "Yulia Tarigan pada" in told
    assert "dikunjungi (ditemukan, layak, alasan, tanggal kunjungan)" in told
    case.refresh_from_db()
    assert case.reason == "SUDAH_MAMPU"


def test_a_case_of_another_district_is_refused_by_name(round, visit, officer):
    case = CaseFactory(round=round, household=HouseholdFactory(village_id=OTHER_VILLAGE))
    for action in (
        lambda: visit(case),
        lambda: actions.check_case(case, by=officer),
        lambda: actions.return_case(case, reason="x", by=officer),
        lambda: actions.end_case(case, reason="DITARIK", by=officer),
    ):
        with pytest.raises(PermissionDenied, match="Kabupaten Pulang Pisau"):
            action()


def test_in_bulk_nothing_outside_the_scope_moves(round, case, visit, officer):
    visit(case)
    foreign = CaseFactory(
        round=round,
        household=HouseholdFactory(village_id=OTHER_VILLAGE),
        status="DIKUNJUNGI",
        is_found=True,
        is_eligible=True,
        visited_on=date(2021, 10, 4),
        visited_by=UserFactory(),
    )
    assert actions.check_cases(Case.objects.all(), by=officer) == actions.Checked(1, 0, 0)
    foreign.refresh_from_db()
    assert foreign.status == "DIKUNJUNGI"


def test_nothing_is_visited_in_a_closed_round(round, case, visit, coordinator):
    rounds.close_round(round, by=coordinator)
    case.refresh_from_db()
    with pytest.raises(ValidationError, match="ditutup"):
        visit(case)


def test_a_visit_recorded_before_closing_is_still_approved(
    round, case, visit, officer, coordinator
):
    visit(case)
    assert rounds.close_round(round, by=coordinator) == rounds.Closed(0, 0, 1)
    assert actions.check_case(case, by=officer).status == "DISETUJUI"


@pytest.mark.parametrize("reason", ["", "   "])
def test_no_return_without_a_reason(case, visit, supervisor, reason):
    visited = visit(case)
    with pytest.raises(ValidationError, match="Sebutkan alasan pengembalian"):
        actions.return_case(visited, reason=reason, by=supervisor)
    with pytest.raises(IntegrityError, match="case_step_returned_means_reason"):
        CaseStep.objects.create(
            case=case, village_id=case.village_id, action="KEMBALIKAN", after="DIKEMBALIKAN",
            version=9, by=supervisor,
        )  # fmt: skip


def test_a_returned_case_is_visited_again(case, visit, supervisor):
    returned = actions.return_case(visit(case), reason="Foto belum ada", by=supervisor)
    assert returned.status == "DIKEMBALIKAN"
    told = Notification.objects.get(user=returned.visited_by)
    assert told.text.startswith(f"Kunjungan Anda untuk kasus {case.pk} dikembalikan")
    assert visit(returned).status == "DIKUNJUNGI"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"visited_on": date(2999, 1, 1)}, "sesudah hari ini"),
        ({"is_found": False}, "tidak ditemukan tidak dapat layak"),
        ({"is_eligible": False}, "Sebutkan alasan"),
        ({"members": (actions.Finding(0, "TERKONFIRMASI"),)}, "bukan dari keluarga ini"),
    ],
)
def test_a_visit_that_makes_no_sense_is_refused(case, visit, change, message):
    with pytest.raises(ValidationError, match=message):
        visit(case, replace(ELIGIBLE, **change))
    assert not CaseStep.objects.exists()


def test_a_corrected_nik_reaches_the_register_with_the_check(case, visit, officer):
    new = nik(77)
    visited = visit(case, correcting(case, new))
    assert Person.objects.get(pk=case.household.payee_id).nik != new
    actions.check_case(visited, by=officer)
    person = Person.objects.get(pk=case.household.payee_id)
    assert (person.nik, person.source_user) == (new, officer)


def test_a_nik_of_somebody_else_stops_the_check_and_is_skipped_in_bulk(
    case, make_case, visit, officer
):
    other = PersonFactory()
    free = make_case()
    visit(case, correcting(case, other.nik))
    visit(free)
    with pytest.raises(ValidationError, match="sudah terdaftar atas nama orang lain"):
        actions.check_case(case, by=officer)
    assert actions.check_cases(Case.objects.all(), by=officer) == actions.Checked(1, 0, 1)


def test_a_nik_registered_in_another_regency_stops_the_check_too(case, visit, officer):
    other = PersonFactory(household__village_id=OTHER_VILLAGE)
    visit(case, correcting(case, other.nik))
    with scope.applied(officer.scope), pytest.raises(ValidationError, match="orang lain"):
        actions.check_case(case, by=officer)


def test_cases_are_given_to_officers_who_work_there(case, make_case, tksk, officer):
    make_case(village_id="62.03.01.1007")
    with pytest.raises(ValidationError, match="1 kasus berada di luar wilayah tugas"):
        actions.assign(Case.objects.all(), officer=tksk, by=officer)
    one = Case.objects.filter(pk=case.pk)
    assert actions.assign(one, officer=tksk, by=officer) == 1
    assert actions.assign(one, officer=tksk, by=officer) == 0
    assert actions.assign(one, officer=None, by=officer) == 1
    assert [step.note for step in case.steps.all()] == ["Petugas: Yulia Tarigan", "Tanpa petugas"]
    with pytest.raises(ValidationError, match="tidak dapat mencatat kunjungan"):
        actions.assign(one, officer=UserFactory(role=Role.AUDITOR, regions=["62"]), by=officer)


def test_a_family_is_added_once_and_an_ended_case_goes_on(round, officer, supervisor):
    family = HouseholdFactory()
    case = actions.add_case(round, family, origin="USULAN", by=officer)
    assert (case.was_kpm, case.origin) == (False, "USULAN")
    with pytest.raises(ValidationError, match="sudah ada dalam"):
        actions.add_case(round, family, origin="SANGGAH", by=officer)
    actions.end_case(case, reason="DITARIK", by=supervisor)
    again = actions.add_case(round, family, origin="SANGGAH", by=officer)
    assert (again.pk, again.status, again.origin) == (case.pk, "BELUM", "USULAN")


def test_no_family_is_added_where_the_round_does_not_run(round):
    family = HouseholdFactory(village_id=OTHER_VILLAGE)
    by = UserFactory(role=Role.PETUGAS, regions=[PULANG_PISAU])
    with pytest.raises(ValidationError, match="tidak ikut"):
        actions.add_case(round, family, origin="USULAN", by=by)


def test_steps_and_the_start_of_a_case_never_change(case, visit):
    visit(case)
    for change in (
        lambda: CaseStep.objects.update(note="lain"),
        lambda: CaseStep.objects.all().delete(),
        lambda: Case.objects.update(was_kpm=False),
        lambda: Case.objects.update(origin="USULAN"),
        lambda: Case.objects.all().delete(),
    ):
        with pytest.raises(Exception, match=r"Cannot (update|delete)"), transaction.atomic():
            change()


def test_what_belongs_to_a_case_moves_with_the_family(case, visit):
    visit(case, correcting(case, ""))
    type(case.household).objects.filter(pk=case.household_id).update(village_id="62.03.01.1007")
    assert CaseStep.objects.get().village_id == "62.03.01.1007"
    assert CaseMember.objects.get().village_id == "62.03.01.1007"


# Rounds


def prepare(coordinator, **wanted):
    regions = Region.objects.filter(pk=KAPUAS)
    return rounds.create_round(
        name="Putaran III", regions=regions, by=coordinator, **PERIOD, **wanted
    )


def test_a_sample_takes_a_share_of_every_stratum_the_same_again(coordinator):
    for village in ("62.03.08.2001", "62.03.01.1007"):
        for _ in range(5):
            HouseholdFactory(kpm=True, village_id=village)
    round = prepare(
        coordinator, choice="SAMPEL", stratum="KECAMATAN", sample_share=30, sample_seed=7
    )
    (place,) = preview(round)
    assert (place.families, place.chosen) == (10, 4)
    assert [(s.families, s.chosen) for s in place.strata] == [(5, 2), (5, 2)]
    assert rounds.open_round(round, by=coordinator) == 4
    again = rounds.create_round(
        name="Putaran IV", regions=Region.objects.filter(pk=KAPUAS), by=coordinator, **PERIOD,
        choice="SAMPEL", stratum="KECAMATAN", sample_share=30, sample_seed=7,
    )  # fmt: skip
    rounds.open_round(again, by=coordinator)
    assert set(round.cases.values_list("household")) == set(again.cases.values_list("household"))


def test_by_risk_only_families_with_one_of_them_are_in(coordinator):
    sick = HouseholdFactory(kpm=True, members__nik="123")
    HouseholdFactory(kpm=True)
    round = prepare(coordinator, choice="RISIKO", risks=["NIK_TIDAK_SAH"])
    rounds.open_round(round, by=coordinator)
    case = round.cases.get()
    assert case.household == sick
    assert set(case.risks) == {"NIK_TIDAK_SAH", "LAMA_TAK_DIKUNJUNGI"}


def test_long_unseen_counts_from_the_last_approved_visit(coordinator, officer):
    today = timezone.localdate()
    for days in (10, 400):
        CaseFactory(
            household=HouseholdFactory(kpm=True),
            status="DISETUJUI",
            is_found=True,
            is_eligible=True,
            visited_on=today - timedelta(days=days),
            decided_by=officer,
            decided_at=timezone.now(),
        )
    round = prepare(coordinator, choice="RISIKO", risks=["LAMA_TAK_DIKUNJUNGI"], unseen_months=12)
    assert [place.chosen for place in preview(round)] == [1]


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"choice": "SAMPEL"}, "Sampel memerlukan"),
        ({"choice": "RISIKO"}, "paling sedikit satu risiko"),
        ({"choice": "RISIKO", "risks": ["XX"]}, "tidak dikenal"),
        ({"targets": {KAPUAS: rounds.Target(share=120)}}, "Isi sasaran"),
    ],
)
def test_settings_that_make_no_sense_are_refused(coordinator, wanted, message):
    with pytest.raises(ValidationError, match=message):
        prepare(coordinator, **wanted)


def test_an_open_round_is_not_prepared_anew(coordinator, round):
    with pytest.raises(ValidationError, match="sudah dibuka"):
        rounds.change_round(
            round, name="X", regions=Region.objects.filter(pk=KAPUAS), by=coordinator, **PERIOD
        )


def test_open_cases_are_carried_over_or_ended_at_the_close(round, make_case, visit, coordinator):
    carried, waiting = make_case(), make_case()
    visit(waiting)
    gone = make_case(is_active=False, inactive_reason="PINDAH")
    following = RoundFactory(status=Round.Status.DISIAPKAN)
    closed = rounds.close_round(round, by=coordinator, carry_to=following)
    assert closed == rounds.Closed(carried=1, ended=1, waiting=1)
    new = following.cases.get()
    assert (new.carried_from, new.origin, new.was_kpm) == (carried, "BAWAAN", True)
    ends = dict(Case.objects.filter(round=round).values_list("pk", "end_reason"))
    assert ends == {carried.pk: "DIBAWA", gone.pk: "BELUM_SELESAI", waiting.pk: ""}
    rounds.reopen_round(round, by=coordinator)
    states = dict(Case.objects.filter(round=round).values_list("pk", "status"))
    assert states == {carried.pk: "BERAKHIR", gone.pk: "BELUM", waiting.pk: "DIKUNJUNGI"}


def test_opening_a_round_takes_the_same_statements_for_any_size(
    coordinator, django_assert_max_num_queries
):
    for _ in range(6):
        HouseholdFactory(kpm=True)
    round = prepare(coordinator)
    with django_assert_max_num_queries(25):
        assert rounds.open_round(round, by=coordinator) == 6
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM verification_casestep")
        assert cursor.fetchone()[0] == 0
