"""The checks hold on sound data, and each tells what somebody has broken behind the triggers."""

import pytest
from django.db import connection

from beneficiaries.models import Enrollment
from tests.factories import EnrollmentFactory
from tests.verification.endorsing import checked_case, endorsed
from tests.verification.test_decrees import (  # noqa: F401  fixtures
    cases,
    checker,
    decree,
    kapuas,
    list_of,
    maker,
    record,
    sent,
)
from verification import health
from verification.actions import decrees
from verification.models import CaseCount, EndorsementItem

pytestmark = pytest.mark.django_db


def behind_the_triggers(table, sql, *parameters):
    """As a database administrator might."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql, parameters)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_sound_data_have_nothing_to_tell(decree, checker):  # noqa: F811
    decrees.apply_decree(decree, by=checker)
    told = {check.code: check.broken() for check in health.CHECKS}
    assert told == {code: [] for code in told}


def test_a_changed_line_of_an_endorsed_list(round, kapuas):  # noqa: F811
    checked_case(round)
    one = endorsed(round, kapuas)
    behind_the_triggers(
        "verification_endorsementitem",
        "UPDATE verification_endorsementitem SET name = 'ORANG LAIN'",
    )
    assert health.endorsement.endorsed_lists_keep_their_hash() == [
        f"{one}: isi daftar tidak sesuai dengan sidiknya."
    ]
    assert EndorsementItem.objects.get().name == "ORANG LAIN"


def test_a_case_that_is_no_longer_as_endorsed(round, kapuas):  # noqa: F811
    case = checked_case(round)
    endorsed(round, kapuas)
    behind_the_triggers(
        "verification_case",
        "UPDATE verification_case SET is_eligible = false, reason = 'PINDAH' WHERE id = %s",
        case.pk,
    )
    assert (
        "1 kasus tidak lagi seperti yang disahkan"
        in health.endorsement.endorsed_lists_keep_their_hash()[0]
    )


def test_an_enrolment_of_the_decree_without_its_case(decree, checker):  # noqa: F811
    applied = decrees.apply_decree(decree, by=checker)
    stranger = EnrollmentFactory()
    Enrollment.objects.filter(pk=stranger.pk).update(source_user=checker)
    behind_the_triggers(
        "beneficiaries_enrollment",
        "UPDATE beneficiaries_enrollment SET created_at = %s, changed_at = %s WHERE id = %s",
        applied.applied_at,
        applied.applied_at,
        stranger.pk,
    )
    assert health.endorsement.decrees_change_by_case_only() == [
        f"Kepesertaan keluarga {stranger.household_id} dimulai oleh penetapan tanpa kasusnya."
    ]


def test_numbers_that_have_lost_a_case(round):
    checked_case(round)
    CaseCount.objects.all().delete()
    assert "menyimpang 1 kasus" in health.rounds.cases_are_counted()[0]
