"""Cards: what officers record, what banks send, accounts opened in groups."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from beneficiaries.actions import merge_persons, unmerge_persons
from beneficiaries.models import Bank, Card
from distribution.actions import cards as actions
from distribution.models import AccountOpening, CardEvent
from distribution.sheets import KARTU
from regions.models import Region
from tests.factories import (
    KAPUAS,
    PULANG_PISAU,
    VILLAGE,
    CardFactory,
    HouseholdFactory,
    UserFactory,
)
from tests.sheets import workbook
from uploads import actions as uploads
from uploads import tasks

pytestmark = pytest.mark.django_db

NIK, NUMBER, OTHER_NUMBER = "6203085205839017", "6032980000009001", "6032980000009002"
DAY = date(2021, 3, 12)


@pytest.fixture
def officer():
    return UserFactory(regions=[KAPUAS])


@pytest.fixture
def bank():
    return UserFactory(role=Role.BANK, regions=["62"], bank_id="002")


@pytest.fixture
def coordinator():
    return UserFactory(role=Role.KOORDINATOR, regions=["62"])


@pytest.fixture
def family():
    return HouseholdFactory(kpm=True, members__nik=NIK, members__name="SITI RAHMAH")


def row(**cells):
    return {**KARTU.example_rows[0], **cells}


def send(by, rows, region="62"):
    upload = uploads.receive(
        by=by,
        kind="kartu",
        region=Region.objects.get(pk=region),
        file=workbook(rows, KARTU),
        name="kartu.xlsx",
    )
    tasks.check.func(upload.pk)
    upload.refresh_from_db()
    assert not upload.failure
    return upload


def put_through(by, checker, rows):
    upload = send(by, rows)
    uploads.submit(upload, by=by)
    uploads.approve(upload, by=checker)
    tasks.apply.func(upload.pk)
    upload.refresh_from_db()
    assert upload.status == "DITERAPKAN", upload.failure
    return upload


def codes(upload):
    return set(upload.issues.exclude(level="info").values_list("code", flat=True))


def told(card):
    return list(card.steps.order_by("pk").values_list("before", "after"))


# What officers record


def test_a_card_goes_its_way_and_each_step_is_kept(family, officer):
    card = CardFactory(household=family, status="DIBUKA", handed_over_on=None)
    actions.move_card(card, status="DISERAHKAN", on=DAY, note="", by=officer)
    actions.move_card(card, status="HILANG", on=DAY, note="Dilaporkan anaknya", by=officer)
    card.refresh_from_db()
    assert (card.status, card.handed_over_on, card.source_user) == ("HILANG", DAY, officer)
    assert told(card) == [("DIBUKA", "DISERAHKAN"), ("DISERAHKAN", "HILANG")]
    assert card.events.count() == 2


@pytest.mark.parametrize(
    ("status", "on", "note", "said"),
    [
        ("DIBUKA", DAY, "", "tidak dapat menjadi"),
        ("HILANG", DAY, " ", "Tulis keterangannya"),
        ("HILANG", timezone.localdate() + timedelta(days=1), "x", "setelah hari ini"),
    ],
)
def test_a_wrong_step_is_refused_and_leaves_the_card(family, officer, status, on, note, said):
    card = CardFactory(household=family)
    with pytest.raises(ValidationError, match=said):
        actions.move_card(card, status=status, on=on, note=note, by=officer)
    card.refresh_from_db()
    assert (card.status, card.steps.count()) == ("DISERAHKAN", 0)


def test_the_form_of_a_step_names_the_holder_and_what_is_missing(client, family, officer):
    card = CardFactory(household=family, holder=family.members.first())
    client.force_login(officer, "accounts.backends.RoleBackend")
    url = reverse("admin:beneficiaries_card_step", args=[card.pk, "hilang"])
    page = client.post(url, {"on": "", "note": ""}).content.decode()
    assert "SITI RAHMAH, KKS" in page
    assert "Isian ini belum diisi." in page
    assert "Keterangan belum diisi. Tuliskan apa yang terjadi." in page


def test_who_may_not_change_a_card(family):
    card = CardFactory(household=family)
    for user in (
        UserFactory(regions=[PULANG_PISAU]),
        UserFactory(role=Role.AUDITOR, regions=["62"]),
        UserFactory(role=Role.TKSK, regions=[VILLAGE[:8]]),
    ):
        with pytest.raises(PermissionDenied):
            actions.move_card(card, status="HILANG", on=DAY, note="x", by=user)


def test_a_replaced_card_names_its_successor(family, officer):
    card = CardFactory(household=family, card_number=NUMBER)
    new = actions.replace_card(card, card_number=OTHER_NUMBER, on=DAY, note="Rusak", by=officer)
    assert (new.status, new.holder, new.bank) == ("DIBUKA", card.holder, card.bank)
    assert card.steps.get().replacement == new
    for number, said in ((OTHER_NUMBER, "sudah tercatat"), ("603298", "16 angka")):
        with pytest.raises(ValidationError, match=said):
            actions.replace_card(new, card_number=number, on=DAY, note="", by=officer)
    assert Card.objects.count() == 2


def test_a_holder_has_one_active_card(family, officer):
    lost = CardFactory(household=family, status="HILANG")
    CardFactory(household=family)
    with pytest.raises(ValidationError, match="kartu lain yang aktif"):
        actions.move_card(lost, status="DISERAHKAN", on=DAY, note="", by=officer)
    with pytest.raises(IntegrityError, match="card_active_once"), transaction.atomic():
        CardFactory(household=family)


def test_merging_two_holders_blocks_the_second_card_until_it_is_undone(officer):
    first, second = (CardFactory(household=HouseholdFactory()) for _ in range(2))
    before = merge_persons(first.holder, second.holder, by=officer)
    second.refresh_from_db()
    assert (second.holder, second.status) == (first.holder, "DIBLOKIR")
    merged = HouseholdFactory._meta.model.objects.get(pk=second.household_id).members.get()
    unmerge_persons(first.holder, merged, before, by=officer)
    second.refresh_from_db()
    assert (second.holder, second.status) == (merged, "DISERAHKAN")


# Accounts opened in groups


def open_group(by, name="Tahap 1"):
    return actions.open_accounts(
        bank=Bank.objects.get(pk="002"),
        place=Region.objects.get(pk=KAPUAS),
        name=name,
        sent_on=DAY,
        by=by,
    )


def test_a_group_holds_who_has_no_card_and_no_account_on_its_way(family, officer):
    CardFactory(household=HouseholdFactory(kpm=True))
    HouseholdFactory()  # no KPM
    opening = open_group(officer)
    assert [member.person for member in opening.members.all()] == [family.payee]
    with pytest.raises(ValidationError, match="Tidak ada pengurus tanpa kartu"):
        open_group(officer, "Tahap 2")
    assert AccountOpening.objects.count() == 1


def test_a_group_is_done_when_the_bank_has_told_of_everybody(family, officer):
    HouseholdFactory(kpm=True)
    opening = open_group(officer)
    first, second = opening.members.order_by("pk")
    actions.decide_member(first, status="SUKSES", account_number="001201000123509", by=officer)
    opening.refresh_from_db()
    assert opening.status == "PROSES"
    with pytest.raises(ValidationError, match="alasan"):
        actions.decide_member(second, status="GAGAL", by=officer)
    actions.decide_member(second, status="GAGAL", reason="Nama berbeda", by=officer)
    opening.refresh_from_db()
    assert opening.status == "SELESAI"
    with pytest.raises(ValidationError, match="sudah sukses"):
        actions.decide_member(first, status="GAGAL", reason="x", by=officer)


# What banks send


def test_a_new_card_is_held_by_who_bears_the_nik(family, bank, coordinator):
    upload = put_through(bank, coordinator, [row()])
    card = Card.objects.get()
    assert (card.holder, card.household, card.bank_id) == (family.payee, family, "002")
    assert (card.status, card.handed_over_on) == ("DISERAHKAN", date(2019, 3, 12))
    assert (card.source_upload, told(card)) == (upload, [("", "DISERAHKAN")])
    assert send(bank, [row(note="Laporan kedua")]).rows_same == 1


def test_a_replaced_card_of_a_sheet_and_taking_it_back(family, bank, coordinator):
    card = CardFactory(household=family, card_number=NUMBER)
    upload = put_through(
        bank,
        coordinator,
        [row(status="DIGANTI", status_date="04-10-2021", new_card_number=OTHER_NUMBER)],
    )
    card.refresh_from_db()
    new = Card.objects.get(card_number=OTHER_NUMBER)
    assert (card.status, new.status, new.holder) == ("DIGANTI", "DIBUKA", family.payee)
    assert card.steps.get().replacement == new
    uploads.revert(upload, by=coordinator)
    card.refresh_from_db()
    new.refresh_from_db()
    assert (card.status, new.status) == ("DISERAHKAN", "DIBLOKIR")


def test_what_was_touched_since_stays(family, bank, coordinator, officer):
    upload = put_through(bank, coordinator, [row()])
    card = Card.objects.get()
    # The change carries a later moment than the upload, as any later transaction does.
    Card.objects.filter(pk=card.pk).update(source_upload=None)
    uploads.revert(upload, by=coordinator)
    card.refresh_from_db()
    assert card.status == "DISERAHKAN"
    assert upload.rows.get().outcome == "TIDAK_DAPAT"


def test_results_of_a_burekol_come_with_the_sheet(family, bank, coordinator, officer):
    other = HouseholdFactory(kpm=True, members__nik="6203081207709018")
    opening = open_group(officer)
    good = row(card_number="", status="BUREKOL", status_date="")
    bad = row(
        card_number="",
        account_number="",
        nik="6203081207709018",
        status="BUREKOL GAGAL",
        note="Nama ibu kandung berbeda",
    )
    put_through(bank, coordinator, [good, bad])
    states = {
        member.household: (member.status, member.account_number, member.reason)
        for member in opening.members.all()
    }
    assert states == {
        family: ("SUKSES", "001201000123509", ""),
        other: ("GAGAL", "", "Nama ibu kandung berbeda"),
    }
    opening.refresh_from_db()
    assert opening.status == "SELESAI"
    # The card itself comes later and is put to the same account.
    put_through(bank, coordinator, [row(status="BUREKOL", status_date="")])
    assert opening.members.get(household=family).card == Card.objects.get()


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"nik": "6203085205839099"}, "PEMEGANG_TIDAK_TERDAFTAR"),
        ({"bank": ""}, "BANK_KOSONG"),
        ({"bank": "Mandiri"}, "KARTU_BANK_LAIN"),
        ({"status": "HILANG"}, "KARTU_BELUM_TERCATAT"),
        ({"card_number": "", "status": "BUREKOL"}, "BUREKOL_TIDAK_ADA"),
        ({"card_number": "", "status": "BUREKOL GAGAL", "note": ""}, "GAGAL_TANPA_ALASAN"),
    ],
)
def test_rows_that_cannot_be_kept_are_held_back(family, bank, cells, code):
    upload = send(bank, [row(**cells)])
    assert code in codes(upload)
    assert upload.rows_problem == 1


def test_a_second_active_card_is_refused_before_it_is_written(family, bank):
    CardFactory(household=family, card_number=NUMBER)
    upload = send(bank, [row(card_number=OTHER_NUMBER)])
    assert "KARTU_AKTIF_LAIN" in codes(upload)
    assert "KARTU_AKTIF_LAIN" in codes(
        send(bank, [row(card_number=OTHER_NUMBER), row(card_number="6032980000009003")])
    )


def test_a_card_of_another_bank_and_a_way_that_does_not_exist(family, bank):
    CardFactory(household=family, card_number=NUMBER, bank_id="008", status="DIGANTI")
    upload = send(bank, [row(bank="")])
    assert {"KARTU_BANK_LAIN", "STATUS_KARTU_TERLARANG"} <= codes(upload)


def test_a_card_of_another_person_is_asked_about(family, bank):
    CardFactory(household=HouseholdFactory(), card_number=NUMBER)
    assert "KARTU_ATAS_NAMA_LAIN" in codes(send(bank, [row()]))
    assert not CardEvent.objects.exists()


def test_a_nik_of_two_persons_names_no_holder(family, bank):
    HouseholdFactory(members__nik=NIK)
    assert "PEMEGANG_GANDA" in codes(send(bank, [row()]))


def test_the_members_of_a_group_stand_below_what_became_of_it(family, officer, client):
    opening = open_group(officer)
    client.force_login(officer, backend="accounts.backends.RoleBackend")
    page = client.get(
        reverse("admin:distribution_accountopening_change", args=[opening.pk]), follow=True
    )
    shown = page.context["opening"]
    assert (shown.sukses, shown.gagal, shown.proses) == (0, 0, 1)
    assert "1 diproses" in page.text and family.payee.name in page.text
    everybody = client.get(reverse("admin:distribution_accountopeningmember_changelist"))
    assert everybody.context["opening"] is None
