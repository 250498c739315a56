"""History is written by triggers whose plans stay good in a long-lived session."""

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db


def test_history_triggers_never_join_row_by_row():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.proname, p.proconfig FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE t.tgnewtable IS NOT NULL AND t.tgoldtable IS NOT NULL"
            " AND p.proname LIKE 'pgtrigger_update_update_%'"
        )
        functions = cursor.fetchall()
    assert len(functions) == 5  # household, person, card, enrolment, agent
    assert all(config == ["enable_nestloop=off"] for _, config in functions), functions
