import io
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts import scope
from accounts.models import AccessLog
from accounts.roles import Role
from regions.models import Region
from spreadsheets.errors import SheetRefused
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    PULANG_PISAU,
    CaseFactory,
    HouseholdFactory,
    RoundFactory,
    UserFactory,
    nik,
)
from uploads import actions, steps, tasks
from uploads.models import Upload
from verification.actions.rounds import close_round
from verification.models import Case, Round

DISTRICT = "62.03.08"
HEAD_ROW = 4


def sheet_url(round, code=KAPUAS):
    return reverse("verification:sheet", args=[round.pk, code])


def round_url(round):
    return reverse("admin:verification_round_change", args=[round.pk])


def downloaded(response) -> io.BytesIO:
    return io.BytesIO(b"".join(response.streaming_content))


def rows_of(file) -> list[dict]:
    sheet = openpyxl.load_workbook(file)["Data"]
    headings = [cell.value for cell in sheet[HEAD_ROW]]
    return [
        dict(zip(headings, row, strict=True))
        for row in sheet.iter_rows(min_row=HEAD_ROW + 1, values_only=True)
    ]


# Downloading


def test_the_sheet_holds_the_cases_to_do_with_full_numbers_and_is_written_down(
    client, officer, round, make_case
):
    to_do = make_case()
    make_case(village_id="62.03.01.1007")
    done = make_case()
    Case.objects.filter(pk=done.pk).update(status=Case.Status.DIAJUKAN)
    CaseFactory(round=round, household=HouseholdFactory(village_id=OTHER_VILLAGE))
    client.force_login(officer)
    response = client.get(sheet_url(round, DISTRICT))
    assert response.status_code == 200
    rows = rows_of(downloaded(response))
    payee = to_do.household.payee
    assert [(row["ID KASUS"], row["NIK PENGURUS"]) for row in rows] == [(str(to_do.pk), payee.nik)]
    assert rows[0]["TANGGAL LAHIR"].date() == payee.birth_date
    assert rows[0]["DITEMUKAN"] is None
    log = AccessLog.objects.get()
    assert (log.kind, log.user, log.region_id, log.row_count) == ("EXPORT", officer, DISTRICT, 1)
    assert log.purpose == f"Verifikasi {round}"


def test_all_cases_on_request(client, officer, round, make_case):
    for status in ("BELUM", "DIAJUKAN", "DIKEMBALIKAN"):
        Case.objects.filter(pk=make_case().pk).update(status=status)
    client.force_login(officer)
    assert len(rows_of(downloaded(client.get(sheet_url(round))))) == 2
    assert len(rows_of(downloaded(client.get(sheet_url(round) + "?isi=semua")))) == 3


@pytest.mark.parametrize("code", [PULANG_PISAU, "62.11.01", "62", "62.03.08.2001", "99.99"])
def test_no_sheet_of_another_region_or_level(client, officer, code, make_case):
    round = RoundFactory(regions=[KAPUAS, PULANG_PISAU])
    CaseFactory(round=round, household=HouseholdFactory(village_id=OTHER_VILLAGE))
    client.force_login(officer)
    assert client.get(sheet_url(round, code)).status_code == 404
    assert not AccessLog.objects.exists()


def test_no_sheet_of_a_regency_that_takes_no_part(client, coordinator, round):
    client.force_login(coordinator)
    assert client.get(sheet_url(round, PULANG_PISAU)).status_code == 404


def test_a_kecamatans_officer_gets_the_sheet_of_the_kecamatan_only(client, round, make_case):
    case = make_case()
    make_case(village_id="62.03.01.1007")
    user = UserFactory(role=Role.PETUGAS, regions=[DISTRICT])
    client.force_login(user)
    page = client.get(round_url(round)).text
    assert sheet_url(round, DISTRICT) in page
    assert f'"{sheet_url(round)}"' not in page
    assert "Selat" not in page
    assert client.get(sheet_url(round)).status_code == 404
    rows = rows_of(downloaded(client.get(sheet_url(round, DISTRICT))))
    assert [row["ID KASUS"] for row in rows] == [str(case.pk)]


@pytest.mark.parametrize("role", [Role.TKSK, Role.AUDITOR, Role.BANK, Role.ADMINISTRATOR])
def test_who_may_not_download_gets_no_sheet(client, round, case, role):
    client.force_login(UserFactory(role=role, regions=[KAPUAS]))
    assert client.get(sheet_url(round)).status_code == 403


def test_a_closed_round_and_a_finished_place_say_so(client, officer, coordinator, round):
    client.force_login(officer)
    response = client.get(sheet_url(round), follow=True)
    assert "Tidak ada kasus yang harus diverifikasi lagi" in response.text
    close_round(round, by=coordinator)
    response = client.get(sheet_url(round), follow=True)
    assert "lembarnya tidak dapat diunduh" in response.text
    assert not AccessLog.objects.exists()


# There and back with the real engine


def filled(file, cells: dict[str, dict]) -> SimpleUploadedFile:
    """The sheet as the officer sends it: cells by case number and heading."""
    book = openpyxl.load_workbook(file)
    sheet = book["Data"]
    at = {cell.value: cell.column for cell in sheet[HEAD_ROW]}
    for row in sheet.iter_rows(min_row=HEAD_ROW + 1):
        for heading, value in cells.get(row[0].value, {}).items():
            sheet.cell(row[0].row, at[heading], value)
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("hasil.xlsx", out.getvalue())


def test_a_downloaded_sheet_comes_back_and_is_applied(
    client, officer, coordinator, round, make_case
):
    eligible, gone, untouched = make_case(), make_case(), make_case()
    client.force_login(officer)
    file = downloaded(client.get(sheet_url(round)))
    new = nik(321)
    sent = filled(
        file,
        {
            str(eligible.pk): {
                "DITEMUKAN": "YA",
                "LAYAK": "YA",
                "PERBAIKAN NIK": new,
                "TANGGAL KUNJUNGAN": date(2021, 10, 4),
            },
            str(gone.pk): {
                "DITEMUKAN": "YA",
                "LAYAK": "TIDAK",
                "ALASAN TIDAK LAYAK": "ASN/TNI/POLRI/PENSIUNAN",
                "TANGGAL KUNJUNGAN": date(2021, 10, 5),
            },
        },
    )
    upload = actions.receive(
        by=officer,
        kind="hasil_verifikasi",
        region=Region.objects.get(pk=KAPUAS),
        file=sent,
        name=sent.name,
        reference=str(round.pk),
    )
    with scope.applied(officer.scope):
        tasks._check(upload)
        upload.refresh_from_db()
        assert upload.reading["identity"]["region"] == KAPUAS
        assert upload.status == Upload.Status.SIAP
        assert (upload.rows_changed, upload.rows_same, upload.rows_held_back) == (2, 1, 0)
        upload = actions.submit(upload, by=officer)
    with scope.applied(coordinator.scope):
        upload = steps.apply(actions.approve(upload, by=coordinator))
    assert (upload.status, upload.rows_applied) == (Upload.Status.DITERAPKAN, 2)
    eligible.household.payee.refresh_from_db()
    assert eligible.household.payee.nik == new
    assert gone.household.enrollments.get().end_reason == "ASN_TNI_POLRI"
    untouched.refresh_from_db()
    assert untouched.status == Case.Status.BELUM


def test_the_sheet_of_another_region_is_refused_before_its_rows(
    client, coordinator, round, make_case
):
    round.round_regions.create(region_id=PULANG_PISAU)
    make_case()
    client.force_login(coordinator)
    sent = filled(downloaded(client.get(sheet_url(round))), {})
    upload = actions.receive(
        by=coordinator,
        kind="hasil_verifikasi",
        region=Region.objects.get(pk=PULANG_PISAU),
        file=sent,
        name=sent.name,
        reference=str(round.pk),
    )
    with pytest.raises(SheetRefused, match=r"milik Kabupaten Kapuas.*untuk Kabupaten Pulang Pisau"):
        tasks._check(upload)
    assert not upload.rows.exists()


# Pages


@pytest.fixture
def two_regencies(round, make_case):
    round.round_regions.create(region_id=PULANG_PISAU)
    make_case()
    CaseFactory(round=round, household=HouseholdFactory(village_id=OTHER_VILLAGE))
    return round


def test_the_province_sees_regencies_and_goes_into_one(client, coordinator, two_regencies):
    client.force_login(coordinator)
    page = client.get(round_url(two_regencies)).text
    assert "Kabupaten Kapuas" in page and "Kabupaten Pulang Pisau" in page
    page = client.get(round_url(two_regencies) + "?wilayah=62.03").text
    assert "Basarang" in page and "Tutup putaran" in page
    assert f"jenis=hasil_verifikasi&amp;wilayah=62.03&amp;acuan={two_regencies.pk}" in page


def test_a_district_sees_its_own_kecamatan_only(client, officer, two_regencies):
    client.force_login(officer)
    page = client.get(round_url(two_regencies) + "?wilayah=62.11").text
    assert "Basarang" in page
    assert "Pulang Pisau" not in page
    assert "Tutup putaran" not in page


def test_a_round_elsewhere_is_not_found(client, officer):
    client.force_login(officer)
    assert client.get(round_url(RoundFactory(regions=[PULANG_PISAU]))).status_code == 404


def test_the_list_of_rounds_counts_within_the_scope(
    client, officer, two_regencies, django_assert_max_num_queries
):
    client.force_login(officer)
    with django_assert_max_num_queries(20):
        page = client.get(reverse("admin:verification_round_changelist")).text
    assert "0 dari 1 KPM" in page


def test_the_round_page_costs_a_fixed_number_of_queries(
    client, officer, round, make_case, django_assert_max_num_queries
):
    for village in ("62.03.08.2001", "62.03.08.2005", "62.03.01.1007"):
        make_case(village_id=village)
    client.force_login(officer)
    with django_assert_max_num_queries(20):
        assert client.get(round_url(round)).status_code == 200


def test_the_coordinator_prepares_a_round_on_the_page(client, coordinator, officer):
    url = reverse("admin:verification_round_add")
    data = {
        "name": "Putaran III",
        "starts_on": "2021-09-01",
        "due_on": "2021-08-01",
        "regions": [KAPUAS, PULANG_PISAU],
        "frequency": "TAHUNAN",
        "register": "DTKS",
        "choice": "SEMUA",
        "unseen_months": "12",
    }
    client.force_login(coordinator)
    assert "Tenggat mendahului tanggal mulai" in client.post(url, data).text
    response = client.post(url, {**data, "due_on": "2021-11-30"}, follow=True)
    assert "Putaran ini belum dibuka" in response.text
    assert Round.objects.get().round_regions.count() == 2
    client.force_login(officer)
    assert client.get(url).status_code == 403


def test_a_copy_begins_with_the_settings_and_targets_of_a_round(client, coordinator):
    settings = {"choice": "RISIKO", "risks": ["GANDA"], "unseen_months": 7, "register": "DTKS"}
    first = RoundFactory(regions=[KAPUAS], **settings)
    first.round_regions.update(target_share=80, due_on=first.due_on)
    client.force_login(coordinator)
    url = f"{reverse('admin:verification_round_add')}?salin={first.pk}"
    assert f'href="{url}"' in client.get(round_url(first)).text
    shown = {field.html_name: field.value() for field in client.get(url).context["form"]}
    filled = {name: value for name, value in shown.items() if value is not None}
    dates = {"name": "Putaran IV", "starts_on": "2021-12-01", "due_on": "2022-03-31"}
    assert client.post(url, filled | dates).status_code == 302
    copy = Round.objects.get(name="Putaran IV")
    assert (copy.choice, copy.risks, copy.unseen_months) == ("RISIKO", ["GANDA"], 7)
    assert copy.copied_from == first
    part = copy.round_regions.get()
    assert (part.region_id, part.target_share, part.due_on) == (KAPUAS, 80, None)


def test_opening_and_closing_ask_first(client, coordinator):
    HouseholdFactory(kpm=True)
    round = RoundFactory(status=Round.Status.DISIAPKAN)
    client.force_login(coordinator)
    url = reverse("admin:verification_round_changelist") + f"{round.pk}/"
    assert "Buka putaran" in client.get(f"{url}buka/").text
    round.refresh_from_db()
    assert round.status == Round.Status.DISIAPKAN
    assert "dibuka dengan 1 kasus" in client.post(f"{url}buka/", follow=True).text
    assert "kasus belum dikunjungi atau dikembalikan" in client.get(f"{url}tutup/").text
    assert "ditutup. 1 kasus" in client.post(f"{url}tutup/", follow=True).text
    assert "sudah ditutup" in client.post(f"{url}tutup/", follow=True).text
    assert "dibuka kembali" in client.post(f"{url}buka-kembali/", follow=True).text


def test_an_officer_changes_no_round(client, officer, case):
    client.force_login(officer)
    url = reverse("admin:verification_round_tutup", args=[case.round_id])
    assert client.post(url).status_code == 403


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", 2),
        ("hasil=layak", 0),
        ("hasil=tidak-layak", 1),
        ("hasil=alasan-SUDAH_MAMPU", 1),
        ("status__exact=BELUM", 1),
        ("status__in=BELUM,DIKEMBALIKAN", 1),
        ("kecamatan=62.03.01", 0),
    ],
)
def test_the_list_of_cases_is_filtered(
    client, officer, make_case, send, row_of, apply, query, shown
):
    from tests.verification.outcomes import GONE

    make_case()
    apply(send(row_of(make_case(), GONE)))
    client.force_login(officer)
    page = client.get(f"{reverse('admin:verification_case_changelist')}?{query}")
    assert page.context["cl"].result_count == shown


def test_a_case_tells_its_outcome_and_keeps_numbers_masked(
    client, officer, case, send, row_of, apply
):
    from tests.verification.outcomes import GONE

    upload = apply(send(row_of(case, GONE)))
    client.force_login(officer)
    page = client.get(reverse("admin:verification_case_change", args=[case.pk])).text
    assert "Tidak layak: sudah mampu" in page
    assert str(upload) in page
    assert case.household.payee.nik not in page


def test_a_case_elsewhere_is_not_found(client, officer, round):
    case = CaseFactory(round=round, household=HouseholdFactory(village_id=OTHER_VILLAGE))
    client.force_login(officer)
    url = reverse("admin:verification_case_change", args=[case.pk])
    assert client.get(url).status_code == 404
