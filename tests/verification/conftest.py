from datetime import date

import pytest
from django.db import connection

from accounts.roles import Role
from spreadsheets.checking import Batch
from spreadsheets.recheck import check_values
from tests.factories import (
    KAPUAS,
    CaseFactory,
    HouseholdFactory,
    RoundFactory,
    UploadFactory,
    UserFactory,
)
from uploads import actions, staging, steps
from uploads.models import Upload
from verification.sheets import HASIL_VERIFIKASI


@pytest.fixture
def officer(db):
    return UserFactory(role=Role.PETUGAS, regions=[KAPUAS])


@pytest.fixture
def coordinator(db):
    return UserFactory(role=Role.KOORDINATOR, regions=["62"])


@pytest.fixture
def round(db):
    return RoundFactory(starts_on=date(2021, 9, 1), due_on=date(2021, 11, 30))


@pytest.fixture
def make_case(round):
    def make(**household):
        household.setdefault("kpm", True)
        return CaseFactory(round=round, household=HouseholdFactory(**household))

    return make


@pytest.fixture
def case(make_case):
    return make_case()


@pytest.fixture
def send(officer, round):
    """A sheet of these rows, checked as the worker checks it but without file and child process."""

    def make(*rows, region=KAPUAS, sent_by=None):
        upload = UploadFactory(
            kind="hasil_verifikasi",
            region_id=region,
            reference=str(round.pk),
            sent_by=sent_by or officer,
            status=Upload.Status.DIPERIKSA,
        )
        checked, issues = [], []
        for number, row in enumerate(rows, start=5):
            values, told = check_values(
                HASIL_VERIFIKASI, row, steps.context_of(upload), sheet="Data", number=number
            )
            checked.append(("Data", number, values))
            issues += told
        with connection.cursor() as cursor:
            batch = Batch(checked, issues, len(rows), len(rows))
            staging.store(cursor, HASIL_VERIFIKASI, batch)
        return steps.finish_check(upload, rows=len(rows))

    return make


@pytest.fixture
def apply(coordinator, django_capture_on_commit_callbacks):
    """Submit by the sender, approve by the coordinator and write to the register."""

    def run(upload):
        if upload.status in Upload.EDITABLE:
            upload = actions.submit(upload, by=upload.sent_by)
        upload = actions.approve(upload, by=coordinator)
        return steps.apply(upload)

    return run


@pytest.fixture
def row_of():
    """A row as the officer fills it in: the number of the case and these cells."""

    def make(case, outcome, **cells):
        return {"case_id": str(case.pk), **outcome, **cells}

    return make
