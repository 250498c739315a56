from datetime import date

import pytest
from django.core.exceptions import ValidationError

from accounts import scope
from accounts.roles import Role
from beneficiaries.models import Enrollment
from spreadsheets.errors import SheetRefused
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    PULANG_PISAU,
    VILLAGE,
    CaseFactory,
    HouseholdFactory,
    RoundFactory,
    UploadFactory,
    UserFactory,
    nik,
)
from tests.verification.outcomes import FOUND, GONE
from uploads import actions, steps
from uploads.models import Upload, UploadRow
from verification import intake
from verification.health import places
from verification.models import Case, Round

Verdict = UploadRow.Verdict
KAPUAS_DISTRICT = "62.03.08"
FARTHER = "62.03.01.1007"  # Selat Hilir


def verdicts(upload):
    return list(upload.rows.order_by("row_number").values_list("verdict", flat=True))


def codes(upload, level=None):
    issues = upload.issues.order_by("row_number", "code")
    if level:
        issues = issues.filter(level=level)
    return list(issues.values_list("code", flat=True))


# Admitting a file


@pytest.fixture
def arriving(round, officer):
    def make(**fields):
        fields = {"region_id": KAPUAS, "reference": str(round.pk), **fields}
        return UploadFactory(kind="hasil_verifikasi", sent_by=officer, **fields)

    return make


def identity(round, region=KAPUAS, **others):
    return {
        "layout": "hasil_verifikasi",
        "round": str(round.pk),
        "region": region,
        "made_at": "2021-09-02T08:00:00+07:00",
        **others,
    }


@pytest.mark.parametrize("region", [KAPUAS, KAPUAS_DISTRICT])
def test_a_sheet_of_the_region_or_of_a_part_of_it_is_admitted(arriving, round, region):
    intake.admit(arriving(), identity(round, region))


def test_a_retyped_sheet_without_identity_is_admitted(arriving):
    intake.admit(arriving(), {})


def test_a_sheet_of_another_regency_names_both(arriving, round):
    with pytest.raises(SheetRefused) as refused:
        intake.admit(arriving(), identity(round, PULANG_PISAU))
    assert refused.value.message == (
        "Lembar ini milik Kabupaten Pulang Pisau. Anda mengunggah untuk Kabupaten Kapuas."
        " Tidak ada baris yang disimpan."
    )


def test_a_sheet_of_the_regency_is_too_wide_for_a_kecamatan(arriving, round):
    with pytest.raises(SheetRefused, match="milik Kabupaten Kapuas") as refused:
        intake.admit(arriving(region_id=KAPUAS_DISTRICT), identity(round))
    assert refused.value.code == "WILAYAH_LAIN"


def test_a_sheet_of_another_round_names_both(arriving, round):
    other = RoundFactory(name="Putaran I tahun 2020")
    with pytest.raises(SheetRefused) as refused:
        intake.admit(arriving(), identity(other))
    assert "milik Putaran I tahun 2020" in refused.value.message
    assert round.name in refused.value.message


def test_a_sheet_of_another_kind_is_refused(arriving, round):
    with pytest.raises(SheetRefused, match="bukan lembar hasil verifikasi"):
        intake.admit(arriving(), identity(round, layout="daftar_bayar"))


@pytest.mark.parametrize("reference", ["", "tidak-ada", "987654321"])
def test_an_upload_must_name_a_round(arriving, reference):
    with pytest.raises(SheetRefused, match="tidak menyebut putaran"):
        intake.admit(arriving(reference=reference), {})


def test_a_closed_round_takes_no_sheet(arriving, round, coordinator):
    from verification.actions.rounds import close_round

    close_round(round, by=coordinator)
    with pytest.raises(SheetRefused, match="sudah ditutup pada"):
        intake.admit(arriving(), identity(round))


def test_a_round_that_is_not_open_takes_no_sheet(arriving, round):
    Round.objects.update(status=Round.Status.DISIAPKAN)
    with pytest.raises(SheetRefused, match="belum dibuka"):
        intake.admit(arriving(), identity(round))


def test_a_regency_outside_the_round_is_refused(arriving):
    with pytest.raises(SheetRefused, match="Pulang Pisau tidak ikut dalam Putaran"):
        intake.admit(arriving(region_id=PULANG_PISAU), {})


# Comparing


def test_an_untouched_row_changes_nothing_and_is_counted(send, case, row_of):
    upload = send(row_of(case, {}))
    assert verdicts(upload) == [Verdict.SAMA]
    assert codes(upload) == ["BELUM_DIISI"]
    assert upload.rows.get().changes == {}
    with pytest.raises(ValidationError, match="Belum ada hasil kunjungan"):
        actions.submit(upload, by=upload.sent_by)
    case.refresh_from_db()
    assert case.status == Case.Status.BELUM


def test_a_filled_row_tells_old_and_new(send, case, row_of):
    payee = case.household.payee
    upload = send(row_of(case, FOUND, new_name="SITI RAHMAH", note="Atap bocor"))
    row = upload.rows.get()
    assert (row.verdict, row.target_id, row.household_id) == (
        Verdict.BERUBAH,
        case.pk,
        case.household_id,
    )
    assert row.changes == {
        "is_found": ["", "YA"],
        "is_eligible": ["", "YA"],
        "visited_on": ["", "2021-10-04"],
        "note": ["", "Atap bocor"],
        "new_name": [payee.name, "SITI RAHMAH"],
    }


def test_a_correction_that_says_what_is_registered_changes_nothing(send, case, row_of):
    upload = send(row_of(case, FOUND, new_nik=case.household.payee.nik))
    assert "new_nik" not in upload.rows.get().changes


def test_an_approved_case_with_the_same_outcome_is_unchanged(send, case, row_of, apply):
    apply(send(row_of(case, FOUND)))
    again = send(row_of(case, FOUND))
    assert verdicts(again) == [Verdict.SAMA]
    assert codes(again) == []


def test_an_approved_case_with_another_outcome_is_doubtful(send, case, row_of, apply):
    apply(send(row_of(case, FOUND)))
    again = send(row_of(case, GONE))
    assert verdicts(again) == [Verdict.PERLU_DIPERIKSA]
    assert codes(again) == ["KASUS_SUDAH_DISETUJUI"]


def test_unknown_and_foreign_cases_are_told_apart(send, row_of, round):
    elsewhere = CaseFactory(round=round, household=HouseholdFactory(village_id=OTHER_VILLAGE))
    earlier = CaseFactory(round=RoundFactory(name="Putaran I tahun 2020"))
    upload = send(
        row_of(elsewhere, FOUND), row_of(earlier, FOUND), {"case_id": "987654321", **FOUND}
    )
    assert verdicts(upload) == [Verdict.BERMASALAH] * 3
    messages = list(upload.issues.order_by("row_number").values_list("message", flat=True))
    assert "berada di Kabupaten Pulang Pisau, di luar wilayah unggahan" in messages[0]
    assert "milik Putaran I tahun 2020" in messages[1]
    assert "tidak ada dalam Putaran" in messages[2]


def test_a_case_of_another_kecamatan_is_outside_a_kecamatans_upload(send, make_case, row_of):
    inside = make_case(village_id=VILLAGE)
    outside = make_case(village_id=FARTHER)
    upload = send(row_of(inside, FOUND), row_of(outside, FOUND), region=KAPUAS_DISTRICT)
    assert verdicts(upload) == [Verdict.BERUBAH, Verdict.BERMASALAH]


def test_under_the_officers_scope_another_regencys_case_is_unknown(send, row_of, round, officer):
    elsewhere = CaseFactory(round=round, household=HouseholdFactory(village_id=OTHER_VILLAGE))
    with scope.applied(officer.scope):
        upload = send(row_of(elsewhere, FOUND))
        assert codes(upload) == ["KASUS_TIDAK_DIKENAL"]
        assert "tidak ada dalam Putaran" in upload.issues.get().message


def test_one_case_on_two_rows_is_an_error_unless_one_is_untouched(send, make_case, row_of):
    twice, once = make_case(), make_case()
    upload = send(row_of(twice, FOUND), row_of(twice, GONE), row_of(once, FOUND), row_of(once, {}))
    assert verdicts(upload) == [
        Verdict.BERMASALAH,
        Verdict.BERMASALAH,
        Verdict.BERUBAH,
        Verdict.SAMA,
    ]
    assert codes(upload, "error") == ["KASUS_DUA_KALI"] * 2


def test_one_of_two_rows_of_a_case_can_be_chosen(send, case, row_of, officer, apply):
    upload = send(row_of(case, FOUND), row_of(case, GONE))
    chosen = upload.rows.get(row_number=6)
    actions.keep_values(upload, code="KASUS_DUA_KALI", by=officer, row_ids=[chosen.pk])
    assert verdicts(upload) == [Verdict.BERMASALAH, Verdict.BERUBAH]
    upload.refresh_from_db()
    apply(upload)
    case.refresh_from_db()
    assert (case.status, case.is_eligible) == (Case.Status.DISETUJUI, False)


def test_choosing_both_rows_of_a_case_is_no_choice(send, case, row_of, officer):
    upload = send(row_of(case, FOUND), row_of(case, GONE))
    actions.keep_values(upload, code="KASUS_DUA_KALI", by=officer)
    assert verdicts(upload) == [Verdict.BERMASALAH] * 2


def test_an_edited_locked_cell_is_doubtful_and_the_register_is_suggested(send, case, row_of):
    payee = case.household.payee
    upload = send(row_of(case, FOUND, nik=nik(77), name=payee.name.lower()))
    assert verdicts(upload) == [Verdict.PERLU_DIPERIKSA]
    issue = upload.issues.get()
    assert (issue.code, issue.field, issue.suggestion) == ("DATA_PORTAL_DIUBAH", "nik", payee.nik)
    assert payee.nik not in issue.message


def test_a_corrected_nik_of_another_person_is_an_error(send, make_case, row_of):
    case, other = make_case(), make_case()
    upload = send(row_of(case, FOUND, new_nik=other.household.payee.nik))
    assert verdicts(upload) == [Verdict.BERMASALAH]
    issue = upload.issues.get()
    assert issue.code == "NIK_MILIK_ORANG_LAIN"
    assert other.household.payee.name in issue.message


def test_a_corrected_nik_registered_elsewhere_is_an_error_without_a_name(
    send, case, row_of, officer
):
    other = HouseholdFactory(village_id=OTHER_VILLAGE).payee
    with scope.applied(officer.scope):
        upload = send(row_of(case, FOUND, new_nik=other.nik))
        issue = upload.issues.get()
    assert issue.code == "NIK_MILIK_ORANG_LAIN"
    assert "Pulang Pisau" in issue.message
    assert other.name not in issue.message


def test_one_corrected_nik_for_two_families_is_an_error(send, make_case, row_of):
    new = nik(555)
    upload = send(row_of(make_case(), FOUND, new_nik=new), row_of(make_case(), FOUND, new_nik=new))
    assert codes(upload, "error") == ["NIK_DUA_KALI"] * 2


def test_a_nik_of_the_other_sex_is_doubtful(send, case, row_of):
    man = nik(500)
    woman = f"{man[:6]}{int(man[6:8]) + 40}{man[8:]}"
    upload = send(row_of(case, FOUND, new_nik=woman))
    assert codes(upload) == ["JENIS_KELAMIN_BEDA_NIK"]


def test_a_family_without_pengurus_cannot_have_the_pengurus_corrected(send, make_case, row_of):
    case = make_case(members=0)
    upload = send(row_of(case, FOUND, new_name="SITI"), row_of(make_case(members=0), FOUND))
    assert verdicts(upload) == [Verdict.BERMASALAH, Verdict.BERUBAH]
    assert codes(upload) == ["TANPA_PENGURUS"]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2021-08-31", ["KUNJUNGAN_SEBELUM_PUTARAN"]),
        ("2021-09-01", []),
        ("2022-01-29", []),
        ("2022-01-30", ["KUNJUNGAN_LEWAT_TENGGAT"]),
    ],
)
def test_a_visit_outside_the_round_is_doubtful(send, case, row_of, day, expected):
    assert codes(send(row_of(case, {**FOUND, "visited_on": day}))) == expected


def test_a_case_waiting_in_another_upload_is_doubtful(send, case, row_of, officer):
    first = actions.submit(send(row_of(case, FOUND)), by=officer)
    second = send(row_of(case, GONE))
    assert verdicts(second) == [Verdict.PERLU_DIPERIKSA]
    assert f"unggahan nomor {first.pk}" in second.issues.get().message


# Applying


def test_outcome_corrections_and_source_reach_the_register(
    send, case, row_of, apply, officer, coordinator
):
    new = nik(600)
    upload = apply(
        send(
            row_of(
                case,
                FOUND,
                new_nik=new,
                new_name="SITI RAHMAH",
                new_birth_date="1983-05-12",
                new_address="JL. MELATI 12",
                new_kk_number="6203081501159001",
            )
        )
    )
    assert upload.status == Upload.Status.DITERAPKAN
    assert (upload.rows_applied, upload.rows_conflict) == (1, 0)
    case.refresh_from_db()
    assert (case.status, case.is_found, case.is_eligible, case.reason) == (
        Case.Status.DISETUJUI,
        True,
        True,
        "",
    )
    assert (case.visited_on, case.decided_by, case.upload) == (
        date(2021, 10, 4),
        coordinator,
        upload,
    )
    household = case.household
    household.refresh_from_db()
    payee = household.payee
    assert (payee.nik, payee.name, payee.birth_date) == (new, "SITI RAHMAH", date(1983, 5, 12))
    assert (household.address, household.kk_number) == ("JL. MELATI 12", "6203081501159001")
    assert (payee.source_upload, payee.source_row, payee.source_user) == (upload, 5, officer)
    assert (household.source_upload, household.source_row) == (upload, 5)


def test_the_history_keeps_the_old_value_with_user_and_upload(
    send, case, row_of, apply, coordinator
):
    payee = case.household.payee
    upload = apply(send(row_of(case, FOUND, new_name="SITI RAHMAH")))
    event = payee.events.get()
    assert event.name == payee.name
    assert event.pgh_context.metadata == {"user": coordinator.pk, "upload": upload.pk}


def test_a_family_found_not_eligible_leaves_sembako_on_the_day_of_the_visit(
    send, make_case, row_of, apply
):
    leaving, staying = make_case(), make_case()
    pkh = Enrollment.objects.create(
        household=leaving.household,
        village_id=VILLAGE,
        programme_id="PKH",
        started_on=date(2020, 1, 1),
    )
    upload = apply(send(row_of(leaving, GONE), row_of(staying, FOUND)))
    enrollment = leaving.household.enrollments.sembako().get()
    assert (enrollment.ended_on, enrollment.end_reason) == (date(2021, 10, 4), "SUDAH_MAMPU")
    assert (enrollment.source_upload, enrollment.source_row) == (upload, 5)
    pkh.refresh_from_db()
    assert pkh.ended_on is None
    assert staying.household.enrollments.sembako().get().ended_on is None
    leaving.household.refresh_from_db()
    assert leaving.household.is_active


def test_a_family_leaves_only_by_a_case_of_a_kpm(send, round, row_of, apply, officer):
    """A proposed family that has become a KPM meanwhile: its case cannot say that it leaves."""
    household = HouseholdFactory(kpm=True)
    case = CaseFactory(round=round, household=household, was_kpm=False, origin="USULAN")
    upload = send(row_of(case, GONE))
    assert codes(upload) == ["KPM_SESUDAH_PUTARAN"]
    actions.keep_values(upload, code="KPM_SESUDAH_PUTARAN", by=officer)
    upload.refresh_from_db()
    apply(upload)
    case.refresh_from_db()
    assert (case.status, case.result) == ("DISETUJUI", "")
    assert household.enrollments.get().ended_on is None


def test_every_end_has_its_case_at_night(send, make_case, row_of, apply):
    leaving, other = make_case(), make_case()
    apply(send(row_of(leaving, GONE)))
    assert places.left_without_case() == []
    Enrollment.objects.filter(household=other.household).update(
        ended_on=date(2021, 10, 4), end_reason="PINDAH", source_user=UserFactory()
    )
    assert places.left_without_case() == [
        f"Keluarga {other.household_id} berhenti menjadi KPM tanpa kasus yang menyatakan keluar."
    ]


def test_a_visit_before_the_enrolment_ends_it_on_its_first_day(send, make_case, row_of, apply):
    case = make_case(kpm__started_on=date(2021, 11, 1))
    apply(send(row_of(case, GONE)))
    assert case.household.enrollments.get().ended_on == date(2021, 11, 1)


def test_a_family_not_found_leaves_with_that_reason(send, case, row_of, apply):
    apply(send(row_of(case, {"is_found": "TIDAK", "visited_on": "2021-10-04"})))
    case.refresh_from_db()
    assert (case.is_found, case.is_eligible, case.reason) == (False, False, "TIDAK_DITEMUKAN")
    assert case.household.enrollments.get().end_reason == "TIDAK_DITEMUKAN"


def test_a_move_within_the_regency_takes_everything_along(send, case, row_of, apply):
    apply(send(row_of(case, FOUND, new_village_name=FARTHER)))
    case.refresh_from_db()
    household = case.household
    household.refresh_from_db()
    assert household.village_id == case.village_id == FARTHER
    assert household.payee.village_id == household.enrollments.get().village_id == FARTHER


def test_a_corrected_outcome_resumes_the_enrolment(send, case, row_of, apply, officer):
    apply(send(row_of(case, GONE)))
    again = send(row_of(case, FOUND))
    actions.keep_values(again, code="KASUS_SUDAH_DISETUJUI", by=officer)
    again.refresh_from_db()
    again = apply(again)
    assert again.rows_applied == 1
    enrollment = case.household.enrollments.get()
    assert (enrollment.ended_on, enrollment.end_reason) == (None, "")


def test_what_two_officers_found_differently_is_not_overwritten(
    send, make_case, row_of, apply, officer
):
    shared, other = make_case(), make_case()
    first = actions.submit(send(row_of(shared, FOUND)), by=officer)
    second = send(row_of(shared, GONE), row_of(other, FOUND))
    actions.keep_values(second, code="MENUNGGU_DI_UNGGAHAN_LAIN", by=officer)
    second = actions.submit(second, by=officer)
    apply(first)
    second = apply(second)
    assert (second.rows_applied, second.rows_conflict) == (1, 1)
    assert list(second.rows.order_by("row_number").values_list("outcome", flat=True)) == [
        "BERUBAH_LAGI",
        "DITERAPKAN",
    ]
    shared.refresh_from_db()
    assert (shared.is_eligible, shared.upload) == (True, first)
    assert shared.household.enrollments.get().ended_on is None


def test_the_same_finding_twice_is_no_conflict(send, case, row_of, apply, officer):
    first = actions.submit(send(row_of(case, FOUND)), by=officer)
    second = send(row_of(case, FOUND))
    actions.keep_values(second, code="MENUNGGU_DI_UNGGAHAN_LAIN", by=officer)
    second = actions.submit(second, by=officer)
    apply(first)
    assert apply(second).rows_conflict == 0
    case.refresh_from_db()
    assert case.upload == first


def test_a_nik_taken_since_the_approval_is_a_conflict(send, make_case, row_of, apply, officer):
    case = make_case()
    new = nik(700)
    upload = actions.submit(send(row_of(case, FOUND, new_nik=new)), by=officer)
    HouseholdFactory(members__nik=new)
    upload = apply(upload)
    assert (upload.rows_applied, upload.rows_conflict) == (0, 1)
    case.refresh_from_db()
    assert (case.status, case.upload) == (Case.Status.BELUM, None)


def test_rows_outside_the_senders_scope_roll_everything_back(
    send, case, row_of, apply, coordinator
):
    upload = send(row_of(case, GONE), sent_by=UserFactory(role=Role.PETUGAS, regions=[KAPUAS]))
    upload = actions.submit(upload, by=upload.sent_by)
    upload.sent_by.assignments.update(region_id=PULANG_PISAU)
    upload = actions.approve(upload, by=coordinator)
    with pytest.raises(ValidationError, match="1 baris berada di luar wilayah tugas pengirim"):
        steps.apply(upload)
    case.refresh_from_db()
    assert case.status == Case.Status.DIAJUKAN
    assert case.household.enrollments.get().ended_on is None


# Taking back


def test_revert_brings_case_corrections_and_enrolment_back(send, case, row_of, apply, coordinator):
    household, payee = case.household, case.household.payee
    village = household.village_id
    upload = apply(
        send(
            row_of(
                case,
                GONE,
                new_name="SITI RAHMAH",
                new_nik=nik(800),
                new_address="JL. LAIN",
                new_village_name=FARTHER,
            )
        )
    )
    upload = actions.revert(upload, by=coordinator)
    assert upload.rows.get().outcome == "DIKEMBALIKAN"
    before = (payee.nik, payee.name, payee.birth_date, household.address)
    case.refresh_from_db()
    household.refresh_from_db()
    payee.refresh_from_db()
    assert (payee.nik, payee.name, payee.birth_date, household.address) == before
    assert household.village_id == payee.village_id == village
    assert household.enrollments.get().ended_on is None
    assert (case.status, case.is_found, case.upload, case.decided_at, case.visited_on) == (
        Case.Status.BELUM,
        None,
        None,
        None,
        None,
    )


def test_revert_ends_again_what_the_upload_had_resumed(
    send, case, row_of, apply, officer, coordinator
):
    apply(send(row_of(case, GONE)))
    again = send(row_of(case, FOUND))
    actions.keep_values(again, code="KASUS_SUDAH_DISETUJUI", by=officer)
    again.refresh_from_db()
    actions.revert(apply(again), by=coordinator)
    enrollment = case.household.enrollments.get()
    assert (enrollment.ended_on, enrollment.end_reason) == (date(2021, 10, 4), "SUDAH_MAMPU")


def test_what_was_touched_since_stays_and_is_listed(send, make_case, row_of, apply, coordinator):
    touched, untouched = make_case(), make_case()
    upload = apply(
        send(
            row_of(touched, GONE, new_name="SITI RAHMAH"),
            row_of(untouched, GONE, new_name="NUR AINI"),
        )
    )
    payee = touched.household.payee
    payee.refresh_from_db()
    payee.name, payee.source_upload, payee.source_user = "SITI RAHMAH, S.PD", None, coordinator
    payee.save()
    upload = actions.revert(upload, by=coordinator)
    assert list(upload.rows.order_by("row_number").values_list("outcome", flat=True)) == [
        "TIDAK_DAPAT",
        "DIKEMBALIKAN",
    ]
    touched.refresh_from_db()
    payee.refresh_from_db()
    assert (touched.status, payee.name) == (Case.Status.DISETUJUI, "SITI RAHMAH, S.PD")
    assert touched.household.enrollments.get().ended_on == date(2021, 10, 4)
    untouched.refresh_from_db()
    assert untouched.status == Case.Status.BELUM


def test_a_case_decided_anew_is_not_taken_back(send, case, row_of, apply, officer, coordinator):
    first = apply(send(row_of(case, FOUND)))
    second = send(row_of(case, GONE))
    actions.keep_values(second, code="KASUS_SUDAH_DISETUJUI", by=officer)
    second.refresh_from_db()
    apply(second)
    first = actions.revert(first, by=coordinator)
    assert first.rows.get().outcome == "TIDAK_DAPAT"
    case.refresh_from_db()
    assert (case.is_eligible, case.upload) == (False, second)


# Following


def status_of(case):
    case.refresh_from_db()
    return case.status, case.upload_id


def test_cases_follow_their_upload(send, make_case, row_of, officer, coordinator):
    filled, untouched, bad = make_case(), make_case(), make_case()
    upload = send(
        row_of(filled, FOUND), row_of(untouched, {}), row_of(bad, {**FOUND, "visited_on": ""})
    )
    assert status_of(filled) == ("BELUM", None)
    upload = actions.submit(upload, by=officer)
    assert status_of(filled) == ("DIAJUKAN", upload.pk)
    assert status_of(untouched) == status_of(bad) == ("BELUM", None)
    upload = actions.return_to_sender(upload, reason="Periksa tanggal.", by=coordinator)
    assert status_of(filled) == ("DIKEMBALIKAN", upload.pk)
    upload = actions.submit(upload, by=officer)
    assert status_of(filled) == ("DIAJUKAN", upload.pk)
    upload = actions.return_to_sender(upload, reason="Periksa lagi.", by=coordinator)
    actions.cancel(upload, by=officer)
    assert status_of(filled) == ("BELUM", None)


def test_a_failed_apply_releases_the_cases(send, case, row_of, officer, coordinator):
    upload = actions.submit(send(row_of(case, FOUND)), by=officer)
    upload = actions.approve(upload, by=coordinator)
    steps.fail(upload, reason="Galat uji.")
    assert status_of(case) == ("BELUM", None)


def test_nothing_is_handed_in_to_a_closed_round(send, case, row_of, officer, round, coordinator):
    from verification.actions.rounds import close_round

    upload = send(row_of(case, FOUND))
    close_round(round, by=coordinator)
    with pytest.raises(ValidationError, match="sudah ditutup"):
        actions.submit(upload, by=officer)
    assert status_of(case) == ("BERAKHIR", None)


def test_what_was_handed_in_before_closing_is_still_applied(
    send, case, row_of, officer, round, coordinator, apply
):
    from verification.actions.rounds import close_round

    upload = actions.submit(send(row_of(case, FOUND)), by=officer)
    close_round(round, by=coordinator)
    apply(upload)
    assert status_of(case) == ("DISETUJUI", upload.pk)
