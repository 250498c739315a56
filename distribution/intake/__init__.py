"""The kinds of sheet of the payout."""

from accounts.roles import Role
from distribution.intake import agents
from uploads.itself import Once, compare_with_itself
from uploads.kinds import SheetKind

_BANKS = frozenset({Role.BANK, Role.PETUGAS, Role.KOORDINATOR})

DAFTAR_BAYAR = SheetKind(
    key="daftar_bayar",
    title="Daftar bayar (BNBA/SP2D)",
    layout_path="distribution.sheets:DAFTAR_BAYAR",
    subject=("name", "nik", "village"),
    senders=_BANKS,
    compare=compare_with_itself(
        Once(("nik", "period"), "NIK_DIBAYAR_DUA_KALI", "NIK dengan periode ini"),
        Once(("card_number", "period"), "KARTU_DIBAYAR_DUA_KALI", "Nomor KKS dengan periode ini"),
    ),
)

HASIL_TOP_UP = SheetKind(
    key="hasil_top_up",
    title="Hasil top up",
    layout_path="distribution.sheets:HASIL_TOP_UP",
    subject=("name", "card_number", "village"),
    senders=_BANKS,
    compare=compare_with_itself(
        Once(
            ("card_number", "period", "status", "status_date"),
            "LAPORAN_DUA_KALI",
            "Laporan yang sama tentang KKS ini",
        ),
    ),
)

TRANSAKSI = SheetKind(
    key="transaksi",
    title="Transaksi pembelian",
    layout_path="distribution.sheets:TRANSAKSI",
    subject=("name", "card_number", "agent_name"),
    senders=_BANKS,
    compare=compare_with_itself(
        Once(
            ("transaction_number", "commodity"),
            "TRANSAKSI_DUA_KALI",
            "Nomor transaksi dengan barang ini",
        ),
        outside=None,
    ),
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
    compare=compare_with_itself(Once(("card_number",), "KARTU_DUA_KALI", "Nomor KKS ini")),
)

KINDS = (DAFTAR_BAYAR, HASIL_TOP_UP, TRANSAKSI, AGEN, KARTU)
