from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.roles import Role
from beneficiaries.models import Enrollment
from regions.models import Region
from spreadsheets import writing
from spreadsheets.errors import SheetRefused
from tests.factories import KAPUAS, HouseholdFactory, RoundFactory, UserFactory
from tests.verification.endorsing import checked_case, coordinator, endorsed, forwarded, scan
from verification import endorsed as reading
from verification.actions import decrees as actions
from verification.actions import endorsement as endorsements
from verification.models import Decree, DecreeItem, Endorsement

pytestmark = pytest.mark.django_db

EFFECTIVE = date(2021, 12, 1)
LETTER = {
    "number": "1/HUK/2021",
    "official_name": "Contoh Uji",
    "official_office": "Menteri Sosial",
    "effective_on": EFFECTIVE,
}
HEADINGS = ["ID DTKS", "NIK", "NOMOR KK", "NAMA"]
Kind = DecreeItem.Kind


@pytest.fixture
def kapuas():
    return Region.objects.get(pk=KAPUAS)


@pytest.fixture
def cases(round):
    return {
        "stays": checked_case(round, "TETAP"),
        "stays too": checked_case(round, "TETAP"),
        "comes": checked_case(round, "MASUK"),
        "comes too": checked_case(round, "MASUK"),
        "leaves": checked_case(round, "KELUAR"),
        "leaves too": checked_case(round, "KELUAR"),
    }


@pytest.fixture
def sent(round, kapuas, cases):
    return forwarded(round, kapuas)


def line(case, **other):
    household = case.household
    told = {
        "ID DTKS": household.dtks_id,
        "NIK": household.payee.nik,
        "NOMOR KK": household.kk_number,
        "NAMA": household.payee.name,
    }
    return [{**told, **other}[heading] for heading in HEADINGS]


@pytest.fixture
def list_of(tmp_path):
    def make(*lines):
        path = tmp_path / "daftar.xlsx"
        writing.export(path, HEADINGS, lines)
        return ContentFile(path.read_bytes(), name="daftar penetapan.xlsx")

    return make


@pytest.fixture
def maker():
    return coordinator()


@pytest.fixture
def checker():
    return coordinator()


@pytest.fixture
def record(sent, list_of, maker):
    def run(*lines, endorsement=sent, by=maker, list_file=None, **other):
        values = {**LETTER, "signed_on": timezone.localdate(), "scan": scan(), **other}
        return actions.record_decree(
            endorsement, by=by, list_file=list_file or list_of(*lines), **values
        )

    return run


@pytest.fixture
def decree(record, cases):
    """Agrees, differs, lacks one that comes, keeps one that leaves, brings a stranger."""
    return record(
        line(cases["stays"]),
        line(cases["stays too"], NAMA="NAMA LAIN"),
        line(cases["comes"]),
        line(cases["leaves too"]),
        line(cases["stays"], NIK="6203085205839077", NAMA="ANGGOTA"),
        ["X1", "6203085205839099", "", "ORANG ASING"],
    )


def kinds(decree):
    return {item.kind: item for item in decree.items.all()}


# Comparing


def test_the_list_is_compared_in_both_directions(decree, cases):
    told = {
        (item.kind, item.item and item.item.case_id) for item in decree.items.select_related("item")
    }
    assert told == {
        (Kind.SAMA, cases["stays"].pk),
        (Kind.SAMA, cases["comes"].pk),
        (Kind.BERBEDA, cases["stays too"].pk),
        (Kind.KELUAR_DITETAPKAN, cases["leaves too"].pk),
        (Kind.BARIS_LAIN, cases["stays"].pk),
        (Kind.TIDAK_DITETAPKAN, cases["comes too"].pk),
        (Kind.TIDAK_DITERUSKAN, None),
    }
    assert decree.rows_read == 6
    assert kinds(decree)[Kind.BERBEDA].differences == [
        ["Nama", cases["stays too"].household.payee.name, "NAMA LAIN"]
    ]


def test_a_family_is_known_by_id_nik_or_kk(record, cases):
    decree = record(
        line(cases["stays"], **{"NIK": "", "NOMOR KK": ""}),
        line(cases["stays too"], **{"ID DTKS": "", "NOMOR KK": ""}),
        line(cases["comes"], **{"ID DTKS": "", "NIK": ""}),
    )
    assert {item.item.case_id for item in decree.items.filter(kind=Kind.SAMA)} == {
        cases[name].pk for name in ("stays", "stays too", "comes")
    }


def test_what_the_list_leaves_out_is_no_difference(record, cases):
    decree = record(line(cases["stays"], NAMA=cases["stays"].household.payee.name.lower()))
    assert kinds(decree)[Kind.SAMA]


def test_a_family_known_to_the_register_is_linked(record, cases):
    stranger = HouseholdFactory()
    decree = record(line(cases["stays"]), line(cases["comes"]), [stranger.dtks_id, "", "", "WARGA"])
    assert kinds(decree)[Kind.TIDAK_DITERUSKAN].household == stranger


# What is refused


def test_a_decree_is_for_a_forwarded_list(round, kapuas, cases, list_of, maker):
    signed = endorsed(round, kapuas)
    with pytest.raises(ValidationError, match="sudah diteruskan"):
        actions.record_decree(
            signed,
            by=maker,
            list_file=list_of(line(cases["stays"])),
            scan=scan(),
            signed_on=timezone.localdate(),
            **LETTER,
        )


def test_a_second_decree_is_refused(decree, record, cases):
    with pytest.raises(ValidationError, match="sudah dicatat"):
        record(line(cases["stays"]), number="2/HUK/2021")


def test_the_number_of_another_round_is_refused(decree, record, kapuas):
    later = RoundFactory(starts_on=date(2021, 12, 1), due_on=date(2022, 3, 1))
    case = checked_case(later)
    with pytest.raises(ValidationError, match=f"sudah dicatat untuk {decree.endorsement.round}"):
        record(line(case), endorsement=forwarded(later, kapuas))


def test_the_list_of_another_round_is_refused(record, kapuas, tmp_path):
    later = RoundFactory(starts_on=date(2021, 12, 1), due_on=date(2022, 3, 1))
    checked_case(later)
    other = forwarded(later, kapuas)
    path = tmp_path / "lain.xlsx"
    reading.write_list(other, path)
    with pytest.raises(ValidationError, match=r"dibuat portal untuk putaran lain.*Tidak ada"):
        record(list_file=ContentFile(path.read_bytes(), name="lain.xlsx"))
    assert not Decree.objects.exists()


def test_a_list_of_strangers_is_refused(record, cases):
    strangers = [[f"X{n}", f"62030852058390{n:02d}", "", "ASING"] for n in range(10, 14)]
    with pytest.raises(ValidationError, match="Hanya 1 dari 5 baris"):
        record(line(cases["stays"]), *strangers)
    assert not Decree.objects.exists()


def test_a_file_that_is_no_sheet_is_refused(record):
    with pytest.raises(SheetRefused):
        record(list_file=ContentFile(b"%PDF-1.4 bukan lembar", name="daftar.xlsx"))


@pytest.mark.parametrize(
    ("signed_on", "sentence"),
    [
        (timezone.localdate() + timedelta(days=1), "setelah hari ini"),
        (date(2021, 1, 1), "sebelum daftar diteruskan"),
    ],
)
def test_dates_that_cannot_be(record, cases, signed_on, sentence):
    with pytest.raises(ValidationError, match=sentence):
        record(line(cases["stays"]), signed_on=signed_on)


@pytest.mark.parametrize("role", [Role.PETUGAS, Role.SUPERVISOR, Role.AUDITOR])
def test_only_the_province_records(record, cases, role):
    with pytest.raises(PermissionDenied):
        record(line(cases["stays"]), by=UserFactory(role=role, regions=["62"]))


def test_a_list_with_a_decree_is_not_returned(decree, sent):
    with pytest.raises(ValidationError, match="Batalkan dahulu penetapannya"):
        endorsements.return_endorsement(sent, reason="Ulangi", by=coordinator())


# Applying


def enrolled(case):
    return Enrollment.objects.active().sembako().filter(household=case.household).first()


def test_applying_begins_and_ends_enrolments(decree, cases, checker):
    before = enrolled(cases["stays"])
    applied = actions.apply_decree(decree, by=checker)
    assert (applied.started, applied.ended) == (1, 1)
    begun = enrolled(cases["comes"])
    assert (begun.started_on, begun.source_user) == (EFFECTIVE, checker)
    assert enrolled(cases["leaves"]) is None
    gone = Enrollment.objects.get(household=cases["leaves"].household)
    assert (gone.ended_on, gone.end_reason, gone.source_user) == (EFFECTIVE, "PINDAH", checker)
    # What differs changes nothing by itself.
    assert enrolled(cases["leaves too"]) and not enrolled(cases["comes too"])
    after = enrolled(cases["stays"])
    assert (after.pk, after.changed_at) == (before.pk, before.changed_at)
    applied.endorsement.refresh_from_db()
    assert applied.endorsement.status == Endorsement.Status.DITETAPKAN


def test_what_is_so_already_is_not_counted(decree, cases, checker):
    Enrollment.objects.filter(household=cases["leaves"].household).update(
        ended_on=date(2021, 10, 4), end_reason="PINDAH"
    )
    applied = actions.apply_decree(decree, by=checker)
    assert (applied.started, applied.ended) == (1, 0)


def test_who_records_does_not_apply(decree, maker):
    with pytest.raises(ValidationError, match="tidak menerapkannya sendiri"):
        actions.apply_decree(decree, by=maker)
    with pytest.raises(IntegrityError, match="decree_applied_by_another"), transaction.atomic():
        Decree.objects.filter(pk=decree.pk).update(
            status="DITERAPKAN", applied_by=maker, applied_at=timezone.now()
        )


def test_applying_twice_is_refused(decree, checker):
    actions.apply_decree(decree, by=checker)
    with pytest.raises(ValidationError, match="Muat ulang"):
        actions.apply_decree(decree, by=checker)


# Undoing


def test_undoing_gives_everything_back(decree, cases, checker):
    applied = actions.apply_decree(decree, by=checker)
    undone = actions.undo_decree(applied, reason="Nomor keliru", by=checker)
    assert enrolled(cases["leaves"]) and not enrolled(cases["comes"])
    begun = Enrollment.objects.get(household=cases["comes"].household)
    assert begun.end_reason == "BATAL"
    assert (undone.status, undone.started, undone.ended) == (Decree.Status.DICATAT, 0, 0)
    undone.endorsement.refresh_from_db()
    assert undone.endorsement.status == Endorsement.Status.DITERUSKAN


@pytest.mark.parametrize("name", ["comes", "leaves"])
def test_what_is_newer_prevents_undoing(decree, cases, checker, name):
    applied = actions.apply_decree(decree, by=checker)
    touched = Enrollment.objects.filter(household=cases[name].household)
    touched.update(source_user=UserFactory())
    with pytest.raises(ValidationError, match="1 kepesertaan sudah diubah lagi"):
        actions.undo_decree(applied, reason="Nomor keliru", by=checker)
    assert enrolled(cases["comes"]) and not enrolled(cases["leaves"])


def test_a_family_enrolled_again_prevents_undoing(decree, cases, checker):
    applied = actions.apply_decree(decree, by=checker)
    household = cases["leaves"].household
    Enrollment.objects.create(
        household=household,
        village=household.village,
        programme_id="SEMBAKO",
        started_on=date(2022, 1, 1),
    )
    with pytest.raises(ValidationError, match="1 kepesertaan"):
        actions.undo_decree(applied, reason="Nomor keliru", by=checker)


def test_a_cancelled_decree_makes_room_for_the_right_one(decree, record, cases, maker):
    with pytest.raises(ValidationError, match="Sebutkan alasannya"):
        actions.cancel_decree(decree, reason="", by=maker)
    actions.cancel_decree(decree, reason="Nomor keliru", by=maker)
    again = record(line(cases["stays"]), number="2/HUK/2021")
    assert again.items.filter(kind=Kind.SAMA).count() == 1
    assert decree.items.exists()


def test_an_applied_decree_is_undone_before_it_is_cancelled(decree, checker, maker):
    applied = actions.apply_decree(decree, by=checker)
    with pytest.raises(ValidationError, match="diterapkan"):
        actions.cancel_decree(applied, reason="Keliru", by=maker)
