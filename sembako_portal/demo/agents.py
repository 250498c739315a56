"""The payout before the money comes, in the demo: budgets, agents, cards, other programmes."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from django.db import connection
from django.db.models import Count

from accounts.models import User
from beneficiaries.models import Bank, Enrollment, Quota
from distribution.actions import agents as actions
from distribution.actions import cards, overlap
from distribution.models import (
    CHECKLIST,
    Agent,
    AgentFinding,
    AgentVillage,
    Budget,
    OverlapFinding,
)
from regions.models import Region
from sembako_portal.demo import names
from sembako_portal.demo.population import REGENCIES

_KINDS = (
    (Agent.Kind.E_WARONG_KUBE, "E-WARONG", 35),
    (Agent.Kind.AGEN_BANK, "AGEN", 25),
    (Agent.Kind.WARUNG, "WARUNG", 15),
    (Agent.Kind.TOKO, "TOKO", 15),
    (Agent.Kind.RPK, "RPK", 5),
    (Agent.Kind.KOPERASI, "KOPERASI", 5),
)
_TITLES = ("BERKAH", "SEJAHTERA", "MAJU JAYA", "SUMBER REZEKI", "HAPAKAT", "ISEN MULANG", "BAHALAP")
_OCCUPATIONS = ("Pedagang", "Wiraswasta", "Mengurus rumah tangga", "Petani")
_BARRED = ("Perangkat Desa", "PNS", "Pengelola BUMDes")
_VISITS = 45
# Per cent of the KPM of a kabupaten/kota who live in remote villages that no agent serves.
_REMOTE = {
    "62.01": 6, "62.02": 7, "62.03": 7, "62.04": 8, "62.05": 11, "62.06": 16, "62.07": 18,
    "62.08": 6, "62.09": 9, "62.10": 15, "62.11": 6, "62.12": 25, "62.13": 6, "62.71": 0,
}  # fmt: skip
_RATE = 200_000
# Whose cards are found in every kabupaten/kota, beside those of the bank that pays there.
_OTHER_BANKS = {"002", "451"}
_REASONS = ("Kontrak tidak diperpanjang", "Pindah usaha", "Mesin EDC rusak sejak dua bulan")


def create_budgets(*, today: date) -> None:
    """Budgets and quotas of last year and this one by regency, close to the families enrolled.

    A quota that the demo has already is kept.
    """
    enrolled = dict(
        Enrollment.objects.active()
        .sembako()
        .values_list("regency_code")
        .annotate(Count("household", distinct=True))
        .order_by()
    )
    rows = [
        {
            "programme_id": "SEMBAKO",
            "region_id": code,
            "year": year,
            "families": families * (102 - number % 4) // 100,
            "legal_basis": f"DIPA Kementerian Sosial {year}",
        }
        for number, (code, families) in enumerate(sorted(enrolled.items()))
        for year in (today.year - 1, today.year)
    ]
    Quota.objects.bulk_create([Quota(**row) for row in rows], ignore_conflicts=True)
    Budget.objects.bulk_create(
        Budget(amount=row.pop("families") * 12 * _RATE, **row) for row in rows
    )


def create_agents(*, users: Mapping[str, User], today: date, seed: int) -> None:
    """Agents in most villages with KPM, neighbours served along, none in the remote ones; visits
    and their findings."""
    random = Random(seed)
    villages = Region.objects.filter(level=Region.Level.VILLAGE).order_by("code")
    villages = villages.only("code", "name", "parent_id", "latitude", "longitude")
    agents, served = [], []
    without: dict[str, list[str]] = {}
    everywhere = {village.code: village for village in villages}
    remote = _remote(everywhere)
    places = {code: village for code, village in everywhere.items() if code not in remote}
    for village in places.values():
        # Kelurahan and the villages that give a kecamatan its name nearly always have one.
        if random.random() > (0.9 if village.code[9] == "1" else 0.55):
            without.setdefault(village.parent_id, []).append(village.code)
            continue
        agents.append(_agent(random, village, len(agents), today))
    Agent.objects.bulk_create(agents)
    for agent in agents:
        neighbours = without.get(agent.village_id[:8], [])
        taken = [neighbours.pop() for _ in range(min(len(neighbours), random.choice((0, 1, 1, 2))))]
        served += [
            AgentVillage(agent=agent, village_id=code) for code in (agent.village_id, *taken)
        ]
    served += _filled_in(places, agents, served, today)
    AgentVillage.objects.bulk_create(served)
    _visit(random, agents, users=users, today=today)
    actions.check_owners()


def _remote(places: Mapping[str, Region]) -> set[str]:
    """The villages with the fewest KPM, of those the farthest from a kelurahan of their
    kabupaten/kota, as many as hold the share of its KPM in `_REMOTE`."""
    active = Enrollment.objects.active().sembako()
    families = Counter(active.values_list("village_id", flat=True))
    inside: dict[str, list[Region]] = {}
    for village in places.values():
        inside.setdefault(village.code[:5], []).append(village)
    remote = set()
    for regency, villages in inside.items():
        towns = [village for village in villages if village.code[9] == "1"]
        far = {
            village.code: min((_apart(village, town) for town in towns), default=0)
            for village in villages
            if families[village.code]
        }
        left = sum(families[code] for code in far) * _REMOTE[regency] // 100
        for code in sorted(far, key=lambda code: (families[code], -far[code])):
            left -= families[code]
            if left < 0:
                break
            remote.add(code)
    return remote


def _filled_in(
    places: Mapping[str, Region],
    agents: list[Agent],
    served: list[AgentVillage],
    today: date,
) -> list[AgentVillage]:
    """Villages that no agent of a bank whose cards are there serves today get the nearest one of
    their kecamatan, or of their kabupaten/kota."""
    reliable: dict[tuple[str, str], list[Agent]] = {}
    for agent in agents:
        if agent.serves_on(today):
            for around in (agent.village_id[:8], agent.village_id[:5]):
                reliable.setdefault((around, agent.bank_id), []).append(agent)
    taken = {(row.village_id, row.agent.bank_id) for row in served if row.agent.serves_on(today)}
    added = []
    for code, village in places.items():
        for bank in sorted({REGENCIES[code[:5]].bank, *_OTHER_BANKS}):
            near = reliable.get((code[:8], bank)) or reliable.get((code[:5], bank))
            if (code, bank) in taken or not near:
                continue
            nearest = min(near, key=lambda agent: _apart(village, places[agent.village_id]))
            added.append(AgentVillage(agent=nearest, village_id=code))
    return added


def _apart(one: Region, other: Region) -> Decimal:
    """Square degrees: enough to tell which of two is nearer."""
    if one.latitude is None or other.latitude is None:
        return Decimal(99)
    return (one.latitude - other.latitude) ** 2 + (one.longitude - other.longitude) ** 2


def _agent(random: Random, village: Region, number: int, today: date) -> Agent:
    kind, word, _ = random.choices(_KINDS, [weight for *_, weight in _KINDS])[0]
    born = date(1965, 1, 1) + timedelta(days=random.randrange(12_000))
    # Before the year of payouts that the demo tells of.
    begins = today - timedelta(days=500 + random.randrange(700))
    ends = random.choices(
        (None, today + timedelta(days=random.randrange(10, 700)), today - timedelta(days=40)),
        (50, 47, 3),
    )[0]
    status = random.choices(Agent.Status.values, (96, 2, 2))[0]
    near = village.latitude is not None and random.random() < 0.9
    return Agent(
        bank_id=_bank(random, village),
        agent_id=f"EW-{village.code[:8].replace('.', '')}-{9001 + number % 999:04d}{number // 999}",
        name=f"{word} {random.choice(_TITLES)} {village.name.upper()}"[:150],
        kind=kind,
        owner_name=random.choice(names.DAYAK.female),
        owner_nik=f"{village.code[:8].replace('.', '')}{born.day + 40:02d}{born:%m%y}"
        f"{9000 + number % 1000}",
        owner_occupation=random.choice(_BARRED if random.random() < 0.015 else _OCCUPATIONS),
        phone=f"0812 0000 {9000 + number % 1000}",
        village_id=village.code,
        address=f"JL. {random.choice(('MELATI', 'PASAR', 'TRANS KALIMANTAN', 'DERMAGA'))}",
        has_edc=random.choice((True, True, True, False, None)),
        latitude=_beside(random, village.latitude) if near else None,
        longitude=_beside(random, village.longitude) if near else None,
        contract_from=begins,
        contract_until=max(ends, begins) if ends else None,
        status=status,
        status_reason="" if status == Agent.Status.AKTIF else random.choice(_REASONS),
    )


def _bank(random: Random, village: Region) -> str:
    """Nearly always the bank that pays in the district."""
    if random.random() < 0.93:
        return REGENCIES[village.code[:5]].bank
    return random.choice(("002", "008", "009", "451"))


def _beside(random: Random, degrees: Decimal) -> Decimal:
    return degrees + Decimal(random.randrange(-9000, 9000)) / 1_000_000


def _visit(random: Random, agents: list[Agent], *, users: Mapping[str, User], today: date) -> None:
    by_regency = {
        "62.03": users["petugas.kapuas"],
        "62.06": users["petugas.katingan"],
        "62.71": users["petugas.palangkaraya"],
    }
    visitable = [
        agent
        for agent in agents
        if agent.status == Agent.Status.AKTIF and agent.village_id[:5] in by_regency
    ]
    for agent in random.sample(visitable, min(_VISITS, len(visitable))):
        by = by_regency[agent.village_id[:5]]
        if agent.village_id.startswith("62.03.08"):
            by = users["tksk.basarang"]
        actions.record_visit(
            agent,
            visited_on=today - timedelta(days=random.randrange(1, 60)),
            answers={name: random.random() > 0.07 for name in CHECKLIST},
            note="",
            by=by,
        )
    for finding in AgentFinding.objects.order_by("pk")[:12:2]:
        actions.move_finding(
            finding,
            status=AgentFinding.Status.SELESAI
            if finding.pk % 4 == 1
            else AgentFinding.Status.DITINDAKLANJUTI,
            follow_up="Agen ditegur bersama bank dan berjanji memperbaikinya.",
            by=by_regency[finding.village_id[:5]],
        )


def create_cards(*, users: Mapping[str, User], today: date) -> None:
    """The way of every card so far, and a burekol for those of Kapuas who have none."""
    with connection.cursor() as cursor:
        cursor.execute(_CARD_EVENTS)
    if not cards.count_waiting("62.03"):
        return  # a tiny demo
    officer = users["petugas.kapuas"]
    opening = cards.open_accounts(
        bank=Bank.objects.get(pk="002"),
        place=Region.objects.get(pk="62.03"),
        name="Tahap 3 tahun 2021",
        sent_on=today - timedelta(days=25),
        by=officer,
    )
    for number, member in enumerate(opening.members.order_by("pk")[:12]):
        failed = number % 4 == 3
        cards.decide_member(
            member,
            status="GAGAL" if failed else "SUKSES",
            reason="Nama ibu kandung berbeda dari data Dukcapil" if failed else "",
            account_number="" if failed else f"0012010009{90000 + number}",
            by=officer,
        )


_CARD_EVENTS = """
INSERT INTO distribution_cardevent (card_id, household_id, village_id, before, after, happened_on,
    note)
SELECT id, household_id, village_id, '', 'DIBUKA', coalesce(handed_over_on, created_at::date) - 20,
    'Burekol' FROM beneficiaries_card
UNION ALL
SELECT id, household_id, village_id, 'DIBUKA', 'DISERAHKAN', handed_over_on, ''
FROM beneficiaries_card WHERE handed_over_on IS NOT NULL
UNION ALL
SELECT id, household_id, village_id,
    CASE WHEN handed_over_on IS NULL THEN 'DIBUKA' ELSE 'DISERAHKAN' END, status,
    created_at::date, 'Laporan bank'
FROM beneficiaries_card WHERE status NOT IN ('DIBUKA', 'DISERAHKAN')
"""

# Every so-many-th family with Sembako is also in the village's own programme.
_BLT = """
INSERT INTO beneficiaries_enrollment (household_id, village_id, programme_id, started_on,
    end_reason, created_at, changed_at)
SELECT household_id, village_id, 'BLT_DD', %(since)s, '', created_at, changed_at
FROM beneficiaries_enrollment
WHERE programme_id = 'SEMBAKO' AND ended_on IS NULL AND household_id %% 61 = 7
"""


def create_overlaps(*, users: Mapping[str, User], today: date) -> None:
    """Some families receive BLT-DD beside Sembako; a few are decided."""
    with connection.cursor() as cursor:
        cursor.execute(_BLT, {"since": date(2021, 5, 1)})
    overlap.find_overlaps()
    found = OverlapFinding.objects.filter(regency_code="62.03").order_by("pk")
    for number, finding in enumerate(found[:6]):
        overlap.decide_overlap(
            finding,
            status=("DIBENARKAN", "DIUSULKAN")[number % 2],
            reason=(
                "BLT-DD sudah dihentikan desa sejak Agustus",
                "Masih menerima BLT-DD menurut kepala desa",
            )[number % 2],
            by=users["petugas.kapuas"],
        )
