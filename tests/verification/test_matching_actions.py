"""Requests to the civil registry, and decisions on what came back."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.roles import Role
from beneficiaries.models import Person
from regions.models import Region
from tests.factories import (
    KAPUAS,
    PULANG_PISAU,
    AgreementFactory,
    HouseholdFactory,
    MatchResultFactory,
    PersonFactory,
    UserFactory,
)
from verification.actions import bulk, matching
from verification.models import MatchBatch, MatchResult, NotSame

pytestmark = pytest.mark.django_db

NIK = "6203011205839077"


@pytest.fixture
def officer():
    return UserFactory(regions=[KAPUAS])


@pytest.fixture
def dukcapil():
    return UserFactory(role=Role.DUKCAPIL, regions=[KAPUAS])


def ask(by, choice="SEMUA", **kwargs):
    kwargs.setdefault("region", Region.objects.get(pk=KAPUAS))
    return matching.request_match(choice=choice, purpose="Pemadanan triwulan", by=by, **kwargs)


def test_a_request_takes_every_active_person_of_the_region(officer):
    AgreementFactory()
    HouseholdFactory(members=2)
    HouseholdFactory(village_id="62.11.01.2001")
    PersonFactory(is_active=False, inactive_reason="PINDAH")
    batch = ask(officer)
    assert batch.people == batch.results.count() == 2
    assert set(batch.results.values_list("state", "outcome")) == {("MENUNGGU", "")}


@pytest.mark.parametrize(
    "choice, expected",
    [("SEMUA", 3), ("BELUM_PADAN", 2), ("NIK_BERMASALAH", 1), ("BERUBAH", 3)],
)
def test_choices(officer, choice, expected):
    AgreementFactory()
    PersonFactory(nik="")
    PersonFactory(nik_confirmed_on=date(2021, 5, 1))
    PersonFactory()
    assert ask(officer, choice).people == expected


def test_nobody_is_asked_for_twice_at_once(officer):
    AgreementFactory()
    PersonFactory()
    first = ask(officer)
    with pytest.raises(ValidationError, match="sedang menunggu jawaban"):
        ask(officer)
    assert MatchBatch.objects.get() == first
    matching.cancel_batch(first, by=officer)
    assert ask(officer).people == 1


@pytest.mark.parametrize(
    "agreement, sentence",
    [
        (None, "Belum ada PKS"),
        ({"valid_until": date(2021, 6, 30)}, "berakhir 30-06-2021"),
        ({"ended_on": date(2021, 3, 1)}, "berakhir 01-03-2021"),
        ({"region_id": PULANG_PISAU}, "Belum ada PKS"),
        ({"valid_from": date(2090, 1, 1)}, "Belum ada PKS"),
    ],
)
def test_without_a_valid_agreement_nothing_is_asked(officer, agreement, sentence):
    if agreement:
        AgreementFactory(**agreement)
    PersonFactory()
    with pytest.raises(ValidationError, match=sentence):
        ask(officer)
    assert not MatchBatch.objects.exists()


def test_the_agreement_of_the_province_covers_a_regency(officer):
    AgreementFactory(region_id="62")
    PersonFactory()
    assert ask(officer).agreement.region_id == "62"


def test_another_regency_and_another_role_are_refused(officer, dukcapil):
    AgreementFactory(region_id="62")
    PersonFactory()
    with pytest.raises(PermissionDenied):
        ask(officer, region=Region.objects.get(pk=PULANG_PISAU))
    with pytest.raises(PermissionDenied):
        ask(dukcapil)


def test_accepting_corrects_the_register_with_its_source(dukcapil):
    result = MatchResultFactory(
        person__nik="", person__name="SITI RAKMAH", candidates=1,
        candidates__nik=NIK, candidates__name="SITI RAHMAH",
    )  # fmt: skip
    matching.accept(result, candidate=result.candidates.get(), by=dukcapil)
    result.refresh_from_db()
    person = Person.objects.get(pk=result.person_id)
    assert (result.state, result.outcome) == ("DITERIMA", "PADAN")
    assert (person.nik, person.name, person.source_user) == (NIK, "SITI RAHMAH", dukcapil)
    assert person.nik_confirmed_on is not None


def test_undoing_gives_the_register_back(dukcapil):
    result = MatchResultFactory(
        person__nik="", person__name="SITI RAKMAH", candidates=1, candidates__nik=NIK
    )
    matching.accept(result, candidate=result.candidates.get(), by=dukcapil)
    matching.undo(result.decisions.get(), by=dukcapil)
    person = Person.objects.get(pk=result.person_id)
    assert (person.nik, person.name, person.nik_confirmed_on) == ("", "SITI RAKMAH", None)
    result.refresh_from_db()
    assert result.state == MatchResult.State.ANTRE
    matching.reject(result, by=dukcapil)


def test_what_was_changed_since_is_not_undone(dukcapil):
    result = MatchResultFactory(candidates=1, candidates__nik=NIK)
    matching.accept(result, candidate=result.candidates.get(), by=dukcapil)
    decision = result.decisions.get()
    MatchResult.objects.update(decided_at=datetime(2000, 1, 1, tzinfo=UTC))
    with pytest.raises(ValidationError, match="sudah diubah lagi"):
        matching.undo(decision, by=dukcapil)


def test_only_one_s_own_decision_is_undone(dukcapil):
    result = MatchResultFactory()
    matching.reject(result, by=dukcapil)
    other = UserFactory(role=Role.DUKCAPIL, regions=[KAPUAS])
    with pytest.raises(PermissionDenied):
        matching.undo(result.decisions.get(), by=other)


def test_the_second_officer_is_told_who_came_first(dukcapil):
    result = MatchResultFactory()
    matching.reject(result, by=dukcapil)
    other = UserFactory(role=Role.DUKCAPIL, regions=[KAPUAS])
    with pytest.raises(ValidationError, match=f"sudah diputus oleh {dukcapil}"):
        matching.reject(result, by=other)


def test_not_the_same_is_remembered_and_forgotten_with_the_decision(dukcapil):
    result = MatchResultFactory(candidates=2)
    matching.reject(result, by=dukcapil)
    niks = {candidate.record.nik for candidate in result.candidates.all()}
    assert set(NotSame.objects.values_list("nik", flat=True)) == niks
    matching.undo(result.decisions.get(), by=dukcapil)
    assert not NotSame.objects.exists()


def test_two_persons_decide_where_the_rule_asks_for_it(dukcapil):
    result = MatchResultFactory(decisions_needed=2, candidates=1, candidates__nik=NIK)
    candidate = result.candidates.get()
    matching.accept(result, candidate=candidate, by=dukcapil)
    result.refresh_from_db()
    assert result.state == "ANTRE" and result.person.nik != NIK
    with pytest.raises(ValidationError, match="putusan kedua diambil petugas lain"):
        matching.accept(result, candidate=candidate, by=dukcapil)
    other = UserFactory(role=Role.KOORDINATOR, regions=["62"])
    matching.accept(result, candidate=candidate, by=other)
    assert Person.objects.get(pk=result.person_id).nik == NIK


def test_a_skipped_person_can_be_decided_later(dukcapil):
    result = MatchResultFactory()
    matching.skip(result, by=dukcapil)
    matching.skip(result, by=dukcapil)
    matching.reject(result, by=dukcapil)
    result.refresh_from_db()
    assert result.state == "DITOLAK"


def test_a_confirmed_nik_belongs_to_one_active_person(dukcapil):
    bearer = PersonFactory(nik=NIK, nik_confirmed_on=date(2021, 5, 1), name="PEMILIK NIK")
    result = MatchResultFactory(candidates=1, candidates__nik=NIK)
    with pytest.raises(ValidationError, match="PEMILIK NIK"):
        matching.accept(result, candidate=result.candidates.get(), by=dukcapil)
    assert not result.decisions.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonFactory(nik=NIK, nik_confirmed_on=date(2021, 5, 2))
    Person.objects.filter(pk=bearer.pk).update(is_active=False, inactive_reason="GANDA")
    PersonFactory(nik=NIK, nik_confirmed_on=date(2021, 5, 2))


def test_with_another_nik_the_confirmation_goes():
    person = PersonFactory(nik=NIK, nik_confirmed_on=date(2021, 5, 1))
    Person.objects.filter(pk=person.pk).update(name="NAMA BARU")
    person.refresh_from_db()
    assert person.nik_confirmed_on == date(2021, 5, 1)
    Person.objects.filter(pk=person.pk).update(nik="6203011205839078")
    person.refresh_from_db()
    assert person.nik_confirmed_on is None


def test_two_confirmations_on_one_day_hold_and_each_can_be_undone(dukcapil):
    person = PersonFactory(nik="")
    decisions = []
    for nik in (NIK, "6203011205839078"):
        result = MatchResultFactory(person=person, candidates=1, candidates__nik=nik)
        matching.accept(result, candidate=result.candidates.get(), by=dukcapil)
        decisions.append(result.decisions.get())
        person.refresh_from_db()
        assert (person.nik, person.nik_confirmed_on) == (nik, timezone.localdate())
    matching.undo(decisions[1], by=dukcapil)
    person.refresh_from_db()
    assert (person.nik, person.nik_confirmed_on) == (NIK, timezone.localdate())
    matching.undo(decisions[0], by=dukcapil)
    person.refresh_from_db()
    assert (person.nik, person.nik_confirmed_on) == ("", None)


def test_the_kk_number_follows_the_payee_only(dukcapil):
    family = HouseholdFactory(members=2, kk_number="6203081501159001")
    child = family.members.exclude(pk=family.payee_id).get()
    for person, changes in ((family.payee, True), (child, False)):
        result = MatchResultFactory(
            person=person, candidates=1, candidates__kk_number="6203081501159055"
        )
        found = matching.corrections(result, result.candidates.get())
        assert ("kk_number" in found) is changes


def test_purged_civil_data_leave_the_result(dukcapil):
    result = MatchResultFactory(candidates=1, candidates__expires_on=date(2021, 1, 1))
    assert matching.purge_expired() == 1
    candidate = result.candidates.get()
    assert candidate.record is None and candidate.probability
    with pytest.raises(ValidationError, match="masa simpannya habis"):
        matching.accept(result, candidate=candidate, by=dukcapil)


def test_bulk_acceptance_of_one_rule(dukcapil):
    taken = PersonFactory(nik=NIK, nik_confirmed_on=date(2021, 5, 1))
    plain = MatchResultFactory.create_batch(2, rule="NAMA_90")
    conflict = MatchResultFactory(rule="NAMA_90", candidates=1, candidates__nik=taken.nik)
    for_two = MatchResultFactory(rule="NAMA_90", decisions_needed=2)
    other_rule = MatchResultFactory(rule="NAMA_60_89")
    ids = [result.pk for result in (*plain, conflict, for_two, other_rule)]
    assert bulk.accept_rule(rule="NAMA_90", result_ids=ids, by=dukcapil) == 2
    assert set(MatchResult.objects.in_queue()) == {conflict, for_two, other_rule}


@pytest.mark.parametrize(
    ("response", "outcome", "consequence"),
    [
        ("MENINGGAL", "MENINGGAL", "GANTI_PENGURUS_ATAU_AKHIRI"),
        ("PINDAH", "PINDAH", "MUTAKHIRKAN_ALAMAT_ATAU_AKHIRI"),
        ("", "PADAN", ""),
    ],
)
def test_accepting_the_dead_or_moved_proposes_and_changes_nothing(
    dukcapil, response, outcome, consequence
):
    result = MatchResultFactory(
        rule="M2", is_latest=True, candidates=1, candidates__nik=NIK, candidates__response=response
    )
    old = result.person.nik
    after = matching.accept(result, candidate=result.candidates.get(), by=dukcapil)
    person = Person.objects.get(pk=result.person_id)
    assert (after.outcome, after.consequence) == (outcome, consequence)
    assert (person.nik == old) is bool(response)
    assert (person.nik_confirmed_on is None) is bool(response)
    assert MatchResult.objects.to_follow_up().exists() is bool(response)

    matching.undo(result.decisions.get(), by=dukcapil)
    result.refresh_from_db()
    assert (result.outcome, result.consequence) == ("", "GANTI_PENGURUS_ATAU_AKHIRI")
    assert Person.objects.get(pk=result.person_id).nik == old


def test_a_follow_up_is_done_when_the_person_is_deactivated(dukcapil):
    result = MatchResultFactory(is_latest=True, candidates=1, candidates__response="MENINGGAL")
    matching.accept(result, candidate=result.candidates.get(), by=dukcapil)
    assert MatchResult.objects.to_follow_up().get() == result
    Person.objects.update(is_active=False, inactive_reason="MENINGGAL")
    assert not MatchResult.objects.to_follow_up().exists()


def test_the_queue_of_a_user_leaves_out_the_own_votes(dukcapil):
    result = MatchResultFactory(decisions_needed=2, candidates=1)
    other = UserFactory(role=Role.DUKCAPIL, regions=[KAPUAS])
    matching.skip(result, by=other)
    matching.accept(result, candidate=result.candidates.get(), by=dukcapil)
    assert not MatchResult.objects.waiting_for(dukcapil).exists()
    assert MatchResult.objects.waiting_for(other).get() == result
