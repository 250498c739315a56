"""Reading an endorsed list: its rows, hash and papers, the package, and a file held against it."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection
from django.db.models import Count, Q
from django.utils import timezone

from beneficiaries.models import ExitReason, Person
from beneficiaries.sheets import DTKS_BNBA
from regions.models import Region
from spreadsheets import writing
from spreadsheets.errors import SheetRefused
from spreadsheets.layout import CheckContext
from spreadsheets.limited import check_in_child
from verification import documents, lists
from verification.documents import Paper, Totals
from verification.lists import FIELDS, Comparison, ListRow
from verification.models import Endorsement

_COLUMNS = tuple("village_id" if name == "village_code" else name for name in FIELDS)
COUNTS = {
    "families": Count("pk"),
    "stayed": Count("pk", filter=Q(result="TETAP")),
    "entered": Count("pk", filter=Q(result="MASUK")),
    "left": Count("pk", filter=Q(result="KELUAR")),
    "refused": Count("pk", filter=Q(result="")),
}
_OF_PLACE = ("stayed", "entered", "left", "refused")


def rows_of(endorsement: Endorsement) -> Iterator[ListRow]:
    rows = endorsement.items.order_by("position").values_list(*_COLUMNS)
    return (ListRow(*values) for values in rows.iterator(chunk_size=5_000))


def hash_of(endorsement: Endorsement) -> str:
    """Computed anew from the rows; `list_hash` is what was printed."""
    return lists.list_hash(
        rows_of(endorsement),
        round_id=endorsement.round_id,
        regency_code=endorsement.region_id,
    )


def counts_of(endorsement: Endorsement) -> dict[str, int]:
    return endorsement.items.aggregate(**COUNTS)


def by_village(endorsement: Endorsement) -> list[Totals]:
    """Villages with their kecamatan, in the order of their codes."""
    names = dict(
        Region.objects.filter(code__startswith=endorsement.region_id).values_list("code", "name")
    )
    counted = (
        endorsement.items.order_by("village_id")
        .values("village_id")
        .annotate(**{name: COUNTS[name] for name in _OF_PLACE})
    )
    return [
        Totals(
            names.get(row["village_id"], row["village_id"]),
            *(row[name] for name in _OF_PLACE),
            above=names.get(row["village_id"][:8], ""),
        )
        for row in counted
    ]


def by_district(villages: list[Totals]) -> list[Totals]:
    parts: dict[str, list[Totals]] = {}
    for village in villages:
        parts.setdefault(village.above, []).append(village)
    return [
        Totals(name, *(getattr(documents.total_of(inside), field) for field in _OF_PLACE))
        for name, inside in parts.items()
    ]


def reasons_of(endorsement: Endorsement) -> list[tuple[str, int]]:
    """Why families leave, the most frequent reason first."""
    counted = (
        endorsement.items.filter(result="KELUAR")
        .order_by()
        .values_list("reason")
        .annotate(families=Count("pk"))
    )
    return sorted(
        ((ExitReason(reason).label, families) for reason, families in counted if reason),
        key=lambda pair: (-pair[1], pair[0]),
    )


def paper_of(endorsement: Endorsement) -> Paper:
    villages = by_village(endorsement)
    return Paper(
        regency=endorsement.region.full_name,
        round=endorsement.round.name,
        districts=by_district(villages),
        villages=villages,
        reasons=reasons_of(endorsement),
        list_hash=endorsement.list_hash,
        identity={
            "layout": "daftar_pengesahan",
            "pengesahan": str(endorsement.pk),
            "round": str(endorsement.round_id),
            "region": endorsement.region_id,
        },
        number=endorsement.number,
        official_name=endorsement.official_name,
        official_office=endorsement.official_office,
        official_nip=endorsement.official_nip,
        signed_on=endorsement.signed_on,
    )


def write_list(endorsement: Endorsement, path: Path, paper: Paper | None = None) -> int:
    """The attachment of the berita acara; tells how many families it holds."""
    names = dict(
        Region.objects.filter(code__startswith=endorsement.region_id).values_list("code", "name")
    )
    rows = (
        (row, names.get(row.village_code[:8], ""), names.get(row.village_code, ""))
        for row in rows_of(endorsement)
    )
    return documents.write_list(paper or paper_of(endorsement), rows, path)


# The package for the centre

BNBA_HEADINGS = [column.heading for column in DTKS_BNBA.columns if column.in_template]
_BNBA = """
SELECT h.dtks_id, upper(pr.name), upper(rg.name), upper(k.name), upper(v.name), h.address,
    h.hamlet, h.rt, h.rw, h.kk_number, p.nik, p.name,
    coalesce(to_char(p.birth_date, 'DD-MM-YYYY'), ''), p.birth_place, p.sex, p.occupation,
    p.mother_name, p.relation, p.match_note, %(receives)s,
    CASE WHEN 'PKH' = ANY (e.programmes) THEN 'YA' ELSE 'TIDAK' END,
    CASE WHEN 'BPNT_PPKM' = ANY (e.programmes) THEN 'YA' ELSE 'TIDAK' END,
    CASE WHEN 'PBI_JK' = ANY (e.programmes) THEN 'YA' ELSE 'TIDAK' END
FROM verification_endorsementitem i
JOIN beneficiaries_household h ON h.id = i.household_id
JOIN beneficiaries_person p ON p.household_id = h.id AND p.is_active
JOIN regions_region v ON v.code = i.village_id
JOIN regions_region k ON k.code = v.parent_id
JOIN regions_region rg ON rg.code = k.parent_id
JOIN regions_region pr ON pr.code = rg.parent_id
LEFT JOIN LATERAL (
    SELECT array_agg(programme_id::text) AS programmes FROM beneficiaries_enrollment
    WHERE household_id = h.id AND ended_on IS NULL
) e ON true
WHERE i.endorsement_id = %(endorsement)s AND i.result = ANY (%(results)s)
ORDER BY i.position, (p.id = h.payee_id) DESC, p.birth_date, p.id
"""
_RELATION = len(BNBA_HEADINGS) - 6


def _bnba_rows(endorsement: Endorsement, results: list[str], receives: str) -> Iterator[list[str]]:
    labels = dict(Person.Relation.choices)
    with connection.cursor() as cursor:
        cursor.execute(
            _BNBA, {"endorsement": endorsement.pk, "results": results, "receives": receives}
        )
        while rows := cursor.fetchmany(5_000):
            for row in map(list, rows):
                row[_RELATION] = labels.get(row[_RELATION], "")
                yield row


def package(endorsement: Endorsement) -> tuple[bytes, int]:
    """The zip for the centre and how many persons it tells of.

    BNBA in the 23 columns of SIKS of those who receive and of those who leave, the endorsed list,
    the berita acara, the signed scan, and a summary with the sha256 of each file.
    """
    paper = paper_of(endorsement)
    told: list[tuple[str, str, int | None]] = []
    persons = 0
    with TemporaryDirectory() as place, io.BytesIO() as out:
        folder = Path(place)
        counted: dict[str, int | None] = {}
        for name, results, receives in (
            ("bnba-penerima.xlsx", ["TETAP", "MASUK"], "YA"),
            ("bnba-keluar.xlsx", ["KELUAR"], "TIDAK"),
        ):
            counted[name] = _export(folder / name, _bnba_rows(endorsement, results, receives))
            persons += counted[name]
        counted["daftar-pengesahan.xlsx"] = write_list(
            endorsement, folder / "daftar-pengesahan.xlsx", paper
        )
        (folder / "berita-acara.docx").write_bytes(documents.minutes(paper))
        counted["berita-acara.docx"] = None
        if endorsement.scan:
            ending = Path(endorsement.scan.original_name).suffix.lower() or ".pdf"
            name = f"berita-acara-bertanda-tangan{ending}"
            with endorsement.scan.file.open("rb") as scan:
                (folder / name).write_bytes(scan.read())
            counted[name] = None
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, rows in counted.items():
                content = (folder / name).read_bytes()
                told.append((name, hashlib.sha256(content).hexdigest(), rows))
                archive.writestr(name, content)
            archive.writestr("ringkasan.txt", documents.package_summary(paper, told))
        return out.getvalue(), persons


def _export(path: Path, rows: Iterator[list[str]]) -> int:
    count = 0

    def counting() -> Iterator[list[str]]:
        nonlocal count
        for row in rows:
            count += 1
            yield row

    writing.export(path, BNBA_HEADINGS, counting())
    return count


# A file held against the list


@dataclass(frozen=True)
class FileCheck:
    """`belongs_to`: the endorsement that the file was made for, None when it does not say."""

    rows: int
    hash: str
    comparison: Comparison
    belongs_to: Endorsement | None
    is_foreign: bool

    @property
    def is_same(self) -> bool:
        return self.comparison.is_same and not self.is_foreign


_LAYOUT = "verification.sheets.endorsement:DAFTAR_PENGESAHAN"


def check_file(endorsement: Endorsement, path: str) -> FileCheck:
    """Whether a workbook is the endorsed list, and where it differs. Raises SheetRefused."""
    told = check_in_child(path, [_LAYOUT], CheckContext(today=timezone.localdate()), seconds=60)
    read = next(told)
    given = [_listed(values) for batch in told for _, _, values in batch.rows]
    if not given:
        raise SheetRefused("TANPA_BARIS", "Berkas ini tidak memuat satu keluarga pun.")
    named = read.identity.get("pengesahan", "")
    other = None
    if named.isdecimal() and int(named) != endorsement.pk:
        other = Endorsement.objects.filter(pk=int(named)).select_related("region", "round").first()
    return FileCheck(
        rows=len(given),
        hash=lists.list_hash(
            given, round_id=endorsement.round_id, regency_code=endorsement.region_id
        ),
        comparison=lists.compare(rows_of(endorsement), given),
        belongs_to=other,
        is_foreign=bool(named) and named != str(endorsement.pk),
    )


_FILE_FIELDS = [name for _, name, _ in documents.LIST_COLUMNS]


def _listed(values: list[str]) -> ListRow:
    told = {name: value for name, value in zip(_FILE_FIELDS, values, strict=True) if name}
    numbers = {
        name: int(told[name]) if told[name].isdecimal() else 0 for name in ("position", "case_id")
    }
    return ListRow(**{**told, **numbers})
