"""The reports of the portal, each declared once: who may make it, its filters, columns and rows.

Layers below cannot register here; a report about payouts is declared beside these ones.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Left

from accounts.scope import Scope
from beneficiaries.identity import mask
from beneficiaries.models import Enrollment, Person
from coordination.models import Complaint, FollowUp
from dashboards import figures
from dashboards.indicators import get as indicator_of
from regions.models import Region
from verification.models import MatchResult

LEVELS = {"5": "Kabupaten/kota", "8": "Kecamatan", "13": "Desa/kelurahan"}
YES_NO = {"ya": "Ya", "tidak": "Tidak"}


@dataclass(frozen=True)
class Column:
    heading: str
    is_number: bool = False


@dataclass(frozen=True)
class Filter:
    """One choice beside the region; an empty value means no limit, unless `required`."""

    name: str
    label: str
    choices: dict[str, str]
    required: bool = False


@dataclass(frozen=True)
class Wanted:
    """What a user has asked for; `region` lies inside the user's scope."""

    user: object
    region: Region
    options: dict[str, str] = field(default_factory=dict)

    def option(self, name: str) -> str:
        return self.options.get(name, "")

    def inside(self, queryset):
        """The rows of a scoped queryset that lie in the region."""
        place = queryset.model.PLACE
        return queryset.visible_to(self.user).filter(Scope((self.region.code,)).condition(place))

    @property
    def length(self) -> int:
        """Of the codes that an aggregate is grouped by; never wider than the region itself."""
        return max(int(self.option("tingkat") or 5), figures.CHILD_LENGTH[len(self.region.code)])


@dataclass(frozen=True)
class Report:
    """`rows` streams; `count` says how many there will be, for the progress and the question
    whether the user waits. `is_personal`: a purpose is asked for and the export is logged."""

    code: str
    title: str
    text: str
    permission: str
    columns: tuple[Column, ...]
    count: Callable[[Wanted], int]
    rows: Callable[[Wanted], Iterable[Sequence]]
    filters: tuple[Filter, ...] = ()
    is_personal: bool = False
    is_signed: bool = False


def _names(codes: Iterable[str]) -> dict[str, Region]:
    wanted = {code[:length] for code in codes for length in (2, 5, 8, 13) if length <= len(code)}
    return {region.code: region for region in Region.objects.filter(pk__in=wanted)}


def _place_cells(code: str, names: dict[str, Region]) -> list[str]:
    """Kabupaten/kota, kecamatan and village of a code; empty below its level."""
    return [names[code[:n]].full_name if len(code) >= n else "" for n in (5, 8, 13)]


PLACES = tuple(Column(name) for name in LEVELS.values())
LEVEL = Filter("tingkat", "Dirinci per", LEVELS, required=True)


# By name, by address


def _persons(wanted: Wanted):
    persons = wanted.inside(Person.objects)
    if wanted.option("aktif") != "tidak":
        persons = persons.active()
    if wanted.option("kpm"):
        enrolled = Exists(
            Enrollment.objects.active().sembako().filter(household=OuterRef("household"))
        )
        persons = persons.filter(enrolled if wanted.option("kpm") == "ya" else ~enrolled)
    if wanted.option("nik"):
        persons = persons.filter(nik_valid=wanted.option("nik") == "ya")
    if wanted.option("padan") == "ya":
        persons = persons.matched()
    elif wanted.option("padan") == "tidak":
        persons = persons.unmatched()
    if wanted.option("desil"):
        persons = persons.filter(household__decile=wanted.option("desil"))
    if wanted.option("register"):
        persons = persons.filter(household__register=wanted.option("register"))
    return persons


def _bnba_rows(wanted: Wanted):
    in_full = wanted.user.has_perm("accounts.reveal_identity")
    names = {
        region.code: region
        for region in Region.objects.filter(code__startswith=wanted.region.code[:2])
    }
    persons = (
        _persons(wanted)
        .select_related("household")
        .annotate(
            is_kpm=Exists(
                Enrollment.objects.active().sembako().filter(household=OuterRef("household"))
            )
        )
        .order_by("village_id", "household_id", "pk")
    )
    for person in persons.iterator(chunk_size=2000):
        household = person.household
        numbers = [household.kk_number, person.nik]
        yield [
            household.dtks_id,
            *_place_cells(person.village_id, names),
            household.address,
            household.hamlet,
            household.rt,
            household.rw,
            *(numbers if in_full else map(mask, numbers)),
            person.name,
            person.birth_date.isoformat() if person.birth_date else "",
            person.birth_place,
            person.sex,
            person.occupation,
            person.get_relation_display(),
            "padan" if person.nik_confirmed_on else "belum padan",
            "YA" if person.is_kpm else "TIDAK",
        ]


BNBA = Report(
    "bnba",
    "Data by name by address (BNBA)",
    "Setiap orang dengan keluarga, alamat, dan nomor identitasnya, menurut saringan apa pun.",
    "beneficiaries.view_person",
    (
        Column("ID DTKS"), Column("KABUPATEN/KOTA"), Column("KECAMATAN"), Column("DESA/KELURAHAN"),
        Column("ALAMAT"), Column("DUSUN"), Column("RT"), Column("RW"), Column("NOKK"),
        Column("NIK"), Column("NAMA"), Column("TANGGAL LAHIR"), Column("TEMPAT LAHIR"),
        Column("JENIS KELAMIN"), Column("PEKERJAAN"), Column("HUB KELUARGA"),
        Column("KETERANGAN PADAN"), Column("BANSOS BPNT"),
    ),
    count=lambda wanted: _persons(wanted).order_by().count(),
    rows=_bnba_rows,
    filters=(
        Filter("kpm", "KPM aktif", YES_NO),
        Filter("nik", "NIK sah bentuknya", YES_NO),
        Filter("padan", "Padan dengan Dukcapil", YES_NO),
        Filter("desil", "Desil", {str(number): str(number) for number in range(1, 11)}),
        Filter("register", "Register", {name: name for name in ("BDT", "DTKS", "DTSEN")}),
        Filter("aktif", "Hanya orang aktif", YES_NO),
    ),
    is_personal=True,
)  # fmt: skip


# Sums by place


def _counts(wanted: Wanted) -> dict[str, figures.Counts]:
    round = figures.current_round(wanted.user)
    return figures.counts_inside(wanted.user, wanted.region.code, round, length=wanted.length)


def _percent(value) -> str:
    return "" if value is None else f"{value}".replace(".", ",")


def _recap_rows(wanted: Wanted):
    counts = _counts(wanted)
    names = _names(counts)
    for code, row in counts.items():
        yield [
            *_place_cells(code, names), row.kpm, row.households, row.persons, row.invalid_nik,
            _percent(row.invalid_share),
        ]  # fmt: skip


def _progress_rows(wanted: Wanted):
    counts = _counts(wanted)
    names = _names(counts)
    for code, row in counts.items():
        if row.cases:
            yield [
                *_place_cells(code, names), row.cases, row.approved, row.sent, row.returned,
                row.to_do - row.returned, _percent(row.verified_share),
            ]  # fmt: skip


RECAP = Report(
    "rekap",
    "Rekapitulasi register",
    "KPM, keluarga, orang, dan NIK tidak sah menurut wilayah.",
    "beneficiaries.view_household",
    (
        *PLACES,
        Column("KPM aktif", True),
        Column("Keluarga", True),
        Column("Orang", True),
        Column("NIK tidak sah", True),
        Column("NIK tidak sah (%)", True),
    ),
    count=lambda wanted: len(_counts(wanted)),
    rows=_recap_rows,
    filters=(LEVEL,),
    is_signed=True,
)
PROGRESS = Report(
    "verifikasi",
    "Kemajuan verifikasi",
    "KPM dalam putaran yang berjalan: terverifikasi, diajukan, dikembalikan, belum.",
    "verification.view_case",
    (
        *PLACES,
        Column("KPM dalam putaran", True),
        Column("Terverifikasi", True),
        Column("Diajukan", True),
        Column("Dikembalikan", True),
        Column("Belum", True),
        Column("Terverifikasi (%)", True),
    ),
    count=lambda wanted: len(list(_progress_rows(wanted))),
    rows=_progress_rows,
    filters=(LEVEL,),
    is_signed=True,
)


OUTCOMES = [(value, label) for value, label in MatchResult.Outcome.choices if value]


def _match_rows(wanted: Wanted):
    persons = wanted.inside(Person.objects).active().order_by()
    by_place = (
        persons.values(place=Left("village_id", wanted.length))
        .annotate(n=Count("pk"), matched=Count("pk", filter=Q(nik_confirmed_on__isnull=False)))
        .order_by("place")
    )
    results = wanted.inside(MatchResult.objects).order_by()
    outcomes: dict[str, dict[str, int]] = {}
    for row in results.values("outcome", place=Left("village_id", wanted.length)).annotate(
        n=Count("person", distinct=True)
    ):
        outcomes.setdefault(row["place"], {})[row["outcome"]] = row["n"]
    rows = list(by_place)
    names = _names(row["place"] for row in rows)
    for row in rows:
        found = outcomes.get(row["place"], {})
        yield [
            *_place_cells(row["place"], names),
            row["n"],
            row["matched"],
            _percent(figures.share(row["matched"], row["n"])),
            *(found.get(value, 0) for value, _ in OUTCOMES),
        ]


MATCHING = Report(
    "padan",
    "Hasil pemadanan",
    "Orang yang padan dengan Dukcapil, dan hasil permintaan pemadanan, menurut wilayah.",
    "verification.view_matchresult",
    (
        *PLACES,
        Column("Orang aktif", True),
        Column("NIK dibenarkan", True),
        Column("NIK dibenarkan (%)", True),
        *(Column(f"Hasil: {label}", True) for _, label in OUTCOMES),
    ),
    count=lambda wanted: len(list(_match_rows(wanted))),
    rows=_match_rows,
    filters=(LEVEL,),
    is_signed=True,
)


# Coordination


def _complaints(wanted: Wanted):
    found = wanted.inside(Complaint.objects)
    if status := wanted.option("status"):
        found = found.filter(status=status)
    if category := wanted.option("kategori"):
        found = found.filter(category=category)
    return found


def _complaint_rows(wanted: Wanted):
    for row in _complaints(wanted).select_related("region", "owner"):
        yield [
            row.number, row.get_category_display(), row.get_channel_display(),
            row.region.full_name, row.subject, row.received_on.isoformat(), row.due_on.isoformat(),
            row.get_status_display(), str(row.owner or ""), row.get_outcome_display(),
            row.answered_on.isoformat() if row.answered_on else "",
        ]  # fmt: skip


COMPLAINTS = Report(
    "pengaduan",
    "Daftar pengaduan",
    "Pengaduan dengan keadaan dan jawabannya, tanpa isi dan tanpa identitas pelapor.",
    "coordination.view_complaint",
    tuple(
        Column(name)
        for name in (
            "Nomor", "Kategori", "Masuk melalui", "Wilayah", "Pokok pengaduan", "Diterima",
            "Tenggat", "Status", "Penanggung jawab", "Hasil", "Dijawab",
        )
    ),
    count=lambda wanted: _complaints(wanted).count(),
    rows=_complaint_rows,
    filters=(
        Filter("status", "Status", dict(Complaint.Status.choices)),
        Filter("kategori", "Kategori", dict(Complaint.Category.choices)),
    ),
    is_personal=True,
)  # fmt: skip


def _follow_ups(wanted: Wanted):
    found = wanted.inside(FollowUp.objects)
    match wanted.option("keadaan"):
        case "terbuka":
            return found.open()
        case "lewat":
            return found.overdue()
        case "selesai":
            return found.filter(status=FollowUp.Status.SELESAI)
    return found


def _follow_up_rows(wanted: Wanted):
    for row in _follow_ups(wanted).select_related("agency", "region", "meeting"):
        indicator = indicator_of(row.indicator)
        yield [
            row.text, row.meeting.title, row.agency.short_name, row.region.full_name,
            row.due_on.isoformat(), row.state_label,
            indicator.title if indicator else "",
            indicator.text(row.value_then) if indicator else "",
            indicator.text(row.value_now) if indicator else "",
        ]  # fmt: skip


FOLLOW_UPS = Report(
    "tindak-lanjut",
    "Tindak lanjut Rakor",
    "Tindak lanjut dengan instansi, tenggat, keadaan, dan angka yang hendak diubah.",
    "coordination.view_followup",
    tuple(
        Column(name)
        for name in (
            "Tindak lanjut", "Rapat", "Instansi", "Wilayah", "Tenggat", "Keadaan", "Angka",
            "Saat diputuskan", "Terakhir",
        )
    ),
    count=lambda wanted: _follow_ups(wanted).count(),
    rows=_follow_up_rows,
    filters=(
        Filter(
            "keadaan",
            "Keadaan",
            {"terbuka": "Belum selesai", "lewat": "Lewat tenggat", "selesai": "Selesai"},
        ),
    ),
    is_signed=True,
)  # fmt: skip

_REPORTS = (BNBA, RECAP, PROGRESS, MATCHING, COMPLAINTS, FOLLOW_UPS)


def offered_to(user) -> list[Report]:
    return [report for report in _REPORTS if user.has_perm(report.permission)]


def get(code: str) -> Report | None:
    return next((report for report in _REPORTS if report.code == code), None)
