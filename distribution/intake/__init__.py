"""The kinds of sheet of the payout."""

from accounts.roles import Role
from distribution.intake import agents, cards, lists, programmes, purchases, reports, shared
from uploads.kinds import SheetKind

_BANKS = frozenset({Role.BANK, Role.PETUGAS, Role.KOORDINATOR})

DAFTAR_BAYAR = SheetKind(
    key="daftar_bayar",
    title="Daftar bayar (BNBA/SP2D)",
    layout_path="distribution.sheets:DAFTAR_BAYAR",
    subject=("name", "nik", "village"),
    senders=_BANKS,
    admit=shared.admit,
    lock=lists.lock,
    compare=lists.compare,
    apply=lists.apply,
    revert=lists.revert,
    follow=shared.follow,
    references=shared.open_periods,
    reference_name=shared.period_name,
    reference_asked=shared.PERIOD_ASKED,
)

HASIL_TOP_UP = SheetKind(
    key="hasil_top_up",
    title="Hasil top up",
    layout_path="distribution.sheets:HASIL_TOP_UP",
    subject=("name", "card_number", "village"),
    senders=_BANKS,
    admit=shared.admit,
    lock=reports.lock,
    compare=reports.compare,
    apply=reports.apply,
    revert=reports.revert,
    follow=shared.follow,
    references=shared.open_periods,
    reference_name=shared.period_name,
    reference_asked=shared.PERIOD_ASKED,
)

TRANSAKSI = SheetKind(
    key="transaksi",
    title="Transaksi pembelian",
    layout_path="distribution.sheets:TRANSAKSI",
    subject=("name", "card_number", "agent_name"),
    senders=_BANKS,
    admit=shared.admit_bank,
    lock=purchases.lock,
    compare=purchases.compare,
    apply=purchases.apply,
    revert=purchases.revert,
)

AGEN = SheetKind(
    key="agen",
    title="Agen dan e-Warung",
    layout_path="distribution.sheets:AGEN",
    subject=("name", "agent_id", "village"),
    senders=_BANKS,
    admit=agents.admit,
    compare=agents.compare,
    lock=agents.lock,
    apply=agents.apply,
    revert=agents.revert,
)

KARTU = SheetKind(
    key="kartu",
    title="Kartu (KKS)",
    layout_path="distribution.sheets:KARTU",
    subject=("name", "card_number", "village"),
    senders=_BANKS,
    admit=cards.admit,
    compare=cards.compare,
    lock=cards.lock,
    apply=cards.apply,
    revert=cards.revert,
)

KEPESERTAAN = SheetKind(
    key="kepesertaan_program",
    title="Kepesertaan program lain",
    layout_path="distribution.sheets:KEPESERTAAN",
    subject=("name", "nik", "programme"),
    senders=frozenset({Role.PETUGAS, Role.KOORDINATOR}),
    compare=programmes.compare,
    lock=programmes.lock,
    apply=programmes.apply,
    revert=programmes.revert,
)

KINDS = (DAFTAR_BAYAR, HASIL_TOP_UP, TRANSAKSI, AGEN, KARTU, KEPESERTAAN)
