"""Reports of the payout: money by place, what reconciliation has found, agents and their reach."""

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from beneficiaries.models import Bank
from coordination.reports.declared import (
    LEVEL,
    PERIOD,
    PLACES,
    YES_NO,
    Column,
    Filter,
    Report,
    Wanted,
    names_of,
    place_cells,
    places_of,
)
from dashboards import payouts
from dashboards.figures import REGENCY_LENGTH
from distribution.figures import Reach, reach_of
from distribution.models import Agent, AgentFinding, AgentVisit
from distribution.reconciliation import figures as reconciliation
from distribution.reconciliation.rules import RULES
from regions.models import Region


def _banks(user) -> dict[str, str]:
    return dict(Bank.objects.values_list("pk", "short_name"))


BANK = Filter("bank", "Bank penyalur", _banks)


def _paid(wanted: Wanted) -> dict[str, payouts.PayoutCounts]:
    if wanted.period is None:
        return {}
    return payouts.counts_inside(
        wanted.user,
        wanted.region.code,
        wanted.period,
        bank=wanted.option("bank") or None,
        length=wanted.length,
    )


def _payout_rows(wanted: Wanted):
    counts = _paid(wanted)
    names = names_of(counts)
    for code, row in counts.items():
        yield [
            *place_cells(code, names),
            row.payments,
            row.planned,
            row.credited,
            row.credited_amount,
            row.credited_share,
            row.failed,
            row.spent,
            row.spent_amount,
            row.spent_share,
            row.unspent,
        ]


PAYOUT = Report(
    "penyaluran",
    "Rekapitulasi penyaluran",
    "Daftar bayar, dana masuk, gagal, belanja, dan belum belanja, menurut wilayah dan periode.",
    "distribution.view_payment",
    (
        *PLACES,
        Column("KPM dalam daftar bayar", True),
        Column("Rencana (Rp)", True),
        Column("KPM dana masuk", True),
        Column("Dana masuk (Rp)", True),
        Column("Dana masuk (%)", True, ("Dana masuk (Rp)", "Rencana (Rp)")),
        Column("KPM gagal", True),
        Column("KPM sudah belanja", True),
        Column("Belanja (Rp)", True),
        Column("Belanja (% dana masuk)", True, ("Belanja (Rp)", "Dana masuk (Rp)")),
        Column("KPM belum belanja", True),
    ),
    count=places_of,
    rows=_payout_rows,
    topic="Penyaluran",
    filters=(PERIOD, LEVEL, BANK),
    is_signed=True,
    is_summed=True,
)


LISTS = {
    "register": "Register",
    "listed": "Daftar bayar",
    "credited": "Top up",
    "spent": "Transaksi",
}


def _compared(wanted: Wanted) -> list[reconciliation.Place]:
    if wanted.period is None:
        return []
    region = wanted.region.code if len(wanted.region.code) == REGENCY_LENGTH else ""
    found = reconciliation.overview(
        wanted.user, wanted.period, bank=wanted.option("bank"), region=region
    )
    return sorted(found.places, key=lambda place: place.code)


def _reconciliation_rows(wanted: Wanted):
    places = _compared(wanted)
    names = names_of(place.code for place in places)
    for place in places:
        yield [
            names[place.code].full_name,
            *(place.size(name, unit) for name in LISTS for unit in ("keluarga", "rupiah")),
            sum(place.found.values()),
            sum(place.due.values()),
            place.open,
            place.asked,
        ]


RECONCILIATION = Report(
    "rekonsiliasi",
    "Rekonsiliasi penyaluran",
    "Register, daftar bayar, top up, dan transaksi satu periode, dengan temuan yang terbuka.",
    "distribution.view_reconciled",
    (
        Column("Kabupaten/kota"),
        *(Column(f"{title} ({unit})", True) for title in LISTS.values() for unit in ("KPM", "Rp")),
        Column("Temuan", True),
        Column("Perlu ditangani", True),
        Column("Masih terbuka", True),
        Column("Menunggu bank", True),
    ),
    count=lambda wanted: len(_compared(wanted)),
    rows=_reconciliation_rows,
    topic="Penyaluran",
    filters=(PERIOD, BANK),
    is_signed=True,
    is_summed=True,
    deepest=REGENCY_LENGTH,
)


def _finding_rows(wanted: Wanted):
    places = _compared(wanted)
    names = names_of(place.code for place in places)
    for place in places:
        for rule in RULES:
            if place.found[rule.code]:
                yield [
                    names[place.code].full_name,
                    rule.title,
                    place.found[rule.code],
                    place.amounts[rule.code],
                    place.due[rule.code],
                ]


FINDINGS = Report(
    "temuan",
    "Temuan rekonsiliasi menurut jenis",
    "Jumlah, nilai, dan yang perlu ditangani, menurut kabupaten/kota dan jenis temuan.",
    "distribution.view_reconciled",
    (
        Column("Kabupaten/kota"),
        Column("Jenis temuan"),
        Column("Temuan", True),
        Column("Nilai (Rp)", True),
        Column("Perlu ditangani", True),
    ),
    count=lambda wanted: len(list(_finding_rows(wanted))),
    rows=_finding_rows,
    topic="Penyaluran",
    filters=(PERIOD, BANK),
    is_signed=True,
    is_summed=True,
    deepest=REGENCY_LENGTH,
)


def _agents(wanted: Wanted):
    found = wanted.inside(Agent.objects)
    if bank := wanted.option("bank"):
        found = found.filter(bank=bank)
    if status := wanted.option("status"):
        found = found.filter(status=status)
    if wanted.option("temuan"):
        open_ones = Q(findings__in=AgentFinding.objects.visible_to(wanted.user).open())
        with_open = found.filter(open_ones).values("pk")
        chosen = Q(pk__in=with_open)
        found = found.filter(chosen if wanted.option("temuan") == "ya" else ~chosen)
    return found


def _counted(rows):
    counted = rows.filter(agent=OuterRef("pk")).order_by().values("agent").annotate(n=Count("pk"))
    return Coalesce(Subquery(counted.values("n")), 0)


def _agent_rows(wanted: Wanted):
    visits = AgentVisit.objects.visible_to(wanted.user)
    last = visits.filter(agent=OuterRef("pk")).order_by("-visited_on", "-pk")
    agents = (
        _agents(wanted)
        .select_related("bank")
        .annotate(
            visit_count=_counted(visits),
            last_visit=Subquery(last.values("visited_on")[:1]),
            last_score=Subquery(last.values("score")[:1]),
            open_findings=_counted(AgentFinding.objects.visible_to(wanted.user).open()),
        )
        .order_by("village_id", "pk")
    )
    names = {
        region.code: region
        for region in Region.objects.filter(code__startswith=wanted.region.code[:2])
    }
    for agent in agents.iterator(chunk_size=2000):
        yield [
            *place_cells(agent.village_id, names),
            agent.bank.short_name,
            agent.agent_id,
            agent.name,
            agent.get_kind_display(),
            agent.get_status_display(),
            agent.contract_until,
            {True: "YA", False: "TIDAK"}.get(agent.has_edc, ""),
            agent.visit_count,
            agent.last_visit,
            agent.last_score,
            agent.open_findings,
        ]


AGENTS = Report(
    "agen",
    "Daftar agen dan e-Warung",
    "Agen dengan bank, tempat, status, kunjungan terakhir, dan temuan yang masih terbuka.",
    "distribution.view_agent",
    (
        *PLACES,
        *(
            Column(name)
            for name in (
                "Bank", "ID agen", "Nama agen", "Jenis", "Status", "Akhir kontrak", "Mesin EDC",
            )
        ),
        Column("Kunjungan", True),
        Column("Kunjungan terakhir"),
        Column("Nilai terakhir (dari 7)", True),
        Column("Temuan terbuka", True),
    ),
    count=lambda wanted: _agents(wanted).count(),
    rows=_agent_rows,
    topic="Penyaluran",
    filters=(
        BANK,
        Filter("status", "Status", dict(Agent.Status.choices)),
        Filter("temuan", "Ada temuan terbuka", YES_NO),
    ),
)  # fmt: skip


def _reach(wanted: Wanted) -> list[Reach]:
    """Villages of the region with their agents today; one statement for each kabupaten/kota."""
    code = wanted.region.code
    regencies = Region.objects.filter(level=Region.Level.REGENCY)
    regencies = (
        regencies.filter(pk=code[:REGENCY_LENGTH])
        if len(code) >= REGENCY_LENGTH
        else regencies.filter(parent=code)
    )
    today = timezone.localdate()
    return [
        village
        for regency in regencies.order_by("code")
        for village in reach_of(regency.code, today)
        if village.code.startswith(code) and (wanted.option("tanpa") != "ya" or not village.agents)
    ]


def _reach_rows(wanted: Wanted):
    villages = _reach(wanted)
    names = names_of(village.code for village in villages)
    for village in villages:
        yield [
            *place_cells(village.code, names),
            village.families,
            village.agents,
            village.nearest,
            village.km,
        ]


REACH = Report(
    "jangkauan",
    "Jangkauan agen",
    "Setiap desa dengan KPM, agen yang melayaninya, dan agen aktif terdekat.",
    "distribution.view_agentvillage",
    (
        *PLACES,
        Column("KPM", True),
        Column("Agen yang melayani", True),
        Column("Agen terdekat"),
        Column("Jarak lurus (km)", True),
    ),
    count=lambda wanted: len(_reach(wanted)),
    rows=_reach_rows,
    topic="Penyaluran",
    filters=(Filter("tanpa", "Desa", {"ya": "Hanya yang tanpa agen"}),),
    is_signed=True,
)
