"""The public page: off until published, aggregates only, limited and cached."""

import csv
import io
import json

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from coordination import public
from coordination.models import PublicRelease
from coordination.views import public as views
from dashboards import figures, payouts
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    VILLAGE,
    CaseFactory,
    HouseholdFactory,
    PaymentFactory,
    PeriodFactory,
    RoundFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
PAGES = ["/publik/", "/publik/angka.csv", "/publik/angka.json"]


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def coordinator():
    return UserFactory(role=Role.KOORDINATOR, regions=["62"])


@pytest.fixture
def families():
    made = [HouseholdFactory(village_id=VILLAGE, kpm=True, members=3) for _ in range(12)]
    made += [HouseholdFactory(village_id="62.01.01.2001", kpm=True, members=3) for _ in range(9)]
    made += [HouseholdFactory(village_id=OTHER_VILLAGE, kpm=True) for _ in range(2)]
    figures.refresh()
    return made


@pytest.mark.parametrize("url", PAGES)
def test_switched_off_by_default(client, url):
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("url", PAGES)
def test_open_without_signing_in_once_published(client, coordinator, families, url):
    public.publish(by=coordinator)
    response = client.get(url)
    assert response.status_code == 200
    assert "max-age=600" in response.headers["Cache-Control"]
    public.withdraw(by=coordinator)
    assert client.get(url).status_code == 404


def test_the_page_of_sign_in_leads_there_while_it_is_open(client, coordinator, families):
    link, page = f'href="{reverse("coordination:public")}"', reverse("admin:login")
    assert link not in client.get(page).text
    public.publish(by=coordinator)
    assert link in client.get(page).text
    public.withdraw(by=coordinator)
    assert link not in client.get(page).text


def test_the_three_forms_say_the_same(client, coordinator, families):
    public.publish(by=coordinator)
    told = json.loads(client.get(PAGES[2]).content)
    rows = list(csv.reader(io.StringIO(client.get(PAGES[1]).content.decode())))
    page = client.get(PAGES[0]).content.decode()
    by_code = {row["code"]: row["values"] for row in told["rows"]}
    kpm = [column["name"] for column in told["columns"]].index("kpm")

    assert told["totals"][kpm] == 23
    assert by_code[KAPUAS][kpm] == 12
    assert by_code["62.11"][kpm] is None
    assert by_code["62.01"][kpm] is None  # alone, the total would tell the two of Pulang Pisau
    assert len(told["rows"]) == 14
    for code, _, _, *values in rows[1:-1]:
        assert values == ["*" if value is None else str(value) for value in by_code[code]]
    assert '<th scope="row">Kapuas</th>' in page
    assert rows[0][:4] == ["Kode", "Wilayah", "Per tanggal", "Keluarga terdaftar"]
    assert rows[3][:3] == [KAPUAS, "Kabupaten Kapuas", timezone.localdate().isoformat()]
    assert ">12<" in page


def test_nothing_personal_is_there(client, coordinator, families):
    public.publish(by=coordinator)
    everything = "".join(client.get(url).content.decode() for url in PAGES)
    for household in families:
        for person in household.members.all():
            assert person.name not in everything
            assert person.nik not in everything
        assert household.kk_number not in everything
        assert household.dtks_id not in everything
    assert VILLAGE not in everything
    assert coordinator.full_name not in everything


def test_a_release_does_not_move_with_the_register(client, coordinator, families):
    public.publish(by=coordinator)
    before = client.get(PAGES[2]).json()
    for _ in range(10):
        HouseholdFactory(village_id=VILLAGE, kpm=True)
    figures.refresh()
    assert client.get(PAGES[2]).json() == before
    public.publish(by=coordinator)
    assert client.get(PAGES[2]).json() != before
    assert PublicRelease.objects.filter(withdrawn_at=None).count() == 1


def test_too_many_requests_are_refused(client, coordinator, families, monkeypatch):
    monkeypatch.setattr(views, "PER_MINUTE", 3)
    public.publish(by=coordinator)
    assert [client.get("/publik/").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    assert client.get("/publik/", REMOTE_ADDR="10.0.0.9").status_code == 200


def test_behind_a_proxy_readers_are_told_apart(
    client, coordinator, families, monkeypatch, settings
):
    settings.PROXY_COUNT = 1
    monkeypatch.setattr(views, "PER_MINUTE", 1)
    public.publish(by=coordinator)
    asked = [
        client.get("/publik/", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR=reader)
        for reader in ("36.90.1.1", "36.90.1.2", "36.90.1.1")
    ]
    assert [response.status_code for response in asked] == [200, 200, 429]


def test_few_queries(client, coordinator, families, django_assert_max_num_queries):
    public.publish(by=coordinator)
    with django_assert_max_num_queries(3):
        client.get("/publik/")


@pytest.mark.parametrize(
    "by", [(Role.PETUGAS, ["62.03"]), (Role.AUDITOR, ["62"]), (Role.KOORDINATOR, ["62.03"])]
)
def test_who_may_not_publish(by, families):
    role, regions = by
    with pytest.raises(PermissionDenied):
        public.publish(by=UserFactory(role=role, regions=regions))


def test_nothing_to_publish(coordinator):
    with pytest.raises(ValidationError):
        public.publish(by=coordinator)


def test_publishing_page(client, coordinator, families):
    client.force_login(coordinator, "accounts.backends.RoleBackend")
    url = reverse("coordination:publishing")
    assert "Halaman publik tertutup." in client.get(url).content.decode()
    asked = client.get(f"{url}?langkah=terbit").content.decode()
    assert "Siapa pun dapat membaca angka ini" in asked
    assert not PublicRelease.objects.exists()
    client.post(f"{url}?langkah=terbit")
    assert "Halaman publik terbuka" in client.get(url).content.decode()
    client.post(f"{url}?langkah=tarik")
    assert not PublicRelease.objects.filter(withdrawn_at=None).exists()


def test_who_is_registered_but_not_in_the_round_is_no_small_group(coordinator, families):
    """12 are registered in Kapuas: that 9 are in the round and 10 are paid tells three and two."""
    round, period = RoundFactory(regions=[KAPUAS, "62.01"]), PeriodFactory()
    for household in families[:9] + families[12:18]:
        CaseFactory(round=round, household=household)
    for household in families[:10] + families[12:21]:
        PaymentFactory(period=period, household=household)
    figures.refresh()
    payouts.refresh()
    table = public.draft(coordinator)
    names = [column["name"] for column in table["columns"]]
    by_code = {row["code"]: dict(zip(names, row["values"], strict=True)) for row in table["rows"]}
    assert by_code[KAPUAS]["households"] == 12
    assert (by_code[KAPUAS]["cases"], by_code[KAPUAS]["payments"]) == (None, None)


def test_payout_figures_are_the_payments_without_small_groups(coordinator, families):
    period = PeriodFactory(name="Oktober 2021")
    for number in range(12):
        PaymentFactory(period=period, credited=True, spent_amount=200_000 * (number < 6))
    for number in range(12):
        PaymentFactory(
            period=period,
            village_id="62.01.01.2001",
            credited=True,
            spent_amount=200_000 * (number < 6),
        )
    PaymentFactory(period=period, village_id=OTHER_VILLAGE, credited=True)
    figures.refresh()
    payouts.refresh()
    table = public.publish(by=coordinator).table
    names = [column["name"] for column in table["columns"]]
    by_code = {row["code"]: dict(zip(names, row["values"], strict=True)) for row in table["rows"]}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), sum((spent_amount > 0)::int) FROM distribution_payment"
            " WHERE regency_code = '62.03'"
        )
        paid, spent = cursor.fetchone()
    assert table["period"] == "Oktober 2021"
    assert (by_code[KAPUAS]["credited"], by_code[KAPUAS]["spent"]) == (paid, spent)
    assert by_code["62.11"]["credited"] is None
    assert by_code["62.01"]["credited"] is None  # the total would give the small one away
