"""The answer of the civil registry on its way: what is refused, and what comes of it."""

from datetime import date
from html import unescape

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.roles import Role
from beneficiaries.models import Person
from regions.models import Region
from tests.factories import (
    KAPUAS,
    PULANG_PISAU,
    AgreementFactory,
    HouseholdFactory,
    UserFactory,
)
from tests.sheets import workbook
from uploads import actions as upload_actions
from uploads import kinds
from uploads import tasks as upload_tasks
from uploads.models import Upload
from verification import tasks
from verification.actions import matching
from verification.models import CivilRecord, MatchBatch, MatchResult

pytestmark = pytest.mark.django_db
NIK = "6203085205839017"
ANSWER = kinds.get("jawaban_dukcapil").layout.example_rows[0]


@pytest.fixture
def officer():
    return UserFactory(regions=[KAPUAS])


@pytest.fixture
def coordinator():
    return UserFactory(role=Role.KOORDINATOR, regions=["62"])


@pytest.fixture
def dukcapil():
    return UserFactory(role=Role.DUKCAPIL, regions=[KAPUAS])


@pytest.fixture
def batch(officer):
    AgreementFactory(region_id="62")
    HouseholdFactory(
        kk_number="6203081501159001",
        members__nik=NIK,
        members__name="SITI RAHMAH",
        members__birth_date=date(1983, 5, 12),
        members__sex="P",
    )
    region = Region.objects.get(pk=KAPUAS)
    return matching.request_match(
        region=region, choice="SEMUA", purpose="Pemadanan uji", by=officer
    )


def send(by, rows, *, reference="", region=KAPUAS, kind="jawaban_dukcapil") -> Upload:
    upload = upload_actions.receive(
        by=by,
        kind=kind,
        region=Region.objects.get(pk=region),
        file=workbook(rows, kinds.get(kind).layout),
        name="jawaban.xlsx",
        reference=str(reference),
    )
    upload_tasks.check.func(upload.pk)
    upload.refresh_from_db()
    return upload


def take(upload, sender, approver) -> Upload:
    upload_actions.submit(upload, by=sender)
    upload_actions.approve(upload, by=approver)
    upload_tasks.apply.func(upload.pk)
    upload.refresh_from_db()
    return upload


def test_from_request_to_outcome(batch, dukcapil, coordinator):
    upload = take(send(dukcapil, [ANSWER], reference=batch.pk), dukcapil, coordinator)
    assert (upload.status, CivilRecord.objects.get().nik) == ("DITERAPKAN", NIK)
    batch.refresh_from_db()
    assert (batch.status, batch.answer) == ("DIJAWAB", upload)
    tasks.match.func(batch.pk)
    batch.refresh_from_db()
    result = MatchResult.objects.get()
    assert (batch.status, result.outcome) == ("SELESAI", "PADAN")
    assert Person.objects.get().nik_confirmed_on is not None


def test_an_answer_taken_back_lets_the_request_wait_again(batch, dukcapil, coordinator):
    upload = take(send(dukcapil, [ANSWER], reference=batch.pk), dukcapil, coordinator)
    tasks.match.func(batch.pk)
    upload_actions.revert(upload, by=coordinator)
    batch.refresh_from_db()
    assert (batch.status, batch.answer) == ("DIMINTA", None)
    assert not CivilRecord.objects.exists()
    assert MatchResult.objects.get().state == "MENUNGGU"
    assert Person.objects.get().nik_confirmed_on is None


def test_decisions_keep_an_answer_from_being_taken_back(batch, dukcapil, coordinator):
    row = dict(ANSWER) | {"name": "SITI ROMLAH"}
    upload = take(send(dukcapil, [row], reference=batch.pk), dukcapil, coordinator)
    tasks.match.func(batch.pk)
    matching.reject(MatchResult.objects.get(), by=dukcapil)
    with pytest.raises(ValidationError, match="Sudah ada putusan petugas"):
        upload_actions.revert(upload, by=coordinator)


def test_a_worker_killed_in_the_middle_leaves_nothing_half_done(batch, dukcapil, coordinator):
    take(send(dukcapil, [ANSWER], reference=batch.pk), dukcapil, coordinator)
    tasks.match.func(batch.pk)
    MatchBatch.objects.update(status="DIJAWAB", finished_at=None)  # killed before the last step
    tasks.match.func(batch.pk)
    assert MatchBatch.objects.get().status == "SELESAI"
    assert MatchResult.objects.get().outcome == "PADAN"


@pytest.mark.parametrize(
    "change, sentence",
    [
        ({"reference": ""}, "Tidak ada permintaan yang dijawab berkas ini"),
        ({"reference": "999999"}, "tidak ada di wilayah Anda"),
        ({"kind": "data_kependudukan"}, "meminta jawaban per nik"),
    ],
)
def test_what_answers_nothing_is_refused(batch, dukcapil, change, sentence):
    rows = [ANSWER]
    if change.get("kind"):
        rows = kinds.get("data_kependudukan").layout.example_rows
    upload = send(dukcapil, rows, **{"reference": batch.pk, **change})
    assert upload.status == "GAGAL" and sentence in upload.failure


def test_an_expired_agreement_refuses_the_answer(batch, dukcapil):
    type(batch.agreement).objects.update(valid_until=date(2021, 6, 30))
    upload = send(dukcapil, [ANSWER], reference=batch.pk)
    assert upload.status == "GAGAL" and "berakhir 30-06-2021" in upload.failure


def test_an_agreement_that_expires_before_the_approval(batch, dukcapil, coordinator):
    upload = send(dukcapil, [ANSWER], reference=batch.pk)
    type(batch.agreement).objects.update(valid_until=date(2021, 6, 30))
    upload = take(upload, dukcapil, coordinator)
    assert upload.status == "GAGAL" and "berakhir 30-06-2021" in upload.failure
    assert not CivilRecord.objects.exists()


def test_an_answered_request_takes_no_second_answer(batch, dukcapil, coordinator):
    take(send(dukcapil, [ANSWER], reference=batch.pk), dukcapil, coordinator)
    upload = send(dukcapil, [dict(ANSWER) | {"father_name": "LAIN"}], reference=batch.pk)
    assert upload.status == "GAGAL" and "tidak diterima lagi" in upload.failure


def test_rows_nobody_asked_for(batch, dukcapil):
    stranger = dict(ANSWER) | {"nik": "6203085205839055"}
    upload = send(dukcapil, [ANSWER, ANSWER, stranger], reference=batch.pk)
    found = upload.issues.get(code="TIDAK_DIMINTA")
    assert (found.row_number, found.level) == (4, "error")
    assert upload.rows_held_back == 1


def test_an_answer_to_another_request_is_refused_as_a_whole(batch, dukcapil):
    rows = [dict(ANSWER) | {"nik": f"62030852058390{n}"} for n in (55, 56, 57)]
    upload = send(dukcapil, rows, reference=batch.pk)
    assert upload.status == "GAGAL"
    assert "Sebagian besar NIK dalam berkas ini tidak diminta" in upload.failure


def test_one_nik_for_two_persons_is_an_error(batch, dukcapil):
    other = dict(ANSWER) | {"name": "ORANG LAIN"}
    upload = send(dukcapil, [ANSWER, other], reference=batch.pk)
    assert upload.issues.filter(code="NIK_DIJAWAB_DUA_KALI", level="error").count() == 2


def test_the_page_shows_what_the_answer_was_taken_for(batch, dukcapil, client):
    stranger = dict(ANSWER) | {"nik": "6203085205839055"}
    upload = send(dukcapil, [ANSWER, ANSWER, stranger], reference=batch.pk)
    client.force_login(dukcapil, backend="accounts.backends.RoleBackend")
    url = reverse("admin:uploads_upload_change", args=[upload.pk])
    assert str(batch) in client.get(url).text
    assert "NIK tidak diminta" in client.get(url).text


def test_an_empty_answer_is_refused(batch, dukcapil):
    upload = send(dukcapil, [], reference=batch.pk)
    assert upload.status == "GAGAL" and "tidak ada baris data" in upload.failure


def refused_without_trace(upload: Upload) -> bool:
    """Nothing of a refused answer is kept, and the request still waits."""
    batch = MatchBatch.objects.get()
    return (
        not upload.rows.exists()
        and not CivilRecord.objects.exists()
        and (batch.status, batch.answer_id) == ("DIMINTA", None)
        and set(MatchResult.objects.values_list("state", flat=True)) == {"MENUNGGU"}
    )


@pytest.mark.parametrize(
    ("rows", "reference", "until"),
    [
        ([ANSWER], "999999", None),
        ([ANSWER], None, date(2021, 6, 30)),
        ([dict(ANSWER) | {"nik": f"62030852058390{n}"} for n in (55, 56, 57)], None, None),
        ([], None, None),
    ],
    ids=["another request", "expired agreement", "rows of another request", "empty"],
)
def test_a_refused_answer_leaves_no_trace(batch, dukcapil, client, rows, reference, until):
    if until:
        type(batch.agreement).objects.update(valid_until=until)
    upload = send(dukcapil, rows, reference=reference or batch.pk)
    assert upload.status == "GAGAL" and refused_without_trace(upload)
    client.force_login(dukcapil, backend="accounts.backends.RoleBackend")
    text = client.get(reverse("admin:uploads_upload_change", args=[upload.pk])).text
    assert upload.failure in unescape(text)


def test_rows_that_are_wrong_stay_behind_and_the_others_go(batch, dukcapil, coordinator):
    stranger = dict(ANSWER) | {"nik": "6203085205839055"}
    upload = take(send(dukcapil, [ANSWER, stranger], reference=batch.pk), dukcapil, coordinator)
    assert (upload.rows_total, upload.rows_applied, upload.rows_held_back) == (2, 1, 1)
    assert CivilRecord.objects.get().nik == NIK


def test_a_nik_answered_with_two_persons_is_not_used(batch, dukcapil, client):
    other = dict(ANSWER) | {"name": "ORANG LAIN"}
    upload = send(dukcapil, [ANSWER, other], reference=batch.pk)
    assert (upload.rows_held_back, upload.rows_to_apply) == (2, 0)
    with pytest.raises(ValidationError):
        upload_actions.submit(upload, by=dukcapil)
    client.force_login(dukcapil, backend="accounts.backends.RoleBackend")
    text = client.get(reverse("admin:uploads_upload_change", args=[upload.pk])).text
    assert "NIK ini dijawab dengan orang yang berbeda pada 2 baris" in text
    assert refused_without_trace(Upload(pk=0))


def test_two_active_persons_never_share_a_confirmed_nik(dukcapil, coordinator, officer, client):
    """Both are entered with one NIK and fit its record: persons decide, and only one gets it."""
    AgreementFactory(region_id="62")
    for _ in range(2):
        HouseholdFactory(
            kk_number="6203081501159001",
            members__nik=NIK,
            members__name="SITI RAHMAH",
            members__birth_date=date(1983, 5, 12),
            members__sex="P",
        )
    region = Region.objects.get(pk=KAPUAS)
    batch = matching.request_match(region=region, choice="SEMUA", purpose="Uji", by=officer)
    take(send(dukcapil, [ANSWER], reference=batch.pk), dukcapil, coordinator)
    tasks.match.func(batch.pk)
    first, second = MatchResult.objects.order_by("pk")
    assert {(one.state, one.rule, one.outcome) for one in (first, second)} == {("ANTRE", "G2", "")}
    assert not Person.objects.matched().exists()

    for by in (dukcapil, coordinator):
        matching.accept(first, candidate=first.candidates.get(), by=by)
    matching.accept(second, candidate=second.candidates.get(), by=dukcapil)
    client.force_login(coordinator, backend="accounts.backends.RoleBackend")
    url = reverse("verification:queue_decide", args=[second.pk, "terima"])
    page = client.post(url, {"kandidat": second.candidates.get().pk}, follow=True).text
    assert "NIK ini sudah dibenarkan Dukcapil untuk orang lain yang masih aktif" in page
    assert "Putuskan dahulu di Data ganda" in page
    second.refresh_from_db()
    assert second.state == "ANTRE"
    assert Person.objects.matched().count() == 1


def test_an_agreement_that_expires_before_the_matching(
    batch, dukcapil, coordinator, officer, client
):
    take(send(dukcapil, [ANSWER], reference=batch.pk), dukcapil, coordinator)
    agreements = type(batch.agreement).objects
    agreements.update(valid_until=date(2021, 6, 30))
    tasks.match.func(batch.pk)
    batch.refresh_from_db()
    assert batch.status == "GAGAL" and "berakhir 30-06-2021" in batch.failure
    assert MatchResult.objects.get().state == "MENUNGGU"

    client.force_login(officer, backend="accounts.backends.RoleBackend")
    again = reverse("admin:verification_matchbatch_match", args=[batch.pk])
    assert "berakhir 30-06-2021" in client.post(again, follow=True).text
    agreements.update(valid_until=date(2099, 12, 31))
    assert "Pemadanan dimulai lagi" in client.post(again, follow=True).text
    tasks.match.func(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.failure) == ("SELESAI", "")


def test_what_is_taken_back_gives_the_old_nik_back(batch, dukcapil, coordinator):
    """Pass 2 has found the person under another NIK."""
    upload = take(send(dukcapil, [ANSWER], reference=batch.pk), dukcapil, coordinator)
    tasks.match.func(batch.pk)
    result = MatchResult.objects.get()
    Person.objects.update(nik="6203085205839099", nik_confirmed_on=date(2021, 11, 1))
    MatchResult.objects.update(nik_changed=True)
    upload_actions.revert(upload, by=coordinator)
    assert Person.objects.get(pk=result.person_id).nik == NIK


def test_another_region_sees_no_request_to_answer(batch):
    elsewhere = UserFactory(role=Role.DUKCAPIL, regions=[PULANG_PISAU])
    upload = send(elsewhere, [ANSWER], reference=batch.pk, region=PULANG_PISAU)
    assert upload.status == "GAGAL" and "tidak ada di wilayah Anda" in upload.failure
