"""How the portal names what it finds in a sheet, and how it writes the values of a row."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from django.db.models import Q
from django.utils.formats import date_format

from regions.models import Region
from spreadsheets import cells
from spreadsheets.layout import Cleaned, Column, Layout
from spreadsheets.words import thousands
from uploads import kinds
from uploads.models import Upload, UploadIssue, UploadRow

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

# What is only checked is compared with nothing that is registered, and is never handed in.
_PREVIEW_LOOKS = {
    Status.SIAP: Look("ok", "ok", "Selesai diperiksa"),
    Verdict.BARU: Look("baru", "ok", "Tanpa temuan"),
}


def status_look(upload: Upload, status: str) -> Look:
    if kinds.get(upload.kind).is_preview and status in _PREVIEW_LOOKS:
        return _PREVIEW_LOOKS[status]
    return STATUS_LOOKS[status]


def verdict_look(upload: Upload, verdict: str) -> Look:
    if kinds.get(upload.kind).is_preview and verdict in _PREVIEW_LOOKS:
        return _PREVIEW_LOOKS[verdict]
    return VERDICT_LOOKS[verdict]


# Short names of causes. A code that is not here is named by the message of its first finding.
CAUSE_TITLES = {
    "ABAD_LAHIR_RAGU": "Abad tahun lahir diragukan",
    "AGEN_BANK_LAIN": "Agen milik bank lain",
    "AGEN_BERHENTI_TANPA_ALASAN": "Agen berhenti tanpa alasan",
    "AGEN_DUA_KALI": "Agen tertulis dua kali",
    "AGEN_KOSONG": "ID agen kosong",
    "ALAMAT_LUAR_PROVINSI": "Alamat di luar Kalimantan Tengah",
    "ALASAN_DIISI_PORTAL": "Alasan diisi TIDAK DITEMUKAN",
    "ALASAN_KOSONG": "Tidak layak tanpa alasan",
    "ALASAN_TIDAK_COCOK": "Alasan tidak sesuai hasil kunjungan",
    "ANGGOTA_DUA_KALI": "Anggota tertulis dua kali",
    "ANGGOTA_TIDAK_DIKENAL": "Orang yang diperbaiki tidak disebut",
    "BANK_KOSONG": "Bank kosong",
    "BARANG_MELEBIHI_NOMINAL": "Harga barang melebihi nominal",
    "BARIS_TERGESER": "Isi baris bergeser satu kolom",
    "BELUM_DIISI": "Hasil kunjungan belum diisi",
    "BERAKHIR_SEBELUM_MULAI": "Berakhir sebelum dimulai",
    "BERAKHIR_TANPA_ALASAN": "Berakhir tanpa alasan",
    "BUKAN_16_ANGKA": "Nomor bukan 16 angka",
    "BUKAN_BILANGAN": "Isi sel bukan bilangan",
    "BUKAN_NOMOR": "Isi sel bukan nomor",
    "BUKAN_RUPIAH": "Nilai rupiah tidak terbaca",
    "BUKAN_YA_TIDAK": "Isi bukan YA atau TIDAK",
    "BULAN_DI_DEPAN": "Tanggal bulan/hari dibalik",
    "BULAN_DI_LUAR_1_12": "Jumlah bulan di luar 1 sampai 12",
    "BUREKOL_GAGAL_BERKARTU": "Burekol gagal tetapi ada kartu",
    "BUREKOL_TIDAK_ADA": "Tidak ada burekol untuk orang ini",
    "DARI_JUDUL_LEMBAR": "Diisi dari judul di atas tabel",
    "DARI_NAMA_LEMBAR": "Diisi dari nama lembar",
    "DATA_PORTAL_DIUBAH": "Kolom terkunci diubah",
    "DESA_DARI_KODE": "Desa diambil dari kode wilayah",
    "DESA_KOSONG": "Desa/kelurahan kosong",
    "DESA_LAYANAN_TIDAK_DIKENAL": "Desa layanan tidak dikenal",
    "DESA_TIDAK_DIKENAL": "Desa tidak dikenal di kecamatan itu",
    "DIISI_DARI_ATAS": "Sel gabungan diisi dari baris di atasnya",
    "DIPERBAIKI_DI_PORTAL": "Diperbaiki di portal",
    "DITEMUKAN_KOSONG": "DITEMUKAN kosong",
    "DI_LUAR_WILAYAH": "Desa di luar wilayah unggahan",
    "DUA_NOMOR": "Dua nomor dalam satu sel",
    "GAGAL_TANPA_ALASAN": "Status gagal tanpa alasan",
    "HANYA_TAHUN": "Tanggal hanya berisi tahun",
    "HARI_BULAN_DIBALIK": "Hari dan bulan dibalik sesuai NIK",
    "HARI_BULAN_TERTUKAR": "Hari dan bulan lahir tertukar",
    "ID_KASUS_KOSONG": "ID KASUS kosong",
    "ID_KASUS_TIDAK_TERBACA": "ID KASUS bukan angka",
    "JAM_TIDAK_TERBACA": "Jam tidak terbaca",
    "JENIS_KELAMIN_BEDA_NIK": "Jenis kelamin tidak sesuai NIK",
    "JENIS_KELAMIN_TIDAK_DIKENAL": "Jenis kelamin tidak terbaca",
    "JUMLAH_BEDA_PENGANTAR": "Jumlah baris berbeda dari surat pengantar",
    "JUMLAH_BULAN_BEDA_PERIODE": "Jumlah bulan tidak sesuai periode",
    "JUMLAH_NEGATIF": "Jumlah barang negatif",
    "JUMLAH_NOL": "Jumlah nol",
    "KARTU_AKTIF_LAIN": "Pemegang masih punya kartu aktif lain",
    "KARTU_ATAS_NAMA_LAIN": "Kartu tercatat atas nama lain",
    "KARTU_BANK_LAIN": "Kartu milik bank lain",
    "KARTU_BELUM_TERCATAT": "Kartu belum tercatat",
    "KARTU_DIBAYAR_DUA_KALI": "Kartu dibayar dua kali dalam satu periode",
    "KARTU_DUA_KALI": "Kartu tertulis dua kali",
    "KARTU_PENGGANTI_DIPAKAI": "Nomor kartu pengganti sudah dipakai",
    "KARTU_PENGGANTI_KOSONG": "Nomor kartu pengganti kosong",
    "KARTU_PENGGANTI_SAMA": "Kartu pengganti sama dengan yang diganti",
    "KASUS_BERAKHIR": "Kasus sudah diakhiri",
    "KASUS_DIPILIH_DUA_KALI": "Kasus dipilih lebih dari sekali",
    "KASUS_DISAHKAN": "Kasus ada dalam daftar yang disahkan",
    "KASUS_DUA_KALI": "Kasus tertulis dua kali dalam berkas",
    "KASUS_SUDAH_DISETUJUI": "Kasus sudah disetujui dengan hasil lain",
    "KASUS_TIDAK_DIKENAL": "Kasus bukan dari putaran atau wilayah ini",
    "KELUARGA_DUA_KEPALA": "Keluarga dengan dua kepala keluarga",
    "KELUARGA_TANPA_KEPALA": "Keluarga tanpa kepala keluarga",
    "KELUARGA_TIDAK_DISEBUT": "Keluarga tidak disebut",
    "KELUARGA_TIDAK_PASTI": "Nomor dipakai beberapa keluarga",
    "KELUARGA_TIDAK_TERDAFTAR": "Keluarga tidak terdaftar",
    "KEPESERTAAN_DUA_KALI": "Keluarga dan program tertulis dua kali",
    "KKS_KOSONG": "Nomor KKS kosong",
    "KK_BEBERAPA_KELUARGA": "Nomor KK dipakai beberapa keluarga",
    "KK_DUA_DESA": "Nomor KK di lebih dari satu desa",
    "KK_TIDAK_WAJAR": "Susunan nomor KK tidak lazim",
    "KODE_WILAYAH_BEDA_NAMA": "Kode wilayah tidak sesuai nama desa",
    "KODE_WILAYAH_TIDAK_DIKENAL": "Kode wilayah tidak dikenal",
    "KODE_WILAYAH_TIDAK_TERBACA": "Nomor wilayah tidak terbaca",
    "KOLOM_ANGKA_RUSAK": "Kolom nomor rusak karena Excel",
    "KOLOM_BERLEBIH": "Isi melewati kolom terakhir",
    "KOLOM_DARI_ISI": "Kolom dikenali dari isinya",
    "KOLOM_TANPA_JUDUL": "Kolom tanpa judul",
    "KOLOM_TERTUKAR": "Letak kolom diragukan",
    "KOLOM_TIDAK_LENGKAP": "Baris teks kurang kolom",
    "KOMODITAS_KOSONG": "Nama komoditas kosong",
    "KONTRAK_LEWAT": "Kontrak agen sudah berakhir",
    "KONTRAK_TERBALIK": "Kontrak berakhir sebelum dimulai",
    "KOORDINAT_DI_LUAR_KALTENG": "Koordinat di luar Kalimantan Tengah",
    "KOORDINAT_MUSTAHIL": "Koordinat tidak mungkin",
    "KOORDINAT_SEBELAH": "Hanya satu koordinat terisi",
    "KOORDINAT_TERTUKAR": "Lintang dan bujur tertukar",
    "KPM_SESUDAH_PUTARAN": "Menjadi KPM sesudah masuk putaran",
    "KUNJUNGAN_KOSONG": "Tanggal kunjungan kosong",
    "KUNJUNGAN_LEWAT_TENGGAT": "Kunjungan jauh setelah tenggat",
    "KUNJUNGAN_SEBELUM_PUTARAN": "Kunjungan sebelum putaran dimulai",
    "KUNJUNGAN_SETELAH_HARI_INI": "Kunjungan setelah hari ini",
    "LAHIR_SETELAH_HARI_INI": "Tanggal lahir setelah hari ini",
    "LAPORAN_DUA_KALI": "Laporan tertulis dua kali",
    "LAYAK_DENGAN_ALASAN": "Layak tetapi ada alasan tidak layak",
    "LAYAK_KOSONG": "LAYAK kosong",
    "LAYAK_TANPA_DITEMUKAN": "Layak tetapi tidak ditemukan",
    "MENUNGGU_DI_UNGGAHAN_LAIN": "Menunggu dalam unggahan lain",
    "NAMA_ALMARHUM": "Nama memuat ALM. atau ALMH.",
    "NAMA_BERANGKA": "Nama memuat angka",
    "MULAI_KOSONG": "Tanggal mulai kosong",
    "NAMA_KOSONG": "Nama kosong",
    "NAMA_NIK_TERTUKAR": "Nama dan NIK tertukar",
    "NIK_ATAS_NAMA_LAIN": "NIK terdaftar atas nama lain",
    "NIK_BARU_DUA_KALI": "NIK perbaikan tertulis dua kali",
    "NIK_DIBAYAR_DUA_KALI": "NIK dibayar dua kali dalam satu periode",
    "NIK_DIJAWAB_DUA_KALI": "NIK dijawab dua kali",
    "NIK_DIPILIH_DUA_KALI": "NIK dipilih lebih dari sekali",
    "NIK_DUA_KALI": "NIK tertulis dua kali dalam berkas",
    "NIK_GANDA_TERDAFTAR": "NIK dipakai beberapa orang terdaftar",
    "NIK_KK_TERTUKAR": "NIK dan nomor KK tertukar",
    "NIK_KOSONG": "NIK kosong",
    "NIK_LAMA_RUSAK": "NIK lama tidak utuh",
    "NIK_MILIK_ORANG_LAIN": "NIK perbaikan milik orang lain",
    "NIK_MUSTAHIL": "NIK tidak mungkin benar",
    "NOMINAL_KOSONG": "Nominal kosong",
    "NOMOR_DENGAN_TULISAN": "Nomor bercampur tulisan",
    "NOMOR_DIRAPIKAN": "Tanda baca pada nomor dirapikan",
    "NOMOR_URUT_0000": "Empat angka terakhir NIK 0000",
    "NOTASI_ILMIAH": "Nomor tertulis dalam notasi ilmiah",
    "PANJANG_NOMOR": "Jumlah angka nomor tidak tepat",
    "PEMEGANG_GANDA": "NIK pemegang dipakai beberapa orang",
    "PEMEGANG_TIDAK_DIKENAL": "Pemegang kartu tidak disebut",
    "PEMEGANG_TIDAK_TERDAFTAR": "Pemegang kartu tidak terdaftar",
    "PEMILIK_DILARANG": "Pemilik tidak boleh menjadi agen",
    "PENERIMA_TIDAK_DIKENAL": "Penerima tidak disebut",
    "PENGURUS_MENINGGAL": "Pengurus keluarga meninggal",
    "PERBAIKAN_SAMA": "Perbaikan sama dengan yang lama",
    "PERBAIKAN_TANPA_BERTEMU": "Perbaikan tanpa bertemu keluarga",
    "PERIODE_KOSONG": "Periode kosong",
    "PERIODE_TANPA_TAHUN": "Periode tanpa tahun",
    "PERIODE_TIDAK_TERBACA": "Periode tidak terbaca",
    "PILIHAN_TIDAK_DIKENAL": "Isi tidak ada dalam pilihan",
    "PINDAH_KABUPATEN": "Pindah dari kabupaten lain",
    "PROGRAM_KOSONG": "Program kosong",
    "REKENING_TIDAK_SESUAI_BANK": "Panjang rekening tidak sesuai banknya",
    "RESPON_KOSONG": "RESPON kosong",
    "RESPON_TIDAK_DIKENAL": "Arti RESPON tidak pasti",
    "RT_RW_DIPISAH": "RT dan RW dipisahkan",
    "RT_RW_JADI_TANGGAL": "RT/RW terbaca sebagai tanggal",
    "RT_RW_TIDAK_TERBACA": "RT/RW tidak terbaca",
    "RUMUS_TANPA_NILAI": "Rumus tanpa nilai",
    "RUPIAH_DISINGKAT": "Jumlah rupiah disingkat",
    "SAPAAN_DILEPAS": "Sapaan di depan nama dilepas",
    "SATU_ORANG_DUA_BARIS": "Satu orang dalam dua baris",
    "SATU_SATUNYA_MENINGGAL": "Anggota satu-satunya meninggal",
    "SEL_ANGKA": "Nomor tersimpan sebagai angka",
    "SEL_ANGKA_BERAKHIR_0": "Nomor angka berakhir 0",
    "SEL_ANGKA_TIDAK_TEPAT": "Angka terakhir nomor hilang di Excel",
    "SEL_GALAT": "Sel berisi galat lembar kerja",
    "SETELAH_HARI_INI": "Tanggal setelah hari ini",
    "STATUS_AGEN_TERLARANG": "Status agen tidak dapat berubah begitu",
    "STATUS_KARTU_TERLARANG": "Status kartu tidak dapat berubah begitu",
    "STATUS_KOSONG": "Status kosong",
    "TAHUN_BEDA_PERIODE": "Tahun tidak sesuai periode",
    "TAHUN_DUA_ANGKA": "Tahun ditulis dua angka",
    "TAHUN_TIDAK_TERBACA": "Tahun tidak terbaca",
    "TANDA_SILANG": "Tanda silang: YA atau TIDAK",
    "TANGGAL_LAHIR_BEDA_NIK": "Tanggal lahir tidak sesuai NIK",
    "TANGGAL_NOL": "Tanggal 00/00/0000",
    "TANGGAL_SERIAL": "Tanggal tersimpan sebagai angka",
    "TANGGAL_SISTEM_1904": "Tanggal sistem 1904 dikembalikan",
    "TANGGAL_STATUS_KOSONG": "Tanggal status kosong",
    "TANGGAL_TANPA_PEMISAH": "Tanggal tanpa pemisah",
    "TANGGAL_TIDAK_ADA": "Tanggal tidak ada di kalender",
    "TANGGAL_TIDAK_TERBACA": "Tanggal tidak terbaca",
    "TANPA_KELUARGA": "Keluarga tidak diketahui",
    "TANPA_PENGURUS": "Keluarga tanpa pengurus terdaftar",
    "TANPA_PERBAIKAN": "Tidak ada yang diperbaiki",
    "TEKS_TERLALU_PANJANG": "Isi sel terlalu panjang",
    "TEMPAT_BERSAMA_TANGGAL": "Tempat dan tanggal dalam satu sel",
    "TEMPAT_LAHIR_DIPISAH": "Tempat lahir dipisahkan dari tanggal",
    "TERDAFTAR_DI_KABUPATEN_LAIN": "Terdaftar di kabupaten lain",
    "TIDAK_DIMINTA": "NIK tidak diminta",
    "TERSEMBUNYI_DIBACA": "Bagian tersembunyi ikut dibaca",
    "TRANSAKSI_DUA_KALI": "Transaksi tertulis dua kali",
    "TRANSAKSI_KOSONG": "Nomor transaksi kosong",
    "WAKTU_KOSONG": "Waktu transaksi kosong",
    "WILAYAH_BPS_CODE": "Kode BPS dibaca sebagai kode Kemendagri",
    "WILAYAH_BY_CODE": "Kode menentukan pilihan wilayah",
    "WILAYAH_KEMENDAGRI_CODE": "Kode dibaca sebagai kode Kemendagri",
    "WILAYAH_LOST_ZERO": "Angka nol pada kode wilayah dipulihkan",
    "WILAYAH_SPELLING": "Ejaan nama wilayah dirapikan",
}

# How the history tells of a decision on all rows of a cause; read again by `is_decision_on`.
DECISIONS = {
    UploadIssue.Decision.ACCEPTED: "Saran diterima untuk {n} baris: {cause}.",
    UploadIssue.Decision.KEPT: "{n} baris dibiarkan sesuai berkas: {cause}.",
    UploadIssue.Decision.OPEN: "Putusan atas {n} baris diurungkan: {cause}.",
}

# What rules derive and a comparison may change besides the columns has no heading of its own.
DERIVED_HEADINGS = {
    "village": "Desa/kelurahan",
    "new_village": "Perbaikan desa/kelurahan",
    "active": "Terdaftar aktif",
    "family_active": "Keluarga aktif",
    "family": "Pindah ke KK",
    "outcome": "Hasil pemadanan",
    "service_villages": "Desa layanan",
}

_REGION = re.compile(r"(?<![\d.])\d\d\.\d\d\.\d\d\.\d{4}(?!\.?\d)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_PERIOD = re.compile(r"(\d{4}-\d\d)(?:/(\d{4}-\d\d))?")
_MOMENT = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}[ T]\d{1,2}[:.]\d\d(?:[:.]\d\d)?")
_LONG_NUMBER = re.compile(r"\d{10,}")
_NOT_DIGIT = re.compile(r"\D")
_WORD = re.compile(r"[A-Z][A-Z0-9]*")
_ABBREVIATIONS = frozenset(
    "ID NIK NOKK KK KKS RT RW DTKS DTSEN BPNT PPKM PKH PBI JKN KPM HP SHDK ART SP2D EDC".split()  # noqa: SIM905
)
IDENTITY_DIGITS = 10


def decision_note(decision: str, code: str, rows: int) -> str:
    return DECISIONS[decision].format(n=thousands(rows), cause=CAUSE_TITLES.get(code, code))


def is_decision_on(note: str, code: str) -> bool:
    return note.endswith(f": {CAUSE_TITLES.get(code, code)}.")


def is_identity(text: str) -> bool:
    """Ten digits or more, however they are spaced, are somebody's number, whatever the column.

    A dotted region code is none, nor a point in time.

    >>> is_identity("62.03.08.5205.839017"), is_identity("MALUEN, BASARANG, 62.03.08.2002")
    (True, False)
    """
    if _PERIOD.fullmatch(text) or _MOMENT.fullmatch(text):
        return False
    return len(_NOT_DIGIT.sub("", _REGION.sub("", text))) >= IDENTITY_DIGITS


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


def _time_in_words(value: str) -> str:
    """A date, a moment or a period; raises ValueError for a day that does not exist.

    >>> _time_in_words("2021-10-05"), _time_in_words("2021-10-05 09:41:00")
    ('5 Oktober 2021', '5 Oktober 2021 pukul 09.41')
    >>> _time_in_words("2021-01/2021-03"), _time_in_words("600000")
    ('Januari 2021 s.d. Maret 2021', '600000')
    """
    if _DATE.fullmatch(value):
        return date_format(date.fromisoformat(value), "j F Y")
    if _DATE.match(value) and _MOMENT.fullmatch(value):
        return date_format(datetime.fromisoformat(value), "j F Y \\p\\u\\k\\u\\l H.i")
    if found := _PERIOD.fullmatch(value):
        months = (date.fromisoformat(f"{month}-01") for month in found.groups() if month)
        return " s.d. ".join(date_format(month, "F Y") for month in months)
    return value


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
        # SIKS misspells the word in its sheets, and so must templates; pages need not.
        heading = self.heading(field).replace("KELUARAHAN", "KELURAHAN")
        if not heading.isupper() or "_" in heading:
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
        column = self.columns.get(field)
        if column is None and value.isupper():
            return value.replace("_", " ")
        if column and column.content == "rupiah" and value.isdecimal():
            return f"Rp{thousands(int(value))}"
        try:
            return _time_in_words(value)
        except ValueError:
            return value

    def typed(self, field: str, value: str) -> str:
        """A canonical value as somebody would type it into the sheet."""
        if _DATE.fullmatch(value) and self.is_date(field):
            return f"{value[8:]}-{value[5:7]}-{value[:4]}"
        return self.shown(field, value) if field in self.choices else value

    def is_date(self, field: str) -> bool:
        column: Column | None = self.columns.get(field)
        return column is not None and (column.kind == "date" or column.clean is cells.date)
