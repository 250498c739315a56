"""What a BNBA says against the register and against its own rows."""

import pytest
from django.db import connection

from beneficiaries.models import Person
from beneficiaries.sheets import DTKS_BNBA
from spreadsheets.checking import Batch
from spreadsheets.recheck import check_values
from tests.sheets import person
from uploads import steps
from uploads.models import Upload, UploadIssue, UploadRow

pytestmark = pytest.mark.django_db

MALUEN = "62.03.08.2005"


def batch(*rows: dict[str, str]) -> Batch:
    """These rows as the reading process gives them, from row 2 on."""
    context = steps.context_of(Upload(region_id="62"))
    values, issues = [], []
    for number, row in enumerate(rows, start=2):
        checked, told = check_values(DTKS_BNBA, row, context, sheet="Data", number=number)
        values.append(("Data", number, checked))
        issues += told
    return Batch(values, issues, len(rows), len(rows))


def rehearse(*rows: dict[str, str], region: str = "62") -> list:
    return steps.rehearse(Upload(pk=0, kind="dtks_bnba", region_id=region), [batch(*rows)])


def test_a_rehearsal_tells_what_check_and_comparison_find_and_keeps_nothing():
    found = rehearse(person(nik="123"), person("62030800220"), person("62030800221"))
    assert [(issue.row, issue.code) for issue in found] == [
        (2, "BUKAN_16_ANGKA"),
        (3, "NIK_DUA_KALI"),
        (4, "NIK_DUA_KALI"),
    ]
    for model in (UploadRow, UploadIssue, Person):
        assert not model.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_temp.staged'), to_regclass('pg_temp.found')")
        assert cursor.fetchone() == (None, None)
