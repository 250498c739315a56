"""Who sees to a finding: given to people and offices, told, dismissed, and taken back."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import Notification
from accounts.roles import Role
from distribution.actions import reconciliation as actions
from distribution.models import ReconciliationFinding
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    PULANG_PISAU,
    CardFactory,
    HouseholdFactory,
    PaymentFactory,
    PeriodFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
PAGE = "/penyaluran/rekonsiliasi/"
TODAY = date(2021, 12, 1)


@pytest.fixture
def officer():
    return UserFactory(role=Role.PETUGAS, regions=[KAPUAS])


@pytest.fixture
def period():
    return PeriodFactory(
        first_month=date(2021, 11, 1), last_month=date(2021, 11, 1), name="November 2021"
    )


def failed(period, **household):
    family = HouseholdFactory(kpm=True, **household)
    CardFactory(household=family)
    return PaymentFactory(
        period=period, household=family, status="TOP_UP_GAGAL", status_on=date(2021, 11, 9)
    )


@pytest.fixture
def findings(period):
    """Two failed top-ups in Kapuas."""
    for _ in range(2):
        failed(period)
    actions.reconcile(period, by=None, today=TODAY)
    return pks()


def pks():
    return list(ReconciliationFinding.objects.order_by("pk").values_list("pk", flat=True))


def told(user):
    return [one.text for one in Notification.objects.of(user)]


def states():
    rows = ReconciliationFinding.objects.order_by("pk")
    return list(rows.values_list("status", "owner", "office", "note", "evidence"))


def test_a_person_gets_findings_and_is_told(findings, officer, coordinator, client):
    actions.assign(findings, to=officer, note="Kunjungi", by=coordinator)
    assert states() == [("DITINDAKLANJUTI", officer.pk, "", "Kunjungi", "")] * 2
    assert told(officer) == ["2 temuan rekonsiliasi diserahkan kepada Anda."]
    client.force_login(officer)
    page = client.get(Notification.objects.get().url.partition("#")[0])
    assert page.context["drill"]["count"] == 2
    assert [(one.label, one.count) for one in page.context["mine"]] == [("November 2021", 2)]
    assert not ReconciliationFinding.objects.of(coordinator).exists()


def test_an_office_gets_findings_until_somebody_takes_them(findings, officer, coordinator):
    elsewhere = UserFactory(role=Role.PETUGAS, regions=[PULANG_PISAU])
    actions.assign(findings, office="KABKOTA", by=coordinator)
    assert len(told(officer)) == 1 and told(elsewhere) == told(coordinator) == []
    assert ReconciliationFinding.objects.visible_to(officer).of(officer).count() == 2
    assert not ReconciliationFinding.objects.of(coordinator).exists()
    actions.assign(findings[:1], to=officer, by=officer)
    assert told(officer) == ["2 temuan rekonsiliasi diserahkan kepada Dinas Sosial kab/kota."]
    colleague = UserFactory(role=Role.PETUGAS, regions=[KAPUAS])
    assert ReconciliationFinding.objects.of(colleague).count() == 1


@pytest.mark.parametrize("role", [Role.TKSK, Role.AUDITOR, Role.BANK])
def test_nobody_without_the_right_or_from_elsewhere_gets_findings(findings, officer, role):
    bank = {"bank_id": "002"} if role == Role.BANK else {}
    for wrong in (
        UserFactory(role=role, regions=["62"], **bank),
        UserFactory(role=Role.PETUGAS, regions=[PULANG_PISAU]),
    ):
        with pytest.raises(ValidationError, match="tidak menangani temuan di semua wilayah"):
            actions.assign(findings, to=wrong, by=officer)
    assert {state[0] for state in states()} == {"BELUM"}


def test_an_auditor_gives_nothing_to_anybody(findings):
    with pytest.raises(PermissionDenied):
        actions.assign(findings, office="KABKOTA", by=UserFactory(role="AUDITOR", regions=["62"]))


def test_nobody_is_no_owner(findings, officer):
    with pytest.raises(ValidationError, match="Pilih orang atau instansi"):
        actions.assign(findings, by=officer)


def test_the_bank_is_told_and_its_answer_goes_back_to_who_asked(findings, officer, bank):
    other = UserFactory(role=Role.BANK, regions=["62"], bank_id="008")
    actions.ask_bank(findings, note="Mengapa?", by=officer)
    assert told(bank) == ["2 temuan rekonsiliasi menunggu penjelasan bank Anda."]
    assert told(other) == []
    assert ReconciliationFinding.objects.visible_to(bank).of(bank).count() == 2
    actions.answer(findings, note="Rekening pasif", by=bank)
    assert told(officer) == ["2 temuan rekonsiliasi dijawab bank dan menunggu Anda."]
    assert ReconciliationFinding.objects.of(officer).count() == 2
    assert not ReconciliationFinding.objects.visible_to(bank).of(bank).exists()


def test_what_is_no_problem_needs_its_reason_and_is_closed(findings, officer):
    with pytest.raises(ValidationError, match="mengapa perbedaan ini bukan masalah"):
        actions.dismiss(findings, note=" ", by=officer)
    actions.dismiss(findings, note="Bekerja di kabupaten lain", by=officer)
    assert not ReconciliationFinding.objects.open().exists()
    actions.reopen(findings, by=officer)
    assert ReconciliationFinding.objects.unassigned().count() == 2


def test_undoing_brings_back_what_was_before(findings, officer, coordinator):
    actions.assign(findings[:1], to=officer, note="Kunjungi", by=coordinator)
    before = states()
    handled = actions.settle(findings, note="Beres", evidence="Surat 9001", by=officer)
    assert handled.count == 2
    actions.undo(handled.deed, by=officer)
    assert states() == before
    steps = ReconciliationFinding.objects.get(pk=findings[0]).steps.order_by("pk")
    assert [(step.status, step.is_undo) for step in steps] == [
        ("DITINDAKLANJUTI", False),
        ("SELESAI", False),
        ("DITINDAKLANJUTI", True),
    ]


def test_what_somebody_has_gone_on_with_is_not_undone(findings, officer, coordinator):
    handled = actions.settle(findings, note="Beres", by=officer)
    actions.reopen(findings[:1], by=coordinator)
    before = states()
    with pytest.raises(ValidationError, match="1 temuan sudah ditangani lagi"):
        actions.undo(handled.deed, by=officer)
    assert states() == before


def test_only_who_did_it_undoes_it_and_only_once(findings, officer, coordinator):
    handled = actions.settle(findings, note="Beres", by=officer)
    with pytest.raises(ValidationError, match="bukan tindakan Anda"):
        actions.undo(handled.deed, by=coordinator)
    actions.undo(handled.deed, by=officer)
    with pytest.raises(ValidationError, match="sudah ditangani lagi"):
        actions.undo(handled.deed, by=officer)


def test_the_page_offers_to_undo_what_was_just_done(findings, officer, client):
    client.force_login(officer)
    data = {
        "tindakan": "bukan-masalah",
        "temuan": findings,
        "kembali": f"{PAGE}?jenis=SEMUA#daftar",
    }
    done = client.post(f"{PAGE}tangani", data | {"yakin": "1", "catatan": "Sudah diperiksa"})
    assert "urung=" in done.url and done.url.endswith("#daftar")
    undo = client.get(done.url.partition("#")[0]).context["undo"]
    assert undo["count"] == 2 and "urung" not in undo["back"]
    data = {"tindakan": undo["deed"], "kembali": undo["back"]}
    back = client.post(f"{PAGE}urungkan", data, follow=True)
    assert "2 temuan kembali seperti semula." in back.content.decode()
    assert {state[0] for state in states()} == {"BELUM"}
    assert client.get(done.url.partition("#")[0]).context["undo"] is None


def test_giving_everything_that_is_listed(findings, officer, period, client):
    colleague = UserFactory(role=Role.PETUGAS, regions=[KAPUAS], full_name="Rusmini")
    client.force_login(officer)
    data = {"tindakan": "serahkan", "semua": "1", "periode": period.pk, "jenis": "TOP_UP_GAGAL"}
    asked = client.post(f"{PAGE}tangani", data).content.decode()
    assert "Serahkan 2 temuan?" in asked and "Rusmini (Petugas kab/kota)" in asked
    sure = data | {"yakin": "1", "jumlah": "2", "kepada": str(colleague.pk)}
    client.post(f"{PAGE}tangani", sure)
    assert ReconciliationFinding.objects.of(colleague).count() == 2


def test_a_list_that_has_changed_is_asked_about_again(findings, officer, period, client):
    client.force_login(officer)
    data = {"tindakan": "selesai", "semua": "1", "periode": period.pk, "jenis": "TOP_UP_GAGAL"}
    failed(period)
    actions.reconcile(period, by=None, today=TODAY)
    sure = data | {"yakin": "1", "jumlah": "2", "catatan": "Beres"}
    told_again = client.post(f"{PAGE}tangani", sure).content.decode()
    assert "Daftar ini berubah" in told_again and "Catat 3 temuan selesai?" in told_again
    assert ReconciliationFinding.objects.open().count() == 3


def test_findings_of_another_district_are_not_given_away(period, officer):
    failed(period, village_id=OTHER_VILLAGE)
    actions.reconcile(period, by=None, today=TODAY)
    with pytest.raises(ValidationError, match="di luar wilayah tugas"):
        actions.assign(pks(), to=officer, by=officer)
