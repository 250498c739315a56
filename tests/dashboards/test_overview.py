"""The pages of the province and of regions: every number is as long as its list."""

from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from beneficiaries.models import Household, Person
from coordination import briefing
from dashboards import figures, history, payouts
from dashboards.attention import title_of
from dashboards.digest import digest_of
from dashboards.models import RegencyMonth, VillageMonth
from distribution.models import Payment, PayoutPeriod
from regions.models import Region
from tests.dashboards.conftest import NEIGHBOUR_VILLAGE
from tests.dashboards.test_pages import HOME, count_behind, page, region, text_of
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    PULANG_PISAU,
    VILLAGE,
    AgentFactory,
    AgentFindingFactory,
    FollowUpFactory,
    HouseholdFactory,
    PaymentFactory,
    PeriodFactory,
    PersonFactory,
    RakorFactory,
    UploadFactory,
    UserFactory,
)
from verification.models import Case

pytestmark = pytest.mark.django_db


def pay(period, village, count, *, days=0, spent=0, failed=0, register="DTKS", bank="002"):
    """So many payments, credited so many days ago; `spent` of them bought for, `failed` failed."""
    on = timezone.localdate() - timedelta(days=days)
    for number in range(count):
        household = HouseholdFactory(village_id=village, kpm=True, register=register)
        if number < failed:
            PaymentFactory(
                period=period, household=household, bank_id=bank, status="TOP_UP_GAGAL",
                status_on=on, reason="Rekening tidak aktif",
            )  # fmt: skip
            continue
        payment = PaymentFactory(
            period=period, household=household, bank_id=bank, credited=True,
            topped_up_on=on, status_on=on,
        )  # fmt: skip
        if number < failed + spent:
            Payment.objects.filter(pk=payment.pk).update(spent_amount=120_000)


def month(year: int, number: int):
    first = date(year, number, 1)
    return PeriodFactory(name=f"{number:02d}-{year}", first_month=first, last_month=first)


@pytest.fixture
def paid(world):
    """Two months of payments, agents with findings, a month kept; every number of its own."""
    before, now = month(2021, 9), month(2021, 10)
    pay(before, VILLAGE, 9, days=95, spent=3, failed=1)
    pay(before, OTHER_VILLAGE, 5, days=70, spent=4)
    pay(now, VILLAGE, 8, days=33, spent=4, failed=2, register="DTSEN")
    pay(now, NEIGHBOUR_VILLAGE, 4, days=5, spent=1, bank="008")
    pay(now, OTHER_VILLAGE, 6, days=5, spent=5, failed=1)
    agent = AgentFactory(village_id=VILLAGE)
    AgentFindingFactory(agent=agent)
    AgentFactory(village_id=OTHER_VILLAGE, contract_until=date(2021, 1, 1))
    FollowUpFactory(region_id=KAPUAS, due_on=timezone.localdate() - timedelta(days=2))
    figures.refresh()
    history.keep_month((timezone.localdate().replace(day=1) - timedelta(days=1)).replace(day=1))
    family = Household.objects.filter(village=VILLAGE).first()
    Household.objects.filter(pk=family.pk).update(kk_number="", address="")
    lost = Person.objects.filter(village=VILLAGE, nik_confirmed_on=None).first()
    Person.objects.filter(pk=lost.pk).update(nik_confirmed_on=date(2021, 9, 1))
    figures.refresh()
    payouts.refresh()
    return now


def is_list(url: str | None) -> bool:
    return bool(url) and not urlsplit(url).path.startswith(reverse("distribution:reach"))


@pytest.mark.parametrize(
    "query",
    ["", "?register=DTSEN", "?register=DTKS", "?bank=008", f"?wilayah={KAPUAS}", "?angka=belum"],
)
def test_every_tile_of_the_province_is_as_long_as_its_list(client, coordinator, paid, query):
    view = page(client, coordinator, HOME + query).context["view"]
    counts, payout = view.total.counts, view.total.payout
    numbers = {
        "KPM aktif": counts.kpm,
        "Padan Dukcapil": counts.matched,
        "Terverifikasi": counts.approved,
        "Tersalur": payout.credited,
        "Belum transaksi": payout.unspent,
    }
    shown = {tile.label: tile for tile in view.tiles}
    for label, number in numbers.items():
        assert count_behind(client, shown[label].url) == number, label
    overdue = shown["Tindak lanjut lewat tenggat"]
    assert count_behind(client, overdue.url) == int(overdue.value) == 1


@pytest.mark.parametrize("code", ["62", KAPUAS, "62.03.08", VILLAGE])
def test_every_other_number_is_as_long_as_its_list(client, coordinator, paid, code):
    context = page(client, coordinator, region(code)).context
    followed = 0
    for line in (*context["rightness"], *context["place_lines"]):
        if is_list(line.url):
            assert count_behind(client, line.url) == line.count, line.what
            followed += 1
    for part in context["quality_parts"]:
        assert count_behind(client, part.url) == part.missing, part.label
        followed += 1
    if VILLAGE.startswith(code):
        assert all(part.missing for part in context["quality_parts"])
    for mark in context["chart"].marks if context["chart"] else ():
        credited = sum(
            payment.topped_up_amount
            for payment in client.get(mark.stack.url).context["cl"].queryset
        )
        assert credited == mark.stack.whole, mark.stack.title
        followed += 1
    assert followed >= 10


def test_every_finding_names_its_reason_and_is_as_long_as_its_list(client, coordinator, paid):
    found = page(client, coordinator, f"{HOME}?temuan=semua").context["findings"]
    titles = [f"{finding.region.name}: {finding.title}" for finding in found if finding.title]
    assert "Kapuas: 2 pembayaran gagal" in titles
    assert "Kapuas: 5 KPM belum bertransaksi" in titles  # 95 days, of the month before
    assert "Kapuas: 1 tindak lanjut lewat tenggat" in titles
    for finding in found:
        if finding.title and is_list(finding.url):
            assert count_behind(client, finding.url) == finding.count, finding.title
            assert finding.text and finding.button


def test_villages_without_an_agent_are_as_many_as_on_their_page(client, coordinator, paid):
    view = page(client, coordinator, region(KAPUAS)).context
    line = next(line for line in view["place_lines"] if "tanpa agen" in line.what)
    assert client.get(line.url).context["page_obj"].paginator.count == line.count


def test_the_change_is_told_in_words(client, coordinator, paid):
    says = text_of(page(client, coordinator))
    assert "Belum transaksi 5 KPM" in says
    assert "turun 1 dari 09-2021" in says  # 6 then
    assert "Padan Dukcapil" in says and "poin dari" in says


def test_a_period_under_way_is_compared_by_its_share_and_not_judged(client, coordinator, paid):
    def credited():
        tiles = {tile.label: tile for tile in page(client, coordinator).context["tiles"]}
        return tiles["Tersalur"].change, tiles["Belum transaksi"].change

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT round(100.0 * sum(topped_up_amount) / sum(amount), 1) FROM distribution_payment"
            " GROUP BY period_id ORDER BY period_id"
        )
        before, now = (row[0] for row in cursor.fetchall())
    PayoutPeriod.objects.filter(pk=paid.pk).update(status="BERJALAN")
    money, unspent = credited()
    assert money.text == f"turun {before - now} poin".replace(".", ",")
    assert money.rest == "bagian yang tersalur, dibandingkan 09-2021; belum selesai"
    assert money.good is None and unspent.good is None
    over = {"status": "DITUTUP", "closed_at": timezone.now(), "closed_by": coordinator}
    PayoutPeriod.objects.filter(pk=paid.pk).update(**over)
    money, unspent = credited()
    assert (money.good, unspent.good) == (False, True)


def test_without_an_earlier_month_the_page_says_so(client, coordinator, paid):
    VillageMonth.objects.all().delete()
    RegencyMonth.objects.all().delete()
    assert "Belum ada catatan bulan sebelumnya." in text_of(page(client, coordinator))


def test_a_period_that_is_chosen_is_shown_with_the_one_before_it(client, coordinator, paid):
    before = payouts.periods(coordinator)[1]
    response = page(client, coordinator, f"{HOME}?periode={before.pk}")
    assert response.context["view"].total.payout.payments == 14
    says = text_of(response)
    assert "Tidak ada periode sebelumnya." in says
    assert f"penyaluran {before.name} per" in says


@pytest.mark.parametrize(
    "query", ["?periode=0", "?periode=x", "?bank=999", "?register=X", "?wilayah=99.99", "?angka=x"]
)
def test_what_an_address_makes_up_is_as_good_as_nothing(client, coordinator, paid, query):
    response = page(client, coordinator, HOME + query)
    assert response.context["view"].total.payout.payments == 18
    assert response.context["card"].measure.key == "terverifikasi"


def test_a_district_officer_reads_the_same_of_the_own_region_only(client, officer, paid):
    context = page(client, officer, region(KAPUAS)).context
    assert context["view"].total.payout.payments == 12
    for tile in context["tiles"]:
        if tile.label == "Belum transaksi":
            assert count_behind(client, tile.url) == 5


@pytest.mark.parametrize("key", ["tersalur", "belum", "padan"])
def test_map_and_ranking_tell_points(client, coordinator, paid, key):
    card = page(client, coordinator, f"{HOME}?angka={key}").context["card"]
    assert card.measure.key == key and card.has_changes
    changes = {row.place.code: row.change for row in card.rows}
    assert changes[KAPUAS] is not None


@pytest.mark.parametrize(
    ("role", "place", "address"),
    [
        (Role.KOORDINATOR, "62", f"{HOME}?temuan=semua"),
        (Role.KOORDINATOR, "62", f"{HOME}?wilayah={KAPUAS}&register=DTKS&bank=002"),
        (Role.PETUGAS, KAPUAS, region("62.03.08")),
    ],
)
def test_at_most_fifteen_queries_with_payments(client, paid, role, place, address):
    client.force_login(UserFactory(role=role, regions=[place]))
    client.get(address)  # a worker reads regions and banks once and keeps them
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    assert len(queries) <= 15, "\n".join(q["sql"][:160] for q in queries)


@pytest.mark.parametrize("query", ["register=DTSEN", "register=DTKS&bank=008"])
def test_findings_of_a_register_are_as_long_as_their_lists(client, coordinator, paid, query):
    """The families of the round are of two registers, so that a list of both is longer."""
    pks = Case.objects.filter(village=NEIGHBOUR_VILLAGE).order_by("pk").values("household")[:1]
    Household.objects.filter(pk__in=pks).update(register="DTSEN")
    for register in ("DTSEN", "DTKS"):
        household = HouseholdFactory(village_id=OTHER_VILLAGE, members=0, register=register)
        PersonFactory.create_batch(4, household=household, nik="")
    figures.refresh()
    found = page(client, coordinator, f"{HOME}?temuan=semua&{query}").context["findings"]
    counted = [one for one in found if one.kind in ("verification", "nik")]
    assert {one.kind for one in counted} == {"verification", "nik"}
    for one in counted:
        assert count_behind(client, one.url) == one.count > 0, one.url


@pytest.mark.parametrize("register", Household.Register.values)
def test_links_of_a_round_name_the_register(client, coordinator, paid, register):
    pks = Case.objects.filter(village=VILLAGE).order_by("-pk").values("household")[:4]
    Household.objects.filter(pk__in=pks).update(register="DTSEN")
    figures.refresh()
    context = page(client, coordinator, f"{region(KAPUAS)}?register={register}").context
    total = context["area"].total
    for name, number in {"sent": total.sent, "to_do": total.to_do}.items():
        assert count_behind(client, context["links"][name]) == number, name


def test_a_chosen_kabupaten_leaves_out_the_work_of_the_others(client, coordinator, paid):
    for code in (KAPUAS, PULANG_PISAU):
        for days in (1, 9):
            UploadFactory(
                region_id=code, status="DIAJUKAN", submitted_by=UserFactory(regions=[code]),
                submitted_at=timezone.now() - timedelta(days=days),
            )  # fmt: skip
        UploadFactory(region_id=code, status="PERLU_PERBAIKAN")
    context = page(client, coordinator, f"{HOME}?temuan=semua&wilayah={KAPUAS}").context
    found = context["findings"]
    assert {finding.region.code[:5] for finding in found} == {KAPUAS}
    assert {"waiting", "told"} <= {finding.kind for finding in found}
    assert "1 tindak lanjut lewat tenggat" in {finding.title for finding in found}
    assert (context["waiting"], context["sent"], context["to_repair"]) == (2, 2, 1)
    links = context["uploads_links"]
    assert count_behind(client, links["to_review"]) == 2
    assert count_behind(client, links["to_repair"]) == 1


@pytest.mark.parametrize("register", ["", "DTKS", "DTSEN"])
@pytest.mark.parametrize("key", ["terverifikasi", "padan", "tersalur", "belum", "kualitas", "kpm"])
def test_numbers_of_the_ranking_are_as_long_as_their_lists(
    client, coordinator, paid, key, register
):
    """Of a share the list is what it counts: as many of a hundred as the share says."""
    address = f"{region(KAPUAS)}?angka={key}&register={register}"
    card = page(client, coordinator, address).context["card"]
    lists = [(row.basis, row.value, row.lists) for row in card.rows if row.basis]
    lists.append((card.total_basis, card.total, card.total_lists))
    for basis, value, behind in lists:
        assert count_behind(client, behind.basis) == basis, behind.basis
        if key == "kpm":
            assert count_behind(client, behind.counted) == value
        elif key in ("terverifikasi", "padan", "belum"):
            counted = count_behind(client, behind.counted)
            assert figures.share(counted, basis) == value, behind.counted


def test_numbers_of_the_round_of_a_district_are_as_long_as_their_lists(client, officer, paid):
    context = page(client, officer).context
    total = context["area"].total
    for name, number in {"kpm": total.kpm, "cases": total.cases, "to_do": total.to_do}.items():
        assert count_behind(client, context["links"][name]) == number > 0, name
    for line in context["progress"]:
        assert count_behind(client, line.cases_url) == line.place.counts.cases > 0


def test_mail_and_briefing_of_the_province_tell_what_its_page_tells(client, coordinator, paid):
    """Of every subject: here a payout that failed and a follow-up that is late."""
    found = page(client, coordinator, f"{HOME}?temuan=semua").context["findings"]
    titles = [title_of(finding) for finding in found]
    assert any("pembayaran gagal" in title for title in titles)
    lines = {line.text: line.url for line in digest_of(coordinator).lines}
    assert list(lines) == titles
    assert "keadaan=lewat" in lines["Kapuas: 1 tindak lanjut lewat tenggat"]
    province = Region.objects.get(pk="62")
    told = briefing.snapshot_of(RakorFactory(region=province), province, coordinator)
    assert told["findings"] == titles[: briefing.SHOWN_FINDINGS]
