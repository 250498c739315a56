"""The frame: what each role finds in the navigation, signing in, words, files, errors."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core.management import call_command
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from sembako_portal import navigation
from sembako_portal.templatetags import portal
from tests.factories import PASSWORD, HouseholdFactory, UploadFactory, UserFactory
from uploads.models import Upload

pytestmark = pytest.mark.django_db

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
FILES = settings.BASE_DIR / "static" / "portal"

REGISTER = ["Keluarga (KPM)", "Orang", "Kartu dan rekening", "Kepesertaan program"]
WORK = [
    "Putaran verifikasi",
    "Unggahan",
    "Kasus",
    "Pengesahan",
    "Penetapan",
    "Ringkasan verifikasi",
]
PROPOSALS = [
    "Musyawarah desa",
    "Usulan dan sanggah",
    "Penggantian dan daftar tunggu",
    "Kuota",
]
QUEUE = "Antrean pemadanan"
MATCHING = [
    "Ringkasan pemadanan",
    "Permintaan ke Dukcapil",
    "Hasil pemadanan",
    "Data ganda",
    "Perjanjian (PKS)",
]
HEALTH, PEOPLE = "Kesehatan data", ["Pengguna", "Catatan akses data"]
REFERENCE = ["Nilai bantuan", "Wilayah", "Program", "Bank penyalur"]
AGENTS = ["Agen dan e-Warung", "Temuan agen"]
PERIODS = ["Periode salur", "Daftar bayar", "Transaksi"]
PAYOUT = [
    *PERIODS,
    "KPM tidak dibayar",
    "Rekonsiliasi",
    "Temuan rekonsiliasi",
    "Gizi dan harga",
    "Anggaran dan realisasi",
    "Burekol",
    *AGENTS,
    "Jangkauan agen",
    "Tumpang tindih program",
]
PAYOUT_REFERENCE = [
    "Anggaran",
    "Komoditas",
    "Kelompok gizi",
    "Indikator wilayah",
    "Aturan pasangan program",
]
COORDINATION = ["Rakor", "Tindak lanjut", "Pengaduan"]
OFFICER = [*COORDINATION, "Instansi", "Buat laporan"]
TERMS = ["Hari libur", "Tenggat jawaban"]
BARRED = ["Golongan terlarang", "Orang dari golongan terlarang"]
SHOWN = {
    Role.PETUGAS: [
        *("Kunjungan", *REGISTER, *WORK, *PROPOSALS, *MATCHING),
        *(*REFERENCE, *PAYOUT, *PAYOUT_REFERENCE, *OFFICER),
    ],
    Role.SUPERVISOR: [
        *(*REGISTER, *WORK, *PROPOSALS, *MATCHING),
        *(*REFERENCE, *PAYOUT, *PAYOUT_REFERENCE, *OFFICER),
    ],
    Role.KOORDINATOR: [
        *(*REGISTER, *WORK, *PROPOSALS, QUEUE, *MATCHING),
        *(*REFERENCE, *PAYOUT, *PAYOUT_REFERENCE, *OFFICER, "Angka publik", HEALTH),
    ],
    Role.DUKCAPIL: [
        *("Unggahan", QUEUE, *(set(MATCHING) - {"Data ganda"}), "Wilayah", "Tindak lanjut"),
    ],
    Role.BANK: [
        "Unggahan",
        "Kartu dan rekening",
        "Wilayah",
        "Bank penyalur",
        *AGENTS,
        *PERIODS,
        "Rekonsiliasi",
        "Temuan rekonsiliasi",
        "Tindak lanjut",
    ],
    Role.AGEN: ["Kasir", "Transaksi"],
    Role.TKSK: [
        *("Kunjungan", "Keluarga (KPM)", "Orang", "Putaran verifikasi", "Kasus", "Wilayah"),
        *(*PROPOSALS, "Ringkasan verifikasi", *AGENTS, "Jangkauan agen", "Pengaduan"),
    ],
    Role.AUDITOR: [
        *(*REGISTER, *WORK, *PROPOSALS, *MATCHING),
        *(*REFERENCE, *PAYOUT, *PAYOUT_REFERENCE, *BARRED, *TERMS, *PEOPLE, HEALTH),
        *(*COORDINATION, "Buat laporan"),
    ],
    Role.ADMINISTRATOR: [
        *(*REFERENCE, "Anggaran dan realisasi", "Kuota", *PAYOUT_REFERENCE, *BARRED),
        *("Tenggat pengaduan", "Kasir agen", *TERMS, *PEOPLE, HEALTH),
    ],
}
ENTRIES = [child for entry in navigation.ENTRIES for child in entry.children]


def signed_in(client, role, *, regions=("62",)):
    user = UserFactory(role=role, regions=list(regions))
    client.force_login(user, backend="accounts.backends.RoleBackend")
    return user


def visible_text(response) -> str:
    html = re.sub(r"<(script|style|svg).*?</\1>", " ", response.content.decode(), flags=re.S)
    attributes = re.findall(r'(?:title|placeholder|aria-label|alt)="([^"]+)"', html)
    return " ".join([re.sub(r"<[^>]+>", " ", html), *attributes])


@pytest.mark.parametrize("role", Role.values)
def test_navigation_shows_what_the_role_may_see(db, role):
    request = RequestFactory().get("/")
    request.user = UserFactory(role=role, regions=["62"])

    shown = [child.label for item in navigation.navigation(request) for child in item.children]

    with_list = {
        entry.label
        for entry in ENTRIES
        if entry.view or admin.site.is_registered(apps.get_model(entry.model))
    }
    assert sorted(shown) == sorted(set(SHOWN[role]) & with_list)


@pytest.mark.parametrize("role", [Role.KOORDINATOR, Role.PETUGAS, Role.TKSK, Role.ADMINISTRATOR])
def test_every_page_of_the_navigation_opens(client, role):
    user = signed_in(client, role, regions=["62.03"])
    HouseholdFactory(members=1)
    request = RequestFactory().get("/")
    request.user = user

    for item in navigation.navigation(request):
        for child in item.children:
            response = client.get(child.url)
            assert response.status_code == 200, child.label
            assert f'<a href="{child.url}" aria-current="page">' in response.content.decode()


def test_count_beside_uploads_is_what_waits_for_the_user(db):
    officer = UserFactory(role=Role.PETUGAS, regions=["62.03"])
    coordinator = UserFactory(role=Role.KOORDINATOR, regions=["62"])
    UploadFactory(region_id="62.03", sent_by=officer, status=Upload.Status.PERLU_PERBAIKAN)
    UploadFactory(region_id="62.11", status=Upload.Status.PERLU_PERBAIKAN)

    def beside_uploads(user):
        request = RequestFactory().get("/")
        request.user = user
        group = next(item for item in navigation.navigation(request) if item.label == "Verifikasi")
        return next(child.count for child in group.children if child.label == "Unggahan")

    assert beside_uploads(officer) == navigation.Count(1, "perlu perbaikan", due=True)
    assert beside_uploads(coordinator) is None


def test_all_counts_of_the_navigation_cost_one_query(db, django_assert_num_queries):
    coordinator = UserFactory(role=Role.KOORDINATOR, regions=["62"])
    request = RequestFactory().get("/")
    request.user = User.objects.get(pk=coordinator.pk)
    assert request.user.scope.is_province and request.user.get_all_permissions()

    with django_assert_num_queries(1):
        navigation.navigation(request)


def test_user_without_a_place_is_told_so(db):
    assert navigation.place_of(UserFactory(role=Role.TKSK)) == "TKSK · tanpa wilayah tugas"


def test_place_of_a_district_officer(db):
    user = UserFactory(role=Role.PETUGAS, regions=["62.03"])
    assert navigation.place_of(user) == "Petugas kab/kota · Kabupaten Kapuas"
    assert navigation.short_place_of(user) == "Petugas · Kab. Kapuas"


def test_wrong_password_says_so_and_keeps_the_name(client, db):
    UserFactory(username="hendra")
    response = client.post("/login/", {"username": "hendra", "password": "keliru"})
    text = response.content.decode()
    assert "Nama pengguna atau kata sandi tidak cocok." in text
    assert 'value="hendra"' in text


def test_every_role_signs_in_without_being_staff(client, db):
    UserFactory(username="hendra", role=Role.TKSK, is_staff=False)
    response = client.post(
        "/login/", {"username": "hendra", "password": PASSWORD, "next": "/bantuan/"}
    )
    assert response.status_code == 302
    assert response.url == "/bantuan/"


def test_fifth_failure_locks_the_right_password_out_too(client, db):
    UserFactory(username="hendra")
    for _ in range(settings.AXES_FAILURE_LIMIT):
        response = client.post("/login/", {"username": "hendra", "password": "keliru"})
    assert "setelah 15 menit" in response.content.decode()

    response = client.post("/login/", {"username": "hendra", "password": PASSWORD})

    assert response.status_code == 429
    assert "Terkunci sementara" in response.content.decode()


ENGLISH = re.compile(
    r"\b(?:the|and|with|your|this|Select|Save|Delete|Add|Change|Search|Filters?|Password|Please"
    r"|Export|Import|Show|All|Yes|No|None|Welcome|Submit|Choose|Required|Previous|Next|Close)\b"
)


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/user/",
        "/accounts/user/add/",
        "/accounts/user/{user}/change/",
        "/accounts/user/{user}/password/",
        "/beneficiaries/bank/",
        "/beneficiaries/bank/add/",
        "/beneficiaries/bank/import/",
        "/beneficiaries/bank/export/",
        "/distribution/benefitrate/add/",
        "/regions/region/?q=zzz",
        "/password_change/",
        "/bantuan/",
    ],
)
def test_pages_speak_indonesian(client, path):
    user = signed_in(client, Role.ADMINISTRATOR)
    response = client.get(path.format(user=user.pk))
    assert response.status_code == 200
    assert set(ENGLISH.findall(visible_text(response))) == set()


def test_sign_in_page_speaks_indonesian(client, db):
    assert set(ENGLISH.findall(visible_text(client.get("/login/")))) == set()


def test_a_region_has_no_link_to_what_lies_outside_the_scope(client):
    signed_in(client, Role.PETUGAS, regions=["62.03"])
    response = client.get("/regions/region/62.03/change/")
    assert "Provinsi Kalimantan Tengah" in visible_text(response)
    assert "/regions/region/62/" not in response.content.decode()


def test_empty_list_names_the_filter(client):
    signed_in(client, Role.ADMINISTRATOR)
    text = visible_text(client.get("/regions/region/?q=zzz"))
    assert "Saringan: pencarian “zzz”" in text
    assert "Hapus saringan" in text


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        (portal.ribuan(1234567), "1.234.567"),
        (portal.ribuan(-588), "−588"),
        (portal.ribuan(None), "–"),
        (portal.rupiah(200000), "Rp200.000"),
        (portal.persen(93.449), "93,4%"),
        (portal.persen(7.25), "7,3%"),
        (portal.persen(62, 0), "62%"),
        (portal.persen(-0.5), "−0,5%"),
        (portal.tanggal(date(2021, 11, 23)), "23 November 2021"),
        (portal.tanggal_singkat(date(2021, 8, 5)), "5 Agu 2021"),
        (
            portal.waktu(datetime(2021, 11, 23, 7, 5, tzinfo=UTC)),
            "23 November 2021 pukul 14.05 WIB",
        ),
        (portal.tanggal_singkat(datetime(2021, 11, 22, 18, 0, tzinfo=UTC)), "23 Nov 2021"),
        (portal.menit(899.2), "15 menit"),
        (portal.inisial("Rina Dwi Anggraini"), "RA"),
        (portal.inisial("Suparti"), "S"),
    ],
)
def test_written_forms(written, wanted):
    assert written == wanted


def test_masked_number_is_read_out_without_its_middle():
    html = portal.samar("6203085205839017")
    assert "disamarkan, berawalan 6203, berakhiran 17" in html
    assert "0852" not in html


def test_capped_count_says_more_than():
    page = SimpleNamespace(
        paginator=SimpleNamespace(count=10000, count_is_capped=True),
        start_index=1,
        end_index=25,
        has_other_pages=False,
    )
    text = re.sub(r"\s+", " ", render_to_string("portal/paging.html", {"page_obj": page}))
    assert "1–25 dari lebih dari 10.000" in text


ITEM = SimpleNamespace(label="Selat", url="/a/", count=1234, current=True)


@pytest.mark.parametrize(
    ("name", "context", "wanted"),
    [
        (
            "chips",
            {"chips": [ITEM], "label": "Kecamatan"},
            'aria-current="true">Selat <b>1.234</b>',
        ),
        ("seg", {"items": [ITEM], "label": "Angka"}, '<a href="/a/" aria-current="true">Selat</a>'),
        ("empty", {"title": "Kosong", "action_url": "/a/", "action_text": "Unggah"}, ">Unggah</a>"),
        ("notice", {"kind": "warn", "strong": "Rusak.", "text": "<b>"}, "<b>Rusak.</b> &lt;b&gt;"),
        (
            "steps",
            {"steps": [SimpleNamespace(label="Diperiksa", state="bad", note="2 hari lagi")]},
            '<li class="now bad" aria-current="step">',
        ),
        (
            "confirm",
            {"id": "batal", "title": "Batalkan?", "action_url": "/a/", "danger": True},
            '<dialog class="dialog" id="batal" aria-labelledby="batal-judul">',
        ),
    ],
)
def test_partials(name, context, wanted):
    html = render_to_string(f"portal/{name}.html", context, RequestFactory().get("/"))
    assert wanted in html


def test_missing_page_names_the_place_of_the_user(client):
    signed_in(client, Role.PETUGAS, regions=["62.03"])
    response = client.get("/tidak-ada/")
    assert response.status_code == 404
    assert "Kabupaten Kapuas" in response.content.decode()


def test_refusal_says_why_and_whose_it_is(db):
    request = RequestFactory().get("/")
    request.user = UserFactory(role=Role.PETUGAS, regions=["62.03"])
    text = render_to_string("403.html", {"exception": "Milik Kabupaten Pulang Pisau."}, request)
    assert "Milik Kabupaten Pulang Pisau." in text
    assert "Kabupaten Kapuas" in text


@pytest.mark.parametrize("name", ["500.html", "400.html", "403_csrf.html"])
def test_error_pages_need_neither_user_nor_database_nor_hashes(name, settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {
            "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",
            "OPTIONS": {"location": tmp_path},
        },
    }
    assert "Ke beranda" in engines["django"].get_template(name).render()


def test_static_files_are_hashed_and_find_each_other(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    for file in FILES.iterdir():
        assert list((tmp_path / "portal").glob(f"{file.stem}.????????????{file.suffix}")), file.name
    css = next((tmp_path / "portal").glob("forms.????????????.css")).read_text()
    assert re.search(r"chevron\.\w{12}\.svg", css)


@pytest.mark.parametrize(
    "template", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR))
)
def test_templates_carry_no_inline_style_or_script(template):
    html = template.read_text()
    found = re.findall(r"<style\b|\sstyle=|\son[a-z]+=\"|javascript:", html)
    found += [tag for tag in re.findall(r"<script\b[^>]*>", html) if " src=" not in tag]
    assert found == []


def test_icons_exist_in_the_sprite():
    sprite = ElementTree.parse(FILES / "sprite.svg")
    known = {symbol.get("id") for symbol in sprite.iter("{http://www.w3.org/2000/svg}symbol")}
    used = {
        name
        for template in TEMPLATES
        for name in re.findall(r'(?:% icon |\bicon=)"([a-z]+)"', template.read_text())
    }
    used |= set(portal.BADGE_ICONS.values()) | {entry.icon for entry in navigation.ENTRIES}
    assert used - known == set()


def test_nothing_is_fetched_from_elsewhere(client, db):
    pages = [client.get("/login/").content.decode()]
    signed_in(client, Role.ADMINISTRATOR)
    pages += [client.get(path).content.decode() for path in ("/accounts/user/", "/bantuan/")]
    for page in pages:
        assert re.findall(r'(?:src|href|action)="(?:https?:)?//[^"]+"', page) == []


def test_compiled_translations_are_up_to_date():
    folder = Path(settings.LOCALE_PATHS[0]) / "id" / "LC_MESSAGES"
    compiled = (folder / "django.mo").read_bytes().decode("utf-8", "ignore")
    source = (folder / "django.po").read_text()
    for text in re.findall(r'^msgstr(?:\[0\])? "([^"\\]+)"$', source, re.M):
        assert text in compiled


def test_help_and_sign_out_are_reachable_from_every_page(client):
    signed_in(client, Role.BANK)
    html = client.get("/bantuan/").content.decode()
    assert reverse("admin:logout") in html
    assert reverse("admin:password_change") in html
