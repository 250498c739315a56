from datetime import date

import pytest
from django.utils import timezone

from accounts.roles import Role
from dashboards import figures
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    PULANG_PISAU,
    VILLAGE,
    CaseFactory,
    EnrollmentFactory,
    HouseholdFactory,
    PersonFactory,
    RoundFactory,
    UserFactory,
)

NEIGHBOUR_VILLAGE = "62.03.09.2001"  # in Kapuas too, another kecamatan


@pytest.fixture
def officer(db):
    return UserFactory(role=Role.PETUGAS, regions=[KAPUAS])


@pytest.fixture
def supervisor(db):
    return UserFactory(role=Role.SUPERVISOR, regions=[KAPUAS])


@pytest.fixture
def coordinator(db):
    return UserFactory(role=Role.KOORDINATOR, regions=["62"])


@pytest.fixture
def round(db):
    return RoundFactory(
        name="Putaran II 2021",
        starts_on=date(2021, 9, 1),
        due_on=timezone.localdate() + timezone.timedelta(days=7),
        regions=[KAPUAS, PULANG_PISAU],
    )


def approved(coordinator, when=None) -> dict:
    return {
        "status": "DISETUJUI",
        "is_found": True,
        "is_eligible": True,
        "visited_on": date(2021, 10, 1),
        "decided_by": coordinator,
        "decided_at": when or timezone.now(),
    }


@pytest.fixture
def world(coordinator, round):
    """Kapuas with two kecamatan and Pulang Pisau, every count different from every other."""
    statuses = {
        VILLAGE: ["DISETUJUI", "DISETUJUI", "DIAJUKAN", "BELUM", "BELUM", "DIKEMBALIKAN"],
        NEIGHBOUR_VILLAGE: ["BELUM", "BELUM", "BELUM"],
        OTHER_VILLAGE: ["DISETUJUI", "DISETUJUI", "DISETUJUI", "DISETUJUI", "DIAJUKAN"],
    }
    for village, cases in statuses.items():
        for status in cases:
            household = HouseholdFactory(village_id=village, members=2, kpm=True)
            outcome = approved(coordinator) if status == "DISETUJUI" else {"status": status}
            CaseFactory(round=round, household=household, **outcome)
    not_kpm = HouseholdFactory(village_id=VILLAGE, members=3)
    # Two programmes of the same aid are one KPM; a family that left is none.
    EnrollmentFactory(household=not_kpm, programme_id="BPNT")
    EnrollmentFactory(household=not_kpm, programme_id="SEMBAKO")
    HouseholdFactory(village_id=VILLAGE, members=1)
    gone = HouseholdFactory(
        village_id=VILLAGE, members=1, kpm=True, is_active=False, inactive_reason="PINDAH"
    )
    PersonFactory(household=gone, nik="123", is_active=False, inactive_reason="PINDAH")
    PersonFactory(household=not_kpm, nik="6203010000000000")
    PersonFactory(household=not_kpm, nik="")
    PersonFactory(household=HouseholdFactory(village_id=OTHER_VILLAGE, members=0), nik="BELUM ADA")
    figures.refresh()
    return round
