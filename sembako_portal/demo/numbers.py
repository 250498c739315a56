"""Identity and account numbers that nobody holds, and the damage that sheets do to them."""

from datetime import date
from random import Random

from sembako_portal.demo.names import FEMALE, pick, pick_weighted

# Digits of an account number by bank (DOMAIN section 2).
ACCOUNT_DIGITS = {"002": 15, "008": 13, "009": 10, "200": 16, "451": 10}

# Regencies outside the province where many who live in it were first registered.
ELSEWHERE = (
    "630401", "630805", "637101", "350714", "350911", "351801", "330207", "730813", "640201",
)  # fmt: skip

_NIK_DAMAGE = {"EMPTY": 30, "SERIAL_0000": 28, "SHORT": 20, "LONG": 6, "DATE": 10, "PROVINCE": 6}
_KK_DAMAGE = {"EMPTY": 45, "SERIAL_0000": 34, "SHORT": 21}


class Numbers:
    """Gives out every number once; NIK and KK with serials 9xxx."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._given: set[str] = set()

    def _serial(self, stem: str) -> str:
        serial = int(self._rng.random() * 1000)
        for _ in range(1000):
            number = f"{stem}9{serial:03d}"
            if number not in self._given:
                self._given.add(number)
                return number
            serial = (serial + 1) % 1000
        raise ValueError(f"all synthetic serials of {stem} are given out; ask for fewer families")

    def nik(self, district: str, born: date, sex: str) -> str:
        """A NIK first issued in `district`, six digits."""
        day = born.day + (40 if sex == FEMALE else 0)
        return self._serial(f"{district}{day:02d}{born.month:02d}{born.year % 100:02d}")

    def kk(self, district: str, issued: date) -> str:
        return self._serial(f"{district}{issued:%d%m%y}")

    def card(self) -> str:
        """A KKS number; 603299 with nine behind it stands for the demo only."""
        number = f"60329{len(self._given) * 7919 % 10**11:011d}"
        self._given.add(number)
        return number

    def account(self, bank: str) -> str:
        digits = ACCOUNT_DIGITS[bank]
        stem = "0" if bank == "002" and self._rng.random() < 0.6 else ""
        rest = digits - len(stem)
        return f"{stem}{int(self._rng.random() * 10**rest):0{rest}d}"


def damaged_nik(rng: Random, nik: str) -> str:
    """What is left of a NIK after Excel, haste or guesswork; never a number that could be valid."""
    match pick_weighted(rng, _NIK_DAMAGE):
        case "EMPTY":
            return ""
        case "SERIAL_0000":
            return f"{nik[:12]}0000"
        case "SHORT":
            return nik[:15]
        case "LONG":
            return f"{nik}{pick(rng, '0123456789')}"
        case "DATE":
            return f"{nik[:6]}{pick(rng, ('00', '32', '38', '40', '72', '79'))}{nik[8:]}"
        case _:
            return f"{pick(rng, ('00', '10', '26'))}{nik[2:]}"


def damaged_kk(rng: Random, kk: str) -> str:
    match pick_weighted(rng, _KK_DAMAGE):
        case "EMPTY":
            return ""
        case "SERIAL_0000":
            return f"{kk[:12]}0000"
        case _:
            return kk[:15]
