"""Laporan: who makes which, what is in the file, what is written down, when it is gone."""

import csv
import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from docx import Document
from openpyxl import load_workbook

from accounts.models import AccessLog, Notification, User
from accounts.roles import Role
from beneficiaries.models import Household, Person
from coordination import report_files, reports, tasks
from coordination.models import ReportFile
from coordination.views.reports import PER_PAGE
from dashboards import figures, history, payouts
from distribution.actions.reconciliation import reconcile
from regions.models import Region
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    PULANG_PISAU,
    VILLAGE,
    AgentFactory,
    AgentFindingFactory,
    AgentVisitFactory,
    CardFactory,
    CaseFactory,
    ComplaintFactory,
    HouseholdFactory,
    PaymentFactory,
    PeriodFactory,
    RoundFactory,
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
        texts = [["" if cell is None else str(cell) for cell in row] for row in rows]
        return [row for row in texts if row[0] != "Jumlah"]
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
    assert head[:3].count("Kecamatan") == (level != "5")
    for heading, total in (("KPM aktif", 3), ("Keluarga", 4), ("Orang", 6)):
        assert sum(int(row[head.index(heading)]) for row in rows) == total


def test_recap_of_a_month_that_is_over_and_of_one_register(coordinator, officer, families):
    history.keep_month(date(2021, 10, 1))
    history.keep_month(timezone.localdate().replace(day=1))  # not over: that is today
    Household.objects.filter(pk=families[0].pk).update(register="DTSEN")
    HouseholdFactory(village_id=VILLAGE, members=1)
    figures.refresh()

    def persons(by, **options) -> int:
        region = "62" if by is coordinator else KAPUAS
        head, *rows = rows_of(make(by, "rekap", region=region, **options))
        return sum(int(row[head.index("Orang")]) for row in rows)

    for by, level in ((coordinator, "5"), (coordinator, "13"), (officer, "8")):
        now, then = persons(by, tingkat=level), persons(by, tingkat=level, bulan="2021-10-01")
        assert (now, then) == (then + 1, then)
        of_register = [
            persons(by, tingkat=level, register=name) for name in Household.Register.values
        ]
        assert sum(of_register) == now and min(of_register[1:]) > 0
    found = make(coordinator, "rekap", region="62", bulan="2021-10-01")
    assert ("Keadaan", "Akhir Oktober 2021") in reports.get("rekap").described(
        report_files.wanted_of(found)
    )
    assert len(reports.get("rekap").filters[1].choices_for(officer)) == 1


@pytest.mark.parametrize(
    "code", ["rekap", "verifikasi", "padan", "tindak-lanjut", "penyaluran", "jangkauan"]
)
def test_signed_reports_as_word(officer, families, code):
    found = make(officer, code, format="docx")
    with found.file.open("rb") as file:
        document = Document(file)
    assert document.paragraphs[0].text == reports.get(code).title
    table = document.tables[0]
    has_total = table.rows[-1].cells[0].text == "Jumlah"
    assert has_total == (reports.get(code).is_summed and found.total > 1)
    assert len(table.rows) == found.total + 1 + has_total
    says = [paragraph.text for paragraph in document.paragraphs]
    assert "Kepala Dinas Sosial Kabupaten Kapuas" in says[-1].splitlines()
    assert says[1].startswith("Wilayah: Kabupaten Kapuas. ")


def test_matching_report(officer, families):
    person = families[0].members.first()
    type(person).objects.filter(pk=person.pk).update(nik_confirmed_on=timezone.localdate())
    head, row = rows_of(make(officer, "padan", tingkat="5"))
    assert [row[head.index(name)] for name in ("Orang aktif", "NIK dibenarkan")] == ["5", "1"]
    assert row[head.index("NIK dibenarkan (%)")] == "20,0"


def test_complaints_without_text_and_complainant(officer):
    ComplaintFactory(text="ISI RAHASIA", complainant_name="PELAPOR RAHASIA")
    ComplaintFactory(is_sensitive=True, subject="POKOK RAHASIA")
    ComplaintFactory(is_sensitive=True, subject="POKOK RAHASIA", received_by=officer)
    for by in (officer, UserFactory(role=Role.SUPERVISOR, regions=[KAPUAS])):
        found = make(by, "pengaduan")
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
    User.objects.filter(pk=officer.pk).update(role=Role.ADMINISTRATOR)
    assert client.get(url).status_code in (403, 404)
    User.objects.filter(pk=officer.pk).update(role=Role.PETUGAS)
    assert b"".join(client.get(url).streaming_content)
    ReportFile.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    response = client.get(url, follow=True)
    assert response.redirect_chain == [(reverse("coordination:reports"), 302)]
    assert "Berkas laporan ini sudah dihapus" in response.content.decode()


def test_every_file_of_the_day_can_be_reached(client, officer):
    first, *_ = [make(officer, "tindak-lanjut") for _ in range(PER_PAGE + 1)]
    client.force_login(officer, "accounts.backends.RoleBackend")
    link = reverse("coordination:report_file", args=[first.pk])
    pages = [client.get(reverse("coordination:reports"), {"page": page}) for page in (1, 2)]
    assert [link in page.content.decode() for page in pages] == [False, True]


def test_expired_files_are_deleted(officer, families):
    found = make(officer, "bnba")
    path = Path(found.file.path)
    assert path.exists()
    assert report_files.purge_expired() == 0
    ReportFile.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert report_files.purge_expired() == 1
    assert not path.exists()
    assert ReportFile.objects.get().purpose == PURPOSE


@pytest.fixture
def paid(coordinator, families):
    """One period: three families paid in full, one in part, one failed; two have bought."""
    period = PeriodFactory(first_month=date(2021, 10, 1), name="Oktober 2021")
    late = {"topped_up_on": date(2021, 11, 3), "status_on": date(2021, 11, 3)}
    made = [
        PaymentFactory(period=period, household=families[0], credited=True, spent_amount=200_000,
                       topped_up_on=date(2021, 10, 4)),
        PaymentFactory(period=period, household=families[1], credited=True, **late),
        PaymentFactory(period=period, household=families[2], credited=True,
                       topped_up_amount=150_000, topped_up_on=date(2021, 10, 31)),
        PaymentFactory(period=period, household=families[3], credited=True, spent_amount=50_000,
                       topped_up_on=date(2021, 10, 4)),
        PaymentFactory(period=period, village_id=VILLAGE, status="TOP_UP_GAGAL",
                       status_on=date(2021, 10, 5)),
    ]  # fmt: skip
    figures.refresh()
    payouts.refresh()
    return made


def sql(text: str, *values) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchall()


def by_place(head: list[str], rows: list[list[str]], *headings: str) -> dict[str, tuple]:
    """Numbers of each row by the name of its kabupaten/kota."""
    return {row[0]: tuple(int(float(row[head.index(name)])) for name in headings) for row in rows}


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_payout_report_is_what_the_payments_say(coordinator, paid, format):
    head, *rows = rows_of(make(coordinator, "penyaluran", region="62", format=format))
    told = by_place(
        head, rows, "KPM dalam daftar bayar", "Rencana (Rp)", "KPM dana masuk", "Dana masuk (Rp)",
        "KPM gagal", "KPM sudah belanja", "Belanja (Rp)", "KPM belum belanja",
    )  # fmt: skip
    counted = sql(
        "SELECT CASE regency_code WHEN '62.03' THEN 'Kabupaten Kapuas'"
        " ELSE 'Kabupaten Pulang Pisau' END,"
        " count(*), sum(amount), sum((topped_up_amount > 0)::int), sum(topped_up_amount),"
        " sum((status = 'TOP_UP_GAGAL')::int), sum((spent_amount > 0)::int), sum(spent_amount),"
        " sum((topped_up_amount > 0 AND spent_amount = 0)::int)"
        " FROM distribution_payment GROUP BY regency_code"
    )
    assert told == {name: tuple(numbers) for name, *numbers in counted}
    assert told["Kabupaten Kapuas"][0] == 4


def test_six_rights_are_counted_payment_by_payment(coordinator, paid):
    AgentVisitFactory(visited_on=date(2021, 10, 5), fair_price=False)
    AgentVisitFactory(visited_on=date(2021, 10, 31))
    AgentVisitFactory(visited_on=date(2021, 11, 1), good_quality=False)  # after the period
    found = make(coordinator, "6t", region=KAPUAS, tingkat="5")
    head, *rows = rows_of(found)
    told = {row[head.index("Indikator")]: tuple(row[-3:-1]) for row in rows}
    credited, full = sql(
        "SELECT count(*), sum((topped_up_amount = amount)::int) FROM distribution_payment"
        " WHERE topped_up_amount > 0 AND regency_code = '62.03'"
    )[0]
    listed, in_time = sql(
        "SELECT count(*), sum(coalesce(topped_up_on <= '2021-10-31', false)::int)"
        " FROM distribution_payment WHERE regency_code = '62.03'"
    )[0]
    assert told == {
        "Tepat sasaran": ("0", "0"),
        "Tepat jumlah": (str(full), str(credited)),
        "Tepat waktu": (str(in_time), str(listed)),
        "Tepat harga": ("1", "2"),
        "Tepat kualitas": ("2", "2"),
        "Tepat administrasi": (str(listed), str(listed)),
    }
    assert (full, credited, in_time, listed) == (2, 3, 2, 4)


def test_right_families_are_those_found_and_eligible(coordinator, paid):
    done = {
        "status": "DISETUJUI", "is_found": True, "visited_on": date(2021, 10, 5),
        "decided_by": coordinator, "decided_at": timezone.now(),
    }  # fmt: skip
    round = RoundFactory(regions=[KAPUAS])
    CaseFactory(round=round, household=paid[0].household, is_eligible=True, **done)
    CaseFactory(round=round, household=paid[1].household, is_eligible=False, reason="MENINGGAL",
                **done)  # fmt: skip
    head, *rows = rows_of(make(coordinator, "6t", region=KAPUAS))
    right = next(row for row in rows if row[head.index("Indikator")] == "Tepat sasaran")
    assert right[-3:] == ["1", "2", "50,0"]
    assert make(coordinator, "bnba", region=KAPUAS, hasil="layak").total == 2
    assert make(coordinator, "bnba", region=KAPUAS, hasil="tidak_ditemukan").total == 0


def test_definitions_stand_on_the_page_and_under_the_signed_table(client, coordinator, paid):
    client.force_login(coordinator, "accounts.backends.RoleBackend")
    page = client.get(reverse("coordination:report", args=["6t"])).content.decode()
    with make(coordinator, "6t", region="62", format="docx").file.open("rb") as file:
        text = "\n".join(paragraph.text for paragraph in Document(file).paragraphs)
    for title, meaning in reports.get("6t").definitions:
        assert meaning in page
        assert f"{title}: {meaning}" in text


def test_reconciliation_report_is_what_was_found(coordinator, paid):
    reconcile(paid[0].period, by=coordinator, today=date(2021, 12, 1))
    head, *rows = rows_of(make(coordinator, "rekonsiliasi", region="62", format="xlsx"))
    told = by_place(head, rows, "Daftar bayar (KPM)", "Top up (Rp)", "Temuan", "Masih terbuka")
    lists = {
        name: rest
        for name, *rest in sql(
            "SELECT regency_code, count(*), sum(topped_up_amount)"
            " FROM distribution_payment GROUP BY 1"
        )
    }
    found = {
        name: rest
        for name, *rest in sql(
            "SELECT regency_code, count(*), sum((is_due AND status <> 'SELESAI')::int)"
            " FROM distribution_reconciliationfinding WHERE gone_at IS NULL GROUP BY 1"
        )
    }
    assert told["Kabupaten Kapuas"] == (*lists[KAPUAS], *found[KAPUAS])
    assert told["Kabupaten Pulang Pisau"] == (*lists[PULANG_PISAU], *found[PULANG_PISAU])
    head, *rows = rows_of(make(coordinator, "temuan", region="62"))
    assert (
        sum(int(row[head.index("Temuan")]) for row in rows)
        == sql("SELECT count(*) FROM distribution_reconciliationfinding WHERE gone_at IS NULL")[0][
            0
        ]
    )


def test_reconciliation_is_made_for_a_kabupaten_and_not_for_a_village(officer, paid):
    with pytest.raises(ValidationError, match="kabupaten/kota atau provinsi"):
        make(officer, "rekonsiliasi", region=VILLAGE)


def test_agents_with_their_visits_and_findings(officer):
    agent = AgentFactory(name="Warung Selat")
    AgentVisitFactory(agent=agent, visited_on=date(2021, 9, 1), open_daily=False)
    AgentVisitFactory(agent=agent, visited_on=date(2021, 10, 5))
    AgentFindingFactory(agent=agent)
    AgentFactory(village_id=OTHER_VILLAGE)
    silent = AgentFactory(status="NONAKTIF", status_reason="Tutup")
    head, *rows = rows_of(make(officer, "agen"))
    told = {row[head.index("Nama agen")]: row for row in rows}
    assert set(told) == {"Warung Selat", silent.name}
    assert told["Warung Selat"][-4:] == ["2", "2021-10-05", "7", "1"]
    assert told[silent.name][-4:] == ["0", "", "", "0"]
    assert make(officer, "agen", temuan="ya").total == 1
    assert make(officer, "agen", temuan="tidak", status="AKTIF").total == 0


def test_reach_counts_every_village_once(coordinator, families):
    AgentFactory()
    head, *rows = rows_of(make(coordinator, "jangkauan", region="62", tanpa="ya"))
    assert len(rows) == 1570
    head, *rows = rows_of(make(coordinator, "jangkauan", region="62"))
    assert len(rows) == sql("SELECT count(*) FROM regions_region WHERE level = 'VILLAGE'")[0][0]
    assert (
        sum(int(row[head.index("KPM")]) for row in rows)
        == sql(
            "SELECT count(DISTINCT household_id) FROM beneficiaries_enrollment"
            " WHERE ended_on IS NULL"
        )[0][0]
    )


def test_recap_is_what_the_register_says(coordinator, families):
    head, *rows = rows_of(make(coordinator, "rekap", region="62", format="xlsx"))
    told = by_place(head, rows, "Keluarga", "Orang", "NIK tidak sah")
    households, persons, invalid = sql(
        "SELECT count(DISTINCT household_id), count(*), sum((NOT nik_valid)::int)"
        " FROM beneficiaries_person WHERE regency_code = '62.03' AND is_active"
    )[0]
    assert told["Kabupaten Kapuas"] == (households, persons, invalid)


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({"kelamin": "P"}, "sex = 'P'"),
        ({"umur": "dewasa"}, "age(birth_date) >= '18 years' AND age(birth_date) < '60 years'"),
        ({"umur": "balita"}, "age(birth_date) < '5 years'"),
        ({"kartu": "ya"}, "household_id IN (SELECT household_id FROM beneficiaries_card)"),
        ({"bank": "008"}, "false"),
        ({"program": "SEMBAKO"}, "household_id IN (SELECT household_id"
         " FROM beneficiaries_enrollment WHERE programme_id = 'SEMBAKO')"),
    ],
    ids=lambda value: str(value)[:24],
)  # fmt: skip
def test_filters_of_the_bnba_are_those_of_the_register(officer, families, options, where):
    CardFactory(household=families[0])
    Person.objects.filter(household=families[0]).update(sex="P", birth_date=date(1990, 1, 1))
    Person.objects.filter(household=families[2]).update(
        birth_date=timezone.localdate() - timedelta(days=700)
    )
    counted = sql(
        "SELECT count(*) FROM beneficiaries_person"
        f" WHERE regency_code = '62.03' AND is_active AND ({where})"
    )[0][0]
    assert make(officer, "bnba", **options).total == counted


@pytest.mark.parametrize("report", reports.ALL, ids=lambda report: report.code)
def test_every_report_has_its_page_and_file(client, coordinator, paid, report):
    client.force_login(coordinator, "accounts.backends.RoleBackend")
    url = reverse("coordination:report", args=[report.code])
    assert report.title in client.get(url).content.decode()
    RoundFactory(regions=[KAPUAS])
    options = {
        item.name: next(iter(item.choices_for(coordinator)))
        for item in report.filters
        if item.required
    }
    client.post(url, {"region": "62", "format": "xlsx", "purpose": PURPOSE, **options})
    found = ReportFile.objects.get()
    assert found.status == "SIAP"
    wanted = report_files.wanted_of(found)
    shown = [report.columns[n].heading for n in report.shown(wanted)]
    assert rows_of(found)[0] == shown
    assert len(rows_of(found)) == found.total + 1


def test_a_summed_report_ends_with_what_the_payments_add_up_to(coordinator, paid):
    payments, planned, credited = sql(
        "SELECT count(*), sum(amount), sum(topped_up_amount) FROM distribution_payment"
    )[0]
    found = make(coordinator, "penyaluran", region="62", format="docx")
    with found.file.open("rb") as file:
        document = Document(file)
    head, *_, last = ([cell.text for cell in row.cells] for row in document.tables[0].rows)
    told = dict(zip(head, last, strict=True))
    assert told["Kabupaten/kota"] == "Jumlah"
    assert told["KPM dalam daftar bayar"] == str(payments)
    assert told["Rencana (Rp)"] == f"{planned:,}".replace(",", ".")
    assert told["Dana masuk (%)"] == f"{100 * credited / planned:.1f}".replace(".", ",")
    assert "Periode salur: Oktober 2021." in document.paragraphs[1].text


def test_a_workbook_holds_numbers_and_dates_and_tells_what_was_asked_for(coordinator, paid):
    with make(coordinator, "penyaluran", region="62", format="xlsx").file.open("rb") as file:
        book = load_workbook(io.BytesIO(file.read()))
    head, *_, last = book["Data"].iter_rows()
    cells = dict(zip((cell.value for cell in head), last, strict=True))
    assert cells["Kabupaten/kota"].value == "Jumlah"
    assert (cells["Rencana (Rp)"].value, cells["Rencana (Rp)"].number_format) == (
        1_000_000,
        "#,##0",
    )
    assert cells["Dana masuk (%)"].value == 75
    about = dict(book["Keterangan"].iter_rows(values_only=True))
    assert (about["Wilayah"], about["Periode salur"]) == (
        "Provinsi Kalimantan Tengah",
        "Oktober 2021",
    )
    AgentVisitFactory(agent=AgentFactory(), visited_on=date(2021, 10, 5))
    with make(coordinator, "agen", format="xlsx").file.open("rb") as file:
        head, row = load_workbook(io.BytesIO(file.read())).active.iter_rows()
    place = [cell.value for cell in head].index("Kunjungan terakhir")
    assert row[place].is_date and row[place].number_format == "dd-mm-yyyy"
