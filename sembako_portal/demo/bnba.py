"""Demo families as rows of the two BNBA layouts of SIKS, in the order and spelling of the files."""

from collections.abc import Iterable, Mapping
from datetime import date

from sembako_portal.demo.population import Family

HEADINGS = (
    "ID DTKS", "PROVINSI", "KABUPATEN/KOTA", "KECAMATAN", "DESA/KELUARAHAN", "ALAMAT", "DUSUN",
    "RT", "RW", "NOKK", "NIK", "NAMA", "TANGGAL LAHIR", "TEMPAT LAHIR", "JENIS KELAMIN",
    "PEKERJAAN", "NAMA IBU KANDUNG", "HUB KELUARGA", "KETERANGAN PADAN", "BANSOS BPNT",
    "BANSOS PKH", "BANSOS BPNT-PPKM", "PBI JKN",
)  # fmt: skip
# The older variant: without occupation and programmes, and with three other names.
OLDER_NAMES = {"NOKK": "NOMOR KK", "NIK": "NOMOR NIK", "HUB KELUARGA": "HUBUNGAN KELUARGA"}
OLDER_HEADINGS = tuple(
    OLDER_NAMES.get(heading, heading)
    for heading in HEADINGS
    if heading not in {"PEKERJAAN", "KETERANGAN PADAN"}
    and not heading.startswith(("BANSOS", "PBI"))
)
_RELATIONS = {"PASANGAN": "ISTRI/SUAMI", "ORANG_TUA": "ORANG TUA/MERTUA"}


def written(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def rows(families: Iterable[Family], names: Mapping[str, str]) -> list[dict[str, str]]:
    """One dictionary a person, by heading of the 23 columns; `names` gives regions by code."""
    return [row for family in families for row in family_rows(family, names)]


def family_rows(family: Family, names: Mapping[str, str]) -> list[dict[str, str]]:
    code = family.village.code
    running = {e.programme for e in family.enrollments if e.ended_on is None}

    def yes_no(programme: str) -> str:
        return "YA" if programme in running else "TIDAK"

    shared = {
        "ID DTKS": family.dtks_id,
        "PROVINSI": "KALIMANTAN TENGAH",
        "KABUPATEN/KOTA": names[code[:5]].upper(),
        "KECAMATAN": names[code[:8]].upper(),
        "DESA/KELUARAHAN": family.village.name.upper(),
        "ALAMAT": family.address,
        "DUSUN": family.hamlet,
        "RT": family.rt,
        "RW": family.rw,
        "NOKK": family.kk_number,
        "BANSOS BPNT": yes_no("SEMBAKO"),
        "BANSOS PKH": yes_no("PKH"),
        "BANSOS BPNT-PPKM": yes_no("BPNT_PPKM"),
        "PBI JKN": yes_no("PBI_JK"),
    }
    return [
        {
            **shared,
            "NIK": member.nik,
            "NAMA": member.name,
            "TANGGAL LAHIR": written(member.birth_date),
            "TEMPAT LAHIR": member.birth_place,
            "JENIS KELAMIN": member.sex,
            "PEKERJAAN": member.occupation,
            "NAMA IBU KANDUNG": member.mother_name,
            "HUB KELUARGA": _RELATIONS.get(member.relation, member.relation.replace("_", " ")),
            "KETERANGAN PADAN": member.match_note,
        }
        for member in family.members
    ]


def older(row: Mapping[str, str]) -> dict[str, str]:
    """The row in the headings of the older variant."""
    renamed = {OLDER_NAMES.get(heading, heading): value for heading, value in row.items()}
    return {heading: renamed[heading] for heading in OLDER_HEADINGS}
