"""Ringkasan pemadanan: every number is as long as the list it leads to, whoever looks."""

import re
from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from beneficiaries.models import Person
from dashboards import figures, matching
from dashboards.models import MatchDay, MatchFigures
from tests.dashboards.conftest import NEIGHBOUR_VILLAGE
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    PULANG_PISAU,
    VILLAGE,
    MatchBatchFactory,
    MatchResultFactory,
    PersonFactory,
    UploadFactory,
    UserFactory,
)
from verification.actions import matching as actions
from verification.models import DuplicateGroup, DuplicateMember, MatchBatch, MatchResult

pytestmark = pytest.mark.django_db

PAGE = reverse("dashboards:matching")
AT_MOST_QUERIES = 15


def page(client, user, code: str = ""):
    client.force_login(user, "accounts.backends.RoleBackend")
    return client.get(reverse("dashboards:matching_of", args=[code]) if code else PAGE)


def length(client, address: str) -> int:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.context["cl"].queryset.count()


def finished(**values) -> MatchBatch:
    return MatchBatchFactory(
        status="SELESAI",
        answer=UploadFactory(),
        answered_at=timezone.now(),
        finished_at=values.pop("finished_at", timezone.now()),
        **values,
    )


def by_rule(batch, village, outcome, rule, **values) -> MatchResult:
    person = PersonFactory(
        household__village_id=village,
        nik_confirmed_on=date(2021, 11, 1) if outcome == "PADAN" else None,
    )
    return MatchResultFactory(
        batch=batch, person=person, state="OTOMATIS", outcome=outcome, rule=rule,
        is_latest=values.pop("is_latest", True), matched_at=timezone.now(), candidates=0, **values,
    )  # fmt: skip


@pytest.fixture
def dukcapil(db):
    return UserFactory(role=Role.DUKCAPIL, regions=[KAPUAS], full_name="Nova Wulandari")


@pytest.fixture
def matched_world(dukcapil, coordinator):
    """Two requests in Kapuas, one in Pulang Pisau; every kind of result and of open work."""
    old = finished(finished_at=timezone.now() - timedelta(days=30))
    batch = finished(people=9, matched_before=3, matched_after=5)
    other = finished(
        region_id=PULANG_PISAU, finished_at=timezone.now() - timedelta(days=2), matched_after=1
    )
    by_rule(old, VILLAGE, "TIDAK_DITEMUKAN", "N3", is_latest=False)
    by_rule(batch, VILLAGE, "PADAN", "P1")
    by_rule(batch, VILLAGE, "PADAN", "L1", nik_changed=True)
    by_rule(batch, NEIGHBOUR_VILLAGE, "PADAN", "P1")
    by_rule(batch, NEIGHBOUR_VILLAGE, "TIDAK_DITEMUKAN", "L0")
    by_rule(batch, VILLAGE, "MENINGGAL", "M1", consequence="GANTI_PENGURUS_ATAU_AKHIRI")
    gone = by_rule(batch, VILLAGE, "MENINGGAL", "M1", consequence="GANTI_PENGURUS_ATAU_AKHIRI")
    Person.objects.filter(pk=gone.person_id).update(is_active=False, inactive_reason="MENINGGAL")
    by_rule(batch, VILLAGE, "PINDAH", "H1", consequence="MUTAKHIRKAN_ALAMAT_ATAU_AKHIRI")
    by_rule(other, OTHER_VILLAGE, "PADAN", "P2", consequence="PERBAIKI_DATA")
    waits = {"batch": batch, "is_latest": True, "rule": "Q2"}
    days = timezone.now() - timedelta(days=4)
    accepted, rejected = (
        MatchResultFactory(**waits, matched_at=days, candidates=1) for _ in range(2)
    )
    actions.accept(accepted, candidate=accepted.candidates.get(), by=dukcapil)
    actions.reject(rejected, by=coordinator)
    actions.skip(MatchResultFactory(**waits), by=dukcapil)
    once = MatchResultFactory(**waits | {"rule": "Q1"}, decisions_needed=2, candidates=1)
    actions.accept(once, candidate=once.candidates.get(), by=dukcapil)
    MatchResultFactory(**waits)
    MatchBatchFactory()
    submitted = UserFactory(regions=[KAPUAS])
    UploadFactory(
        kind="jawaban_dukcapil", status="DIAJUKAN", sent_by=submitted, submitted_by=submitted,
        submitted_at=timezone.now(),
    )  # fmt: skip
    group = DuplicateGroup.objects.create(kind="NIK_SAMA", key="NIK_SAMA:1")
    person = PersonFactory()
    DuplicateMember.objects.create(group=group, person=person, village_id=person.village_id)
    figures.refresh()
    matching.refresh()
    return batch


def numbers_of(summary) -> list[tuple[int, str]]:
    """Everything on the page that is a number with an address."""
    found = [(cause.count, cause.url) for cause in summary.causes]
    found += [(work.count, work.url) for work in summary.work]
    for officer in summary.officers:
        found += [
            (officer.decided, officer.decided_url),
            (officer.skipped, officer.skipped_url),
            (officer.waiting, officer.waiting_url),
        ]
    if summary.last:
        found += [(change.count, change.url) for change in summary.last.changes]
    return found


@pytest.mark.parametrize("code", ["62", "62.03.08"])
def test_each_number_is_as_long_as_its_list(client, coordinator, matched_world, code):
    response = page(client, coordinator, code)
    summary, links = response.context["summary"], response.context["links"]
    told = [
        *numbers_of(summary),
        (summary.area.total.matched, links["matched"]),
        (summary.area.total.unmatched, links["unmatched"]),
        (summary.queue, links["queue"]),
        (summary.follow_ups, links["follow_ups"]),
        (summary.pace.decided, links["decided"]),
    ]
    for row in response.context["rows"]:
        told += [
            (row.place.counts.matched, row.matched_url),
            (row.place.counts.unmatched, row.unmatched_url),
        ]
    wrong = {url: (count, found) for count, url in told if (found := length(client, url)) != count}
    assert wrong == {}


def test_the_page_says_what_there_is(client, coordinator, matched_world):
    response = page(client, coordinator)
    summary = response.context["summary"]
    assert {work.what: work.count for work in summary.work} == {
        "Belum diputus siapa pun": 2,
        "Sudah diputus satu petugas, perlu petugas kedua": 1,
        "Meninggal menurut Dukcapil: ganti pengurus atau akhiri kepesertaan": 1,
        "Pindah menurut Dukcapil: mutakhirkan alamat atau akhiri kepesertaan": 1,
        "Permintaan menunggu jawaban": 1,
        "Jawaban Dukcapil menunggu persetujuan": 1,
        "Data ganda belum diputus": 1,
    }
    assert (summary.pace.median, summary.pace.decided) == (4, 2)
    nova = summary.officers[0]
    assert (nova.name, nova.decided, nova.waiting, nova.skipped) == ("Nova Wulandari", 1, 1, 1)
    assert summary.last.number == matched_world.pk
    assert {change.what: change.count for change in summary.last.changes}["NIK diperbaiki"] == 2
    outcomes = {cause.mark.text: cause.count for cause in summary.causes if not cause.rule}
    assert outcomes["Padan"] == 5
    assert outcomes["Menunggu keputusan"] == 3
    assert summary.answered == sum(outcomes.values()) == MatchResult.objects.latest().count()
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))
    assert "NIK, nama, tanggal lahir sama" in text
    assert "Orang padan di Kapuas 3 → menjadi 5" in text


def test_a_district_sees_its_own_numbers(client, dukcapil, matched_world):
    response = page(client, dukcapil)
    summary = response.context["summary"]
    assert summary.area.region.code == KAPUAS
    assert all(cause.rule != "P2" for cause in summary.causes)
    assert [row.place.code for row in response.context["rows"]][:2]
    for count, url in numbers_of(summary):
        assert url is None or length(client, url) == count
    assert page(client, dukcapil, PULANG_PISAU).status_code == 403
    assert page(client, dukcapil, "62").status_code == 403


@pytest.mark.parametrize("role", [Role.TKSK, Role.BANK, Role.ADMINISTRATOR])
def test_who_does_not_see_it(client, role):
    assert page(client, UserFactory(role=role, regions=["62"])).status_code == 403


def test_empty_portal(client, coordinator):
    text = page(client, coordinator).content.decode()
    for sentence in (
        "Belum ada jawaban Dukcapil", "Belum ada pemadanan", "Belum ada putusan petugas",
        "Tidak ada yang terbuka", "Belum ada perkembangan",
    ):  # fmt: skip
        assert sentence in text


@pytest.mark.parametrize("code", ["62.03.08.2001", "99", "62.99"])
def test_no_page_of_a_village_or_of_nowhere(client, coordinator, code):
    assert page(client, coordinator, code).status_code in (403, 404)


def test_few_queries_whatever_there_is(client, coordinator, matched_world):
    page(client, coordinator)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(PAGE).status_code == 200
    assert len(queries) <= AT_MOST_QUERIES, "\n".join(q["sql"][:120] for q in queries)


def test_weeks_end_with_today(coordinator, matched_world):
    today = timezone.localdate()
    for days, persons, matched in ((1, 20, 9), (3, 20, 8), (8, 20, 5), (9, 20, 4), (100, 20, 1)):
        for regency in (KAPUAS, PULANG_PISAU):
            MatchDay.objects.create(
                regency_id=regency, day=today - timedelta(days=days), persons=persons,
                matched=matched,
            )  # fmt: skip
    summary = matching.summary(coordinator, "62")
    assert [(point.day, point.matched) for point in summary.history.points] == [
        (today - timedelta(days=8), 10),
        (today - timedelta(days=1), 18),
        (today, Person.objects.active().matched().count()),
    ]
    assert all(0 <= column.y <= 100 for column in summary.history.columns)


def test_days_before_all_regencies_were_counted_are_left_out(coordinator, matched_world):
    yesterday = timezone.localdate() - timedelta(days=1)
    for regency in (KAPUAS, PULANG_PISAU):
        MatchDay.objects.create(regency_id=regency, day=yesterday, persons=9, matched=3)
    MatchDay.objects.create(
        regency_id=KAPUAS, day=yesterday - timedelta(days=8), persons=9, matched=3
    )
    assert len(matching.summary(coordinator, "62").history.points) == 2


@pytest.mark.parametrize(
    ("days", "median"),
    [({}, None), ({3: 1}, 3), ({0: 1, 9: 1}, 0), ({0: 2, 5: 1, 90: 2}, 5), ({1: 1, 2: 5}, 2)],
)
def test_median(days, median):
    assert matching.Pace(Counter(days)).median == median


def test_a_decision_is_counted_at_once(dukcapil, matched_world, django_capture_on_commit_callbacks):
    result = MatchResult.objects.undecided().filter(candidates__isnull=False).first()
    before = figures.VillageFigures.objects.get(pk=result.village_id).matched
    with django_capture_on_commit_callbacks(execute=True):
        actions.accept(result, candidate=result.candidates.first(), by=dukcapil)
    assert figures.VillageFigures.objects.get(pk=result.village_id).matched == before + 1
    with django_capture_on_commit_callbacks(execute=True):
        actions.undo(result.decisions.get(undone_at=None, verdict="TERIMA"), by=dukcapil)
    assert figures.VillageFigures.objects.get(pk=result.village_id).matched == before


def test_a_matching_is_counted_when_it_is_done(db, django_capture_on_commit_callbacks):
    batch = MatchBatchFactory(status="DIJAWAB", answer=UploadFactory(), answered_at=timezone.now())
    by_rule(batch, VILLAGE, "PADAN", "P1")
    with django_capture_on_commit_callbacks(execute=True):
        actions.finish_batch(batch)
    assert MatchFigures.objects.get().people == 1
    assert MatchDay.objects.get(regency_id=KAPUAS, day=timezone.localdate()).matched == 1


def test_follow_ups_are_told_with_request_and_family(client, matched_world):
    officer = UserFactory(regions=[KAPUAS])
    client.force_login(officer, "accounts.backends.RoleBackend")
    url = reverse("admin:verification_matchresult_changelist")
    response = client.get(url, {"tindak": "terbuka"})
    text = response.content.decode()
    shown = list(response.context["cl"].result_list)
    assert [result.outcome for result in shown] == ["MENINGGAL", "PINDAH"]
    assert "Usulan, bukan perubahan." in text
    assert f"Permintaan {matched_world.pk}" in text
    for result in shown:
        assert result.get_consequence_display() in text
        family = reverse("admin:beneficiaries_household_change", args=[result.person.household_id])
        assert f"{family}#orang-{result.person_id}" in text


def test_dukcapil_sees_results_without_a_way_to_families(client, dukcapil, matched_world):
    client.force_login(dukcapil, "accounts.backends.RoleBackend")
    text = client.get(reverse("admin:verification_matchresult_changelist")).content.decode()
    assert "/beneficiaries/household/" not in text
