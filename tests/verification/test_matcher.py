"""A batch through the engine: answers in, outcomes, queue and corrected register out."""

from datetime import date

import pytest
from django.utils import timezone

from beneficiaries.models import Person
from tests.factories import (
    KAPUAS,
    VILLAGE,
    CivilRecordFactory,
    HouseholdFactory,
    MatchBatchFactory,
    MatchResultFactory,
    PersonFactory,
    UserFactory,
)
from verification import matcher
from verification.models import MatchBatch, MatchResult, NotSame

pytestmark = pytest.mark.django_db

NIK = "6203085205839077"
SITI = {
    "name": "SITI RAHMAH",
    "birth_date": date(1983, 5, 12),
    "sex": "P",
    "mother_name": "MINARNI",
    "birth_place": "KUALA KAPUAS",
}


@pytest.fixture
def batch():
    return MatchBatchFactory(form=MatchBatch.Form.EKSTRAK)


def asked(batch, **person):
    family = HouseholdFactory(members=0, kk_number=person.pop("kk_number", "6203081501159001"))
    person = PersonFactory(household=family, **{**SITI, **person})
    return MatchResult.objects.create(
        batch=batch, person=person, village_id=person.village_id, asked_nik=person.nik
    )


def civil(batch, **record):
    return CivilRecordFactory(
        batch=batch,
        **{**SITI, "kk_number": "6203081501159001", "village_code": VILLAGE, **record},
    )


def matched(batch, result):
    matcher.match(batch)
    result.refresh_from_db()
    result.person.refresh_from_db()
    return result


def test_equal_data_are_matched_and_the_nik_is_confirmed(batch):
    result = matched(batch, [asked(batch, nik=NIK), civil(batch, nik=NIK)][0])
    assert (result.outcome, result.state, result.rule) == ("PADAN", "OTOMATIS", "P1")
    assert result.person.nik_confirmed_on is not None
    assert result.evidence["name"] == "SAME"


def test_another_person_under_the_nik_is_not_matched(batch):
    result = asked(batch, nik=NIK)
    civil(batch, nik=NIK, name="BAMBANG HARTONO", sex="L", birth_date=date(1983, 7, 1),
          mother_name="LAMIANG", birth_place="MALANG", kk_number="6203081501159099")  # fmt: skip
    result = matched(batch, result)
    assert (result.outcome, result.state) == ("DATA_BERBEDA", "OTOMATIS")
    assert result.person.nik_confirmed_on is None


def test_a_name_that_is_only_alike_goes_to_the_queue_with_its_weights(batch):
    result = asked(batch, nik=NIK, name="SITI ROMLAH")
    record = civil(batch, nik=NIK)
    result = matched(batch, result)
    candidate = result.candidates.get()
    assert (result.state, result.outcome, candidate.record) == ("ANTRE", "", record)
    assert {field for field, _, _ in candidate.weights["fields"]} >= {"name", "birth_date", "sex"}


def test_a_person_without_nik_is_found_by_the_other_fields(batch):
    result = asked(batch, nik="")
    civil(batch, nik=NIK)
    civil(batch, nik="6203081207709018", name="UMAR JAMBI", birth_date=date(1970, 7, 12), sex="L")
    result = matched(batch, result)
    assert result.outcome == "PADAN" or result.candidates.get().record.nik == NIK
    if result.outcome == "PADAN":
        assert (result.person.nik, result.person.nik_confirmed_on is None) == (NIK, False)


def test_two_near_equal_candidates_are_never_resolved_in_silence(batch):
    result = asked(batch, nik="")
    civil(batch, nik=NIK)
    civil(batch, nik="6203085205839078")
    result = matched(batch, result)
    assert (result.state, result.outcome) == ("ANTRE", "")
    assert result.candidates.count() == 2
    assert result.person.nik == ""


def test_nobody_like_the_person_is_not_found(batch):
    result = asked(batch, nik="")
    civil(batch, nik=NIK, name="YOHANES DJANGA", birth_date=date(1950, 1, 2), sex="L",
          mother_name="LAMIANG", kk_number="6203081501159099")  # fmt: skip
    result = matched(batch, result)
    assert (result.outcome, result.state) == ("TIDAK_DITEMUKAN", "OTOMATIS")


def test_a_death_is_a_finding_with_a_proposal(batch):
    result = asked(batch, nik=NIK)
    civil(batch, nik=NIK, response="MENINGGAL")
    result = matched(batch, result)
    assert (result.outcome, result.consequence) == ("MENINGGAL", "GANTI_PENGURUS_ATAU_AKHIRI")
    assert result.person.is_active


def test_who_was_said_not_to_be_the_person_is_no_candidate(batch):
    result = asked(batch, nik="")
    record = civil(batch, nik=NIK)
    decision = MatchResultFactory(person=result.person).decisions.create(
        verdict="TOLAK", by=UserFactory(), village_id=VILLAGE
    )
    NotSame.objects.create(
        person=result.person, village_id=VILLAGE, nik=record.nik, decision=decision
    )
    result = matched(batch, result)
    assert result.outcome == "TIDAK_DITEMUKAN"


def test_a_nik_of_two_active_persons_is_left_to_a_person(batch):
    bearer = PersonFactory(nik=NIK, nik_confirmed_on=date(2021, 5, 1))
    result = asked(batch, nik=NIK)
    civil(batch, nik=NIK)
    result = matched(batch, result)
    assert (result.state, result.rule, result.decisions_needed) == ("ANTRE", "G2", 2)
    assert result.candidates.count() == 1
    assert Person.objects.get(pk=bearer.pk).nik_confirmed_on == date(2021, 5, 1)


def test_another_nik_on_the_day_of_a_confirmation_is_confirmed_as_well(batch):
    result = asked(batch, nik="")
    Person.objects.filter(pk=result.person_id).update(
        nik="6203085205839078", nik_confirmed_on=timezone.localdate()
    )
    civil(batch, nik=NIK)
    result = matched(batch, result)
    assert result.outcome == "PADAN"
    assert (result.person.nik, result.person.nik_confirmed_on) == (NIK, timezone.localdate())


def test_silence_about_a_nik_says_nothing():
    batch = MatchBatchFactory(form=MatchBatch.Form.JAWABAN)
    result = asked(batch, nik=NIK)
    civil(batch, nik="6203081207709018", name="UMAR JAMBI")
    assert matched(batch, result).state == "MENUNGGU"


def test_an_answer_in_the_negative(batch):
    batch = MatchBatchFactory(form=MatchBatch.Form.JAWABAN)
    result = asked(batch, nik=NIK)
    CivilRecordFactory(batch=batch, nik=NIK, name="", response="TIDAK_DITEMUKAN")
    result = matched(batch, result)
    assert (result.outcome, result.rule) == ("TIDAK_DITEMUKAN", "N3")


def test_run_twice_it_says_the_same(batch):
    result = asked(batch, nik=NIK)
    civil(batch, nik=NIK)
    first = matched(batch, result)
    assert matcher.match(batch) == {}
    first_again = MatchResult.objects.get(pk=first.pk)
    assert (first_again.outcome, first_again.rule) == (first.outcome, first.rule)
    assert batch.region_id == KAPUAS


def test_only_the_newest_answer_of_a_person_is_the_latest(batch):
    result = asked(batch, nik=NIK)
    older = MatchResultFactory(
        person=result.person, state="OTOMATIS", outcome="TIDAK_DITEMUKAN", rule="N3",
        is_latest=True, candidates=0,
    )  # fmt: skip
    civil(batch, nik=NIK)
    assert matched(batch, result).is_latest
    older.refresh_from_db()
    assert not older.is_latest
    assert (batch.matched_before, batch.matched_after) == (0, 1)


def test_whom_the_search_finds_dead_is_not_padan(batch):
    """Entered without NIK; the one record that is like the person is of somebody who has died."""
    result = asked(batch, nik="")
    civil(batch, nik=NIK, response="MENINGGAL")
    result = matched(batch, result)
    assert (result.rule, result.outcome, result.state) == ("L1", "MENINGGAL", "OTOMATIS")
    assert result.consequence == "GANTI_PENGURUS_ATAU_AKHIRI"
    assert (result.person.nik, result.person.nik_confirmed_on, result.nik_changed) == (
        "", None, False,
    )  # fmt: skip
