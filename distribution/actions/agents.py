"""Changes of agents that people decide one by one, and the check of their owners."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import pghistory
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import require
from distribution.models import CHECKLIST, Agent, AgentFinding, AgentVillage, AgentVisit

DAYS_TO_FOLLOW_UP = 14
Kind = AgentFinding.Kind
# What an answer "no" is found to be, in the order of the checklist.
FINDING_OF = dict(
    zip(
        CHECKLIST,
        (Kind.HARGA, Kind.KUALITAS, Kind.JUMLAH, Kind.PAKET, Kind.PAKSAAN, Kind.TUNAI, Kind.TUTUP),
        strict=True,
    )
)


# Why an owner is of a barred group: `{owners}` gives key, occupation and NIK of each.
_BARRED = """
SELECT o.key, g.is_refused, g.name || ' (' || why.source || ')' AS reason
FROM {owners} o CROSS JOIN distribution_barredgroup g CROSS JOIN LATERAL (
    SELECT 'pekerjaan ' || o.occupation AS source, o.occupation
    UNION ALL
    SELECT 'pekerjaan dalam register ' || p.occupation, p.occupation
    FROM beneficiaries_person p WHERE p.nik = o.nik AND o.nik <> '' AND p.is_active
    UNION ALL
    SELECT 'tercatat sebagai ' || b.name, NULL
    FROM distribution_barredperson b WHERE b.nik = o.nik AND b.group_id = g.code
) why
WHERE why.occupation IS NULL OR EXISTS (
    SELECT FROM unnest(g.words) word WHERE position(
        ' ' || upper(word) || ' '
        IN ' ' || upper(regexp_replace(why.occupation, '[^[:alnum:]]+', ' ', 'g')) || ' ') > 0)
"""
AGENTS = "(SELECT id AS key, owner_occupation AS occupation, owner_nik AS nik FROM {table})"


def barred(owners: str) -> str:
    """SQL of the owners of a barred group: key, is_refused, reason; `owners` is a relation."""
    return _BARRED.format(owners=owners)


@transaction.atomic
def check_owners(agents: Iterable[int] | None = None) -> int:
    """Write a finding for each agent whose owner is of a barred group; tells how many are new.

    An open finding stays as it is, and what was closed for the same reason is not brought up again.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO distribution_agentfinding
                (agent_id, village_id, kind, detail, status, found_on, due_on, follow_up)
            SELECT a.id, a.village_id, 'PEMILIK', x.detail, 'TERBUKA', %(today)s, %(due)s, ''
            FROM (
                SELECT key, left(string_agg(DISTINCT reason, '; '), 250) AS detail
                FROM ({barred(AGENTS.format(table="distribution_agent"))}) b GROUP BY key
            ) x JOIN distribution_agent a ON a.id = x.key
            WHERE a.status <> 'NONAKTIF' AND (%(all)s OR a.id = ANY (%(agents)s))
                AND NOT EXISTS (SELECT FROM distribution_agentfinding f
                    WHERE f.agent_id = a.id AND f.kind = 'PEMILIK' AND f.detail = x.detail)
            ON CONFLICT DO NOTHING
            """,
            {
                "today": (today := timezone.localdate()),
                "due": today + timedelta(days=DAYS_TO_FOLLOW_UP),
                "all": agents is None,
                "agents": list(agents or ()),
            },
        )
        return cursor.rowcount


def refused_owner(agent: Agent) -> str:
    """Why this owner may not have an outlet at all; empty when nothing forbids it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(DISTINCT reason, '; ') FROM ("
            + barred("(SELECT 0 AS key, %s::text AS occupation, %s::text AS nik)")
            + ") b WHERE is_refused",
            [agent.owner_occupation, agent.owner_nik],
        )
        return cursor.fetchone()[0] or ""


@transaction.atomic
def save_agent(agent: Agent, *, by: User) -> Agent:
    """Write an agent entered in the portal; it serves its own village."""
    require(by, f"distribution.{'change' if agent.pk else 'add'}_agent", agent.village_id)
    if agent.status == Agent.Status.AKTIF and (why := refused_owner(agent)):
        raise ValidationError(f"Pemilik tidak boleh memiliki agen: {why}.")
    agent.source_upload, agent.source_row, agent.source_user = None, None, by
    with pghistory.context(user=by.pk):
        agent.save()
    AgentVillage.objects.get_or_create(agent=agent, village_id=agent.village_id)
    check_owners([agent.pk])
    return agent


@transaction.atomic
def set_agent_status(agent: Agent, *, status: str, reason: str, by: User) -> Agent:
    """Suspend, stop or reactivate; the reason is told except when it becomes active."""
    agent = Agent.objects.select_for_update().get(pk=agent.pk)
    require(by, "distribution.set_status_agent", agent.village_id)
    if status not in Agent.TRANSITIONS[agent.status]:
        raise ValidationError(
            f"Agen ini sudah {agent.get_status_display().lower()}. Muat ulang halaman ini."
        )
    if status == Agent.Status.AKTIF:
        if why := refused_owner(agent):
            raise ValidationError(f"Pemilik tidak boleh memiliki agen: {why}.")
        reason = ""
    elif not reason.strip():
        raise ValidationError("Sebutkan alasan agen ditangguhkan atau dinonaktifkan.")
    agent.status, agent.status_reason = status, reason.strip()
    agent.source_upload, agent.source_row, agent.source_user = None, None, by
    with pghistory.context(user=by.pk):
        agent.save()
    return agent


@transaction.atomic
def record_visit(
    agent: Agent, *, visited_on: date, answers: Mapping[str, bool], note: str, by: User
) -> AgentVisit:
    """Keep a visit with its checklist; each answer "no" becomes a finding, unless one is open."""
    agent = Agent.objects.select_for_update().get(pk=agent.pk)
    require(by, "distribution.add_agentvisit", agent.village_id)
    today = timezone.localdate()
    if visited_on > today:
        raise ValidationError("Tanggal kunjungan setelah hari ini; isi tanggal yang sebenarnya.")
    visit = AgentVisit(
        agent=agent,
        village_id=agent.village_id,
        visited_on=visited_on,
        visited_by=by,
        note=note.strip(),
        **{name: answers[name] for name in CHECKLIST},
    )
    visit.full_clean(exclude=["village"])
    visit.save()
    AgentFinding.objects.bulk_create(
        [
            AgentFinding(
                agent=agent,
                village_id=agent.village_id,
                visit=visit,
                kind=FINDING_OF[name],
                found_on=visited_on,
                due_on=today + timedelta(days=DAYS_TO_FOLLOW_UP),
            )
            for name in CHECKLIST
            if not answers[name]
        ],
        ignore_conflicts=True,
    )
    return visit


@transaction.atomic
def move_finding(finding: AgentFinding, *, status: str, follow_up: str, by: User) -> AgentFinding:
    """Follow a finding up, close it with what was done, or open a closed one again."""
    finding = AgentFinding.objects.select_for_update().get(pk=finding.pk)
    require(by, "distribution.change_agentfinding", finding.village_id)
    Status = AgentFinding.Status
    if status not in AgentFinding.TRANSITIONS[finding.status]:
        raise ValidationError(
            f"Temuan ini sudah {finding.get_status_display().lower()}. Muat ulang halaman ini."
        )
    if status != Status.TERBUKA and not follow_up.strip():
        raise ValidationError("Tulis tindak lanjutnya: apa yang dilakukan dan hasilnya.")
    if status == Status.TERBUKA and _is_open_again(finding):
        raise ValidationError("Temuan yang sama tentang agen ini masih terbuka.")
    finding.status = status
    finding.follow_up = follow_up.strip() or finding.follow_up
    closed = status == Status.SELESAI
    finding.closed_by, finding.closed_at = (by, timezone.now()) if closed else (None, None)
    finding.save()
    return finding


def _is_open_again(finding: AgentFinding) -> bool:
    same = AgentFinding.objects.open().filter(agent=finding.agent_id, kind=finding.kind)
    return same.exclude(pk=finding.pk).exists()
