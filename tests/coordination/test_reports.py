"""Laporan: who makes which, what is in the file, what is written down, when it is gone."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone
from docx import Document
from openpyxl import load_workbook

from accounts.models import AccessLog, Notification
from accounts.roles import Role
from coordination import report_files, reports, tasks
from coordination.models import ReportFile
from dashboards import figures
from regions.models import Region
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    PULANG_PISAU,
    VILLAGE,
    ComplaintFactory,
    HouseholdFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
PURPOSE = "bahan rapat koordinasi"


@pytest.fixture
def officer():
    return UserFactory(regions=[KAPUAS])


@pytest.fixture
def coordinator():
    return UserFactory(role=Role.KOORDINATOR, regions=["62"])


@pytest.fixture
def families():
    made = [HouseholdFactory(village_id=VILLAGE, members=2, kpm=True) for _ in range(2)]
    made.append(HouseholdFactory(village_id=VILLAGE, members=1, members__name="=SUM(A1)"))
    made.append(HouseholdFactory(village_id=OTHER_VILLAGE, members=1, kpm=True))
    figures.refresh()
    return made


def make(by, code, *, region=KAPUAS, format="csv", purpose=PURPOSE, **options):
    found = report_files.ask(
        report=reports.get(code),
        region=Region.objects.get(pk=region),
        options=options,
        format=format,
        purpose=purpose,
        by=by,
    )
    tasks.make_report.call(found.pk)
    found.refresh_from_db()
    assert found.status == "SIAP"
    return found


def rows_of(found) -> list[list[str]]:
    with found.file.open("rb") as file:
        content = file.read()
    if found.format == "xlsx":
        rows = load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
        return [["" if cell is None else str(cell) for cell in row] for row in rows]
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_bnba_holds_the_own_district_and_nothing_else(officer, families, format):
    found = make(officer, "bnba", format=format)
    head, *rows = rows_of(found)
    niks = {row[head.index("NIK")] for row in rows}
    own = {person.nik for family in families[:3] for person in family.members.all()}
    assert niks == own
    assert found.total == len(rows) == 5


def test_bnba_filters(officer, families):
    assert make(officer, "bnba", kpm="ya").total == 4
    assert make(officer, "bnba", kpm="tidak").total == 1
    assert make(officer, "bnba", desil="3").total == 0
    assert make(officer, "bnba", region=VILLAGE, padan="tidak").total == 5
    assert make(officer, "bnba", padan="ya").total == 0


def test_a_name_is_no_formula(officer, families):
    head, *rows = rows_of(make(officer, "bnba", kpm="tidak"))
    assert rows[0][head.index("NAMA")] == "'=SUM(A1)"


def test_numbers_are_masked_without_the_permission(families):
    tksk = UserFactory(role=Role.ADMINISTRATOR, regions=["62"])
    wanted = reports.Wanted(tksk, Region.objects.get(pk=KAPUAS), {})
    numbers = {cell for row in reports.BNBA.rows(wanted) for cell in row[8:10]}
    assert numbers and all("•" in number for number in numbers)


def test_export_of_persons_is_written_down(officer, families):
    make(officer, "bnba")
    log = AccessLog.objects.get()
    assert (log.user, log.purpose, log.row_count) == (officer, PURPOSE, 5)


def test_without_purpose_no_persons(officer, families):
    with pytest.raises(ValidationError, match="keperluan"):
        make(officer, "bnba", purpose=" ")
    assert not ReportFile.objects.exists()


def test_figures_need_no_purpose_and_are_not_logged(officer, families):
    make(officer, "rekap", purpose="", tingkat="13")
    assert not AccessLog.objects.exists()


@pytest.mark.parametrize(("level", "places"), [("5", 14), ("8", 136), ("13", 1571)])
def test_recap_adds_up_at_every_level(coordinator, families, level, places):
    head, *rows = rows_of(make(coordinator, "rekap", region="62", tingkat=level))
    assert len(rows) == places
    for heading, total in (("KPM aktif", 3), ("Keluarga", 4), ("Orang", 6)):
        assert sum(int(row[head.index(heading)]) for row in rows) == total


@pytest.mark.parametrize("code", ["rekap", "verifikasi", "padan", "tindak-lanjut"])
def test_signed_reports_as_word(officer, families, code):
    found = make(officer, code, format="docx")
    with found.file.open("rb") as file:
        document = Document(file)
    assert document.paragraphs[0].text == reports.get(code).title
    assert len(document.tables[0].rows) == found.total + 1
    assert "Pejabat yang menandatangani" in [paragraph.text for paragraph in document.paragraphs]


def test_matching_report(officer, families):
    person = families[0].members.first()
    type(person).objects.filter(pk=person.pk).update(nik_confirmed_on=timezone.localdate())
    head, row = rows_of(make(officer, "padan", tingkat="5"))
    assert [row[head.index(name)] for name in ("Orang aktif", "NIK dibenarkan")] == ["5", "1"]
    assert row[head.index("NIK dibenarkan (%)")] == "20,0"


def test_complaints_without_text_and_complainant(officer):
    ComplaintFactory(text="ISI RAHASIA", complainant_name="PELAPOR RAHASIA")
    ComplaintFactory(is_sensitive=True)
    found = make(officer, "pengaduan")
    assert found.total == 1
    assert "RAHASIA" not in str(rows_of(found))


def test_who_may_not(officer, families):
    with pytest.raises(PermissionDenied):
        make(officer, "bnba", region=PULANG_PISAU)
    with pytest.raises(PermissionDenied):
        make(UserFactory(role=Role.TKSK, regions=[VILLAGE[:8]]), "bnba", region=VILLAGE)


def test_large_ones_run_in_the_background(client, officer, families, monkeypatch):
    monkeypatch.setattr(report_files, "AT_ONCE", 2)
    client.force_login(officer, "accounts.backends.RoleBackend")
    data = {"region": KAPUAS, "format": "csv", "purpose": PURPOSE}
    client.post(reverse("coordination:report", args=["bnba"]), data)
    found = ReportFile.objects.get()
    assert found.status == "ANTRE"
    response = client.get(reverse("coordination:reports"))
    assert "Menunggu giliran" in response.content.decode()
    assert response.headers["Refresh"] == "5"

    tasks.make_report.call(found.pk)

    assert Notification.objects.of(officer).get().url == reverse("coordination:reports")
    tasks.make_report.call(found.pk)  # again: nothing is written twice
    assert AccessLog.objects.count() == 1


def test_failed_report_says_so(client, officer, families, monkeypatch, settings, tmp_path):
    blocked = tmp_path / "berkas-lain"
    blocked.write_text("")
    settings.MEDIA_ROOT = blocked
    client.force_login(officer, "accounts.backends.RoleBackend")
    data = {"region": KAPUAS, "format": "csv", "purpose": PURPOSE}
    page = client.post(reverse("coordination:report", args=["bnba"]), data, follow=True)
    assert "Laporan gagal dibuat" in page.content.decode()
    assert ReportFile.objects.get().status == "GAGAL"
    assert not AccessLog.objects.exists()


def test_the_file_is_for_who_asked_and_for_a_day(client, officer, families):
    found = make(officer, "bnba")
    url = reverse("coordination:report_file", args=[found.pk])
    client.force_login(officer, "accounts.backends.RoleBackend")
    response = client.get(url)
    assert b"".join(response.streaming_content).startswith(b"\xef\xbb\xbfID DTKS")
    assert "attachment" in response.headers["Content-Disposition"]

    client.force_login(
        UserFactory(role=Role.KOORDINATOR, regions=["62"]), "accounts.backends.RoleBackend"
    )
    assert client.get(url).status_code == 404

    client.force_login(officer, "accounts.backends.RoleBackend")
    officer.assignments.update(region=PULANG_PISAU)
    assert client.get(url).status_code == 404
    officer.assignments.update(region=KAPUAS)
    ReportFile.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(url).status_code == 404


def test_expired_files_are_deleted(officer, families):
    found = make(officer, "bnba")
    path = Path(found.file.path)
    assert path.exists()
    assert report_files.purge_expired() == 0
    ReportFile.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert report_files.purge_expired() == 1
    assert not path.exists()
    assert ReportFile.objects.get().purpose == PURPOSE


@pytest.mark.parametrize("report", reports._REPORTS, ids=lambda report: report.code)
def test_every_report_has_its_page_and_file(client, coordinator, families, report):
    client.force_login(coordinator, "accounts.backends.RoleBackend")
    url = reverse("coordination:report", args=[report.code])
    assert report.title in client.get(url).content.decode()
    options = {item.name: next(iter(item.choices)) for item in report.filters if item.required}
    client.post(url, {"region": "62", "format": "xlsx", "purpose": PURPOSE, **options})
    found = ReportFile.objects.get()
    assert found.status == "SIAP"
    assert rows_of(found)[0] == [column.heading for column in report.columns]
    assert len(rows_of(found)) == found.total + 1
