"""The comparison as a whole: its figures, what a second one keeps, handling, pages, files."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone
from docx import Document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from accounts.models import AccessLog
from accounts.roles import Role
from beneficiaries.models import Bank
from distribution import documents, nutrition
from distribution.actions import reconciliation as actions
from distribution.models import (
    AgentPrice,
    Commodity,
    Payment,
    PurchaseLine,
    ReconciliationFinding,
)
from distribution.reconciliation import figures
from distribution.reconciliation.health import findings_recounted
from distribution.reconciliation.rules import (
    NOT_CREDITED,
    NOT_LISTED,
    NOT_REGISTERED,
    NOT_SPENT,
)
from distribution.views.reconciliation.files import minutes_of
from regions.models import Region
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    VILLAGE,
    AgentFactory,
    CardFactory,
    HouseholdFactory,
    PaymentFactory,
    PeriodFactory,
    PurchaseFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
TODAY = date(2021, 12, 20)
STATES = {
    "not_listed": None,
    "failed": {"status": "TOP_UP_GAGAL", "reason": "Rekening tidak aktif"},
    "in_progress": {"status": "SP2D"},
    "unspent": {"status": "BELUM_TRANSAKSI", "topped_up_amount": 200_000},
    "partly": {"status": "TOP_UP_SUKSES", "topped_up_amount": 150_000, "spent_amount": 90_000},
    "spent": {"status": "SALDO_NOL", "topped_up_amount": 200_000, "spent_amount": 200_000},
}


@pytest.fixture
def period():
    return PeriodFactory(
        first_month=date(2021, 11, 1), last_month=date(2021, 11, 1), name="November 2021"
    )


@pytest.fixture
def coordinator():
    return UserFactory(role=Role.KOORDINATOR, regions=["62"])


@pytest.fixture
def officer():
    return UserFactory(role=Role.PETUGAS, regions=[KAPUAS])


@pytest.fixture
def bank():
    return UserFactory(role=Role.BANK, regions=["62"], bank_id="002")


def family(period, state, *, village=VILLAGE, registered=True, bank="002"):
    household = HouseholdFactory(kpm=registered, village_id=village)
    CardFactory(household=household, bank_id=bank)
    changes = STATES[state]
    if changes is None:
        return None
    credited = "topped_up_amount" in changes
    return PaymentFactory(
        period=period,
        household=household,
        bank_id=bank,
        status_on=date(2021, 11, 9),
        topped_up_on=date(2021, 11, 9) if credited else None,
        **changes,
    )


def compare(period, by=None):
    return actions.reconcile(period, by=by, today=TODAY)


def open_pks(period, **filters):
    rows = ReconciliationFinding.objects.filter(period=period, **filters)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def sign_in(client, user):
    client.force_login(user, backend="accounts.backends.RoleBackend")
    return client


PAGE = "/penyaluran/rekonsiliasi/"


# Figures


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(STATES)),
            st.booleans(),
            st.sampled_from([VILLAGE, OTHER_VILLAGE]),
            st.sampled_from(["002", "009"]),
        ),
        max_size=8,
    )
)
def test_directions_add_up_to_the_difference_of_the_lists(families):
    period = PeriodFactory()
    for state, registered, village, bank in families:
        family(period, state, registered=registered, village=village, bank=bank)
    actions.reconcile(period, by=None, today=period.first_month.replace(day=28))
    user = UserFactory(role=Role.KOORDINATOR, regions=["62"])
    everywhere = figures.overview(user, period)
    for overview in (everywhere, *(figures.overview(user, period, bank=b) for b in ("002", "009"))):
        for place in (*overview.places, overview.total):
            size = {name: place.size(name, "kpm") for name in ("register", "listed", "credited")}
            missing, extra = place.of(NOT_LISTED, "kpm"), place.of(NOT_REGISTERED, "kpm")
            assert size["register"] - missing + extra == size["listed"]
            assert size["listed"] - place.of(NOT_CREDITED, "kpm") == size["credited"]
            assert size["credited"] - place.of(NOT_SPENT, "kpm") == place.size("spent", "kpm")
            assert [place.rest(step, "kpm") for step in ("listed", "credited", "spent")] == [0] * 3
    assert everywhere.total.size("listed", "kpm") == Payment.objects.filter(period=period).count()


def test_a_family_that_moved_counts_where_it_was_paid(period, coordinator):
    payment = family(period, "spent")
    payment.household.village_id = OTHER_VILLAGE
    payment.household.save()
    compare(period)
    [place] = figures.overview(coordinator, period).places
    assert (place.code, place.size("register", "kpm"), place.size("listed", "kpm")) == (
        KAPUAS, 1, 1,
    )  # fmt: skip


def test_what_rupiah_leave_unexplained_is_told(period, coordinator):
    family(period, "partly")
    compare(period)
    total = figures.overview(coordinator, period).total
    assert (total.rest("credited", "rupiah"), total.rest("spent", "rupiah")) == (-50_000, -60_000)


def test_comparing_twice_changes_nothing(period):
    for state in STATES:
        family(period, state)
    first, second = compare(period), compare(period)
    assert first.added > 0
    assert (second.added, second.changed, second.gone) == (0, 0, 0)
    assert findings_recounted(today=TODAY) == []


def test_handling_stays_and_what_is_gone_is_closed(period, coordinator):
    failed, unspent = family(period, "failed"), family(period, "unspent")
    compare(period)
    actions.settle(open_pks(period), note="Diperiksa", by=coordinator)
    Payment.objects.filter(pk=failed.pk).update(
        status="SALDO_NOL",
        topped_up_amount=200_000,
        topped_up_on=date(2021, 12, 1),
        spent_amount=200_000,
    )
    assert compare(period).gone == 1
    gone, still = ReconciliationFinding.objects.order_by("payment_id")
    assert (gone.payment_id, gone.status, gone.gone_at is None) == (failed.pk, "SELESAI", False)
    assert (still.payment_id, still.status, still.note) == (unspent.pk, "SELESAI", "Diperiksa")


def test_what_comes_back_is_the_same_finding(period):
    payment = family(period, "unspent")
    compare(period)
    Payment.objects.filter(pk=payment.pk).update(spent_amount=100_000)
    compare(period)
    Payment.objects.filter(pk=payment.pk).update(spent_amount=0)
    compare(period)
    assert ReconciliationFinding.objects.get().gone_at is None


def test_the_night_compares_what_still_changes(period):
    family(period, "unspent")
    old = PeriodFactory(
        status="DITUTUP",
        closed_by=period.opened_by,
        closed_at=timezone.now() - timedelta(days=actions.WATCHED_DAYS + 1),
    )
    assert actions.reconcile_watched() == 1
    assert ReconciliationFinding.objects.exists()
    assert not ReconciliationFinding.objects.filter(period=old).exists()


def test_the_page_of_a_family_tells_the_money_and_the_finding(client, officer, period):
    payment = family(period, "unspent")
    compare(period)
    url = reverse("admin:beneficiaries_household_change", args=[payment.household_id])
    html = sign_in(client, officer).get(url).content.decode()
    assert "Bantuan 2021" in html and "Belum dibelanjakan" in html
    assert "Penanganan: terbuka" in html


def test_a_recount_tells_what_changed_since(period):
    payment = family(period, "unspent")
    compare(period)
    Payment.objects.filter(pk=payment.pk).update(spent_amount=200_000)
    [sentence] = findings_recounted(today=TODAY)
    assert "November 2021" in sentence


@pytest.mark.parametrize("role", [Role.PETUGAS, Role.SUPERVISOR, Role.BANK, Role.AUDITOR])
def test_only_the_coordinator_compares(role, period):
    user = UserFactory(role=role, regions=["62"], **({"bank_id": "002"} if role == "BANK" else {}))
    with pytest.raises(PermissionDenied):
        actions.reconcile(period, by=user)


# Handling


def test_the_bank_is_asked_answers_and_the_finding_is_settled(period, officer, bank):
    family(period, "failed")
    compare(period)
    pks = open_pks(period)
    actions.ask_bank(pks, note="Mengapa gagal?", by=officer)
    actions.answer(pks, note="Rekening pasif", by=bank)
    actions.settle(pks, note="Top up diulang", evidence="Surat 9001", by=officer)
    finding = ReconciliationFinding.objects.get()
    assert (finding.status, finding.evidence, finding.owner) == ("SELESAI", "Surat 9001", officer)
    assert [(step.status, step.note, step.by) for step in finding.steps.order_by("pk")] == [
        ("DIMINTA", "Mengapa gagal?", officer),
        ("DIJAWAB", "Rekening pasif", bank),
        ("SELESAI", "Top up diulang", officer),
    ]
    actions.reopen(pks, by=officer)
    assert ReconciliationFinding.objects.open().count() == 1


@pytest.mark.parametrize(
    ("deed", "words"),
    [
        (lambda pks, by: actions.settle(pks, note=" ", by=by), "Tulis hasil penanganannya"),
        (lambda pks, by: actions.reopen(pks, by=by), "tidak dapat menjadi terbuka"),
        (lambda pks, by: actions.settle([], note="x", by=by), "Pilih sekurangnya satu"),
        (lambda pks, by: actions.settle([*pks, 0], note="x", by=by), "sudah tidak ada lagi"),
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(deed, words, period, officer):
    family(period, "failed")
    compare(period)
    with pytest.raises(ValidationError, match=words):
        deed(open_pks(period), officer)
    assert ReconciliationFinding.objects.get().status == "BELUM"


def test_a_finding_without_a_bank_is_asked_of_nobody(period, officer):
    HouseholdFactory(kpm=True)
    compare(period)
    with pytest.raises(ValidationError, match="tidak menyangkut bank"):
        actions.ask_bank(open_pks(period), note="", by=officer)


def test_findings_of_another_district_cannot_be_handled(period, officer):
    family(period, "failed", village=OTHER_VILLAGE)
    compare(period)
    with pytest.raises(ValidationError, match="di luar wilayah tugas"):
        actions.settle(open_pks(period), note="Beres", by=officer)


def test_a_bank_sees_and_answers_its_own_only(period, bank, coordinator):
    family(period, "failed", bank="009")
    compare(period)
    pks = open_pks(period)
    actions.ask_bank(pks, note="", by=coordinator)
    assert not ReconciliationFinding.objects.visible_to(bank).exists()
    with pytest.raises(ValidationError, match="di luar wilayah"):
        actions.answer(pks, note="Bukan kami", by=bank)
    assert figures.overview(bank, period).total.size("listed", "kpm") == 0


# Pages


def test_every_number_leads_to_a_list_of_as_many(client, coordinator, period):
    for state in STATES:
        family(period, state)
        family(period, state, village=OTHER_VILLAGE, registered=False)
    compare(period)
    context = sign_in(client, coordinator).get(PAGE).context
    cells = [
        row[name]
        for row in (*context["rows"], context["total"])
        for name in ("not_listed", "not_registered", "not_credited", "not_spent")
    ]
    numbers = [(cell["size"], cell["url"]) for cell in cells if cell["size"]]
    numbers += [(row["place"].open, row["open_url"]) for row in context["rows"]]
    numbers += [
        (item["count"], item["url"])
        for item in context["rules"]
        if item["rule"].code != "BELUM_TRANSAKSI"
    ]
    assert len(numbers) > 12
    for number, url in numbers:
        drill = client.get(url.partition("#")[0]).context["drill"]
        assert drill["count"] == number, url
        assert drill["chips"][0].count == sum(chip.count for chip in drill["chips"][1:])


def test_the_page_shows_both_directions(client, coordinator, period):
    family(period, "not_listed")
    family(period, "spent", registered=False)
    compare(period)
    html = sign_in(client, coordinator).get(PAGE).content.decode()
    assert "tidak dibayar" in html and "di luar register" in html
    assert client.get(f"{PAGE}?satuan=rupiah").status_code == 200


def test_an_officer_sees_the_own_district(client, officer, period):
    family(period, "failed")
    family(period, "failed", village=OTHER_VILLAGE)
    compare(period)
    response = sign_in(client, officer).get(f"{PAGE}?jenis=TOP_UP_GAGAL")
    assert response.context["drill"]["count"] == 1
    foreign = ReconciliationFinding.objects.get(village_id=OTHER_VILLAGE)
    assert client.get(reverse("distribution:finding", args=[foreign.pk])).status_code == 404


@pytest.mark.parametrize("role", [Role.TKSK, Role.DUKCAPIL, Role.AGEN, Role.ADMINISTRATOR])
def test_other_roles_do_not_come_in(client, role, period):
    sign_in(client, UserFactory(role=role, regions=["62"]))
    assert client.get(PAGE).status_code == 403


def test_before_the_first_period_the_page_says_so(client, coordinator):
    html = sign_in(client, coordinator).get(PAGE).content.decode()
    assert "Belum ada periode salur yang berjalan" in html


def test_chosen_findings_are_settled_after_a_question(client, officer, period):
    family(period, "failed")
    compare(period)
    [pk] = open_pks(period)
    data = {"tindakan": "selesai", "temuan": [pk], "kembali": PAGE}
    asked = sign_in(client, officer).post(f"{PAGE}tangani", data)
    assert "Catat 1 temuan selesai?" in asked.content.decode()
    done = client.post(f"{PAGE}tangani", data | {"yakin": "1", "catatan": "Beres"})
    deed = ReconciliationFinding.objects.get().steps.get().deed
    assert (done.status_code, done.url) == (302, f"{PAGE}?urung={deed}")
    assert ReconciliationFinding.objects.get().note == "Beres"
    html = client.get(reverse("distribution:finding", args=[pk])).content.decode()
    assert "Beres" in html and "Buka kembali" in html


def test_everything_listed_is_chosen_at_once(client, officer, period):
    for _ in range(3):
        family(period, "failed")
    family(period, "unspent")
    compare(period)
    data = {
        "tindakan": "minta",
        "semua": "1",
        "periode": period.pk,
        "jenis": "TOP_UP_GAGAL",
        "kembali": "https://jahat.example/",
        "yakin": "1",
        "jumlah": "3",
    }
    response = sign_in(client, officer).post(f"{PAGE}tangani", data)
    assert response.url.startswith(f"{PAGE}?urung=")
    assert ReconciliationFinding.objects.waiting_for_bank().count() == 3


def test_an_auditor_may_not_handle(client, period):
    family(period, "failed")
    compare(period)
    sign_in(client, UserFactory(role=Role.AUDITOR, regions=["62"]))
    data = {"tindakan": "selesai", "temuan": open_pks(period)}
    assert client.post(f"{PAGE}tangani", data).status_code == 403


def test_the_list_is_taken_out_for_a_purpose(client, officer, period):
    family(period, "failed")
    compare(period)
    url = f"{PAGE}unduh?periode={period.pk}&jenis=TOP_UP_GAGAL"
    sign_in(client, officer)
    assert "Keperluan" in client.get(url).content.decode()
    response = client.post(url, {"purpose": "Rapat rekonsiliasi dengan bank"})
    rows = list(load_workbook(BytesIO(response.content)).active.values)
    assert (len(rows), rows[1][9]) == (2, "Rekening tidak aktif")
    assert AccessLog.objects.get().row_count == 1


# Berita acara


def numbers_of(sheet):
    return {row[0]: row[1:3] for row in sheet.values if isinstance(row[1], int)}


def test_the_minutes_hold_the_totals_of_the_page(client, coordinator, period):
    for state in STATES:
        family(period, state)
    family(period, "failed", bank="009")
    compare(period)
    overview = figures.overview(coordinator, period, bank="002", region=KAPUAS)
    sign_in(client, coordinator)
    url = f"{PAGE}berita-acara?periode={period.pk}"
    assert client.get(url).status_code == 200
    files = {
        ending: client.get(f"{url}&wilayah={KAPUAS}&bank=002&berkas={ending}").content
        for ending in ("docx", "xlsx")
    }
    book = load_workbook(BytesIO(files["xlsx"]))
    numbers = numbers_of(book["Berita acara"])
    total = overview.total
    for title, name in (("Register", "register"), ("Daftar bayar", "listed")):
        assert numbers[title] == (total.size(name, "kpm"), total.size(name, "rupiah"))
    listed = list(book["Daftar temuan"].values)[1:]
    assert numbers["Jumlah temuan"] == (len(listed), sum(row[6] for row in listed))
    assert len(listed) == sum(total.found.values())

    document = Document(BytesIO(files["docx"]))
    cells = [[cell.text for cell in row.cells] for t in document.tables[:3] for row in t.rows]
    assert ["Register", "6", "Rp1.200.000"] in cells
    assert ["Jumlah", str(len(listed)), documents.rupiah(sum(row[6] for row in listed))] in cells
    made = minutes_of(
        coordinator, period, Bank.objects.get(pk="002"), Region.objects.get(pk=KAPUAS)
    )
    assert made.digest in "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert AccessLog.objects.get().purpose == "Berita acara rekonsiliasi"


def test_a_list_with_another_cell_has_another_hash():
    rows = [(1, "Top up gagal", "SITI", 200_000, None)]
    assert documents.list_hash(rows) == documents.list_hash([tuple(rows[0])])
    assert documents.list_hash(rows) != documents.list_hash([(1, "Top up gagal", "SITI", 1, None)])


def test_a_bank_gets_no_minutes_of_another(client, bank, period):
    family(period, "failed", bank="009")
    compare(period)
    url = f"{PAGE}berita-acara?periode={period.pk}&wilayah={KAPUAS}&bank=009&berkas=docx"
    assert sign_in(client, bank).get(url).status_code == 404


# Gizi dan harga


def sold(period, agent, goods, price, quantity=1):
    household = HouseholdFactory(kpm=True)
    payment = PaymentFactory(period=period, household=household, credited=True)
    purchase = PurchaseFactory(payment=payment, agent=agent)
    PurchaseLine.objects.create(
        purchase=purchase,
        village_id=purchase.village_id,
        commodity=Commodity.objects.get(name=goods) if goods else None,
        name=goods or "LAIN-LAIN",
        quantity=quantity,
        price=price,
    )


def test_shares_of_food_groups_and_prices(client, coordinator, period):
    agents = [AgentFactory() for _ in range(4)]
    for agent, price in zip(agents, (12_000, 12_000, 13_000, 18_000), strict=True):
        sold(period, agent, "Beras", price)
    sold(period, agents[0], "Telur ayam", 30_000)
    sold(period, agents[0], "Rokok", 10_000)
    sold(period, agents[0], None, 5_000)
    compare(period)
    places, total = nutrition.baskets(coordinator, period)
    assert total.amounts == {
        "KARBOHIDRAT": 55_000,
        "PROTEIN_HEWANI": 30_000,
        nutrition.NOT_ALLOWED: 10_000,
        nutrition.UNKNOWN: 5_000,
    }
    assert [place.name for place in places] == ["Kapuas"]
    rice = next(p for p in nutrition.prices(coordinator, period) if p.name == "Beras")
    assert (rice.lowest, rice.median, rice.highest, rice.agents) == (12_000, 12_000, 18_000, 4)
    [dear] = nutrition.dear(coordinator, period)
    assert (dear.agent_id, dear.price, dear.above) == (agents[3].pk, 18_000, 50)
    html = sign_in(client, coordinator).get("/penyaluran/gizi/").content.decode()
    assert "Sumber protein hewani" in html and "27,4%" in html and "style=" not in html


def test_prices_of_another_district_are_not_shown(period, officer):
    sold(period, AgentFactory(village_id=OTHER_VILLAGE), "Beras", 12_000)
    compare(period)
    assert AgentPrice.objects.count() == 1
    assert nutrition.prices(officer, period) == []
    assert nutrition.baskets(officer, period)[0] == []


def test_the_page_asks_few_questions(client, coordinator, period, django_assert_max_num_queries):
    for state in STATES:
        for _ in range(3):
            family(period, state)
    compare(period)
    sign_in(client, coordinator)
    client.get(PAGE)
    with django_assert_max_num_queries(24):
        client.get(f"{PAGE}?jenis=SEMUA&wilayah={KAPUAS}")
