"""The pages of uploads as each role meets them, with and without scripts."""

import io

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessLog
from accounts.roles import Role
from regions.models import Region
from tests.factories import KAPUAS, PULANG_PISAU, UploadFactory, UserFactory
from tests.sheets import member, person, workbook
from uploads import actions, files, tasks
from uploads.models import Upload, UploadIssue

pytestmark = pytest.mark.django_db

# A woman's NIK of 12 May 1983; the sheet has day and month swapped.
SWAPPED = person(birth_date="5 Desember 1983")
FETCH = {"HTTP_X_REQUESTED_WITH": "fetch"}


@pytest.fixture
def officer():
    return UserFactory(regions=[KAPUAS], full_name="Hendra Saputra")


@pytest.fixture
def stranger():
    return UserFactory(regions=[PULANG_PISAU])


@pytest.fixture
def supervisor():
    return UserFactory(role=Role.SUPERVISOR, regions=[KAPUAS])


@pytest.fixture
def coordinator():
    return UserFactory(role=Role.KOORDINATOR, regions=["62"])


@pytest.fixture
def login(client):
    def as_user(user):
        client.force_login(user, backend="accounts.backends.RoleBackend")
        return client

    return as_user


def send(by, rows, name="bnba.xlsx", **extra) -> Upload:
    upload = actions.receive(
        by=by,
        kind="dtks_bnba",
        region=Region.objects.get(pk=KAPUAS),
        file=workbook(rows),
        name=name,
        **extra,
    )
    tasks.check.func(upload.pk)
    upload.refresh_from_db()
    return upload


def apply(upload: Upload, by, checker) -> Upload:
    actions.submit(upload, by=by)
    actions.approve(upload, by=checker)
    tasks.apply.func(upload.pk)
    upload.refresh_from_db()
    return upload


def page(upload: Upload, query: str = "") -> str:
    return reverse("admin:uploads_upload_change", args=[upload.pk]) + query


def url(name: str, upload: Upload, *args) -> str:
    return reverse(f"admin:uploads_upload_{name}", args=[upload.pk, *args])


def text(response) -> str:
    return " ".join(response.content.decode().split())


# Sending


def posted(rows, **fields):
    file = workbook(rows)
    file.name = "bnba kapuas.xlsx"
    return {"kind": "dtks_bnba", "region": KAPUAS, "file": file} | fields


def test_a_sent_file_leads_to_its_page(login, officer):
    client = login(officer)
    form = client.get(reverse("admin:uploads_upload_add"))
    assert f'<option value="{KAPUAS}" selected>' in text(form)
    answer = client.post(reverse("admin:uploads_upload_add"), posted([person()]))
    upload = Upload.objects.get()
    assert answer.url == page(upload)
    assert upload.original_name == "bnba kapuas.xlsx"


def test_the_same_file_again_is_told_with_a_link(login, officer):
    client = login(officer)
    earlier = send(officer, [person()])
    with earlier.file.open("rb") as file:
        answer = client.post(
            reverse("admin:uploads_upload_add"),
            {"kind": "dtks_bnba", "region": KAPUAS, "file": file},
        )
    assert "Berkas ini pernah dikirim pada" in text(answer)
    assert f'href="{page(earlier)}"' in text(answer)
    assert Upload.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"region": PULANG_PISAU}, "Wilayah ini di luar wilayah tugas Anda."),
        ({"file": io.BytesIO()}, "Berkas ini kosong. Pilih berkas lain."),
        ({"kind": "lain"}, "lain"),
    ],
)
def test_a_refused_form_says_why_and_keeps_nothing(login, officer, fields, sentence):
    answer = login(officer).post(reverse("admin:uploads_upload_add"), posted([person()], **fields))
    assert answer.status_code == 200
    assert sentence in text(answer)
    assert not Upload.objects.exists()


def test_a_file_that_is_too_large_is_refused_in_words(login, officer, settings):
    settings.UPLOAD_MAX_BYTES = 1_000
    answer = login(officer).post(reverse("admin:uploads_upload_add"), posted([person()]))
    assert "Berkas tidak disimpan." in text(answer)
    assert "Bagilah per kecamatan" in text(answer)


def test_a_repair_remembers_what_it_repairs(login, officer):
    client = login(officer)
    first = send(officer, [SWAPPED])
    address = f"{reverse('admin:uploads_upload_add')}?perbaikan={first.pk}"
    assert first.original_name in text(client.get(address))
    client.post(address, posted([person()], perbaikan=first.pk))
    assert Upload.objects.latest("pk").repairs == first


def test_only_the_roles_that_send_may_send(login, supervisor):
    assert login(supervisor).get(reverse("admin:uploads_upload_add")).status_code == 403


def test_help_and_template_come_from_the_declaration(login, officer):
    client = login(officer)
    told = text(client.get(reverse("upload-help", args=["dtks_bnba"])))
    for words in ("DESA/KELUARAHAN", "NAMA PENERIMA", "6203085205839017", "Istri/suami"):
        assert words in told
    assert "tanggal yang tidak ada di kalender" in told and "Lembar milik wilayah lain." in told
    told = text(client.get(reverse("upload-help", args=["hasil_verifikasi"])))
    assert "atau dari putaran yang sudah ditutup" in told
    book = openpyxl.load_workbook(
        io.BytesIO(client.get(reverse("upload-template", args=["dtks_bnba"])).content)
    )
    assert "NOKK *" in [cell.value for cell in book["Data"][1]]
    assert client.get(reverse("upload-help", args=["tidak_ada"])).status_code == 404


# Progress


@pytest.fixture
def running(officer):
    return UploadFactory(
        sent_by=officer,
        status=Upload.Status.DIPERIKSA,
        stage=Upload.Stage.MEMERIKSA,
        done=500,
        total=1_000,
        stage_started_at=timezone.now() - timezone.timedelta(seconds=10),
        reading={
            "sheets": [["Selat", 4, {}, 23, 600], ["Basarang", 4, {}, 23, 400]],
            "left_out": [["baris 612", 1, "jumlah per kecamatan"]],
            "mapping": {"nik": "NO. KTP"},
            "unknown": ["CATATAN PETUGAS"],
            "identity": {},
            "hidden": ["baris 5-9 pada lembar Selat", "lembar Arsip (120 baris)"],
        },
    )


def test_progress_tells_stage_percent_remaining_time_and_what_is_known(
    login, officer, running, monkeypatch
):
    client = login(officer)
    # The clock stands still ten seconds after the stage began, however long the test takes.
    now = running.stage_started_at + timezone.timedelta(seconds=10)
    monkeypatch.setattr("uploads.figures.timezone.now", lambda: now)
    told = text(client.get(page(running)))
    for words in (
        "42%",
        "Memeriksa baris",
        "500 dari 1.000 baris",
        "Sisa sekitar 40 detik",
        "Halaman ini boleh ditutup",
        "2 lembar kerja digabung",
        "jumlah per kecamatan",
        "Baris 5-9 pada lembar Selat; lembar Arsip (120 baris).",
        "1 kolom tidak dikenal",
        "NO. KTP",
        '<meta http-equiv="refresh" content="5">',
    ):
        assert words in told


def test_the_fragment_is_sent_only_when_something_moved(login, officer, running):
    client = login(officer)
    Upload.objects.update(stage_started_at=None)
    first = client.get(url("progress", running), **FETCH)
    assert "42%" in text(first) and "<html" not in text(first)
    again = client.get(url("progress", running), HTTP_IF_NONE_MATCH=first["ETag"])
    assert again.status_code == 304
    Upload.objects.update(done=900)
    moved = client.get(url("progress", running), HTTP_IF_NONE_MATCH=first["ETag"])
    assert "52%" in text(moved)
    Upload.objects.update(status=Upload.Status.SIAP)
    assert client.get(url("progress", running))["X-Done"] == "1"


def test_a_running_check_can_be_stopped(login, officer, running):
    client = login(officer)
    assert "Hentikan pemeriksaan?" in text(client.get(url("step", running, "batalkan")))
    client.post(url("step", running, "batalkan"))
    running.refresh_from_db()
    assert (running.status, running.cancel_requested) == (Upload.Status.DIBATALKAN, True)


def test_a_failed_upload_says_why_and_can_be_checked_again(login, officer):
    client = login(officer)
    file = io.BytesIO(b"bukan lembar kerja")
    upload = actions.receive(
        by=officer,
        kind="dtks_bnba",
        region=Region.objects.get(pk=KAPUAS),
        file=file,
        name="catatan.xlsx",
    )
    tasks.check.func(upload.pk)
    upload.refresh_from_db()
    told = text(client.get(page(upload)))
    assert upload.failure.split(";")[0] in told
    assert "Data terdaftar tidak berubah" in told
    assert "Unggah ulang" in told
    client.post(url("step", upload, "ulangi"))
    upload.refresh_from_db()
    assert upload.status == Upload.Status.DIPERIKSA


# Review


def test_the_page_writes_out_the_equation_and_the_causes(login, officer):
    upload = send(officer, [SWAPPED, member(1)])
    told = text(login(officer).get(page(upload, "?temuan=HARI_BULAN_TERTUKAR")))
    assert "<b>2</b> dikirim" in told
    assert "<b>1</b> akan diterapkan" in told
    assert "<b>1</b> belum dapat diajukan" in told
    assert "Hari dan bulan lahir tertukar" in told
    assert "Terima saran untuk 1 baris" in told
    assert "Biarkan 1 baris" in told
    assert "5 Desember 1983" in told and "12 Mei 1983" in told
    assert "Ajukan 1 baris" in told


def test_identity_numbers_are_masked_everywhere_on_the_page(login, officer):
    bad = person(nik="620308520583901")
    upload = send(officer, [bad, member(1)])
    told = text(login(officer).get(page(upload, "?putusan=semua")))
    assert "620308520583901" not in told
    assert "6203080707089101" not in told
    assert "•••" in told


def test_one_decision_settles_many_equal_mistakes(login, officer):
    client = login(officer)
    rows = [
        person(
            f"D{n}",
            kk_number=f"620308150115{9100 + n}",
            nik=f"620308520583{9100 + n}",
            birth_date="5 Desember 1983",
        )
        for n in range(5)
    ]
    upload = send(officer, rows)
    answer = client.post(
        url("decide", upload, "terima"),
        {"kode": "HARI_BULAN_TERTUKAR", "semua": "1", "kembali": "?putusan=BERMASALAH"},
        follow=True,
    )
    upload.refresh_from_db()
    assert (upload.rows_new, upload.rows_review) == (5, 0)
    assert answer.redirect_chain[0][0] == page(upload, "?putusan=BERMASALAH")
    assert "Saran diterima untuk 5 baris." in text(answer)
    client.post(url("decide", upload, "urungkan"), {"kode": "HARI_BULAN_TERTUKAR", "semua": "1"})
    upload.refresh_from_db()
    assert upload.rows_review == 5


def swapped_rows(count: int) -> list[dict[str, str]]:
    return [
        person(
            f"D{n}",
            kk_number=f"620308150115{9100 + n}",
            nik=f"620308520583{9100 + n}",
            name=f"SITI {chr(65 + n)}",
            birth_date="5 Desember 1983",
        )
        for n in range(count)
    ]


def test_before_all_rows_of_a_cause_are_changed_five_of_them_are_shown(login, officer):
    client = login(officer)
    upload = send(officer, swapped_rows(7))
    query = {"kode": "HARI_BULAN_TERTUKAR", "kembali": "?temuan=HARI_BULAN_TERTUKAR&q=SITI"}
    asked = client.get(url("decide", upload, "terima"), query)
    told = text(asked)
    assert "Terima saran untuk 7 baris?" in told and "5 baris pertama" in told
    assert told.count("5 Desember 1983") == told.count("12 Mei 1983") == 5
    assert "SITI E" in told and "SITI F" not in told
    assert "saran diterima untuk seluruh berkas" in told  # whatever the list is narrowed to
    piece = text(client.get(url("decide", upload, "terima"), query, **FETCH))
    assert piece.startswith("<h3") and "data-close" in piece
    assert not upload.issues.exclude(decision="").exists()
    none = client.get(url("decide", upload, "terima"), {"kode": "LAIN"}, follow=True)
    assert "Tidak ada lagi saran untuk temuan ini." in text(none)
    assert client.get(url("decide", upload, "biarkan")).status_code == 405


def test_a_decision_on_a_cause_tells_who_and_when_until_it_is_undone(login, officer):
    client = login(officer)
    upload = send(officer, swapped_rows(2))
    body = {"kode": "HARI_BULAN_TERTUKAR", "semua": "1"}
    client.post(url("decide", upload, "terima"), body)
    told = text(client.get(page(upload)))
    assert "2 saran diterima" in told and "Urungkan 2 baris" in told
    event = upload.events.get(note__startswith="Saran diterima")
    assert event.note == "Saran diterima untuk 2 baris: Hari dan bulan lahir tertukar."
    assert (event.by, event.is_decision) == (officer, True)
    assert "<p>Hendra Saputra, " in told
    client.post(url("decide", upload, "urungkan"), body)
    told = text(client.get(page(upload)))
    assert "2 saran diterima" not in told
    assert "Putusan atas 2 baris diurungkan: Hari dan bulan lahir tertukar." in told


def test_a_decision_on_one_row_is_no_line_of_the_history(login, officer):
    upload = send(officer, [SWAPPED])
    row = upload.rows.get()
    body = {"kode": "HARI_BULAN_TERTUKAR", "baris": row.pk}
    login(officer).post(url("decide", upload, "terima"), body)
    assert not [event for event in upload.events.all() if event.is_decision]


def test_a_repair_by_the_portal_shows_before_and_after(login, officer):
    upload = send(officer, [person(rt="003/001", rw="", birth_place="KUALA KAPUAS")])
    repaired = upload.issues.filter(level="info").exclude(before="").first()
    told = text(login(officer).get(page(upload, f"?temuan={repaired.code}")))
    assert "Diperbaiki portal" in told
    assert 'class="was"' in told and "Dibaca: " in told


def test_a_cause_keeps_kecamatan_and_search_and_they_work_together(login, officer):
    elsewhere = person(
        "D9",
        kk_number="6203081501159800",
        nik="6203085205839800",
        name="SITI Z",
        district="SELAT",
        village_name="SELAT HILIR",
        birth_date="5 Desember 1983",
    )
    upload = send(officer, [*swapped_rows(3), elsewhere])
    client = login(officer)
    narrowed = text(client.get(page(upload, "?putusan=semua&kecamatan=62.03.08&q=SITI")))
    link = "kecamatan=62.03.08&amp;q=SITI&amp;temuan=HARI_BULAN_TERTUKAR"
    assert link in narrowed
    told = text(client.get(page(upload, "?putusan=semua&" + link.replace("&amp;", "&"))))
    assert "SITI A" in told and "SITI Z" not in told and "Baris 1–3 dari 3" in told
    assert "SITI Z" in text(client.get(page(upload, "?temuan=HARI_BULAN_TERTUKAR&q=SITI Z")))


def test_chosen_rows_are_decided_by_all_their_causes(login, officer):
    other = person("D2", kk_number="6203081501159002", nik="6203085205839018", sex="L")
    upload = send(officer, [SWAPPED, other])
    ids = list(upload.rows.values_list("pk", flat=True))
    login(officer).post(url("decide", upload, "terima"), {"baris": ids})
    upload.refresh_from_db()
    assert upload.rows_held_back == 0


def test_a_decided_row_comes_back_as_a_fragment_in_its_place(login, officer):
    upload = send(officer, [SWAPPED])
    row = upload.rows.get()
    answer = login(officer).post(
        url("decide", upload, "terima"), {"kode": "HARI_BULAN_TERTUKAR", "baris": row.pk}, **FETCH
    )
    assert text(answer).startswith(f'<tr id="b{row.pk}"')
    assert "Saran diterima" in text(answer)
    assert "Urungkan" in text(answer)


def test_a_row_is_repaired_in_the_browser_and_checked_again(login, officer):
    client = login(officer)
    upload = send(officer, [SWAPPED])
    row = upload.rows.get()
    form = text(client.get(url("row", upload, row.pk)))
    assert 'name="b-birth_date" value="05-12-1983"' in form
    client.post(url("row", upload, row.pk), {"b-birth_date": "12-05-1983", "b-nik": ""})
    upload.refresh_from_db()
    row.refresh_from_db()
    assert upload.status == Upload.Status.SIAP
    layout = ["dtks_id", "province", "regency", "district", "village_name", "address", "hamlet"]
    assert "1983-05-12" in row.values
    # An identity number that was not shown stays as it was.
    assert "6203085205839017" in row.values
    assert len(row.values) > len(layout)


def test_fields_that_were_not_in_the_post_keep_what_they_hold(login, officer):
    upload = send(officer, [SWAPPED])
    row = upload.rows.get()
    login(officer).post(url("row", upload, row.pk), {"b-birth_date": "12-05-1983"})
    row.refresh_from_db()
    assert "JL. MELATI 12" in row.values


def test_showing_a_number_is_logged_and_shows_that_number_only(login, officer):
    upload = send(officer, [SWAPPED])
    row = upload.rows.get()
    client = login(officer)
    assert "6203085205839017" not in text(client.get(url("row", upload, row.pk)))
    told = text(client.post(url("row", upload, row.pk), {"tampilkan": "nik"}))
    assert 'value="6203085205839017"' in told
    assert "6203081501159001" not in told
    log = AccessLog.objects.get()
    assert (log.kind, log.user, log.region_id) == (AccessLog.Kind.REVEAL, officer, KAPUAS)


def test_rows_are_found_by_number_name_and_place(login, officer):
    upload = send(officer, [person(), member(1)])
    client = login(officer)
    by_name = text(client.get(page(upload, "?putusan=semua&q=siti")))
    assert "SITI RAHMAH" in by_name and "ANAK B" not in by_name
    by_number = text(client.get(page(upload, "?putusan=semua&q=3")))
    assert "ANAK B" in by_number and "SITI RAHMAH" not in by_number
    elsewhere = text(client.get(page(upload, "?putusan=semua&kecamatan=62.03.01")))
    assert "Tidak ada baris yang cocok" in elsewhere
    assert "Hapus saringan" in elsewhere


@pytest.mark.parametrize(
    "query",
    ["?hal=99999999999", "?hal=-1", "?putusan=APA", "?kecamatan=%27"],
)
def test_an_address_with_nonsense_still_shows_the_page(login, officer, query):
    upload = send(officer, [person()])
    assert login(officer).get(page(upload, query)).status_code == 200


def test_the_page_needs_few_queries_however_many_rows(
    login, officer, django_assert_max_num_queries
):
    rows = [
        person(
            f"D{n}",
            kk_number=f"620308150115{9100 + n}",
            nik=f"620308520583{9100 + n}",
            birth_date="5 Desember 1983",
        )
        for n in range(30)
    ]
    upload = send(officer, rows)
    client = login(officer)
    client.get(page(upload))
    with django_assert_max_num_queries(15):
        told = text(client.get(page(upload)))
    assert "Baris 1–25 dari 30" in told
    assert "Baris 26–30 dari 30" in text(client.get(page(upload, "?hal=2")))


# Submitting, approving, taking back


def test_submitting_counts_what_goes_and_what_stays(login, officer):
    upload = send(officer, [SWAPPED, member(1)])
    client = login(officer)
    asked = text(client.get(url("step", upload, "ajukan")))
    assert "1 baris tertinggal: 1 perlu diperiksa, 0 bermasalah." in asked
    told = text(client.post(url("step", upload, "ajukan"), follow=True))
    assert "1 baris diajukan." in told
    assert "Menunggu persetujuan" in told
    assert "Terima saran" not in told


def test_who_sent_it_is_told_that_somebody_else_decides(login, coordinator):
    upload = send(coordinator, [person()])
    actions.submit(upload, by=coordinator)
    client = login(coordinator)
    told = text(client.get(page(upload)))
    assert "Yang mengirim tidak boleh menyetujui" in told
    assert "Setujui 1 baris" not in told
    refused = text(client.post(url("step", upload, "setujui"), follow=True))
    assert "tidak boleh menyetujuinya" in refused
    upload.refresh_from_db()
    assert upload.status == Upload.Status.DIAJUKAN


def test_a_return_needs_a_reason_and_shows_it_to_the_sender(login, officer, coordinator):
    upload = send(officer, [person()])
    actions.submit(upload, by=officer)
    client = login(coordinator)
    refused = text(client.post(url("step", upload, "kembalikan"), {"reason": " "}))
    assert "Sebutkan alasan pengembalian" in refused
    client.post(url("step", upload, "kembalikan"), {"reason": "Lengkapi RT dan RW."})
    told = text(login(officer).get(page(upload)))
    assert "Lengkapi RT dan RW." in told
    assert "Ajukan 1 baris" in told


def test_an_applied_upload_sums_up_and_can_be_taken_back(login, officer, coordinator):
    upload = apply(send(officer, [SWAPPED, member(1)]), officer, coordinator)
    client = login(coordinator)
    told = text(client.get(page(upload)))
    assert "<b>1</b> diterapkan" in told
    assert "<b>1</b> tidak diajukan" in told
    assert upload.sha256 in told
    assert "1 perubahan dikembalikan" in text(client.get(url("step", upload, "tarik")))
    client.post(url("step", upload, "tarik"))
    upload.refresh_from_db()
    assert upload.status == Upload.Status.DIBATALKAN


def test_what_could_not_be_taken_back_is_listed(login, officer, coordinator):
    apply(send(officer, [person()]), officer, coordinator)
    first = apply(send(officer, [person(address="JL. KENANGA 3")]), officer, coordinator)
    apply(send(officer, [person(address="JL. TERATAI 8")]), officer, coordinator)
    actions.revert(first, by=coordinator)
    told = text(login(coordinator).get(page(first)))
    assert "1 baris tidak dapat dikembalikan." in told
    assert "SITI RAHMAH" in text(login(coordinator).get(page(first, "?hasil=TIDAK_DAPAT")))


# Files


def test_the_annotated_workbook_asks_for_a_purpose_and_is_logged(login, officer):
    upload = send(officer, [SWAPPED])
    client = login(officer)
    assert "Keperluan" in text(client.get(url("download", upload, "beranotasi")))
    assert "Sebutkan keperluan" in text(client.post(url("download", upload, "beranotasi"), {}))
    assert not AccessLog.objects.exists()
    answer = client.post(url("download", upload, "beranotasi"), {"purpose": "Perbaikan"})
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    written = [cell.value for row in book.worksheets[0] for cell in row]
    assert any("tertukar" in str(value) for value in written)
    log = AccessLog.objects.get()
    assert (log.kind, log.purpose, log.row_count) == (AccessLog.Kind.EXPORT, "Perbaikan", 1)


def test_the_rows_held_back_come_out_as_they_can_be_sent_again(login, officer):
    broken = member(1, birth_date="30/02/2008")
    upload = send(officer, [person(), broken])
    answer = login(officer).post(url("download", upload, "bermasalah"), {"purpose": "Perbaikan"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content))["Data"]
    values = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)]
    assert len(values) == 1
    assert "30/02/2008" in values[0]  # what could not be understood is not lost
    assert "Anak" in values[0]
    repaired = send(officer, [member(1)], name="lagi.xlsx", repairs=upload)
    assert repaired.rows_total == 1


def test_the_annotated_workbook_lists_every_cause_and_is_called_as_it_must_open(
    login, officer, monkeypatch
):
    upload = send(officer, [SWAPPED, member(1, nik="62030807070891")])
    client = login(officer)
    answer = client.post(url("download", upload, "beranotasi"), {"purpose": "Perbaikan"})
    assert 'filename="bnba_beranotasi.xlsx"' in answer["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    told = {row[0]: row[1] for row in book["Ringkasan"].iter_rows(values_only=True)}
    assert told["Baris dikirim"] == 2
    assert told["Hari dan bulan lahir tertukar"] == 1
    assert told["Harus diperbaiki"] == told["Perlu diperiksa"] == "Baris"
    monkeypatch.setattr(files.annotating, "annotated_ending", lambda path: ".xlsm")
    answer = client.post(url("download", upload, "beranotasi"), {"purpose": "Perbaikan"})
    assert "bnba_beranotasi.xlsm" in answer["Content-Disposition"]
    assert "macroEnabled" in answer["Content-Type"]


def test_a_big_workbook_is_annotated_in_the_background(login, officer, stranger, monkeypatch):
    monkeypatch.setattr(files, "AT_ONCE_ROWS", 1)
    upload = send(officer, [SWAPPED, member(1)])
    client = login(officer)
    answer = client.post(url("download", upload, "beranotasi"), {"purpose": "Perbaikan"})
    assert "Menunggu giliran" in text(client.get(answer.url))
    assert login(stranger).get(answer.url).status_code == 404


# Scope and permissions


def doors(upload: Upload) -> list[tuple[str, str]]:
    row = upload.rows.first().pk
    return [
        ("get", page(upload)),
        ("get", url("progress", upload)),
        ("get", url("row", upload, row)),
        ("post", url("row", upload, row)),
        *(("post", url("decide", upload, name)) for name in ("terima", "biarkan", "urungkan")),
        *(
            (method, url("step", upload, name))
            for method in ("get", "post")
            for name in ("ajukan", "setujui", "kembalikan", "batalkan", "tarik", "ulangi")
        ),
        *(
            (method, url("download", upload, name))
            for method in ("get", "post")
            for name in ("asal", "beranotasi", "bermasalah")
        ),
    ]


def test_another_district_finds_no_door(login, officer, stranger):
    upload = send(officer, [SWAPPED])
    client = login(stranger)
    for method, address in doors(upload):
        answer = getattr(client, method)(address, {"purpose": "x", "reason": "x", "semua": "1"})
        assert answer.status_code == 404, address
    assert upload.original_name not in text(client.get(reverse("admin:uploads_upload_changelist")))
    repair = f"{reverse('admin:uploads_upload_add')}?perbaikan={upload.pk}"
    assert client.get(repair).status_code == 404
    assert not AccessLog.objects.exists()


def test_a_supervisor_sees_and_changes_nothing(login, officer, supervisor):
    upload = send(officer, [SWAPPED])
    client = login(supervisor)
    told = text(client.get(page(upload)))
    assert "Hari dan bulan lahir tertukar" in told
    for words in ("Terima", "Ajukan 1", "Unggah perbaikan", "Batalkan unggahan"):
        assert words not in told
    row = upload.rows.get()
    client.post(url("decide", upload, "terima"), {"kode": "HARI_BULAN_TERTUKAR", "semua": "1"})
    assert client.post(url("row", upload, row.pk), {"b-name": "X"}).status_code == 403
    for name in ("ajukan", "setujui", "kembalikan", "batalkan", "tarik"):
        client.post(url("step", upload, name), {"reason": "x"})
    upload.refresh_from_db()
    assert upload.status == Upload.Status.PERLU_PERBAIKAN
    assert not UploadIssue.objects.exclude(decision="").exists()


def test_roles_without_uploads_get_no_page(login, officer):
    upload = send(officer, [person()])
    tksk = UserFactory(role=Role.TKSK, regions=[KAPUAS])
    client = login(tksk)
    assert client.get(page(upload)).status_code == 403
    assert client.get(url("download", upload, "asal")).status_code == 403
    assert client.get(reverse("upload-help", args=["dtks_bnba"])).status_code == 403


def test_a_refused_step_of_a_script_is_a_sentence(login, officer, coordinator):
    upload = send(officer, [SWAPPED, member(1)])
    actions.submit(upload, by=officer)
    row = upload.rows.first()
    answer = login(officer).post(
        url("decide", upload, "terima"), {"kode": "HARI_BULAN_TERTUKAR", "baris": row.pk}, **FETCH
    )
    assert answer.status_code == 409
    assert "tidak dapat diubah lagi" in answer.content.decode()


# The list


def test_the_list_filters_what_waits_for_whom(login, officer, coordinator):
    to_repair = send(officer, [SWAPPED], name="perbaiki.xlsx")
    submitted = send(officer, [person("D9", kk_number="6203081501159009")], name="ajukan.xlsx")
    actions.submit(submitted, by=officer)
    address = reverse("admin:uploads_upload_changelist") + "?status="
    mine = text(login(officer).get(address + "menunggu-saya"))
    assert to_repair.original_name in mine and submitted.original_name not in mine
    theirs = text(login(coordinator).get(address + "menunggu-saya"))
    assert submitted.original_name in theirs and to_repair.original_name not in theirs
    assert to_repair.original_name in text(login(officer).get(address + "perlu-diperbaiki"))
