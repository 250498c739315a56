"""The sheets of verification and matching. Pure: the check runs in a process without Django."""

from verification.sheets.dukcapil import JAWABAN_DUKCAPIL
from verification.sheets.nik_repair import PERBAIKAN_NIK
from verification.sheets.results import CORRECTIONS, HASIL_VERIFIKASI, NO, REASONS, YES

__all__ = [
    "CORRECTIONS",
    "HASIL_VERIFIKASI",
    "JAWABAN_DUKCAPIL",
    "NO",
    "PERBAIKAN_NIK",
    "REASONS",
    "YES",
]
