"""Speed of the dashboards over ten million payments. benchmarks/README.md says how to run it."""

import argparse
import itertools

import bench
import reconciliation
from pages import REGENCY, SEARCHES, Browser, portal

FAMILIES = 300_000  # of a million persons
PERIODS = 34

# As many months of history as a portal has after a year.
MONTHS = """
INSERT INTO dashboards_villagemonth (village_id, register, month, kpm, households, persons,
    invalid_nik, matched, valid_kk, addressed, checked, round_id, cases, approved)
SELECT village_id, register, (month - make_interval(months => n))::date, kpm, households, persons,
    invalid_nik, matched, valid_kk, addressed, checked, round_id, cases, approved
FROM dashboards_villagemonth CROSS JOIN generate_series(1, 11) n
RETURNING month
"""
ANALYZE = """
ANALYZE dashboards_villagemonth, dashboards_regencymonth, dashboards_payoutfigures,
    dashboards_regencypayout
"""


def fill() -> float:
    """All figures, and a year of them; the seconds of counting the payments."""
    from django.db import connection

    from dashboards import figures, history, payouts

    figures.refresh()
    counted = bench.seconds(payouts.refresh)
    history.keep_month()
    with connection.cursor() as cursor:
        cursor.execute(MONTHS)
        history.sum_up({month for (month,) in cursor.fetchall()})
        cursor.execute(ANALYZE)
    return counted


def addresses() -> dict[str, list[str]]:
    """The pages that are asked for: the start page as it opens and by each of its controls."""
    from distribution.models import PayoutPeriod
    from regions.models import Region

    first, *_, last = PayoutPeriod.objects.values_list("pk", flat=True)
    chosen = ["", "angka=padan", "angka=tersalur", "angka=kualitas", "bank=002", "register=DTKS"]
    filters = [*chosen, f"periode={last}", f"periode={first}&bank=008&angka=belum"]
    below = Region.objects.filter(parent=REGENCY).values_list("pk", flat=True)[:10]
    villages = Region.objects.filter(parent=below[0]).values_list("pk", flat=True)[:5]
    return {
        "province": ["/" + ("?" + words if words else "") for words in filters],
        "district": ["/"],
        "drilldown": [
            f"/?wilayah={REGENCY}",
            *(f"/wilayah/{code}/" for code in (REGENCY, "62.71", *below, *villages)),
        ],
    }


def measure() -> dict:
    from accounts.roles import Role
    from beneficiaries.models import Person
    from distribution.models import Payment

    bench.user("provinsi", Role.KOORDINATOR, "62")
    bench.user("kabupaten", Role.PETUGAS, REGENCY)
    counted = fill()
    bench.say(f"payments counted in {counted:.1f} s")
    times, queries = {}, {}
    with portal():
        for what, paths in addresses().items():
            browser = Browser("kabupaten" if what == "district" else "provinsi")
            asked = list(itertools.islice(itertools.cycle(paths), max(SEARCHES, 2 * len(paths))))
            times[what] = round(bench.p95(browser.times(asked)), 1)
            queries |= {f"{what} {page}": n for page, n in browser.queries.items()}
            bench.say(f"{what}: {times[what]} ms")
    return {
        "persons": Person.objects.count(),
        "payments": Payment.objects.count(),
        "count_s": round(counted, 1),
        **{f"{what}_p95_ms": value for what, value in times.items()},
        "max_queries": max(queries.values()),
        "queries": queries,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--families", type=int, default=FAMILIES)
    parser.add_argument("--periods", type=int, default=PERIODS)
    chosen = parser.parse_args()
    # Purchases are left out, since no dashboard reads them: a payment knows what was spent.
    kept = reconciliation.database(chosen.families, chosen.periods, purchases=False)
    server, name = kept.rsplit("/", 1)
    with bench.copied(f"{server}/portal", name, "dashboard"):
        bench.report(measure())


if __name__ == "__main__":
    main()
