"""How the portal names what it finds in a sheet, and how it writes the values of a row."""

import re
from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import NamedTuple

from django.db.models import Q
from django.utils.formats import date_format

from regions.models import Region
from spreadsheets import cells
from spreadsheets.layout import Cleaned, Column, Layout
from uploads.models import Upload, UploadRow

Status = Upload.Status
Verdict = UploadRow.Verdict


class Look(NamedTuple):
    """A state as a badge shows it."""

    kind: str
    icon: str
    text: str


STATUS_LOOKS = {
    Status.DITERIMA: Look("info", "clock", "Menunggu giliran"),
    Status.DIPERIKSA: Look("info", "spin", "Sedang diperiksa"),
    Status.PERLU_PERBAIKAN: Look("warn", "warn", "Perlu perbaikan"),
    Status.SIAP: Look("info", "ok", "Siap diajukan"),
    Status.DIAJUKAN: Look("info", "send", "Diajukan"),
    Status.DIKEMBALIKAN: Look("warn", "undo", "Dikembalikan"),
    Status.DISETUJUI: Look("info", "spin", "Sedang diterapkan"),
    Status.DITERAPKAN: Look("ok", "ok", "Diterapkan"),
    Status.DIBATALKAN: Look("idle", "minus", "Dibatalkan"),
    Status.GAGAL: Look("bad", "bad", "Gagal"),
}

VERDICT_LOOKS = {
    Verdict.BARU: Look("baru", "new", "Baru"),
    Verdict.BERUBAH: Look("berubah", "swap", "Berubah"),
    Verdict.SAMA: Look("sama", "equal", "Sama"),
    Verdict.PERLU_DIPERIKSA: Look("periksa", "warn", "Perlu diperiksa"),
    Verdict.BERMASALAH: Look("masalah", "bad", "Bermasalah"),
}

# Short names of causes. A code that is not here is named by the message of its first finding.
CAUSE_TITLES = {
    "ALASAN_DIISI_PORTAL": "Alasan diisi TIDAK DITEMUKAN",
    "ALASAN_KOSONG": "Tidak layak tanpa alasan",
    "ALASAN_TIDAK_COCOK": "Alasan tidak sesuai hasil kunjungan",
    "BELUM_DIISI": "Hasil kunjungan belum diisi",
    "BUKAN_16_ANGKA": "Nomor bukan 16 angka",
    "BUKAN_NOMOR": "Isi sel bukan nomor",
    "BUKAN_RUPIAH": "Nilai rupiah tidak terbaca",
    "BUKAN_YA_TIDAK": "Isi bukan YA atau TIDAK",
    "BULAN_DI_DEPAN": "Tanggal bulan/hari dibalik",
    "DARI_JUDUL_LEMBAR": "Diisi dari judul di atas tabel",
    "DARI_NAMA_LEMBAR": "Diisi dari nama lembar",
    "DATA_PORTAL_DIUBAH": "Kolom terkunci diubah",
    "DESA_TIDAK_DIKENAL": "Desa tidak dikenal di kecamatan itu",
    "DIISI_DARI_ATAS": "Sel gabungan diisi dari baris di atasnya",
    "DIPERBAIKI_DI_PORTAL": "Diperbaiki di portal",
    "DITEMUKAN_KOSONG": "DITEMUKAN kosong",
    "DI_LUAR_WILAYAH": "Desa di luar wilayah unggahan",
    "DUA_NOMOR": "Dua nomor dalam satu sel",
    "HANYA_TAHUN": "Tanggal hanya berisi tahun",
    "HARI_BULAN_TERTUKAR": "Hari dan bulan lahir tertukar",
    "ID_KASUS_KOSONG": "ID KASUS kosong",
    "ID_KASUS_TIDAK_TERBACA": "ID KASUS bukan angka",
    "JENIS_KELAMIN_BEDA_NIK": "Jenis kelamin tidak sesuai NIK",
    "JENIS_KELAMIN_TIDAK_DIKENAL": "Jenis kelamin tidak terbaca",
    "JUMLAH_BEDA_PENGANTAR": "Jumlah baris berbeda dari surat pengantar",
    "KASUS_DIPILIH_DUA_KALI": "Kasus dipilih lebih dari sekali",
    "KASUS_DUA_KALI": "Kasus tertulis dua kali dalam berkas",
    "KASUS_SUDAH_DISETUJUI": "Kasus sudah disetujui dengan hasil lain",
    "KASUS_TIDAK_DIKENAL": "Kasus bukan dari putaran atau wilayah ini",
    "KELUARGA_DUA_KEPALA": "Keluarga dengan dua kepala keluarga",
    "KELUARGA_TANPA_KEPALA": "Keluarga tanpa kepala keluarga",
    "KK_BEBERAPA_KELUARGA": "Nomor KK dipakai beberapa keluarga",
    "KK_DUA_DESA": "Nomor KK di lebih dari satu desa",
    "KK_TIDAK_WAJAR": "Susunan nomor KK tidak lazim",
    "KOLOM_ANGKA_RUSAK": "Kolom nomor rusak karena Excel",
    "KOLOM_BERLEBIH": "Isi melewati kolom terakhir",
    "KOLOM_TIDAK_LENGKAP": "Baris teks kurang kolom",
    "KUNJUNGAN_KOSONG": "Tanggal kunjungan kosong",
    "KUNJUNGAN_LEWAT_TENGGAT": "Kunjungan jauh setelah tenggat",
    "KUNJUNGAN_SEBELUM_PUTARAN": "Kunjungan sebelum putaran dimulai",
    "KUNJUNGAN_SETELAH_HARI_INI": "Kunjungan setelah hari ini",
    "LAHIR_SETELAH_HARI_INI": "Tanggal lahir setelah hari ini",
    "LAYAK_DENGAN_ALASAN": "Layak tetapi ada alasan tidak layak",
    "LAYAK_KOSONG": "LAYAK kosong",
    "LAYAK_TANPA_DITEMUKAN": "Layak tetapi tidak ditemukan",
    "MENUNGGU_DI_UNGGAHAN_LAIN": "Menunggu dalam unggahan lain",
    "NAMA_BERANGKA": "Nama memuat angka",
    "NAMA_KOSONG": "Nama kosong",
    "NIK_ATAS_NAMA_LAIN": "NIK terdaftar atas nama lain",
    "NIK_DIPILIH_DUA_KALI": "NIK dipilih lebih dari sekali",
    "NIK_DUA_KALI": "NIK tertulis dua kali dalam berkas",
    "NIK_GANDA_TERDAFTAR": "NIK dipakai beberapa orang terdaftar",
    "NIK_KOSONG": "NIK kosong",
    "NIK_MILIK_ORANG_LAIN": "NIK perbaikan milik orang lain",
    "NIK_MUSTAHIL": "NIK tidak mungkin benar",
    "NOMOR_DIRAPIKAN": "Tanda baca pada nomor dirapikan",
    "NOMOR_URUT_0000": "Nomor rusak karena Excel",
    "NOTASI_ILMIAH": "Nomor rusak karena Excel",
    "PANJANG_NOMOR": "Jumlah angka nomor tidak tepat",
    "PENGURUS_MENINGGAL": "Pengurus keluarga meninggal",
    "PERBAIKAN_TANPA_BERTEMU": "Perbaikan tanpa bertemu keluarga",
    "PILIHAN_TIDAK_DIKENAL": "Isi tidak ada dalam pilihan",
    "PINDAH_KABUPATEN": "Pindah dari kabupaten lain",
    "RT_RW_DIPISAH": "RT dan RW dipisahkan",
    "RT_RW_JADI_TANGGAL": "RT/RW terbaca sebagai tanggal",
    "RT_RW_TIDAK_TERBACA": "RT/RW tidak terbaca",
    "RUMUS_TANPA_NILAI": "Rumus tanpa nilai",
    "SATU_ORANG_DUA_BARIS": "Satu orang dalam dua baris",
    "SATU_SATUNYA_MENINGGAL": "Anggota satu-satunya meninggal",
    "SEL_ANGKA": "Nomor tersimpan sebagai angka",
    "SEL_ANGKA_TIDAK_TEPAT": "Nomor rusak karena Excel",
    "SEL_GALAT": "Sel berisi galat lembar kerja",
    "TAHUN_DUA_ANGKA": "Tahun ditulis dua angka",
    "TANGGAL_LAHIR_BEDA_NIK": "Tanggal lahir tidak sesuai NIK",
    "TANGGAL_SERIAL": "Tanggal tersimpan sebagai angka",
    "TANGGAL_SISTEM_1904": "Tanggal berupa angka sejak 1904",
    "TANGGAL_TANPA_PEMISAH": "Tanggal tanpa pemisah",
    "TANGGAL_TIDAK_ADA": "Tanggal tidak ada di kalender",
    "TANGGAL_TIDAK_TERBACA": "Tanggal tidak terbaca",
    "TANPA_KELUARGA": "Keluarga tidak diketahui",
    "TANPA_PENGURUS": "Keluarga tanpa pengurus terdaftar",
    "TERDAFTAR_DI_KABUPATEN_LAIN": "Terdaftar di kabupaten lain",
    "TERSEMBUNYI_DIBACA": "Bagian tersembunyi ikut dibaca",
    "WILAYAH_SPELLING": "Ejaan nama wilayah dirapikan",
}

# What rules derive and a comparison may change besides the columns has no heading of its own.
DERIVED_HEADINGS = {
    "village": "Desa/kelurahan",
    "new_village": "Perbaikan desa/kelurahan",
    "active": "Terdaftar aktif",
    "family_active": "Keluarga aktif",
    "family": "Pindah ke KK",
}

_REGION = re.compile(r"\d\d\.\d\d\.\d\d\.\d{4}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_LONG_NUMBER = re.compile(r"\d{10,}")
_NOT_DIGIT = re.compile(r"\D")
_WORD = re.compile(r"[A-Z]+")
_ABBREVIATIONS = frozenset(
    "ID NIK NOKK KK KKS RT RW DTKS DTSEN BPNT PPKM PKH PBI JKN KPM HP SHDK ART".split()  # noqa: SIM905
)
IDENTITY_DIGITS = 10


def is_identity(text: str) -> bool:
    """Ten digits or more, however they are spaced, are somebody's number, whatever the column.

    A dotted region code is none.
    """
    return not _REGION.fullmatch(text) and len(_NOT_DIGIT.sub("", text)) >= IDENTITY_DIGITS


def without_numbers(message: str) -> str:
    """A message with the identity numbers in it masked as in lists.

    >>> without_numbers("NIK 6203085205839017 sudah terdaftar.")
    'NIK 6203 •••••••••• 17 sudah terdaftar.'
    """
    return _LONG_NUMBER.sub(
        lambda number: f"{number[0][:4]} {'•' * (len(number[0]) - 6)} {number[0][-2:]}", message
    )


def duration(seconds: float) -> str:
    """A length of time as people say it; below a second it is not worth a number.

    >>> duration(0.4), duration(95), duration(600)
    ('kurang dari 1 detik', '1 menit 35 detik', '10 menit')
    """
    whole = round(seconds)
    if whole < 1:
        return "kurang dari 1 detik"
    minutes, rest = divmod(whole, 60)
    if not minutes:
        return f"{rest} detik"
    return f"{minutes} menit {rest} detik" if rest and minutes < 10 else f"{minutes} menit"


def file_size(size: int) -> str:
    """
    >>> file_size(812), file_size(40_000), file_size(1_468_000)
    ('1 KB', '39 KB', '1,4 MB')
    """
    if size >= 2**20:
        return f"{size / 2**20:.1f} MB".replace(".", ",")
    return f"{max(1, round(size / 2**10))} KB"


class Texts:
    """The values of one layout as people read and type them.

    A page makes one, and `learn`s the region codes of all its rows at once.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.columns = {column.field: column for column in layout.columns}
        self.position = {name: index for index, name in enumerate(layout.fields)}
        self.places: dict[str, str] = {}
        self.districts: list[Region] = []
        self.learn_districts_of = ""

    @cached_property
    def choices(self) -> dict[str, dict[str, str]]:
        """For each column of choices: canonical text -> the choice as the sheet offers it."""
        found: dict[str, dict[str, str]] = {}
        for column in self.layout.columns:
            for choice in column.choices:
                cleaned = column.clean(choice)
                stored = cleaned.value if isinstance(cleaned, Cleaned) else cleaned
                found.setdefault(column.field, {}).setdefault(stored, choice)
        return found

    def heading(self, field: str) -> str:
        if field in self.columns:
            return self.columns[field].heading
        return DERIVED_HEADINGS.get(field, field.replace("_", " ").capitalize())

    def label(self, field: str) -> str:
        """The heading in quiet letters: TANGGAL LAHIR becomes Tanggal lahir, NIK stays NIK."""
        heading = self.heading(field)
        if not heading.isupper():
            return heading
        quiet = _WORD.sub(
            lambda word: word[0] if word[0] in _ABBREVIATIONS else word[0].lower(), heading
        )
        return quiet[0].upper() + quiet[1:]

    def learn(self, texts: Iterable[str]) -> None:
        """Look up the names of the region codes among `texts`, all in one query.

        With them come the kecamatan of the region `learn_districts_of`, for a filter.
        """
        codes = {text for text in texts if text and _REGION.fullmatch(text)} - self.places.keys()
        wanted = Q(code__in=codes)
        if self.learn_districts_of:
            wanted |= Q(parent=self.learn_districts_of, level=Region.Level.DISTRICT)
        if not codes and not self.learn_districts_of:
            return
        for region in Region.objects.filter(wanted).select_related("parent").order_by("name"):
            if region.level == Region.Level.DISTRICT:
                self.districts.append(region)
            else:
                self.places[region.code] = f"{region.name}, {region.parent.name}"
        self.learn_districts_of = ""

    def shown(self, field: str, value: str) -> str:
        """A canonical value in words: dates in full, choices as offered, places by name."""
        if value in self.places:
            return self.places[value]
        if field in self.choices:
            return self.choices[field].get(value, value)
        if _DATE.fullmatch(value):
            try:
                return date_format(date.fromisoformat(value), "j F Y")
            except ValueError:
                return value
        return value

    def typed(self, field: str, value: str) -> str:
        """A canonical value as somebody would type it into the sheet."""
        if _DATE.fullmatch(value) and self.is_date(field):
            return f"{value[8:]}-{value[5:7]}-{value[:4]}"
        return self.shown(field, value) if field in self.choices else value

    def is_date(self, field: str) -> bool:
        column: Column | None = self.columns.get(field)
        return column is not None and (column.kind == "date" or column.clean is cells.date)
