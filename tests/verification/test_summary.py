"""The numbers of the summary: exact after every kind of change, and equal to their lists."""

from collections import Counter
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from beneficiaries.models import Enrollment
from dashboards.places import PlaceCounts, place_counts
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    PULANG_PISAU,
    EnrollmentFactory,
    UserFactory,
)
from tests.verification.endorsing import checked_case, coordinator, supervisor
from verification.figures import findings, summary
from verification.figures.summary import Summary
from verification.models import Case, CaseCount

pytestmark = pytest.mark.django_db

KIND = ("village_id", "officer_id", "status", "result", "reason", "origin", "was_kpm")


def counted() -> Counter:
    told = Counter()
    for *kind, number in CaseCount.objects.values_list(*KIND, "number"):
        told[tuple(kind)] += number
    return +told


def there_are() -> Counter:
    return Counter(Case.objects.values_list(*KIND))


@pytest.fixture
def cases(round, make_case):
    round.round_regions.create(region_id=PULANG_PISAU)
    tksk = UserFactory(role=Role.TKSK, regions=["62.03.08"])
    todo = [make_case(), make_case(village_id="62.03.01.1006")]
    Case.objects.filter(pk=todo[0].pk).update(officer=tksk)
    old = make_case()
    ago = timezone.now() - timedelta(days=20)
    Case.objects.filter(pk=old.pk).update(status="DIKEMBALIKAN", changed_at=ago)
    found = {
        "stays": checked_case(round, "TETAP"),
        "comes": checked_case(round, "MASUK"),
        "leaves": checked_case(round, "KELUAR"),
        "refused": checked_case(round, ""),
        "elsewhere": checked_case(round, "KELUAR", village_id=OTHER_VILLAGE),
        "stopped": checked_case(round, "TETAP"),
    }
    Enrollment.objects.filter(household=found["stopped"].household).update(
        ended_on="2021-11-01", end_reason="PINDAH"
    )
    return found


def test_the_sums_are_what_there_is(cases):
    assert counted() == there_are()


def test_also_after_a_family_has_moved(cases):
    household = cases["stays"].household
    household.village_id = OTHER_VILLAGE
    household.save()
    assert counted() == there_are()
    assert CaseCount.objects.filter(village_id=OTHER_VILLAGE).exists()


def test_also_for_changes_of_a_district(cases, as_restricted):
    with as_restricted(KAPUAS) as cursor:
        cursor.execute("UPDATE verification_case SET note = 'x', officer_id = NULL")
        cursor.execute("UPDATE verification_case SET status = 'DIAJUKAN' WHERE status = 'BELUM'")
    assert counted() == there_are()


def test_a_statement_that_changes_no_kind_adds_no_row(cases):
    before = CaseCount.objects.count()
    Case.objects.filter(status="DISETUJUI").update(note="Tetangga ditanya.")
    assert CaseCount.objects.count() == before


def test_adding_up_changes_no_sum(cases, round):
    before = counted()
    rows = CaseCount.objects.count()
    assert summary.compact(round) < rows
    assert counted() == before
    assert summary.compact() == CaseCount.objects.count()


@pytest.fixture(params=["province", "regency", "district"])
def shown(request, cases, round, client):
    """The summary as one reader sees it, and the reader signed in."""
    from regions.models import Region

    user = coordinator() if request.param != "district" else supervisor()
    regency = None if request.param == "province" else Region.objects.get(pk=KAPUAS)
    client.force_login(user)
    return Summary(type(user).objects.get(pk=user.pk), round, regency)


def list_count(client, url) -> int:
    response = client.get(url)
    assert response.status_code == 200, url
    return response.context["cl"].result_count


def test_every_number_is_its_list(shown, client):
    numbers = [(getattr(shown, name), url) for name, url in shown.urls.items()]
    for bars in (shown.reasons, shown.origins, shown.ages, shown.findings):
        numbers += [(bar.count, bar.url) for bar in bars]
    for place in shown.places:
        numbers += [(getattr(place, name), url) for name, url in place.urls.items()]
    for officer in shown.officers:
        numbers += [(getattr(officer, name), url) for name, url in officer.urls.items()]
    wrong = [(number, url) for number, url in numbers if list_count(client, url) != number]
    assert wrong == []
    assert sum(1 for number, _ in numbers if number) > 12


def test_start_entered_and_left_make_the_end(shown):
    recipients = Case.objects.visible_to(shown.user).filter(round=shown.round)
    if shown.regency:
        recipients = recipients.filter(regency_code=shown.regency.code)
    stay = recipients.filter(was_kpm=True).exclude(result="KELUAR").count()
    assert shown.end == stay + recipients.filter(result="MASUK").count()
    assert shown.start + shown.entered - shown.left == shown.end


def test_findings_name_who_receives_wrongly(cases, round):
    told = Summary(coordinator(), round)
    assert [bar.count for bar in told.findings] == [2, 1, 1]
    assert findings.no_longer_receiving(Case.objects.all()).get() == cases["stopped"]


def counted_findings() -> dict[str, int]:
    told = Counter()
    for finding, number in CaseCount.objects.exclude(finding="").values_list("finding", "number"):
        told[finding.lower()] += number
    return dict(+told)


def listed_findings() -> dict[str, int]:
    told = {key: found(Case.objects.all()).count() for key, found in findings.FINDINGS.items()}
    return {key: number for key, number in told.items() if number}


def end(enrollments) -> None:
    enrollments.update(ended_on="2021-11-20", end_reason="PINDAH")


ENROLLMENT_CHANGES = {
    "ended": lambda found: end(Enrollment.objects.filter(household=found["leaves"].household)),
    "all ended": lambda found: end(Enrollment.objects.filter(ended_on=None)),
    "begun": lambda found: EnrollmentFactory(household=found["comes"].household),
    "begun again": lambda found: Enrollment.objects.filter(
        household=found["stopped"].household
    ).update(ended_on=None, end_reason=""),
    "of another programme": lambda found: EnrollmentFactory(
        household=found["comes"].household, programme_id="PKH"
    ),
    "moved to another family": lambda found: Enrollment.objects.filter(
        household=found["stays"].household
    ).update(household=found["comes"].household),
    "gone": lambda found: Enrollment.objects.filter(household=found["stays"].household).delete(),
    "case taken back": lambda found: Case.objects.filter(pk=found["leaves"].pk).update(
        status="DIKEMBALIKAN", decided_by=None, decided_at=None
    ),
}


@pytest.mark.parametrize("change", ENROLLMENT_CHANGES.values(), ids=ENROLLMENT_CHANGES)
def test_findings_follow_the_enrolments(cases, change, round):
    before = counted_findings()
    assert before == listed_findings() == {"inklusi": 2, "eksklusi": 1, "terhenti": 1}
    change(cases)
    assert counted_findings() == listed_findings()
    assert summary.kinds_differ(round) == 0
    summary.compact()
    assert counted_findings() == listed_findings()


def test_findings_of_every_place_add_up(cases, round):
    user = coordinator()
    by_regency = place_counts(user, "62", round, length=5)
    kapuas = by_regency[KAPUAS]
    assert kapuas.receiving_not_eligible == kapuas.eligible_not_receiving == kapuas.stopped == 1
    by_village = place_counts(user, KAPUAS, round, length=13)
    assert sum(by_village.values(), start=PlaceCounts()) == kapuas
    assert set(place_counts(supervisor(), "62", round, length=5)) == {KAPUAS}


@pytest.mark.parametrize("code", ["62", KAPUAS])
def test_the_number_of_a_finding_is_its_list(cases, round, client, code):
    client.force_login(user := coordinator())
    told = sum(place_counts(user, code, round, length=5).values(), start=PlaceCounts())
    numbers = {
        "INKLUSI": told.receiving_not_eligible,
        "EKSKLUSI": told.eligible_not_receiving,
        "TERHENTI": told.stopped,
    }
    for finding, number in numbers.items():
        assert list_count(client, findings.findings_url(round, code, finding)) == number > 0


def test_ages_part_the_open_work(cases, round):
    told = Summary(coordinator(), round)
    assert [bar.count for bar in told.ages] == [2, 0, 1, 0]
    assert sum(bar.count for bar in told.ages) == told.open


def test_the_page_costs_a_fixed_number_of_queries(
    cases, round, client, django_assert_max_num_queries
):
    client.force_login(coordinator())
    with django_assert_max_num_queries(15):
        page = client.get(reverse("verification:summary")).text
    assert "Mengapa keluar" in page and "Kabupaten Pulang Pisau" in page


def test_a_district_sees_itself_only(cases, client):
    client.force_login(supervisor())
    page = client.get(reverse("verification:summary") + f"?wilayah={PULANG_PISAU}").text
    assert "Pulang Pisau" not in page and "Basarang" in page


def test_before_the_first_round_the_page_says_what_will_come(client):
    client.force_login(coordinator())
    assert "Belum ada putaran yang dibuka" in client.get(reverse("verification:summary")).text


def test_a_bank_does_not_see_it(client):
    client.force_login(UserFactory(role=Role.BANK, regions=["62"]))
    assert client.get(reverse("verification:summary")).status_code == 403
