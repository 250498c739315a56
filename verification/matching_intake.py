"""The kinds of sheet of the matching with Dukcapil. They are checked and previewed; nothing is
written from them."""

from accounts.roles import Role
from uploads.itself import Once, compare_with_itself
from uploads.kinds import SheetKind

JAWABAN_DUKCAPIL = SheetKind(
    key="jawaban_dukcapil",
    title="Jawaban Dukcapil",
    layout_path="verification.sheets:JAWABAN_DUKCAPIL",
    subject=("name", "nik", "village"),
    senders=frozenset({Role.DUKCAPIL, Role.PETUGAS, Role.KOORDINATOR}),
    # Who has moved within the province is an answer, not a mistake.
    compare=compare_with_itself(
        Once(("nik",), "NIK_DIJAWAB_DUA_KALI", "NIK ini"), outside="warning"
    ),
)

PERBAIKAN_NIK = SheetKind(
    key="perbaikan_nik",
    title="Perbaikan NIK",
    layout_path="verification.sheets:PERBAIKAN_NIK",
    subject=("name", "nik", "address"),
    senders=frozenset({Role.PETUGAS, Role.KOORDINATOR}),
    compare=compare_with_itself(
        Once(("member_id",), "ANGGOTA_DUA_KALI", "ID ART ini"),
        Once(("new_nik",), "NIK_BARU_DUA_KALI", "NIK perbaikan ini"),
        outside=None,
    ),
)
