"""The tree of regions by code and by name, as officers and other systems write them.

Codes are the dotted codes of Kemendagri (Permendagri 72/2019). BPS numbers the same regions in a
system of its own, without dots, in which the kabupaten 06 to 13 have other numbers.
"""

import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from difflib import SequenceMatcher
from math import inf
from pathlib import Path
from typing import NamedTuple

PROVINCE_CODE = "62"
REGIONS_FILE = Path(__file__).parent / "data" / "regions.csv"

# Abbreviations of the kabupaten in daily use; the first one is short enough for a map.
SHORT_NAMES = {
    "62.01": ("Kobar",),
    "62.02": ("Kotim",),
    "62.04": ("Barsel",),
    "62.05": ("Barut",),
    "62.10": ("Gumas",),
    "62.11": ("Pulpis",),
    "62.12": ("Mura",),
    "62.13": ("Bartim",),
    "62.71": ("P. Raya", "Palangka", "PKY"),
}

# Kecamatan that are also written otherwise.
OTHER_NAMES = {
    "62.10.01": ("Sepang",),
    "62.11.07": ("Jabiren Raya",),
    "62.71.04": ("Sebangau",),
}

KIND_WORDS = {
    "PROVINSI": "Provinsi",
    "KABUPATEN": "Kabupaten",
    "KOTA": "Kota",
    "KECAMATAN": "Kecamatan",
    "KELURAHAN": "Kelurahan",
    "DESA": "Desa",
}

_PREFIXES = {
    "REGENCY": {"KABUPATEN", "KAB", "KOTA", "KOTAMADYA", "KODYA", "PEMKAB", "PEMKOT"},
    "DISTRICT": {"KECAMATAN", "KEC"},
    "VILLAGE": {"DESA", "DS", "KELURAHAN", "KEL"},
}
_ABBREVIATIONS = {
    "BRT": "BARAT", "TMR": "TIMUR", "TIM": "TIMUR", "UTR": "UTARA", "SLT": "SELATAN",
    "SEL": "SELATAN", "TGH": "TENGAH", "GN": "GUNUNG", "GNG": "GUNUNG", "SEI": "SUNGAI",
    "SUNGEI": "SUNGAI", "TBG": "TUMBANG", "TB": "TUMBANG", "TJ": "TANJUNG",
    "TJG": "TANJUNG", "TLK": "TELUK", "KP": "KAMPUNG", "KPG": "KAMPUNG", "PKLN": "PANGKALAN",
    "MA": "MUARA", "BT": "BATU", "KTW": "KOTAWARINGIN",
}  # fmt: skip
_ROMAN = {"I": "1", "II": "2", "III": "3", "IV": "4", "V": "5", "VI": "6", "VII": "7", "VIII": "8"}
_LEVEL_OF_LENGTH = {2: "PROVINCE", 5: "REGENCY", 8: "DISTRICT", 13: "VILLAGE"}
_PLACEHOLDERS = {"", "-", "--", "0", "00", "N/A", "NA", "NULL", "NONE", "NAN", "BELUM ADA", "."}
_CACHE_LIMIT = 100_000
_MAX_CANDIDATES = 5
_LIKE = 0.7  # SequenceMatcher ratio from which a name is worth suggesting

# Kemendagri codes of the 38 provinces (Kepmendagri 300.2.2-2138/2025).
PROVINCES = {
    "11": "Aceh", "12": "Sumatera Utara", "13": "Sumatera Barat", "14": "Riau", "15": "Jambi",
    "16": "Sumatera Selatan", "17": "Bengkulu", "18": "Lampung",
    "19": "Kepulauan Bangka Belitung", "21": "Kepulauan Riau", "31": "DKI Jakarta",
    "32": "Jawa Barat", "33": "Jawa Tengah", "34": "Daerah Istimewa Yogyakarta",
    "35": "Jawa Timur", "36": "Banten", "51": "Bali", "52": "Nusa Tenggara Barat",
    "53": "Nusa Tenggara Timur", "61": "Kalimantan Barat", "62": "Kalimantan Tengah",
    "63": "Kalimantan Selatan", "64": "Kalimantan Timur", "65": "Kalimantan Utara",
    "71": "Sulawesi Utara", "72": "Sulawesi Tengah", "73": "Sulawesi Selatan",
    "74": "Sulawesi Tenggara", "75": "Gorontalo", "76": "Sulawesi Barat", "81": "Maluku",
    "82": "Maluku Utara", "91": "Papua", "92": "Papua Barat", "93": "Papua Selatan",
    "94": "Papua Tengah", "95": "Papua Pegunungan", "96": "Papua Barat Daya",
}  # fmt: skip

_PARENT_LEVEL = {"REGENCY": "PROVINCE", "DISTRICT": "REGENCY", "VILLAGE": "DISTRICT"}
_LEVEL_WORDS = {"REGENCY": "Kabupaten/kota", "DISTRICT": "Kecamatan", "VILLAGE": "Desa/kelurahan"}
_WRITE_IN_FULL = "Tulis nama lengkapnya."
_WRITE_PARENT = {
    "DISTRICT": "Tulis juga kabupaten/kotanya.",
    "VILLAGE": "Tulis juga kecamatannya.",
}


class RegionRow(NamedTuple):
    """One region. `level` is PROVINCE, REGENCY, DISTRICT or VILLAGE; `kind` is a key of KIND_WORDS;
    `parent` is "" for the province; unknown texts are "", unknown degrees None."""

    code: str
    name: str
    level: str
    kind: str
    parent: str
    bps_code: str = ""
    postcode: str = ""
    latitude: float | None = None
    longitude: float | None = None


class Resolved(NamedTuple):
    """One region for sure.

    `note`: what was read differently from what was written, in Indonesian, "" if nothing.
    `note_code` names it: BPS_CODE, KEMENDAGRI_CODE, LOST_ZERO, SPELLING, BY_CODE or "".
    """

    code: str
    level: str
    note: str = ""
    note_code: str = ""


class Unresolved(NamedTuple):
    """No region, and why.

    `reason`: EMPTY, UNKNOWN_CODE, UNKNOWN_REGENCY, UNKNOWN_DISTRICT, DISTRICT_NOT_IN_REGENCY,
    UNKNOWN_VILLAGE, VILLAGE_NOT_IN_DISTRICT, VILLAGE_NOT_IN_REGENCY, AMBIGUOUS, CODE_DISAGREES or
    OTHER_PROVINCE. `candidates`: at most five codes, the likeliest first.
    """

    reason: str
    message: str
    candidates: tuple[str, ...] = ()


def parent_code(code: str) -> str:
    """
    >>> parent_code("62.03.08.2001"), parent_code("62")
    ('62.03.08', '')
    """
    return code.rpartition(".")[0]


def level_of(code: str) -> str:
    """
    >>> level_of("62.03.08")
    'DISTRICT'
    """
    return _LEVEL_OF_LENGTH[len(code)]


def load_regions(path: Path = REGIONS_FILE) -> list[RegionRow]:
    """All regions of the province, parents before children."""
    with open(path, encoding="utf-8", newline="") as file:
        return [
            RegionRow(
                code=row["code"],
                name=row["name"],
                level=row["level"],
                kind=row["kind"],
                parent=parent_code(row["code"]),
                bps_code=row["bps_code"],
                postcode=row["postcode"],
                latitude=float(row["latitude"]),
                longitude=float(row["longitude"]),
            )
            for row in csv.DictReader(file)
        ]


_EMPTY = Unresolved(
    "EMPTY", "Wilayah kosong. Isi nama kabupaten/kota, kecamatan, dan desa, atau kodenya."
)


class _Name(NamedTuple):
    """A written name, ready to compare: words in full, the number at its end apart."""

    words: tuple[str, ...]
    number: str

    @property
    def key(self) -> str:
        return "".join(self.words) + self.number

    @property
    def stem(self) -> str:
        return "".join(self.words)


def _words(text: str) -> list[str]:
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().upper()
    return re.findall(r"[A-Z]+|[0-9]+", text.replace("'", "").replace("`", ""))


def _as_name(words: Iterable[str]) -> _Name:
    words = [_ABBREVIATIONS.get(word, word) for word in words]
    number = ""
    if len(words) > 1 and (words[-1] in _ROMAN or words[-1].isdigit()):
        last = words.pop()
        number = _ROMAN.get(last) or last.lstrip("0")
    return _Name(tuple(words), number)


def _readings(text: str, level: str) -> list[_Name]:
    """The name as written, then without the word for its level in front, in either spelling."""
    words = _words(text)
    names = [_as_name(words)] if words else []
    while len(words) > 1 and words[0] in _PREFIXES[level]:
        words = words[1:]
        names.append(_as_name(words))
    return names


def _typing_errors(left: str, right: str, limit: int) -> int:
    """Letters to add, drop, change or swap with their neighbour; limit + 1 when there are more.

    >>> _typing_errors("BATUAH", "BATAUH", 2), _typing_errors("BATUAH", "SELAT", 2)
    (1, 3)
    """
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(right, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return min(row[-1], limit + 1)


def _typos_allowed(key: str) -> int:
    return 0 if len(key) < 4 else 1 if len(key) < 8 else 2


class _Code(NamedTuple):
    """What a written code can mean: `dotted` in the numbering of Kemendagri, `bps` in that of BPS,
    each "" when it cannot be one. `plain`: written without dots, so either system is possible.
    `guess`: a lost zero was put back."""

    written: str
    dotted: str = ""
    bps: str = ""
    plain: bool = False
    guess: bool = False


def _read_code(text: str) -> _Code | None:
    """None when the cell holds no code at all.

    >>> _read_code("62.1").dotted, _read_code("6.2e1").dotted, _read_code("6203082001.0").dotted
    ('62.10', '62', '62.03.08.2001')
    >>> _read_code("6203080").bps
    '6203080'
    """
    written = re.sub(r"[\s\u200b\ufeff'’]", "", text)
    if written.upper() in _PLACEHOLDERS:
        return None
    plain = written.replace(",", ".")
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?[eE]\+?[0-9]{1,2}", plain):
        plain = format(Decimal(plain), "f")
        plain = re.sub(r"\.0*$", "", plain)
    plain = re.sub(r"^([0-9]+)\.0$", r"\1", plain)
    if plain.isdigit():
        cuts = {2: (2,), 4: (2, 4), 6: (2, 4, 6), 10: (2, 4, 6, 10)}.get(len(plain), ())
        starts = (0, *cuts[:-1])
        dotted = ".".join(plain[a:b] for a, b in zip(starts, cuts, strict=True)) if cuts else ""
        return _Code(written, dotted, plain if len(plain) in (2, 4, 7, 10) else "", plain=True)
    parts = [part for part in re.split(r"[.\-/_]", plain) if part]
    if not 2 <= len(parts) <= 4 or not all(part.isdigit() for part in parts):
        return _Code(written)
    # Read as a number 62.10 became 62.1: the zero was lost at the end. Deeper codes are no numbers,
    # there a single digit was typed without the zero in front.
    lost_zero = any(len(part) == 1 for part in parts[:3])
    if len(parts) == 2:
        parts[1] = parts[1].ljust(2, "0")
    else:
        parts = [part.rjust(2, "0") for part in parts]
    dotted = ".".join(parts)
    if [len(part) for part in parts] != [2, 2, 2, 4][: len(parts)]:
        dotted = ""
    return _Code(written, dotted, "".join(parts[:2]), guess=lost_zero)


def _is_inside(code: str, ancestor: str) -> bool:
    return code == ancestor or code.startswith(ancestor + ".")


class RegionIndex:
    """Finds regions by the codes and names that people write.

    Made from any rows with the fields of RegionRow; pickles as its rows. Not changed by use except
    for the memory of answers already given.
    """

    def __init__(self, rows: Iterable[RegionRow]):
        self.rows = tuple(rows)
        self._by_code = {row.code: row for row in self.rows}
        self._keys: dict[str, dict[str, set[str]]] = {
            level: defaultdict(set) for level in _PREFIXES
        }
        self._children: dict[str, list[str]] = defaultdict(list)
        self._names: dict[str, _Name] = {}
        self._by_bps: dict[str, str] = {}
        self._answers: dict[tuple[str, str, str, str], Resolved | Unresolved] = {}
        vocabulary: set[str] = set()
        for row in self.rows:
            self._children[row.parent].append(row.code)
            self._names[row.code] = _as_name(_words(row.name))
            vocabulary.update(self._names[row.code].words)
            if row.bps_code:
                self._by_bps[row.bps_code] = row.code
            if row.level == "PROVINCE":
                continue
            for name in (row.name, *SHORT_NAMES.get(row.code, ()), *OTHER_NAMES.get(row.code, ())):
                for key in self._spellings(name, row.level):
                    self._keys[row.level][key].add(row.code)
        self._vocabulary = frozenset(vocabulary)

    def __reduce__(self):
        return RegionIndex, (self.rows,)

    @staticmethod
    def _spellings(name: str, level: str) -> Iterator[str]:
        yield _as_name(_words(name)).key
        yield "".join(_words(name))  # written in one word, nothing in it can be expanded
        if level == "REGENCY":
            for prefix in ("KAB", "KABUPATEN", "KOTA"):
                yield prefix + _as_name(_words(name)).key

    def __contains__(self, code: str) -> bool:
        return code in self._by_code

    def name(self, code: str) -> str:
        """The bare name. Raises KeyError for an unknown code."""
        return self._by_code[code].name

    def own_name(self, code: str) -> str:
        """The name with the word for its kind: "Desa Batuah". KeyError for an unknown code."""
        row = self._by_code[code]
        return f"{KIND_WORDS[row.kind]} {row.name}"

    def short_name(self, code: str) -> str:
        """A name for a map or a narrow column: "Kotim". KeyError for an unknown code."""
        return SHORT_NAMES.get(code, (self.name(code),))[0]

    def full_name(self, code: str) -> str:
        """With everything above it up to the kabupaten. Raises KeyError for an unknown code.

        >>> RegionIndex(load_regions()).full_name("62.03.08")
        'Kecamatan Basarang, Kabupaten Kapuas'
        """
        parts = [self.own_name(code)]
        while (code := parent_code(code)) and len(code) > 2:
            parts.append(self.own_name(code))
        return ", ".join(parts)

    def resolve(
        self, *, regency: str = "", district: str = "", village: str = "", code: str = ""
    ) -> Resolved | Unresolved:
        """The one region that the written names and code mean, as deep as they go.

        Names decide, inside the region above them; the code confirms, completes or breaks a tie. A
        name with one or two typing errors counts when nothing else in the region above is near it.
        A code that names another region is not believed, unless it is the BPS number of the one
        that the names say.
        """
        asked = (regency, district, village, code)
        answer = self._answers.get(asked)
        if answer is None:
            if len(self._answers) >= _CACHE_LIMIT:
                self._answers.clear()
            answer = self._answers[asked] = self._resolve(*asked)
        return answer

    def _resolve(self, regency: str, district: str, village: str, code: str):
        regency, district, village = (
            "" if text.strip().upper() in _PLACEHOLDERS else text
            for text in (regency, district, village)
        )
        read = _read_code(code)
        named = bool(regency or district or village)
        if read is None:
            return self._by_names(regency, district, village) if named else _EMPTY
        by_names = self._by_names(regency, district, village) if named else None
        if refusal := self._impossible(read):
            if isinstance(by_names, Resolved):
                return refusal._replace(candidates=(by_names.code,))
            return refusal
        if by_names is None:
            return self._by_code_alone(read)
        if isinstance(by_names, Unresolved):
            return self._names_failed(by_names, read)
        return self._both(by_names, read)

    # By code

    def _impossible(self, read: _Code) -> Unresolved | None:
        if not read.dotted and not read.bps:
            return Unresolved(
                "UNKNOWN_CODE",
                f"“{read.written}” bukan kode wilayah. "
                "Tulis kode Kemendagri, misalnya 62.03.08.2001, atau kosongkan.",
            )
        province = (read.dotted or read.bps)[:2]
        if province == PROVINCE_CODE:
            return None
        if province in PROVINCES:
            return Unresolved(
                "OTHER_PROVINCE",
                f"Kode {read.written} milik Provinsi {PROVINCES[province]}. "
                "Portal ini hanya memuat Kalimantan Tengah (62). Periksa kodenya.",
            )
        return Unresolved(
            "UNKNOWN_CODE",
            f"Kode {read.written} tidak ada: {province} bukan kode provinsi. Periksa kodenya.",
        )

    def _kemendagri(self, read: _Code) -> str:
        return read.dotted if read.dotted in self._by_code else ""

    def _bps_regency(self, read: _Code) -> str:
        """The kabupaten whose BPS number the code begins with, "" if none."""
        return self._by_bps.get(read.bps[:4], "") if len(read.bps) >= 4 else ""

    def _by_code_alone(self, read: _Code) -> Resolved | Unresolved:
        kemendagri = self._kemendagri(read)
        bps = self._by_bps.get(read.bps, "") if read.plain else ""
        if bps and kemendagri and kemendagri != bps:
            return Unresolved(
                "AMBIGUOUS",
                f"Kode {read.written} berarti {self.own_name(kemendagri)} menurut Kemendagri "
                f"dan {self.own_name(bps)} menurut BPS. "
                "Tulis nama wilayahnya atau kode dengan titik.",
                (kemendagri, bps),
            )
        if not kemendagri:
            return Resolved(bps, level_of(bps)) if bps else self._unknown_code(read)
        found = Resolved(kemendagri, level_of(kemendagri))
        if read.guess:
            return self._noted(found, self._lost_zero_note(read, kemendagri), "LOST_ZERO")
        other = self._bps_regency(read) if read.plain else ""
        if other and not _is_inside(kemendagri, other):
            note = f"Kode {read.written} dibaca sebagai kode Kemendagri {kemendagri}."
            return self._noted(found, note, "KEMENDAGRI_CODE")
        return found

    def _unknown_code(self, read: _Code) -> Unresolved:
        above = read.dotted
        while above and above not in self._by_code:
            above = parent_code(above)
        bps = self._bps_regency(read)
        if read.plain and len(read.bps) > 4 and bps:
            return Unresolved(
                "UNKNOWN_CODE",
                f"Kode {read.written} tampaknya kode BPS di {self.own_name(bps)}. "
                "Nomor BPS kecamatan dan desa tidak tersimpan. "
                "Tulis nama kecamatan dan desa, atau kode Kemendagri.",
                (bps,),
            )
        candidates = (above,) if len(above) > 2 else self._padded_left(read)
        place = f" Kode {above} adalah {self.full_name(above)}." if len(above) > 2 else ""
        return Unresolved(
            "UNKNOWN_CODE",
            f"Kode {read.written} tidak ada dalam daftar wilayah.{place} Periksa kodenya.",
            candidates,
        )

    def _padded_left(self, read: _Code) -> tuple[str, ...]:
        """62.7 cannot be 62.70, but perhaps 62.07 was meant."""
        match = re.fullmatch(r"62[.,\-/]([0-9])", read.written)
        code = f"{PROVINCE_CODE}.0{match[1]}" if match else ""
        return (code,) if code in self._by_code else ()

    def _lost_zero_note(self, read: _Code, code: str) -> str:
        if not read.guess:
            return ""
        return f"Kode {read.written} dibaca {code}: angka nol hilang."

    # By names

    def _by_names(self, regency: str, district: str, village: str) -> Resolved | Unresolved:
        found = Resolved(PROVINCE_CODE, "PROVINCE")
        for level, text in (("REGENCY", regency), ("DISTRICT", district), ("VILLAGE", village)):
            if not text:
                continue
            below = self._find(text, level, found.code)
            if isinstance(below, Unresolved):
                return below
            notes = " ".join(filter(None, (found.note, below.note)))
            found = below._replace(note=notes, note_code=below.note_code or found.note_code)
        return found

    def _find(self, text: str, level: str, above: str) -> Resolved | Unresolved:
        names = _readings(text, level)
        elsewhere: set[str] = set()
        for name in names:
            everywhere = self._keys[level].get(name.key, set())
            inside = [code for code in everywhere if _is_inside(code, above)]
            if len(inside) == 1:
                return Resolved(inside[0], level)
            if inside:
                return self._ambiguous(text, sorted(inside))
            elsewhere |= everywhere
        typos, similar = self._near(names, level, above)
        # A name that exists in another region is that name there, and no typing error here.
        if len(typos) == 1 and not elsewhere:
            right = self.name(typos[0])
            return Resolved(typos[0], level, f"“{text.strip()}” dibaca {right}.", "SPELLING")
        if len(typos) > 1:
            return self._ambiguous(text, typos)
        begun = [code for code in similar if self._is_beginning(names, code)]
        if len(begun) > 1:
            return self._ambiguous(text, begun)
        return self._not_found(text, level, above, [*typos, *similar], elsewhere)

    def _is_beginning(self, names: list[_Name], code: str) -> bool:
        """Whether the last words are missing: Kotawaringin, Patas for Patas I."""
        right = self._names[code]
        return any(
            name.words == right.words[: len(name.words)] and name != right and not name.number
            for name in names
        )

    def _near(self, names: list[_Name], level: str, above: str) -> tuple[list[str], list[str]]:
        """Children of `above` from which only typing errors separate a name, and those merely like
        it, likeliest first. Grandchildren are too many to guess among."""
        if level_of(above) != _PARENT_LEVEL[level]:
            return [], []
        typos: dict[str, int] = {}
        other_words: dict[str, int] = {}
        likeness: dict[str, float] = {}
        for code in self._children[above]:
            right = self._names[code]
            limit = _typos_allowed(right.stem)
            for name in names:
                errors = _typing_errors(name.stem, right.stem, limit)
                same_number = name.number == right.number
                if errors <= limit and same_number:
                    found = other_words if self._another_word(name, right) else typos
                    found[code] = min(errors, found.get(code, errors))
        # Marga Mulia is no Arga Mulya while Marga Mulya, nearer to it, is a doubt of its own.
        if typos and min(typos.values()) < min(other_words.values(), default=inf):
            return sorted(typos, key=lambda code: (typos[code], code)), []
        for code in self._children[above]:
            right = self._names[code]
            for name in names:
                ratio = SequenceMatcher(None, name.key, right.key, autojunk=False).ratio()
                if ratio >= _LIKE or self._is_beginning([name], code):
                    likeness[code] = max(ratio, likeness.get(code, 0))
        return [], sorted(likeness, key=lambda code: (-likeness[code], code))

    def _another_word(self, written: _Name, right: _Name) -> bool:
        """Whether the difference is a whole word that names places elsewhere: Palingkau Raya is not
        a misspelt Palingkau Jaya."""
        rest, words = written.stem, list(right.words)
        while words and rest.startswith(words[0]):
            rest = rest.removeprefix(words.pop(0))
        while words and rest.endswith(words[-1]):
            rest = rest.removesuffix(words.pop())
        return rest in self._vocabulary or not rest

    def _ambiguous(self, text: str, codes: list[str]) -> Unresolved:
        names = "; ".join(self.full_name(code) for code in codes[:_MAX_CANDIDATES])
        one_parent = len({parent_code(code) for code in codes}) == 1
        return Unresolved(
            "AMBIGUOUS",
            f"“{text.strip()}” dapat berarti lebih dari satu wilayah: {names}. "
            + (_WRITE_IN_FULL if one_parent else _WRITE_PARENT[level_of(codes[0])]),
            tuple(codes[:_MAX_CANDIDATES]),
        )

    def _not_found(self, text, level, above, near, elsewhere) -> Unresolved:
        regency = above[:5]
        others = sorted(elsewhere, key=lambda code: (not _is_inside(code, regency), code))
        candidates = tuple(dict.fromkeys([*near, *others]))[:_MAX_CANDIDATES]
        if above == PROVINCE_CODE:
            reason = f"UNKNOWN_{level}"
            fact = f"{_LEVEL_WORDS[level]} “{text.strip()}” tidak ada di Kalimantan Tengah."
        else:
            reason = f"{level}_NOT_IN_{level_of(above)}"
            fact = f"{_LEVEL_WORDS[level]} “{text.strip()}” tidak ada di {self.full_name(above)}."
        if near:
            advice = f" Ejaan terdekat: {', '.join(self.name(code) for code in near[:3])}."
        elif others:
            advice = f" Nama itu ada di {self.full_name(parent_code(others[0]))}."
        else:
            advice = ""
        return Unresolved(reason, f"{fact}{advice} Periksa ejaan atau wilayahnya.", candidates)

    # By both

    def _both(self, found: Resolved, read: _Code) -> Resolved | Unresolved:
        kemendagri = self._kemendagri(read)
        if kemendagri and _is_inside(found.code, kemendagri):
            return self._noted(found, self._lost_zero_note(read, kemendagri), "LOST_ZERO")
        if kemendagri and _is_inside(kemendagri, found.code):
            note = self._lost_zero_note(read, kemendagri)
            deeper = found._replace(code=kemendagri, level=level_of(kemendagri))
            return self._noted(deeper, note, "LOST_ZERO")
        if found.code[:5] in self._padded_left(read):
            return self._noted(
                found,
                f"Kode {read.written} dibaca {found.code[:5]}: angka nol hilang.",
                "LOST_ZERO",
            )
        if self._is_bps_number_of(found.code, read, kemendagri):
            note = (
                f"Kode {read.written} adalah nomor BPS; "
                f"disimpan sebagai kode Kemendagri {found.code}."
            )
            return self._noted(found, note, "BPS_CODE")
        if kemendagri:
            return Unresolved(
                "CODE_DISAGREES",
                f"Kode {read.written} adalah {self.full_name(kemendagri)}, tetapi nama yang "
                f"ditulis {self.full_name(found.code)}. Perbaiki kode atau namanya.",
                (found.code, kemendagri),
            )
        return Unresolved(
            "UNKNOWN_CODE",
            f"Kode {read.written} tidak ada dalam daftar wilayah, sedangkan nama yang ditulis "
            f"{self.full_name(found.code)} ({found.code}). Perbaiki atau kosongkan kodenya.",
            (found.code,),
        )

    def _is_bps_number_of(self, code: str, read: _Code, kemendagri: str) -> bool:
        """Whether the written code can be the BPS number of this region.

        Below the kabupaten the BPS numbers are used when the rows have them. Without them the
        kabupaten decides where the systems differ (06 to 13); where they do not, only a number that
        is no Kemendagri code may pass: 7 digits, or 10 of which the seventh is 0.
        """
        exact = self._by_bps.get(read.bps) if read.plain else ""
        if exact:
            return _is_inside(code, exact) or _is_inside(exact, code)
        regency = self._bps_regency(read)
        if not regency or not _is_inside(code, regency):
            return False
        if kemendagri:
            return not _is_inside(kemendagri, regency)
        return (
            len(read.bps) == 7
            or (len(read.bps) == 10 and read.bps[6] not in "12")
            or (regency.replace(".", "") != read.bps[:4])
        )

    @staticmethod
    def _noted(found: Resolved, note: str, note_code: str) -> Resolved:
        if not note:
            return found
        return found._replace(note=f"{found.note} {note}".strip(), note_code=note_code)

    def _names_failed(self, failed: Unresolved, read: _Code) -> Resolved | Unresolved:
        kemendagri = self._kemendagri(read)
        if not kemendagri:
            return failed
        meant = [code for code in failed.candidates if _is_inside(code, kemendagri)]
        if failed.reason == "AMBIGUOUS" and len(meant) == 1:
            note = f"Kode {read.written} menentukan pilihan: {self.full_name(meant[0])}."
            return Resolved(meant[0], level_of(meant[0]), note, "BY_CODE")
        candidates = tuple(dict.fromkeys((kemendagri, *failed.candidates)))[:_MAX_CANDIDATES]
        return failed._replace(
            message=f"{failed.message} Kode {read.written} adalah {self.full_name(kemendagri)}.",
            candidates=candidates,
        )
