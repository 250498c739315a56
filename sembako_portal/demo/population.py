"""The families of the demo province, made from the region tree and a seed. No framework.

Shares follow DOMAIN section 4: 11 % invalid NIK, 17 % invalid KK, 83 % matched, 1 % double NIK,
0.24 % recorded as dead.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from sembako_portal.demo.names import (
    FEMALE,
    MALE,
    PEOPLES,
    People,
    draw_name,
    misspelt,
    pick,
    pick_weighted,
)
from sembako_portal.demo.numbers import ELSEWHERE, Numbers, damaged_kk, damaged_nik

SEED = 620000
REGISTER_DATE = date(2021, 1, 15)

INVALID_NIK = 0.11
INVALID_KK = 0.17
DOUBLE_NIK = 0.0055  # copies; with its original each makes two persons of one NIK
DEAD = 0.0024


class Regency(NamedTuple):
    """`weight`: its KPM in the mockups; `bank`: which one pays there; `peoples`: who live there."""

    weight: int
    bank: str
    peoples: dict[str, int]
    birth_places: tuple[str, ...]


def _peoples(dayak: int, banjar: int, jawa: int, madura: int, bugis: int) -> dict[str, int]:
    shares = (dayak, banjar, jawa, madura, bugis)
    return dict(zip(PEOPLES, shares, strict=True))


REGENCIES = {
    "62.01": Regency(7214, "002", _peoples(22, 22, 42, 6, 8), ("PANGKALAN BUN", "KUMAI")),
    "62.02": Regency(12486, "008", _peoples(26, 30, 28, 11, 5), ("SAMPIT", "SAMUDA")),
    "62.03": Regency(13948, "002", _peoples(36, 44, 17, 2, 1), ("KUALA KAPUAS", "PALINGKAU")),
    "62.04": Regency(5872, "002", _peoples(56, 32, 11, 1, 0), ("BUNTOK", "MENGKATIP")),
    "62.05": Regency(4936, "002", _peoples(62, 26, 11, 1, 0), ("MUARA TEWEH", "LAHEI")),
    "62.06": Regency(6358, "002", _peoples(60, 20, 16, 3, 1), ("KASONGAN", "PEGATAN")),
    "62.07": Regency(5412, "002", _peoples(36, 26, 29, 4, 5), ("KUALA PEMBUANG", "RANTAU PULUT")),
    "62.08": Regency(1984, "008", _peoples(40, 26, 26, 2, 6), ("SUKAMARA", "JELAI")),
    "62.09": Regency(2476, "008", _peoples(58, 12, 27, 1, 2), ("NANGA BULIK", "KUDANGAN")),
    "62.10": Regency(4218, "002", _peoples(80, 10, 9, 1, 0), ("KUALA KURUN", "TEWAH")),
    "62.11": Regency(4064, "002", _peoples(38, 34, 26, 1, 1), ("PULANG PISAU", "BAHAUR")),
    "62.12": Regency(3912, "002", _peoples(76, 16, 7, 1, 0), ("PURUK CAHU", "MUARA UNTU")),
    "62.13": Regency(3684, "009", _peoples(68, 16, 15, 1, 0), ("TAMIANG LAYANG", "AMPAH")),
    "62.71": Regency(7748, "009", _peoples(42, 32, 22, 3, 1), ("PALANGKA RAYA", "TANGKILING")),
}
_BIRTH_PLACES = {
    "DAYAK": ("PALANGKA RAYA", "BANJARMASIN"),
    "BANJAR": ("BANJARMASIN", "AMUNTAI", "KANDANGAN", "MARABAHAN", "BARABAI"),
    "JAWA": ("MALANG", "BLITAR", "KEBUMEN", "CILACAP", "NGANJUK", "LAMPUNG"),
    "MADURA": ("SAMPANG", "BANGKALAN", "PAMEKASAN"),
    "BUGIS": ("BONE", "WAJO", "BULUKUMBA"),
}
_SIZES = {1: 12, 2: 21, 3: 28, 4: 23, 5: 11, 6: 4, 7: 1}
_DECILES = {1: 34, 2: 30, 3: 19, 4: 9, 5: 3, 6: 1, None: 4}
_STREETS = (
    "JL. MELATI", "JL. ANGGREK", "JL. KENANGA", "JL. PATIMURA", "JL. DIPONEGORO",
    "JL. TJILIK RIWUT", "JL. POROS DESA", "JL. TRANS KALIMANTAN", "JL. NEGARA", "JL. PELABUHAN",
    "JL. PASAR LAMA", "JL. HANDEL", "JL. USAHA TANI", "JL. MASJID", "JL. GEREJA", "JL. SEKOLAH",
    "GG. KELUARGA", "GG. SEPAKAT", "GG. BERSAMA",
)  # fmt: skip
_HAMLETS = ("DUSUN I", "DUSUN II", "DUSUN III", "SEI TABUK", "HANDIL BARU", "KAMPUNG LAMA")
_MEN_WORK = {
    "PETANI/PEKEBUN": 30, "BURUH TANI/PERKEBUNAN": 20, "BURUH HARIAN LEPAS": 18, "NELAYAN": 9,
    "PENYADAP KARET": 8, "WIRASWASTA": 6, "TUKANG KAYU": 3, "SOPIR": 2, "PEDAGANG": 2,
    "BELUM/TIDAK BEKERJA": 5,
}  # fmt: skip
_WOMEN_WORK = {
    "MENGURUS RUMAH TANGGA": 58, "PETANI/PEKEBUN": 18, "BURUH TANI/PERKEBUNAN": 8, "PEDAGANG": 5,
    "PENYADAP KARET": 4, "PENGANYAM": 2, "PEMBANTU RUMAH TANGGA": 2, "BELUM/TIDAK BEKERJA": 5,
}  # fmt: skip
_LEAVING = {
    "SUDAH_MAMPU": 34, "MENINGGAL": 22, "PINDAH": 16, "GRADUASI": 10, "GANDA": 7,
    "PERANGKAT_DESA": 4, "ASN_TNI_POLRI": 4, "MENOLAK": 3,
}  # fmt: skip


class Village(NamedTuple):
    code: str
    name: str
    is_urban: bool

    @property
    def regency(self) -> str:
        return self.code[:5]

    @property
    def district_digits(self) -> str:
        return self.code[:8].replace(".", "")


@dataclass
class Member:
    name: str
    sex: str
    birth_date: date
    relation: str
    mother_name: str
    birth_place: str = ""
    occupation: str = ""
    nik: str = ""
    match_note: str = ""
    is_active: bool = True
    inactive_reason: str = ""


@dataclass
class Card:
    bank: str
    card_number: str
    account_number: str
    status: str
    handed_over_on: date | None


@dataclass
class Enrollment:
    programme: str
    started_on: date
    ended_on: date | None = None
    end_reason: str = ""


@dataclass
class Family:
    village: Village
    dtks_id: str
    kk_number: str
    address: str
    hamlet: str
    rt: str
    rw: str
    decile: int | None
    members: list[Member]
    payee: int = 0  # place in members
    card: Card | None = None
    enrollments: list[Enrollment] = field(default_factory=list)
    is_active: bool = True
    inactive_reason: str = ""

    @property
    def is_kpm(self) -> bool:
        return self.is_active and any(
            enrollment.programme == "SEMBAKO" and enrollment.ended_on is None
            for enrollment in self.enrollments
        )


def spread(total: int, weights: Sequence[float], at_least: int = 0) -> list[int]:
    """`total` divided in whole numbers by weight, by largest remainders, none below `at_least`."""
    rest = total - at_least * len(weights)
    if rest < 0:
        raise ValueError("the minimum alone is more than the total")
    exact = [rest * weight / sum(weights) for weight in weights]
    counts = [int(share) for share in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: (counts[i] - exact[i], i))
    for place in by_remainder[: rest - sum(counts)]:
        counts[place] += 1
    return [count + at_least for count in counts]


def families(villages: Sequence[Village], count: int, seed: int) -> Iterator[Family]:
    """`count` families, village by village in the order given; the same for the same arguments.

    From 1,571 on no village of the province is left out, from 4,713 on each has at least three.
    """
    maker = _Maker(Random(seed))
    at_least = min(3, count // len(villages))
    by_regency: dict[str, list[Village]] = {}
    for village in villages:
        by_regency.setdefault(village.regency, []).append(village)
    minimum = [at_least * len(inside) for inside in by_regency.values()]
    wanted = spread(count, [REGENCIES[code].weight for code in by_regency])
    # What a regency has above its minimum; small ones take what they need from the others.
    spare = [max(0, w - m) for w, m in zip(wanted, minimum, strict=True)]
    above = spread(count - sum(minimum), [s or 0.001 for s in spare])
    for inside, low, more in zip(by_regency.values(), minimum, above, strict=True):
        weights = [maker.village_weight(village) for village in inside]
        for village, number in zip(inside, spread(low + more, weights, at_least), strict=True):
            for _ in range(number):
                yield maker.family(village)


def _years_before(day: date, years: float) -> date:
    return day - timedelta(days=int(years * 365.25))


class _Maker:
    """Draws one family after the other; remembers what has to be unique or doubled."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.numbers = Numbers(rng)
        self._dtks_serials: dict[str, int] = {}
        self._recent: list[Member] = []

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def between(self, low: float, high: float) -> float:
        return low + self.rng.random() * (high - low)

    def village_weight(self, village: Village) -> float:
        return self.between(1, 3.2) * (4 if village.is_urban else 1)

    def family(self, village: Village) -> Family:
        regency = REGENCIES[village.regency]
        group = pick_weighted(self.rng, regency.peoples)
        members, payee = self._members(PEOPLES[group])
        here = self.chance({"DAYAK": 0.95, "BANJAR": 0.85}.get(group, 0.6))
        issued_at = village.district_digits if here else pick(self.rng, ELSEWHERE)
        for member in members:
            self._identity(member, village, regency, group, issued_at)
        issued = _years_before(REGISTER_DATE, self.between(0.1, 12))
        kk = self.numbers.kk(village.district_digits, issued)
        street = pick(self.rng, _STREETS)
        family = Family(
            village=village,
            dtks_id=self._dtks_id(village),
            kk_number=damaged_kk(self.rng, kk) if self.chance(INVALID_KK) else kk,
            address=f"{street} NO. {int(self.between(1, 90))}" if self.chance(0.8) else street,
            hamlet=pick(self.rng, _HAMLETS) if not village.is_urban and self.chance(0.3) else "",
            rt=f"{int(self.between(1, 13)):03d}",
            rw=f"{int(self.between(1, 5)):03d}",
            decile=pick_weighted(self.rng, _DECILES),
            members=members,
            payee=payee,
        )
        self._programmes(family, regency)
        return family

    def _dtks_id(self, village: Village) -> str:
        serial = self._dtks_serials.get(village.district_digits, 0) + 1
        self._dtks_serials[village.district_digits] = serial
        return f"{village.district_digits}9{serial:05d}"

    # Members

    def _members(self, people: People) -> tuple[list[Member], int]:
        size = pick_weighted(self.rng, _SIZES)
        family_name = pick(self.rng, people.family) if people.family else ""
        alone = size == 1 or self.chance(0.14)
        age = self.between(48, 86) if size == 1 else self.between(24, 68)
        head_sex = FEMALE if alone and self.chance(0.68) else MALE
        members = [self._member(people, head_sex, age, "KEPALA_KELUARGA", family_name=family_name)]
        if not alone:
            wife_age = max(18.5, age - self.between(-2, 8))
            members.append(self._member(people, FEMALE, wife_age, "PASANGAN"))
        mother = next((member for member in members if member.sex == FEMALE), None)
        parent_age = min(age, wife_age) if not alone else age
        while len(members) < size:
            members.append(self._further(people, parent_age, family_name, mother))
        # The card is held by the wife where there is one, otherwise by the head.
        payee = 1 if not alone and self.chance(0.85) else 0
        return members, payee

    def _further(
        self, people: People, parent_age: float, family_name: str, mother: Member | None
    ) -> Member:
        sex = MALE if self.chance(0.51) else FEMALE
        mother_name = mother.name if mother else ""
        if parent_age < 58 and self.chance(0.07):
            old = self.between(parent_age + 17, parent_age + 30)
            return self._member(people, FEMALE if self.chance(0.7) else MALE, old, "ORANG_TUA")
        if parent_age > 46 and self.chance(0.14):
            relation = "CUCU" if self.chance(0.75) else "MENANTU"
            low, high = (0.1, 14) if relation == "CUCU" else (19, parent_age - 18)
            return self._member(people, sex, self.between(low, high), relation)
        if self.chance(0.02):
            return self._member(people, sex, self.between(12, 60), "LAINNYA")
        eldest = min(parent_age - 17.5, 34)
        child_age = self.between(0.05, max(0.3, eldest))
        return self._member(
            people, sex, child_age, "ANAK", family_name=family_name, mother_name=mother_name
        )

    def _member(
        self,
        people: People,
        sex: str,
        age: float,
        relation: str,
        *,
        family_name: str = "",
        mother_name: str = "",
    ) -> Member:
        own_family = family_name or (pick(self.rng, people.family) if people.family else "")
        mother_name = mother_name or draw_name(
            self.rng, people, FEMALE, age=int(age) + 25, family=own_family
        )
        return Member(
            name=draw_name(self.rng, people, sex, age=int(age), family=own_family),
            sex=sex,
            birth_date=_years_before(REGISTER_DATE, age),
            relation=relation,
            mother_name=mother_name if not self.chance(0.02) else "",
            occupation=self._occupation(sex, age),
        )

    def _occupation(self, sex: str, age: float) -> str:
        if age < 6:
            return "BELUM/TIDAK BEKERJA"
        if age < 18 or (age < 22 and self.chance(0.5)):
            return "PELAJAR/MAHASISWA"
        return pick_weighted(self.rng, _MEN_WORK if sex == MALE else _WOMEN_WORK)

    # Identity, and what is wrong with it

    def _identity(
        self, member: Member, village: Village, regency: Regency, group: str, issued_at: str
    ) -> None:
        child = member.relation in {"ANAK", "CUCU"}
        stranger = not issued_at.startswith("62") and not child
        places = _BIRTH_PLACES[group] if stranger else regency.birth_places
        member.birth_place = pick(self.rng, places)
        district = village.district_digits if child else issued_at
        member.nik = self.numbers.nik(district, member.birth_date, member.sex)
        if self.chance(INVALID_NIK):
            member.nik = damaged_nik(self.rng, member.nik)
            member.match_note = "NIK TIDAK DITEMUKAN"
        elif self.chance(DOUBLE_NIK) and len(self._recent) > 20:
            self._double(member)
        elif self.chance(DEAD):
            member.match_note = "MENINGGAL"
        elif self.chance(0.05):
            member.match_note = "NIK ADA, DATA BERBEDA"
            self._disagree(member)
        else:
            member.match_note = "PADAN" if self.chance(0.995) else "PINDAH"
            self._recent = [*self._recent[-200:], member]

    def _double(self, member: Member) -> None:
        """Either one person registered twice, or a slip that gave two persons one number."""
        alike = [
            other
            for other in self._recent
            if other.sex == member.sex
            and abs(other.birth_date - member.birth_date) < timedelta(days=700)
        ]
        if alike and self.chance(0.5):
            other = pick(self.rng, alike)
            member.name = misspelt(self.rng, other.name)
            member.birth_date = other.birth_date
            member.birth_place = other.birth_place
        else:
            other = pick(self.rng, self._recent)
        self._recent.remove(other)  # at most twice each
        member.nik = other.nik
        member.match_note = other.match_note = "NIK GANDA"

    def _disagree(self, member: Member) -> None:
        born = member.birth_date
        point = self.rng.random()
        if point < 0.4 and born.day <= 12 and born.day != born.month:
            member.birth_date = born.replace(day=born.month, month=born.day)
        elif point < 0.6:
            member.birth_date = born.replace(day=1, month=7)
        elif point < 0.7:
            member.sex = MALE if member.sex == FEMALE else FEMALE
        else:
            member.name = misspelt(self.rng, member.name)

    # Programmes and cards

    def _programmes(self, family: Family, regency: Regency) -> None:
        point = self.rng.random()
        if point < 0.915:
            family.enrollments.append(Enrollment("SEMBAKO", date(2021, 1, 1)))
        elif point < 0.965:
            self._left(family)
        if point < 0.965:
            family.card = self._card(regency)
        has_children = any(member.relation == "ANAK" for member in family.members)
        if family.is_active and self.chance(0.48 if has_children else 0.12):
            since = date(2016 + int(self.between(0, 5)), 1 if self.chance(0.5) else 7, 1)
            family.enrollments.append(Enrollment("PKH", since))
        if family.is_active and self.chance(0.62):
            family.enrollments.append(
                Enrollment("PBI_JK", date(2014 + int(self.between(0, 7)), 1, 1))
            )

    def _left(self, family: Family) -> None:
        """A family that was in the programme: it stays in the register with the reason."""
        reason = pick_weighted(self.rng, _LEAVING)
        if reason == "MENINGGAL" and len(family.members) > 1:
            reason = "SUDAH_MAMPU"
        if self.chance(0.45):
            started, programme = date(2019, 2, 1), "BPNT"
            ended = started + timedelta(days=int(self.between(180, 690)))
        else:
            started, programme = date(2021, 1, 1), "SEMBAKO"
            ended = started + timedelta(days=int(self.between(60, 330)))
        family.enrollments.append(Enrollment(programme, started, ended, reason))
        if reason in {"MENINGGAL", "PINDAH", "GANDA"}:
            family.is_active, family.inactive_reason = False, reason
            for member in family.members:
                member.is_active, member.inactive_reason = False, reason

    def _card(self, regency: Regency) -> Card:
        bank = regency.bank if self.chance(0.93) else ("002" if self.chance(0.7) else "451")
        status = pick_weighted(
            self.rng, {"DISERAHKAN": 940, "DIBUKA": 30, "HILANG": 12, "DIBLOKIR": 18}
        )
        handed_over = REGISTER_DATE - timedelta(days=int(self.between(10, 720)))
        return Card(
            bank=bank,
            card_number=self.numbers.card(),
            account_number=self.numbers.account(bank),
            status=status,
            handed_over_on=None if status == "DIBUKA" else handed_over,
        )
