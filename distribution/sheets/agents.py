"""The outlets where the aid is spent: bank agents and e-Warung, as the banks list them."""

import re

from beneficiaries.row_rules import is_empty, judge_nik
from beneficiaries.villages import find_village
from distribution.sheets.cleaners import BANK_NAMES, bank, decimal
from regions.codes import Resolved
from spreadsheets import cells
from spreadsheets.layout import CheckContext, Column, Layout, RowView

TYPES = {
    "AGEN BANK": "AGEN_BANK",
    "E-WARONG KUBE": "E_WARONG_KUBE",
    "KOPERASI": "KOPERASI",
    "PASAR": "PASAR",
    "WARUNG": "WARUNG",
    "TOKO": "TOKO",
    "RPK": "RPK",
    "WARUNG DESA": "WARUNG_DESA",
}
_TYPE_SPELLINGS = TYPES | {
    "AGEN": "AGEN_BANK",
    "AGEN LAKU PANDAI": "AGEN_BANK",
    "LAKU PANDAI": "AGEN_BANK",
    "AGEN BRILINK": "AGEN_BANK",
    "BRILINK": "AGEN_BANK",
    "AGEN46": "AGEN_BANK",
    "E-WARONG": "E_WARONG_KUBE",
    "E-WARUNG": "E_WARONG_KUBE",
    "E-WARUNG KUBE": "E_WARONG_KUBE",
    "KUBE": "E_WARONG_KUBE",
    "PEDAGANG PASAR": "PASAR",
    "KIOS": "WARUNG",
    "RUMAH PANGAN KITA": "RPK",
}
STATUSES = {"AKTIF": "AKTIF", "DITANGGUHKAN": "DITANGGUHKAN", "NONAKTIF": "NONAKTIF"}
_STATUS_SPELLINGS = STATUSES | {
    "TIDAK AKTIF": "NONAKTIF",
    "TUTUP": "NONAKTIF",
    "BERHENTI": "NONAKTIF",
    "DIBEKUKAN": "DITANGGUHKAN",
    "BEKU": "DITANGGUHKAN",
    "SUSPEND": "DITANGGUHKAN",
    "DIHENTIKAN SEMENTARA": "DITANGGUHKAN",
}
# Degrees around Kalimantan Tengah, wider than its outermost villages by about 0.2.
SOUTH, NORTH, WEST, EAST = -3.7, 0.9, 110.5, 116.0


def judge_agent(row: RowView, context: CheckContext) -> None:
    if not row["agent_id"]:
        row.note("agent_id", "AGEN_KOSONG", "error", "ID agen kosong; isi nomor agen dari bank.")
    if not row["name"]:
        row.note("name", "NAMA_KOSONG", "error", "Nama agen kosong; isi nama usahanya.")
    if not row["village_name"]:
        row.note(
            "village_name",
            "DESA_KOSONG",
            "error",
            "Desa/kelurahan kosong, jadi tempat agennya tidak diketahui; isi desanya.",
        )
    judge_nik(row, "owner_nik")
    if row["status"] in ("DITANGGUHKAN", "NONAKTIF") and not row["status_reason"]:
        row.note(
            "status_reason",
            "AGEN_BERHENTI_TANPA_ALASAN",
            "error",
            "Agen ditulis nonaktif atau ditangguhkan tanpa alasan; isi alasannya.",
        )


def judge_contract(row: RowView, context: CheckContext) -> None:
    begins, ends = row["contract_from"], row["contract_until"]
    if begins and ends and ends < begins:
        row.note(
            "contract_until",
            "KONTRAK_TERBALIK",
            "error",
            "Kontrak berakhir sebelum dimulai; perbaiki salah satu tanggalnya.",
        )
    elif ends and ends < context.today.isoformat() and row["status"] == "AKTIF":
        row.note(
            "contract_until",
            "KONTRAK_LEWAT",
            "warning",
            "Agen ditulis aktif padahal kontraknya sudah berakhir; periksa status atau tanggalnya.",
        )


def judge_point(row: RowView, context: CheckContext) -> None:
    """Both degrees or none, inside Kalimantan Tengah, and not in each other's place."""
    if not row["latitude"] or not row["longitude"]:
        given = "latitude" if row["latitude"] else "longitude"
        other = "longitude" if row["latitude"] else "latitude"
        if row[given] and is_empty(row, other):
            row.note(
                other,
                "KOORDINAT_SEBELAH",
                "error",
                "Hanya satu dari lintang dan bujur terisi; isi keduanya atau kosongkan keduanya.",
            )
        return
    north, east = float(row["latitude"]), float(row["longitude"])
    if _is_inside(north, east):
        return
    if _is_inside(east, north):
        message = "Lintang dan bujur tertukar; terima saran pada keduanya."
        row.note("latitude", "KOORDINAT_TERTUKAR", "warning", message, row["longitude"])
        row.note("longitude", "KOORDINAT_TERTUKAR", "warning", message, row["latitude"])
    elif abs(north) > 90 or abs(east) > 180:
        row.note(
            "latitude",
            "KOORDINAT_MUSTAHIL",
            "error",
            "Titik ini tidak ada di bumi; tulis derajat desimal, misalnya -2,98911 dan 114,28957.",
        )
    else:
        row.note(
            "latitude",
            "KOORDINAT_DI_LUAR_KALTENG",
            "warning",
            "Titik ini di luar Kalimantan Tengah; periksa lintang dan bujurnya.",
        )


def _is_inside(north: float, east: float) -> bool:
    return SOUTH <= north <= NORTH and WEST <= east <= EAST


def find_service_area(row: RowView, context: CheckContext) -> None:
    """Set `service_villages` to the codes of the villages served, parted by blanks.

    A name is looked for in the agent's own kecamatan, then in its kabupaten. A name that is not
    known is told, and the others stay.
    """
    codes: list[str] = []
    unknown = []
    for written in filter(None, map(str.strip, re.split(r"[;,\n]", row["service_area"]))):
        found = context.regions.resolve(
            regency=row["regency"], district=row["district"], village=written
        )
        if not isinstance(found, Resolved):
            found = context.regions.resolve(regency=row["regency"], village=written)
        if isinstance(found, Resolved) and found.level == "VILLAGE":
            codes.append(found.code)
        else:
            unknown.append(written)
    row.set("service_villages", " ".join(dict.fromkeys(codes)))
    if unknown:
        row.note(
            "service_area",
            "DESA_LAYANAN_TIDAK_DIKENAL",
            "warning",
            f"Desa layanan tidak dikenal: {', '.join(unknown)}; tulis nama desa, dipisahkan titik"
            " koma.",
        )


AGEN = Layout(
    key="agen",
    title="Agen dan e-Warung",
    description="Agen bank dan e-Warung yang melayani KPM, satu baris satu agen.",
    columns=(
        Column(
            "agent_id",
            "ID AGEN",
            cells.text,
            ("NO AGEN", "NOMOR AGEN", "KODE AGEN", "ID E-WARUNG", "ID MERCHANT", "TID", "MID"),
            required=True,
            help="Nomor agen dari bank, satu kali dalam berkas.",
            width=18,
        ),
        Column(
            "name",
            "NAMA AGEN",
            cells.text,
            ("NAMA E-WARUNG", "NAMA E-WARONG", "NAMA USAHA", "NAMA TOKO", "NAMA MERCHANT"),
            required=True,
            width=28,
        ),
        Column(
            "type",
            "JENIS AGEN",
            cells.choice(_TYPE_SPELLINGS),
            ("JENIS", "TIPE", "TIPE AGEN", "JENIS USAHA"),
            choices=tuple(TYPES),
        ),
        Column(
            "owner_name",
            "NAMA PEMILIK",
            cells.name,
            ("PEMILIK", "PEMILIK AGEN", "PENANGGUNG JAWAB"),
            width=26,
            content="name",
        ),
        Column(
            "owner_nik",
            "NIK PEMILIK",
            cells.digits16,
            ("NIK", "NO KTP PEMILIK"),
            width=20,
            content="nik",
        ),
        Column(
            "owner_occupation",
            "PEKERJAAN PEMILIK",
            cells.text,
            ("PEKERJAAN",),
            help="ASN, TKSK, perangkat desa, dan unit BUMN/BUMDes tidak boleh memiliki agen.",
        ),
        Column("phone", "NO HP", cells.text, ("NO TELEPON", "TELEPON", "HP", "NO HP PEMILIK")),
        Column(
            "bank",
            "BANK",
            bank,
            ("NAMA BANK", "BANK PENYALUR", "KODE BANK"),
            required=True,
            choices=tuple(BANK_NAMES.values()),
            width=11,
        ),
        Column(
            "regency",
            "KABUPATEN/KOTA",
            cells.text,
            ("KABUPATEN", "KOTA", "KAB/KOTA", "NAMA KABUPATEN"),
            fill_down=True,
        ),
        Column(
            "district",
            "KECAMATAN",
            cells.text,
            ("KEC", "NAMA KECAMATAN"),
            help="Nama desa dicari di dalam kecamatan ini.",
            fill_down=True,
        ),
        Column(
            "village_name",
            "DESA/KELURAHAN",
            cells.text,
            ("DESA", "KELURAHAN", "DESA/KELUARAHAN", "NAMA DESA", "NAMA KELURAHAN"),
            required=True,
            width=20,
        ),
        Column("address", "ALAMAT", cells.text, ("ALAMAT AGEN", "ALAMAT USAHA"), width=28),
        Column(
            "service_area",
            "WILAYAH LAYANAN",
            cells.text,
            ("DESA LAYANAN", "DESA YANG DILAYANI", "CAKUPAN"),
            help="Desa yang dilayani, dipisahkan titik koma.",
            width=32,
        ),
        Column(
            "has_edc",
            "EDC",
            cells.yes_no,
            ("ADA EDC", "MESIN EDC", "PUNYA EDC"),
            choices=("YA", "TIDAK"),
            width=8,
        ),
        Column("latitude", "LINTANG", decimal, ("LATITUDE", "LAT"), help="Derajat desimal."),
        Column("longitude", "BUJUR", decimal, ("LONGITUDE", "LONG"), help="Derajat desimal."),
        Column(
            "contract_from",
            "MULAI KONTRAK",
            cells.date,
            ("TANGGAL MULAI", "TGL MULAI KONTRAK", "TANGGAL KONTRAK"),
            help="Hari-bulan-tahun.",
            content="date",
        ),
        Column(
            "contract_until",
            "AKHIR KONTRAK",
            cells.date,
            ("TANGGAL BERAKHIR", "TGL AKHIR KONTRAK", "BERLAKU SAMPAI"),
            help="Hari-bulan-tahun; kosong bila tanpa batas.",
            content="date",
        ),
        Column(
            "status",
            "STATUS AGEN",
            cells.choice(_STATUS_SPELLINGS),
            ("STATUS", "KEADAAN AGEN"),
            choices=tuple(STATUSES),
        ),
        Column(
            "status_reason",
            "ALASAN STATUS",
            cells.text,
            ("ALASAN", "KETERANGAN"),
            help="Wajib bila nonaktif atau ditangguhkan.",
            width=28,
        ),
    ),
    checks=(
        "ID agen, nama, dan desa harus terisi; ID agen satu kali dalam berkas.",
        "Pemilik yang ASN, TKSK, perangkat desa, atau unit BUMN/BUMDes ditanyakan.",
        "Titik di luar Kalimantan Tengah, atau lintang dan bujur yang tertukar, ditanyakan.",
        "Kontrak tidak boleh berakhir sebelum dimulai; agen aktif dengan kontrak lewat ditanyakan.",
        "Desa layanan dikenali satu per satu; yang tidak dikenal disebutkan.",
    ),
    derived=("village", "service_villages"),
    row_rules=(judge_agent, judge_contract, judge_point, find_village, find_service_area),
    example_rows=(
        {
            "agent_id": "EW-620308-9001",
            "name": "E-WARONG BERKAH BASARANG",
            "type": "E-WARONG KUBE",
            "owner_name": "SITI MAHMUDAH",
            "owner_nik": "6203085507809021",
            "owner_occupation": "Pedagang",
            "phone": "0812 0000 9001",
            "bank": "BRI",
            "regency": "KAPUAS",
            "district": "BASARANG",
            "village_name": "BATUAH",
            "address": "JL. TRANS KALIMANTAN KM 9",
            "service_area": "BATUAH; PANGKALAN REKAN; BASARANG",
            "has_edc": "YA",
            "latitude": "-2,98911",
            "longitude": "114,28957",
            "contract_from": "01-02-2021",
            "status": "AKTIF",
        },
        {
            "agent_id": "EW-620308-9002",
            "name": "TOKO MAJU",
            "type": "TOKO",
            "bank": "Mandiri",
            "regency": "KAPUAS",
            "district": "BASARANG",
            "village_name": "BASARANG",
            "has_edc": "TIDAK",
            "contract_from": "01-02-2020",
            "contract_until": "31-01-2021",
            "status": "NONAKTIF",
            "status_reason": "Kontrak tidak diperpanjang",
        },
    ),
)
