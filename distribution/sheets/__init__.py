"""The sheets of the payout. Pure: the check runs in a process that knows no Django."""

from distribution.sheets.agents import AGEN
from distribution.sheets.cards import KARTU
from distribution.sheets.payments import DAFTAR_BAYAR, HASIL_TOP_UP
from distribution.sheets.programmes import KEPESERTAAN
from distribution.sheets.purchases import TRANSAKSI

__all__ = ["AGEN", "DAFTAR_BAYAR", "HASIL_TOP_UP", "KARTU", "KEPESERTAAN", "TRANSAKSI"]
