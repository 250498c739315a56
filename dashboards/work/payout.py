"""What the payout leaves to the district: cards, agents, findings of the reconciliation."""

from collections.abc import Iterator

from accounts.scope import Scope
from beneficiaries.models import Card
from dashboards import links
from dashboards.work.tasks import Waiting
from distribution.models import AgentFinding, OverlapFinding, ReconciliationFinding


def lines(user, code: str) -> Iterator[Waiting]:
    inside = Scope((code,))
    if user.has_perm("distribution.add_cardevent"):
        cards = Card.objects.visible_to(user).filter(inside.condition(Card.PLACE))
        yield Waiting(
            rows=cards.filter(status=Card.Status.DIBUKA),
            unit="KKS",
            title="Catat serah terima KKS",
            text="Kartu sudah dicetak bank, belum tercatat diterima KPM.",
            button="Lihat KKS",
            url=links.cards_to_hand_over(user, code),
        )
    if user.has_perm("distribution.change_agentfinding"):
        findings = AgentFinding.objects.visible_to(user).open()
        yield Waiting(
            rows=findings.filter(inside.condition(AgentFinding.PLACE)),
            unit="temuan",
            title="Tindak lanjuti temuan 6T di agen",
            text="Dari kunjungan agen dan pemeriksaan pemilik.",
            button="Lihat temuan",
            url=links.open_agent_findings(user, code),
            due_field="due_on",
        )
    if user.has_perm("distribution.decide_overlapfinding"):
        overlaps = OverlapFinding.objects.visible_to(user).open()
        yield Waiting(
            rows=overlaps.filter(inside.condition(OverlapFinding.PLACE)),
            unit="temuan",
            title="Putuskan tumpang tindih program",
            text="Satu orang menerima dua bantuan yang tidak boleh bersamaan.",
            button="Lihat temuan",
            url=links.open_overlaps(user, code),
        )
    if user.has_perm("distribution.handle_reconciliationfinding") and len(code) == 5:
        disagreements = ReconciliationFinding.objects.visible_to(user).open()
        yield Waiting(
            rows=disagreements.filter(inside.condition(ReconciliationFinding.PLACE)),
            unit="temuan",
            title="Jelaskan temuan rekonsiliasi",
            text="Daftar bayar, laporan bank, dan transaksi tidak sama.",
            button="Lihat temuan",
            url=links.open_findings(user, code),
            spread=("period", "periode salur"),
        )
