"""What holds for every kind of sheet: recognised, explained, clean examples; who may send it."""

import ast
import io
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.roles import PERMISSIONS, Role
from regions.codes import RegionIndex, load_regions
from regions.models import Region
from spreadsheets import writing
from spreadsheets.checking import check_file
from spreadsheets.headings import find_header
from spreadsheets.layout import CheckContext
from spreadsheets.looking import FileRead
from spreadsheets.recheck import check_values
from tests.factories import KAPUAS, UserFactory
from uploads import actions, kinds
from uploads.wording import CAUSE_TITLES

KINDS = kinds.all_kinds()
LAYOUTS = [kind.layout for kind in KINDS]
COLUMNS = [(layout, column) for layout in LAYOUTS for column in layout.columns]


def key(value):
    return getattr(value, "key", None) or getattr(value, "field", None)


@pytest.fixture(scope="module")
def context():
    regions = RegionIndex(load_regions())
    return CheckContext(date(2021, 11, 23), regions, {"region": KAPUAS})


def told(issues):
    return [(issue.row, issue.field, issue.code, issue.level) for issue in issues]


@pytest.mark.parametrize("kind", KINDS, ids=key)
def test_the_template_with_its_examples_is_read_without_a_doubt(kind, context, tmp_path):
    layout, path = kind.layout, tmp_path / "templat.xlsx"
    writing.template(layout, path)
    book = openpyxl.load_workbook(path)
    for number, row in enumerate(layout.example_rows, start=3):
        for index, column in enumerate(layout.columns, start=1):
            book["Data"].cell(number, index, row.get(column.field) or None)
    book.save(path)
    read, *batches = check_file(path, LAYOUTS, context)
    assert isinstance(read, FileRead)
    assert (read.layout_key, read.row_count) == (kind.key, len(layout.example_rows))
    assert ("baris 2", 1, "baris contoh") in read.left_out
    issues = [issue for batch in batches for issue in batch.issues if issue.level != "info"]
    assert not told(issues)
    rows = [values for batch in batches for _, _, values in batch.rows]
    assert rows == [check_values(layout, row, context)[0] for row in layout.example_rows]


@pytest.mark.parametrize("kind", KINDS, ids=key)
def test_a_checked_row_says_the_same_when_it_is_checked_again(kind, context):
    for row in kind.layout.example_rows:
        once, _ = check_values(kind.layout, row, context)
        shown = dict(zip(kind.layout.fields, once, strict=True))
        assert check_values(kind.layout, shown, context)[0] == once


@pytest.mark.parametrize("kind", KINDS, ids=key)
def test_the_first_example_is_the_one_of_the_columns(kind, context):
    layout = kind.layout
    typed = {column.field: column.example for column in layout.columns}
    assert (
        check_values(layout, typed, context)[0]
        == (check_values(layout, layout.example_rows[0], context)[0])
    )


@pytest.mark.parametrize(("layout", "column"), COLUMNS, ids=key)
def test_every_spelling_of_a_heading_is_understood(layout, column):
    for spelling in (column.heading, *column.aliases):
        headings = [spelling if one is column else one.heading for one in layout.columns]
        header = find_header([headings], LAYOUTS)
        assert header.layout is layout
        assert header.columns[column.field] == layout.columns.index(column)
        assert not header.missing and not header.doubled


@pytest.mark.parametrize("kind", KINDS, ids=key)
def test_choices_are_spellings_that_the_column_understands(kind):
    for column in kind.layout.columns:
        cleaned = [column.clean(choice) for choice in column.choices]
        assert all(type(value) is str and value for value in cleaned)
        assert len(set(cleaned)) == len(cleaned)


def _codes(path: Path):
    """Codes of findings as the source writes them: a literal in the place where codes stand."""
    place = {"note": 1, "Cleaned": 1, "Issue": 2, "Once": 1, "tell": 0}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in place and len(node.args) > place[name]:
            code = node.args[place[name]]
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                yield code.value


def test_every_finding_has_a_short_name():
    root = settings.BASE_DIR
    sources = [
        *root.glob("spreadsheets/**/*.py"),
        *root.glob("*/sheets/*.py"),
        *root.glob("beneficiaries/*.py"),
        *root.glob("*/*intake.py"),
        *root.glob("*/intake/*.py"),
    ]
    found = {code for path in sources for code in _codes(path)}
    assert {"NIK_MUSTAHIL", "KARTU_DUA_KALI", "PERIODE_TIDAK_TERBACA", "DESA_DARI_KODE"} < found
    assert found <= CAUSE_TITLES.keys()


def test_every_help_page_tells_what_is_checked():
    assert not [kind.key for kind in kinds.all_kinds() if not kind.layout.checks]


# Who sends what


SENT_BY = {
    Role.PETUGAS: {kind.key for kind in KINDS},
    Role.KOORDINATOR: {kind.key for kind in KINDS},
    Role.DUKCAPIL: {"data_kependudukan", "jawaban_dukcapil"},
    Role.BANK: {"agen", "daftar_bayar", "hasil_top_up", "kartu", "transaksi"},
}


@pytest.fixture
def login(client):
    def as_role(role):
        user = UserFactory(role=role, regions=[KAPUAS])
        client.force_login(user, "accounts.backends.RoleBackend")
        return user

    return as_role


def send(by, kind: str, content: bytes = b"isi"):
    return actions.receive(
        by=by, kind=kind, region=Region.objects.get(pk=KAPUAS), file=io.BytesIO(content), name="a"
    )


def test_every_sender_of_a_kind_has_the_rights_to_send_and_repair():
    for kind in KINDS:
        for role in kind.senders:
            rights = {"uploads.view_upload", "uploads.add_upload", "uploads.submit_upload"}
            assert rights <= PERMISSIONS[role], (kind.key, role)


@pytest.mark.django_db
@pytest.mark.parametrize("role", Role.values)
def test_a_role_sends_its_own_kinds_only(role):
    user = UserFactory(role=role, regions=[KAPUAS])
    for kind in KINDS:
        if kind.key in SENT_BY.get(role, set()):
            assert send(user, kind.key, kind.key.encode()).kind == kind.key
        else:
            with pytest.raises(PermissionDenied):
                send(user, kind.key)


@pytest.mark.django_db
@pytest.mark.parametrize("role", SENT_BY)
def test_the_form_offers_what_the_role_sends(client, login, role):
    login(role)
    page = client.get(reverse("admin:uploads_upload_add"))
    offered = {key for key, _ in page.context["form"].fields["kind"].choices}
    assert offered == SENT_BY[role] == {kind.key for kind in page.context["kinds"]}
    foreign = next((kind.key for kind in KINDS if kind.key not in offered), "tidak_ada")
    file = io.BytesIO(b"isi")
    file.name = "a.xlsx"
    answer = client.post(
        reverse("admin:uploads_upload_add"), {"kind": foreign, "region": KAPUAS, "file": file}
    )
    assert "tidak ada dalam pilihan untuk peran Anda" in answer.text


@pytest.mark.django_db
@pytest.mark.parametrize("role", SENT_BY)
def test_help_and_template_of_every_own_kind_are_at_hand(client, login, role):
    login(role)
    listed = client.get(reverse("admin:help")).text
    for key in SENT_BY[role]:
        address = reverse("upload-help", args=[key])
        assert f'href="{address}"' in listed
        assert client.get(reverse("upload-template", args=[key])).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS, ids=key)
def test_the_help_page_says_what_the_sheet_is_and_who_sends_it(client, login, kind):
    login(Role.KOORDINATOR)
    page = client.get(reverse("upload-help", args=[kind.key]))
    html = page.text
    assert '<html lang="id"' in html
    assert f"<h1>Petunjuk lembar {kind.title}</h1>" in html
    for role in kind.senders:
        assert role.label in html
    for words in (*kind.layout.checks, "Judul lain yang dikenali", "Wajib", "Unduh templat"):
        assert words in html
    for column in kind.layout.columns:
        assert f"<b>{column.heading}</b>" in html
        assert all(alias in html for alias in column.aliases if "&" not in alias)
    assert (kinds.PREVIEW_ONLY in html) == kind.is_preview
