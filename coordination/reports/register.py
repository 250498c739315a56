"""Reports of the register: every person by name and address, and sums by place."""

from datetime import date

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.formats import date_format

from beneficiaries.identity import mask
from beneficiaries.models import Bank, Card, Enrollment, Household, Person, Programme
from coordination.reports.declared import (
    LEVEL,
    PLACES,
    YES_NO,
    Column,
    Filter,
    Report,
    Wanted,
    names_of,
    place_cells,
    places_of,
)
from dashboards import figures, history
from regions.models import Region
from verification.models import Case

AGES = {
    "balita": ("Balita (0–4 tahun)", 0, 5),
    "anak": ("Anak (5–17 tahun)", 5, 18),
    "dewasa": ("Dewasa (18–59 tahun)", 18, 60),
    "lansia": ("Lanjut usia (60 tahun ke atas)", 60, 150),
}
OUTCOMES = {
    "layak": ("Layak", Q(status="DISETUJUI", is_found=True, is_eligible=True)),
    "tidak_layak": ("Tidak layak", Q(status="DISETUJUI", is_found=True, is_eligible=False)),
    "tidak_ditemukan": ("Tidak ditemukan", Q(status="DISETUJUI", is_found=False)),
    "belum": ("Belum disetujui hasilnya", ~Q(status__in=["DISETUJUI", "BERAKHIR"])),
}
REGISTER = Filter("register", "Register", dict(Household.Register.choices))


def _years_ago(today: date, years: int) -> date:
    """The latest day of birth of who is `years` old today.

    >>> _years_ago(date(2024, 2, 29), 4), _years_ago(date(2024, 2, 29), 5)
    (datetime.date(2020, 2, 29), datetime.date(2019, 2, 28))
    """
    try:
        return today.replace(year=today.year - years)
    except ValueError:
        return date(today.year - years, 2, 28)


def _of_family(persons, rows, wanted: str):
    """Persons whose family has such a row, or (`tidak`) has none."""
    found = Exists(rows.filter(household=OuterRef("household")))
    return persons.filter(~found if wanted == "tidak" else found)


def _persons(wanted: Wanted):
    persons = wanted.inside(Person.objects)
    if wanted.option("nonaktif") != "ya":
        persons = persons.active()
    return _of_such_families(_such_persons(persons, wanted), wanted)


def _of_such_families(persons, wanted: Wanted):
    if kpm := wanted.option("kpm"):
        persons = _of_family(persons, Enrollment.objects.active().sembako(), kpm)
    if programme := wanted.option("program"):
        persons = _of_family(persons, Enrollment.objects.active().filter(programme=programme), "ya")
    if card := wanted.option("kartu"):
        persons = _of_family(persons, Card.objects.filter(status__in=Card.ACTIVE), card)
    if bank := wanted.option("bank"):
        cards = Card.objects.filter(status__in=Card.ACTIVE, bank=bank)
        persons = _of_family(persons, cards, "ya")
    if outcome := wanted.option("hasil"):
        cases = Case.objects.filter(OUTCOMES[outcome][1], round=wanted.round)
        persons = _of_family(persons, cases, "ya")
    if desil := wanted.option("desil"):
        persons = persons.filter(household__decile=desil)
    if register := wanted.option("register"):
        persons = persons.filter(household__register=register)
    return persons


def _such_persons(persons, wanted: Wanted):
    if wanted.option("nik"):
        persons = persons.filter(nik_valid=wanted.option("nik") == "ya")
    if wanted.option("padan") == "ya":
        persons = persons.matched()
    elif wanted.option("padan") == "tidak":
        persons = persons.unmatched()
    if sex := wanted.option("kelamin"):
        persons = persons.filter(sex=sex)
    if age := wanted.option("umur"):
        _, least, below = AGES[age]
        today = timezone.localdate()
        persons = persons.filter(
            birth_date__gt=_years_ago(today, below), birth_date__lte=_years_ago(today, least)
        )
    return persons


def _programmes(user) -> dict[str, str]:
    return dict(Programme.objects.values_list("code", "name"))


def _banks(user) -> dict[str, str]:
    return dict(Bank.objects.values_list("pk", "name"))


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
            *place_cells(person.village_id, names),
            household.address,
            household.hamlet,
            household.rt,
            household.rw,
            *(numbers if in_full else map(mask, numbers)),
            person.name,
            person.birth_date,
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
    topic="Penerima manfaat",
    filters=(
        Filter("kpm", "KPM aktif", YES_NO),
        Filter("program", "Peserta program", _programmes),
        Filter("kartu", "Mempunyai KKS aktif", YES_NO),
        Filter("bank", "Bank penyalur", _banks),
        Filter("hasil", "Hasil verifikasi terakhir", {k: v[0] for k, v in OUTCOMES.items()}),
        Filter("nik", "NIK sah bentuknya", YES_NO),
        Filter("padan", "Padan dengan Dukcapil", YES_NO),
        Filter("kelamin", "Jenis kelamin", dict(Person.Sex.choices)),
        Filter("umur", "Umur", {code: name for code, (name, *_) in AGES.items()}),
        Filter("desil", "Desil", {str(number): str(number) for number in range(1, 11)}),
        REGISTER,
        Filter("nonaktif", "Orang nonaktif", {"ya": "Ikut ditulis"}, everything="Tidak ditulis"),
    ),
    is_personal=True,
)  # fmt: skip


def _recap_rows(wanted: Wanted):
    counts = _counts(wanted)
    names = names_of(counts)
    for code, row in counts.items():
        yield [
            *place_cells(code, names), row.kpm, row.households, row.persons, row.invalid_nik,
            row.invalid_share,
        ]  # fmt: skip


def _counts(wanted: Wanted) -> dict[str, figures.Counts]:
    """As they are now, or as the night has kept them at the end of a month."""
    only = {"length": wanted.length, "register": wanted.option("register") or None}
    user, code = wanted.user, wanted.region.code
    if month := wanted.option("bulan"):
        return history.counts_of_month(user, code, date.fromisoformat(month), **only)
    return figures.counts_inside(user, code, None, **only)


def _months(user) -> dict[str, str]:
    months = history.kept_months(user)
    return {month.isoformat(): f"Akhir {date_format(month, 'F Y')}" for month in months}


RECAP = Report(
    "rekap",
    "Rekapitulasi register",
    "KPM, keluarga, orang, dan NIK tidak sah menurut wilayah, hari ini atau pada akhir bulan.",
    "beneficiaries.view_household",
    (
        *PLACES,
        Column("KPM aktif", True),
        Column("Keluarga", True),
        Column("Orang", True),
        Column("NIK tidak sah", True),
        Column("NIK tidak sah (%)", True, ("NIK tidak sah", "Orang")),
    ),
    count=places_of,
    rows=_recap_rows,
    topic="Penerima manfaat",
    filters=(LEVEL, Filter("bulan", "Keadaan", _months, everything="Hari ini"), REGISTER),
    is_signed=True,
    is_summed=True,
)
