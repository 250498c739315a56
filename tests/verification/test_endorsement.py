import io
import zipfile
from datetime import date, timedelta

import docx
import openpyxl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, InternalError, transaction
from django.utils import timezone

from accounts.models import AccessLog
from accounts.roles import Role
from beneficiaries.sheets import DTKS_BNBA
from regions.index import region_index
from regions.models import Region
from spreadsheets.checking import check_file
from spreadsheets.layout import CheckContext
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    PULANG_PISAU,
    CaseFactory,
    HouseholdFactory,
    RoundFactory,
    UserFactory,
)
from tests.verification.endorsing import (
    LETTER,
    OUTCOMES,
    checked_case,
    coordinator,
    endorsed,
    grant_place,
    scan,
    supervisor,
)
from tests.verification.outcomes import GONE
from uploads import actions as uploads
from verification import endorsed as reading
from verification.actions import cases
from verification.actions import endorsement as actions
from verification.figures import endorsement as figures
from verification.models import Case, Endorsement, EndorsementItem, SecondLook

pytestmark = pytest.mark.django_db


@pytest.fixture
def kapuas():
    return Region.objects.get(pk=KAPUAS)


@pytest.fixture
def boss():
    return supervisor()


@pytest.fixture
def checked(round):
    """Two that stay, one that comes, one that leaves, a proposal refused, and one elsewhere."""
    cases = [checked_case(round, result) for result in ("TETAP", "TETAP", "MASUK", "KELUAR", "")]
    checked_case(round, village_id=OTHER_VILLAGE)
    return cases


@pytest.fixture
def draft(round, kapuas, boss, checked):
    return actions.make_endorsement(round, kapuas, by=boss)


@pytest.fixture
def signed(round, kapuas, boss, checked):
    return endorsed(round, kapuas, by=boss)


# Freezing


def test_the_list_holds_the_checked_cases_of_the_regency(draft, checked):
    assert {item.case_id for item in draft.items.all()} == {case.pk for case in checked}
    assert (draft.families, draft.stayed, draft.entered, draft.left, draft.refused) == (
        *(5, 2, 1, 1, 1),
    )
    assert draft.list_hash == reading.hash_of(draft)
    assert [item.position for item in draft.items.order_by("position")] == [1, 2, 3, 4, 5]
    leaving = draft.items.get(result="KELUAR")
    assert leaving.reason == "PINDAH"
    assert leaving.nik == leaving.household.payee.nik


def test_open_cases_are_left_out_knowingly(round, kapuas, boss, checked, make_case):
    make_case()
    with pytest.raises(ValidationError, match="1 kasus belum selesai"):
        actions.make_endorsement(round, kapuas, by=boss)
    made = actions.make_endorsement(round, kapuas, by=boss, with_open=True)
    assert made.families == 5


def test_without_a_checked_case_there_is_nothing_to_endorse(round, kapuas, boss, make_case):
    make_case()
    with pytest.raises(ValidationError, match="Belum ada kasus Kabupaten Kapuas"):
        actions.make_endorsement(round, kapuas, by=boss, with_open=True)
    assert not Endorsement.objects.exists()


def test_a_regency_outside_the_round_is_refused(round, checked):
    elsewhere = Region.objects.get(pk=PULANG_PISAU)
    with pytest.raises(ValidationError, match="tidak termasuk"):
        actions.make_endorsement(round, elsewhere, by=supervisor(PULANG_PISAU))


def test_another_district_is_refused(round, kapuas, checked):
    with pytest.raises(PermissionDenied, match="di luar wilayah tugas"):
        actions.make_endorsement(round, kapuas, by=supervisor(PULANG_PISAU))


@pytest.mark.parametrize("role", [Role.PETUGAS, Role.KOORDINATOR, Role.AUDITOR, Role.TKSK])
def test_only_the_supervisor_makes_a_list(round, kapuas, checked, role):
    with pytest.raises(PermissionDenied):
        actions.make_endorsement(round, kapuas, by=UserFactory(role=role, regions=["62"]))


def test_a_second_endorsement_is_refused_with_a_sentence(signed, round, kapuas, boss):
    with pytest.raises(ValidationError, match=r"sudah disahkan dengan nomor 460/123.*Cabut dahulu"):
        actions.make_endorsement(round, kapuas, by=boss)


def test_the_database_refuses_a_second_one_too(signed, round, kapuas, boss):
    with pytest.raises(IntegrityError, match="endorsement_standing_once"), transaction.atomic():
        Endorsement.objects.create(round=round, region=kapuas, made_by=boss)


# What is endorsed does not change


@pytest.mark.parametrize(
    "change",
    [
        {"status": "BELUM"},
        {"is_eligible": False, "reason": "SUDAH_MAMPU"},
        {"is_found": False},
    ],
)
@pytest.mark.parametrize("state", ["draft", "signed"])
def test_the_outcome_of_an_endorsed_case_stays(request, state, checked, change):
    request.getfixturevalue(state)
    with pytest.raises(IntegrityError, match="Cabut dahulu"), transaction.atomic():
        Case.objects.filter(pk=checked[0].pk).update(**change)


def test_also_for_an_officer_to_whose_regency_the_family_has_moved(signed, checked, as_restricted):
    household = checked[0].household
    household.village_id = OTHER_VILLAGE
    household.save()
    with as_restricted(PULANG_PISAU) as cursor, pytest.raises(IntegrityError), transaction.atomic():
        cursor.execute(
            "UPDATE verification_case SET status = 'BELUM' WHERE id = %s", [checked[0].pk]
        )


def test_what_does_not_touch_the_outcome_may_change(signed, checked):
    assert Case.objects.filter(pk=checked[0].pk).update(note="Rumah di tepi sungai.") == 1


def test_cases_outside_the_list_change_freely(signed, round):
    late = checked_case(round)
    assert Case.objects.filter(pk=late.pk).update(status="BELUM") == 1


@pytest.mark.parametrize("change", ["update", "delete", "insert", "hash"])
def test_the_frozen_list_does_not_change(signed, checked, change):
    items = EndorsementItem.objects.filter(endorsement=signed)
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        if change == "update":
            items.update(name="ORANG LAIN")
        elif change == "delete":
            items.first().delete()
        elif change == "hash":
            Endorsement.objects.filter(pk=signed.pk).update(list_hash="0" * 64)
        else:
            first = items.first()
            first.pk, first.position, first.case_id = None, 99, checked[0].pk + 1000
            first.save(force_insert=True)


def test_the_register_may_change_and_the_list_keeps_what_was_signed(signed):
    item = signed.items.filter(result="TETAP").first()
    payee = item.household.payee
    payee.name = "NAMA BARU"
    payee.save()
    item.refresh_from_db()
    assert item.name != "NAMA BARU"
    assert reading.hash_of(signed) == signed.list_hash


def test_an_endorsed_case_is_not_returned(signed, checked, boss):
    with pytest.raises(ValidationError, match="ada dalam daftar yang disahkan"):
        cases.return_case(checked[0], reason="Alamat keliru", by=boss)


def test_a_sheet_with_another_outcome_is_held_back(signed, checked, send, row_of):
    upload = send(row_of(checked[0], GONE))
    issue = upload.issues.get(code="KASUS_DISAHKAN")
    assert issue.level == "error" and "Cabut dahulu" in issue.message
    assert upload.rows_to_apply == 0


def test_an_upload_is_not_taken_back_under_an_endorsed_list(
    round, kapuas, boss, make_case, send, row_of, apply
):
    first = apply(send(row_of(make_case(), GONE)))
    endorsed(round, kapuas, by=boss)
    reverted = uploads.revert(first, by=coordinator())
    assert reverted.rows.get().outcome == "TIDAK_DAPAT"
    assert Case.objects.get().status == Case.Status.DISETUJUI


# Signing and withdrawing


def test_signing_records_letter_and_official(signed, boss):
    assert signed.status == Endorsement.Status.DISAHKAN
    assert (signed.number, signed.endorsed_by) == (LETTER["number"], boss)
    assert [step.action for step in signed.steps.all()] == ["Daftar disusun", "Pengesahan dicatat"]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"number": ""}, "nomor surat"),
        ({"official_name": ""}, "pejabat"),
        ({"scan": None}, "pindaian"),
        ({"signed_on": date(2099, 1, 1)}, "setelah hari ini"),
        ({"signed_on": date(2021, 8, 31)}, "sebelum putaran dimulai"),
    ],
)
def test_a_letter_with_something_missing_is_refused(draft, boss, changed, sentence):
    values = {**LETTER, "signed_on": timezone.localdate(), "scan": scan(), **changed}
    with pytest.raises(ValidationError, match=sentence):
        actions.endorse(draft, by=boss, **values)


def test_withdrawing_frees_the_cases_and_keeps_the_history(signed, boss, checked, round, kapuas):
    actions.withdraw(signed, reason="Dua keluarga tertukar", by=boss)
    Case.objects.filter(pk=checked[0].pk).update(status="BELUM")
    again = actions.make_endorsement(round, kapuas, by=boss, with_open=True)
    signed.refresh_from_db()
    assert signed.status == Endorsement.Status.DIBATALKAN
    assert (signed.items.count(), again.families) == (5, 4)
    assert again.list_hash != signed.list_hash
    assert signed.steps.last().note == "Dua keluarga tertukar"


def test_withdrawing_needs_a_reason(signed, boss):
    with pytest.raises(ValidationError, match="Sebutkan alasannya"):
        actions.withdraw(signed, reason="  ", by=boss)


def test_what_is_forwarded_is_not_withdrawn_by_the_district(signed, boss):
    actions.forward(signed, by=coordinator())
    with pytest.raises(ValidationError, match="diteruskan ke pusat"):
        actions.withdraw(signed, reason="Salah", by=boss)


# Review


def test_returning_needs_a_reason_and_frees_the_cases(signed, checked):
    with pytest.raises(ValidationError, match="Sebutkan alasannya"):
        actions.return_endorsement(signed, reason="", by=coordinator())
    actions.return_endorsement(signed, reason="Sampel Basarang tidak sesuai", by=coordinator())
    assert Case.objects.filter(pk=checked[0].pk).update(status="BELUM") == 1


def test_nobody_reviews_what_he_has_endorsed(signed, boss):
    type(boss).objects.filter(pk=boss.pk).update(role=Role.KOORDINATOR)
    same = type(boss).objects.get(pk=boss.pk)
    same.assignments.create(region_id="62")
    for act in (
        lambda: actions.forward(signed, by=same),
        lambda: actions.return_endorsement(signed, reason="Ulangi", by=same),
        lambda: actions.draw_second_looks(signed, method="ACAK", size=1, by=same),
    ):
        with pytest.raises(ValidationError, match="tidak meninjau pengesahannya sendiri"):
            act()
    with pytest.raises(IntegrityError, match="reviewer_is_another"), transaction.atomic():
        Endorsement.objects.filter(pk=signed.pk).update(forwarded_by=same)


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.PETUGAS, Role.AUDITOR])
def test_only_the_province_forwards(signed, role):
    with pytest.raises(PermissionDenied):
        actions.forward(signed, by=UserFactory(role=role, regions=["62"]))


def test_a_random_sample_can_be_drawn_again_and_goes_on(signed):
    reviewer = coordinator()
    first = actions.draw_second_looks(signed, method="ACAK", size=2, by=reviewer)
    chosen = {look.item_id for look in first}
    with transaction.atomic():
        SecondLook.objects.all().delete()
        again = actions.draw_second_looks(signed, method="ACAK", size=2, by=reviewer)
        assert {look.item_id for look in again} == chosen
    more = actions.draw_second_looks(signed, method="ACAK", size=10, by=reviewer)
    assert len(more) == 3 and not chosen & {look.item_id for look in more}
    with pytest.raises(ValidationError, match="Tidak ada keluarga lagi"):
        actions.draw_second_looks(signed, method="ACAK", size=1, by=reviewer)


def test_a_sample_by_risk_takes_the_riskiest_and_says_why(round, kapuas, boss):
    checked_case(round)
    risky = checked_case(round, "MASUK", members__nik="123", decile=7)
    one = endorsed(round, kapuas, by=boss)
    (look,) = actions.draw_second_looks(one, method="RISIKO", size=1, by=coordinator())
    assert look.item.case_id == risky.pk
    assert look.why == "NIK tidak sah, layak dengan desil 7, penerima baru"


def test_a_sample_must_be_looked_at_before_forwarding(signed):
    reviewer = coordinator()
    (look,) = actions.draw_second_looks(signed, method="ACAK", size=1, by=reviewer)
    with pytest.raises(ValidationError, match="1 keluarga sampel belum dilihat"):
        actions.forward(signed, by=reviewer)
    today = timezone.localdate()
    with pytest.raises(ValidationError, match="apa yang tidak sesuai"):
        actions.record_second_look(
            look, outcome="TIDAK_SESUAI", looked_on=today, note="", by=reviewer
        )
    with pytest.raises(ValidationError, match="setelah hari ini"):
        actions.record_second_look(
            look, outcome="SESUAI", looked_on=today + timedelta(1), note="", by=reviewer
        )
    actions.record_second_look(look, outcome="SESUAI", looked_on=today, note="", by=reviewer)
    assert actions.forward(signed, by=reviewer).status == Endorsement.Status.DITERUSKAN


# The package


def archive_of(endorsement):
    with endorsement.package.open() as package:
        return zipfile.ZipFile(io.BytesIO(package.read()))


def book_of(archive, name):
    return openpyxl.load_workbook(io.BytesIO(archive.read(name)))


def test_the_package_holds_what_the_centre_asks_for(signed, boss):
    reviewer = coordinator()
    done = actions.forward(signed, by=reviewer)
    archive = archive_of(done)
    assert archive.testzip() is None
    receiving = book_of(archive, "bnba-penerima.xlsx").active
    head, *rows = receiving.iter_rows(values_only=True)
    assert head == tuple(reading.BNBA_HEADINGS) and len(head) == 23
    items = {item.nik: item for item in done.items.receiving()}
    assert {row[head.index("NIK")] for row in rows} == set(items)
    assert {row[head.index("BANSOS BPNT")] for row in rows} == {"YA"}
    assert {row[head.index("KABUPATEN/KOTA")] for row in rows} == {"KAPUAS"}
    assert {row[head.index("HUB KELUARGA")] for row in rows} == {"Kepala keluarga"}
    leaving = list(book_of(archive, "bnba-keluar.xlsx").active.iter_rows(values_only=True))
    assert len(leaving) == 2 and leaving[1][head.index("BANSOS BPNT")] == "TIDAK"
    summary = archive.read("ringkasan.txt").decode()
    assert done.list_hash in summary and "bnba-penerima.xlsx (3 baris)" in summary
    words = "\n".join(
        one.text for one in docx.Document(io.BytesIO(archive.read("berita-acara.docx"))).paragraphs
    )
    assert "sebanyak 5 keluarga" in words
    assert archive.read("berita-acara-bertanda-tangan.pdf") == b"isi lampiran uji"
    log = AccessLog.objects.get(kind="EXPORT")
    assert (log.user, log.row_count) == (reviewer, 4)


def test_the_bnba_of_the_package_is_read_by_the_portal_itself(signed, tmp_path):
    done = actions.forward(signed, by=coordinator())
    path = tmp_path / "bnba.xlsx"
    path.write_bytes(archive_of(done).read("bnba-penerima.xlsx"))
    context = CheckContext(timezone.localdate(), regions=region_index(), options={"region": KAPUAS})
    read, *batches = check_file(path, [DTKS_BNBA], context)
    assert not read.unknown
    assert sum(len(batch.rows) for batch in batches) == 3
    assert not [i for batch in batches for i in batch.issues if i.level == "error"]


# A file held against the list


@pytest.fixture
def file_of(tmp_path):
    def write(endorsement):
        path = tmp_path / f"daftar-{endorsement.pk}.xlsx"
        reading.write_list(endorsement, path)
        return path

    return write


def test_the_file_of_the_portal_is_the_list(signed, file_of):
    result = reading.check_file(signed, file_of(signed))
    assert result.is_same
    assert (result.hash, result.rows) == (signed.list_hash, 5)


def test_a_file_saved_again_is_still_the_list(signed, file_of):
    path = file_of(signed)
    book = openpyxl.load_workbook(path)
    book.save(path)
    assert reading.check_file(signed, path).is_same


def test_a_tampered_file_is_told_cell_by_cell(signed, file_of):
    path = file_of(signed)
    book = openpyxl.load_workbook(path)
    sheet = book["Daftar"]
    sheet.cell(8, 9).value = "ORANG LAIN"
    sheet.delete_rows(9)
    book.save(path)
    result = reading.check_file(signed, path)
    assert not result.is_same and result.hash != signed.list_hash
    (change,) = result.comparison.changes
    assert (change.position, change.field, change.after) == (2, "name", "ORANG LAIN")
    assert [row.position for row in result.comparison.missing] == [3]


def test_the_file_of_another_list_says_whose_it_is(signed, file_of, kapuas, boss):
    later = RoundFactory(starts_on=date(2022, 1, 1), due_on=date(2022, 3, 1))
    checked_case(later)
    other = endorsed(later, kapuas, by=boss)
    result = reading.check_file(signed, file_of(other))
    assert result.is_foreign and not result.is_same
    assert result.belongs_to == other


# Against the round before


def test_differences_to_the_round_before(signed, kapuas, boss, checked):
    later = RoundFactory(starts_on=date(2021, 12, 1), due_on=date(2022, 3, 1))
    stays, moved, came, _left, _refused = (case.household for case in checked)

    def case_of(household, result):
        return CaseFactory(
            round=later,
            household=household,
            status="DISETUJUI",
            visited_on=date(2021, 12, 4),
            decided_by=UserFactory(),
            decided_at=timezone.now(),
            **OUTCOMES[result],
        )

    case_of(stays, "TETAP")
    moved.kk_number = "6203081501159999"
    moved.save()
    case_of(moved, "TETAP")
    grant_place(case_of(HouseholdFactory(), "MASUK"))
    now = endorsed(later, kapuas, by=boss)
    assert figures.previous_of(now) == signed
    told = {one.label: one.count for one in figures.differences(now, signed)}
    assert told == {"Masuk": 1, "Keluar": 0, "Data berubah": 1, "Hilang tanpa kasus": 1}
    assert figures.gone_without_case(now, signed).get().household == came
