"""The figures of the payout that a meeting speaks of and a follow-up is to move.

They are of one period, the newest unless one is named; agents, overlaps and findings as they
are now.
"""

from collections.abc import Callable, Mapping

from dashboards import payouts
from dashboards.figures import CHILD_LENGTH, Area
from dashboards.indicators import Indicator, Value, count_of, grouped_counts, share_of
from dashboards.payouts import PayoutCounts
from dashboards.places import place_counts
from distribution.models import AgentFinding, OverlapFinding, PayoutPeriod, ReconciliationFinding

_PAID: dict[str, Callable[[PayoutCounts], Value]] = {
    "dana_masuk": lambda counts: share_of(counts.credited, counts.payments),
    "gagal_salur": lambda counts: count_of(counts.failed),
    "dibelanjakan": lambda counts: share_of(counts.spent_amount, counts.credited_amount),
    "belum_belanja": lambda counts: share_of(counts.unspent, counts.credited),
}


def counts_of_area(user, area: Area, period: PayoutPeriod) -> dict[str, PayoutCounts]:
    """Of the area and of each place below it; nought where nobody is paid."""
    code = area.region.code
    below = payouts.counts_inside(user, code, period, length=CHILD_LENGTH[len(code)])
    total = sum(below.values(), PayoutCounts())
    return {
        **{place.code: below.get(place.code, PayoutCounts()) for place in area.places},
        code: total,
    }


def _paid(code: str) -> Callable[..., dict[str, Value]]:
    def values(user, area: Area, period: PayoutPeriod | None = None) -> dict[str, Value]:
        period = period or payouts.latest_period(user)
        if period is None:
            return {}
        counts = counts_of_area(user, area, period)
        return {place: _PAID[code](found) for place, found in counts.items()}

    return values


def of_province(province: str, period: PayoutPeriod) -> dict[str, Value]:
    """What a district may compare itself with: sums over the province, by indicator."""
    total = payouts.province_total(province, period)
    return {code: value(total) for code, value in _PAID.items()}


def villages_without_agent(user, area: Area) -> Mapping[str, Value]:
    code = area.region.code
    below = place_counts(user, code, None, length=CHILD_LENGTH[len(code)])
    found = {place: count_of(counts.without_agent) for place, counts in below.items()}
    return {**found, code: count_of(sum(counts.without_agent for counts in below.values()))}


def _open(model) -> Callable[[object, Area], dict[str, Value]]:
    def values(user, area: Area) -> dict[str, Value]:
        return grouped_counts(model.objects.visible_to(user).open(), area, place=model.PLACE)

    return values


INDICATORS = (
    Indicator(
        "dana_masuk",
        "KPM dananya masuk",
        "KPM",
        1,
        "Bagian KPM dalam daftar bayar yang dananya sudah masuk ke kartu, periode terbaru.",
        _paid("dana_masuk"),
        is_share=True,
        of=PayoutPeriod,
    ),
    Indicator(
        "gagal_salur",
        "Penyaluran gagal",
        "KPM",
        -1,
        "KPM dalam daftar bayar yang burekol, cek rekening, atau top up-nya gagal.",
        _paid("gagal_salur"),
        of=PayoutPeriod,
    ),
    Indicator(
        "dibelanjakan",
        "Dana dibelanjakan",
        "rupiah",
        1,
        "Bagian dana yang masuk dan sudah dibelanjakan, dalam rupiah.",
        _paid("dibelanjakan"),
        is_share=True,
        of=PayoutPeriod,
    ),
    Indicator(
        "belum_belanja",
        "KPM belum belanja",
        "KPM",
        -1,
        "Bagian KPM yang dananya sudah masuk tetapi belum berbelanja sama sekali.",
        _paid("belum_belanja"),
        is_share=True,
        of=PayoutPeriod,
    ),
    Indicator(
        "desa_tanpa_agen",
        "Desa tanpa agen",
        "desa/kelurahan",
        -1,
        "Desa dan kelurahan yang tidak dilayani agen aktif.",
        villages_without_agent,
    ),
    Indicator(
        "temuan_agen",
        "Temuan agen terbuka",
        "temuan",
        -1,
        "Temuan kunjungan agen dan pemeriksaan pemilik yang belum selesai.",
        _open(AgentFinding),
    ),
    Indicator(
        "tumpang_tindih",
        "Tumpang tindih program",
        "keluarga",
        -1,
        "Keluarga dalam dua program yang tidak boleh bersama dan belum diputus.",
        _open(OverlapFinding),
    ),
    Indicator(
        "temuan_rekonsiliasi",
        "Temuan rekonsiliasi terbuka",
        "temuan",
        -1,
        "Perbedaan daftar bayar, top up, dan transaksi yang masih harus ditangani.",
        _open(ReconciliationFinding),
    ),
)
