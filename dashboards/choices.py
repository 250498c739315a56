"""What a user has chosen to see: period, region, bank, register, figure; from the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.cache import cache

from beneficiaries.models import Bank, Household
from dashboards import payouts
from distribution.models import PayoutPeriod

BANKS_KEPT = 300  # seconds: master data that an administrator changes once in years


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Chosen:
    """The filters of a page. Unknown values of an address are as good as none."""

    periods: tuple[PayoutPeriod, ...]
    banks: tuple[Bank, ...]
    period: PayoutPeriod | None
    bank: str
    register: str
    figure: str
    region: str

    @property
    def before(self) -> PayoutPeriod | None:
        """The period that the chosen one is compared with: the one listed before it."""
        if self.period is None:
            return None
        older = self.periods[self.periods.index(self.period) + 1 :]
        same = (one for one in older if one.programme_id == self.period.programme_id)
        return next((one for one in same if one.is_rapel == self.period.is_rapel), None)

    @property
    def bank_name(self) -> str:
        return next((bank.short_name for bank in self.banks if bank.pk == self.bank), "")

    def query(self, **other: str) -> str:
        """The address of the same page with something else chosen, beginning with "?"."""
        newest = payouts.newest(list(self.periods))
        values = {
            "periode": "" if self.period == newest else str(self.period.pk),
            "wilayah": self.region,
            "bank": self.bank,
            "register": self.register,
            "angka": self.figure,
        } | other
        return "?" + urlencode({name: value for name, value in values.items() if value})

    @property
    def summary(self) -> str:
        """What is chosen, in a line: the button that opens the filters on a phone."""
        bank = self.bank_name or "semua bank"
        return " · ".join(filter(None, (self.period and self.period.name, bank, self.register)))

    @property
    def is_narrowed(self) -> bool:
        newest = payouts.newest(list(self.periods))
        return bool(self.bank or self.register or self.region or self.period != newest)

    @property
    def clear_url(self) -> str:
        return f"?{urlencode({'angka': self.figure} if self.figure else {})}"

    @property
    def all_findings_url(self) -> str:
        return self.query(temuan="semua")

    @property
    def period_options(self) -> list[Option]:
        return [Option(str(one.pk), one.name, one == self.period) for one in self.periods]

    @property
    def bank_options(self) -> list[Option]:
        return [Option(one.pk, one.short_name, one.pk == self.bank) for one in self.banks]

    @property
    def register_options(self) -> list[Option]:
        return [
            Option(value, label, value == self.register)
            for value, label in Household.Register.choices
        ]


def _banks() -> tuple[Bank, ...]:
    return tuple(Bank.objects.all())


def chosen(user, asked: Mapping[str, str], *, region: str = "") -> Chosen:
    periods = payouts.periods(user)
    banks = cache.get_or_set("dashboards.banks", _banks, BANKS_KEPT)
    period = next((one for one in periods if str(one.pk) == asked.get("periode")), None)
    return Chosen(
        periods=tuple(periods),
        banks=banks,
        period=period or payouts.newest(periods),
        bank=asked["bank"] if any(bank.pk == asked.get("bank") for bank in banks) else "",
        register=asked["register"] if asked.get("register") in Household.Register.values else "",
        figure=asked.get("angka", ""),
        region=region,
    )
