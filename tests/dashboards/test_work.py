"""Every line of every work list: counted as the list behind its button, for who sees it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import scope
from accounts.models import AccessLog
from accounts.roles import Role
from beneficiaries.models import Person
from dashboards import digest, figures, mail
from dashboards.comparisons import elsewhere
from dashboards.models import NightlyJob, PayoutFigures, VillageFigures
from dashboards.payouts import refresh
from dashboards.quality import score
from dashboards.work.tasks import Task
from distribution.models import Cashier, ReconciliationFinding
from tests.dashboards.test_pages import HOME, page, text_of
from tests.factories import (
    KAPUAS,
    OTHER_VILLAGE,
    PULANG_PISAU,
    VILLAGE,
    AgentFactory,
    AgentFindingFactory,
    AgreementFactory,
    CardFactory,
    CaseFactory,
    ComplaintFactory,
    FollowUpFactory,
    HouseholdFactory,
    MatchBatchFactory,
    MatchResultFactory,
    MeetingFactory,
    ObjectionFactory,
    PaymentFactory,
    PeriodFactory,
    PersonFactory,
    ProposalFactory,
    PurchaseFactory,
    UploadFactory,
    UserFactory,
)
from uploads.models import UploadEvent
from verification.models import MatchResult

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def family(village: str):
    return HouseholdFactory(village_id=village, members=1, kpm=True)


def settled_result(village: str, **values):
    values = {"state": "OTOMATIS", "is_latest": True, "candidates": 0, **values}
    batch = MatchBatchFactory(region_id=village[:5], status="DIMINTA")
    return MatchResultFactory(
        batch=batch, person=PersonFactory(household=family(village)), village_id=village, **values
    )


def disagreement(period, village: str):
    household = family(village)
    return ReconciliationFinding.objects.create(
        period=period,
        rule="BELUM_TOP_UP",
        subject=household.pk,
        household=household,
        bank_id="002",
        village_id=village,
        payee_name="PENGURUS UJI",
        amount=200_000,
        cause="Belum dilaporkan bank",
    )


@pytest.fixture
def busy(world):
    """Everything that can wait in a district: in Kapuas, and once in Pulang Pisau."""
    period = PeriodFactory(name="November 2021")
    for day, village in enumerate((VILLAGE, VILLAGE, OTHER_VILLAGE)):
        visitor = UserFactory(role=Role.TKSK, regions=[village[:8]])
        CaseFactory(
            round=world,
            household=family(village),
            status="DIKUNJUNGI",
            visited_by=visitor,
            visited_on=TODAY,
            is_found=True,
            is_eligible=True,
        )
        MeetingFactory(round=world, village_id=village, held_on=TODAY - timedelta(days=day))
        ProposalFactory(village_id=village)
        ObjectionFactory(household=family(village))
        settled_result(village, outcome="DATA_BERBEDA")
        settled_result(village, outcome="MENINGGAL", consequence="GANTI_PENGURUS_ATAU_AKHIRI")
        settled_result(village, state="ANTRE", candidates=1)
        household = family(village)
        CardFactory(household=household, status="DIBUKA", handed_over_on=None)
        AgentFindingFactory(agent=AgentFactory(village_id=village))
        disagreement(period, village)
        if not day:
            disagreement(PeriodFactory(name="Rapel 2021", is_rapel=True), village)
        ComplaintFactory(region_id=village, due_on=TODAY - timedelta(days=3))
        FollowUpFactory(region_id=village[:5], due_on=TODAY + timedelta(days=2))
    figures.refresh()
    return world


def rows_behind(client, address: str) -> int | None:
    """How long the list at `address` is; None where the page is no list of rows."""
    response = client.get(address)
    assert response.status_code == 200, address
    if response.streaming:  # a sheet
        assert response.getvalue()
        return None
    context = response.context
    if "cl" in context:
        return context["cl"].result_count
    for name in ("remaining", "count"):
        if name in context:
            return context[name]
    return len(context["to_leave"]) if "to_leave" in context else None


DISTRICT_LINES = {
    "Periksa kunjungan yang sudah dicatat": 2,
    "Selesaikan berita acara musyawarah": 2,
    "Jawab usulan keluarga": 2,
    "Jawab sanggah": 2,
    "Perbaiki data yang tidak padan": 2,
    "Tindak lanjuti yang meninggal atau pindah": 2,
    "Catat serah terima KKS": 2,
    "Tindak lanjuti temuan 6T di agen": 2,
    "Jelaskan temuan rekonsiliasi": 3,
    "Jawab pengaduan warga": 2,
    "Laporkan tindak lanjut Rakor": 2,
}


def test_the_officer_sees_every_subject_of_the_own_district(client, officer, busy):
    tasks = {task.title: task for task in page(client, officer).context["tasks"]}
    found = {title: tasks[title].count for title in DISTRICT_LINES if title in tasks}
    assert found == DISTRICT_LINES
    assert tasks["Jawab pengaduan warga"].due.overdue == 3
    assert tasks["Jawab pengaduan warga"].text.startswith("2 lewat tenggat.")
    assert tasks["Laporkan tindak lanjut Rakor"].due.days == 2
    assert tasks["Jelaskan temuan rekonsiliasi"].text.startswith("Dari 2 periode salur.")


@pytest.mark.parametrize(
    ("role", "regions"),
    [
        (Role.PETUGAS, [KAPUAS]),
        (Role.PETUGAS, [PULANG_PISAU]),
        (Role.SUPERVISOR, [KAPUAS]),
        (Role.TKSK, ["62.03.08"]),
        (Role.DUKCAPIL, [KAPUAS]),
        (Role.DUKCAPIL, ["62"]),
        (Role.AUDITOR, ["62"]),
        (Role.AUDITOR, [KAPUAS]),
        (Role.ADMINISTRATOR, ["62"]),
    ],
)
def test_every_line_counts_its_list(client, busy, role, regions):
    audited()
    UserFactory(role=Role.PETUGAS)
    tasks = page(client, UserFactory(role=role, regions=regions)).context["tasks"]
    assert tasks
    for task in tasks:
        if task.url and (rows := rows_behind(client, task.url)) is not None:
            assert rows == task.count, f"{task.title}: {task.url}"


def test_what_the_user_has_entered_waits_for_others(client, officer, world):
    ProposalFactory(made_by=officer)
    titles = [task.title for task in page(client, officer).context["tasks"]]
    assert "Jawab usulan keluarga" not in titles


def test_the_field_officer_sees_no_office_work(client, busy):
    tksk = UserFactory(role=Role.TKSK, regions=["62.03.08"])
    titles = {task.title for task in page(client, tksk).context["tasks"]}
    assert "Kunjungi KPM yang belum diverifikasi" in titles
    assert "Bantu jawab pengaduan warga" in titles
    assert "Kunjungan berikutnya" in text_of(page(client, tksk))
    assert not titles & {"Catat serah terima KKS", "Jawab usulan keluarga"}


@pytest.mark.parametrize("regions", [[KAPUAS], ["62.03.08"]])
def test_a_busy_start_page_costs_no_more_queries(client, busy, regions):
    role = Role.PETUGAS if regions == [KAPUAS] else Role.TKSK
    client.force_login(UserFactory(role=role, regions=regions))
    with CaptureQueriesContext(connection) as queries:
        assert client.get(HOME).status_code == 200
    assert len(queries) <= 15, "\n".join(q["sql"][:110] for q in queries)


# Beside province and best district


def test_own_figures_beside_province_and_best_district(client, officer, world):
    lines = {line.label: line for line in page(client, officer).context["comparisons"]}
    verified = lines["Terverifikasi"]
    assert (str(verified.own), str(verified.province)) == ("22.2", "42.9")
    assert (verified.better, str(verified.gap)) == (False, "20.7")
    assert (str(verified.best), verified.best_place) == ("80.0", "Pulang Pisau")
    says = text_of(page(client, officer))
    assert "20,7 poin di bawah provinsi, kurang baik" in says
    assert "terbaik Pulang Pisau 80,0%" in says


def test_payments_are_compared_where_less_is_better(client, officer, world):
    period = PeriodFactory()
    for village, spent in ((VILLAGE, 0), (OTHER_VILLAGE, 200_000)):
        payment = PaymentFactory(
            period=period, household=family(village), credited=True, spent_amount=spent
        )
        assert payment.topped_up_amount == 200_000
    refresh()
    lines = {line.label: line for line in page(client, officer).context["comparisons"]}
    unspent = lines["Belum transaksi"]
    assert (unspent.own, unspent.province, unspent.best) == (100, 50, 0)
    assert unspent.better is False and unspent.is_above
    assert lines["Tersalur dari pagu"].better is None


def test_the_score_of_the_database_is_that_of_the_quality(world):
    Person.objects.filter(village=OTHER_VILLAGE).update(nik_confirmed_on=TODAY)
    figures.refresh()
    others = elsewhere("62", world, None)
    rows = VillageFigures.objects.values(*figures.REGISTER_COUNTS, "regency_code")
    by_regency = {}
    for row in rows:
        counts = figures.Counts(**{name: row[name] for name in figures.REGISTER_COUNTS})
        code = row["regency_code"]
        by_regency[code] = by_regency.get(code, figures.Counts()) + counts
    scores = {code: score(counts) for code, counts in by_regency.items()}
    best = max((code for code in scores if scores[code] is not None), key=lambda c: scores[c])
    assert (others["kualitas"].best, others["kualitas"].best_code) == (scores[best], best)
    assert others["kualitas"].province == score(sum(by_regency.values(), figures.Counts()))


def test_the_database_tells_a_district_no_more_than_that(officer, world):
    with scope.applied(officer.scope):
        assert set(elsewhere("62", world, None)) == {"terverifikasi", "padan", "kualitas"}
        assert not VillageFigures.objects.exclude(regency_code=KAPUAS).exists()
        assert not PayoutFigures.objects.exclude(regency_code=KAPUAS).exists()


# The other roles


def audited():
    """What an auditor looks at, all of today."""
    by = UserFactory(role=Role.KOORDINATOR, regions=["62"])
    for kind in AccessLog.Kind.values:
        AccessLog.objects.create(kind=kind, user=by, region_id=KAPUAS, subject="NIK", purpose="Uji")
    upload = UploadFactory(
        status="DIBATALKAN",
        sent_by=by,
        submitted_by=by,
        submitted_at=timezone.now(),
        reviewed_by=UserFactory(role=Role.KOORDINATOR, regions=["62"]),
        reviewed_at=timezone.now(),
        applied_at=timezone.now(),
    )
    UploadEvent.objects.create(upload=upload, region_id=KAPUAS, by=by, status="DIBATALKAN")
    PurchaseFactory(voided_at=timezone.now(), voided_by=by, void_reason="Salah jumlah")
    MatchResult.objects.filter(pk=settled_result(VILLAGE).pk).update(
        state="DITERIMA", outcome="PADAN", decided_at=timezone.now()
    )


def titles(client, user) -> dict[str, int]:
    return {task.title: task.count for task in page(client, user).context["tasks"]}


def test_dukcapil_sees_requests_and_the_agreement_that_ends(client):
    soon = AgreementFactory(region_id=KAPUAS, valid_until=TODAY + timedelta(days=20))
    MatchBatchFactory(agreement=soon)
    MatchBatchFactory(region_id=PULANG_PISAU)
    user = UserFactory(role=Role.DUKCAPIL, regions=[KAPUAS])
    assert titles(client, user) == {
        "Jawab permintaan pemadanan": 1,
        "Perpanjang PKS Kabupaten Kapuas": 1,
    }
    AgreementFactory(region_id=KAPUAS)
    assert "Perpanjang PKS Kabupaten Kapuas" not in titles(client, user)
    assert "Pulang Pisau" not in text_of(page(client, user))


def test_nothing_to_do_says_what_will_come(client):
    user = UserFactory(role=Role.DUKCAPIL, regions=[KAPUAS])
    says = text_of(page(client, user))
    assert "Tidak ada yang harus dikerjakan" in says and "Permintaan pemadanan" in says
    assert "Tidak ada PKS yang berlaku untuk wilayah Anda." in says
    assert page(client, user, reverse("dashboards:region", args=[KAPUAS])).status_code == 403


def test_the_bank_reports_what_was_ordered(client):
    period = PeriodFactory(name="Desember 2021")
    PaymentFactory(period=period)
    PaymentFactory(period=period, bank_id="008")
    refresh()
    user = UserFactory(role=Role.BANK, regions=["62"], bank_id="002")
    response = page(client, user)
    (task,) = response.context["tasks"]
    assert (task.title, task.count) == ("Laporkan top up Desember 2021", 1)
    assert rows_behind(client, task.url) == 1
    assert "Ditetapkan Rp200.000 1 KPM" in text_of(response)


@pytest.mark.parametrize(
    ("role", "says"),
    [
        (Role.BANK, "Akun Anda belum dihubungkan dengan bank"),
        (Role.AGEN, "Akun Anda belum dihubungkan dengan agen"),
    ],
)
def test_an_account_that_lacks_something_is_told_what(client, role, says):
    assert says in text_of(page(client, UserFactory(role=role, regions=[KAPUAS])))


def test_the_agent_sees_today_and_the_own_contract(client):
    agent = AgentFactory(contract_until=TODAY + timedelta(days=10))
    user = UserFactory(role=Role.AGEN, regions=[KAPUAS])
    Cashier.objects.create(user=user, agent=agent)
    now = timezone.now()
    PurchaseFactory(agent=agent, purchased_at=now, amount=120_000)
    PurchaseFactory(agent=agent, purchased_at=now - timedelta(days=2), amount=70_000)
    PurchaseFactory(purchased_at=now, amount=55_000)
    response = page(client, user)
    says = text_of(response)
    assert reverse("distribution:till") in response.content.decode()
    assert "Transaksi 1" in says and "Nilai Rp120.000" in says
    assert "Rp70.000" in says and "Rp55.000" not in says
    assert titles(client, user) == {"Perpanjang kontrak dengan bank": 1}


def test_the_auditor_sees_what_to_look_at(client):
    audited()
    user = UserFactory(role=Role.AUDITOR, regions=["62"])
    assert titles(client, user) == {
        "Periksa nomor identitas yang ditampilkan": 1,
        "Periksa data yang diunduh": 1,
        "Periksa unggahan yang dicabut": 1,
        "Periksa transaksi yang dibatalkan": 1,
        "Periksa pemadanan yang diputus petugas": 1,
    }
    elsewhere_ = UserFactory(role=Role.AUDITOR, regions=[PULANG_PISAU])
    assert titles(client, elsewhere_) == {}


def test_the_administrator_sees_accounts_that_cannot_work(client):
    UserFactory(role=Role.PETUGAS)
    UserFactory(role=Role.BANK, regions=["62"])
    UserFactory(role=Role.AGEN, regions=[KAPUAS])
    NightlyJob.objects.create(
        code="hitung-angka",
        title="Hitung",
        day=TODAY,
        queued_at=timezone.now() - timedelta(hours=9),
    )
    user = UserFactory(role=Role.ADMINISTRATOR, regions=["62"])
    assert titles(client, user) == {
        "Beri wilayah tugas": 1,
        "Hubungkan petugas bank dengan banknya": 1,
        "Hubungkan agen dengan kasirnya": 1,
        "Periksa pekerjaan malam yang gagal": 1,
    }


def test_a_locked_account_is_told(client, settings):
    user = UserFactory(role=Role.PETUGAS, regions=[KAPUAS])
    for _ in range(settings.AXES_FAILURE_LIMIT):
        client.post(reverse("admin:login"), {"username": user.username, "password": "salah"})
    administrator = UserFactory(role=Role.ADMINISTRATOR, regions=["62"])
    assert titles(client, administrator) == {"Bantu pengguna yang terkunci": 1}


@pytest.mark.parametrize("role", [Role.DUKCAPIL, Role.BANK, Role.AUDITOR, Role.ADMINISTRATOR])
def test_start_pages_of_roles_cost_at_most_fifteen_queries(client, busy, role):
    audited()
    refresh()
    bank = {"bank_id": "002"} if role == Role.BANK else {}
    client.force_login(UserFactory(role=role, regions=["62"], **bank))
    client.get(HOME)  # a worker reads regions and banks once and keeps them
    with CaptureQueriesContext(connection) as queries:
        assert client.get(HOME).status_code == 200
    assert len(queries) <= 15, "\n".join(q["sql"][:110] for q in queries)


# The daily e-mail


def test_the_daily_mail_has_the_lines_of_the_page(client, busy):
    for role, regions in ((Role.PETUGAS, [KAPUAS]), (Role.DUKCAPIL, [KAPUAS])):
        user = UserFactory(role=role, regions=regions)
        tasks = page(client, user).context["tasks"]
        lines = digest.digest_of(user).lines
        assert [line.text.split(": ", 1)[1] for line in lines] == [task.title for task in tasks]
        overdue = [line.when for line in lines if "pengaduan" in line.text]
        assert overdue == (["lewat 3 hari"] if role == Role.PETUGAS else [])


def test_without_a_mail_server_nothing_is_sent(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert not mail.has_mail_server()


@pytest.mark.parametrize(("count", "folded"), [(8, 0), (9, 1), (20, 12)])
def test_more_than_eight_tasks_fold_under_the_most_urgent(count, folded):
    tasks = [Task(1, "usulan", f"Pekerjaan {n}", "", "Lihat", None) for n in range(count)]
    shown, _, rest = render_to_string("dashboards/_tasks.html", {"tasks": tasks}).partition(
        "<details"
    )
    assert (shown.count("<li>"), rest.count("<li>")) == (count - folded, folded)
    assert (f"Lihat semua ({count})" in rest) == bool(folded)
