"""Speed of the dashboards over ten million payments. benchmarks/README.md says how to run it."""

import argparse
import itertools

import bench
from pages import REGENCY, SEARCHES, Browser, portal
from payout import CARDS

# Months one after the other up to November 2021. Of a hundred payments four have failed, ten are
# credited and not spent. Purchases are left out, since no dashboard reads them; so are triggers:
# the rows are right, and ten million of them take an hour.
PAYMENTS_OF_MONTHS = """
ALTER TABLE distribution_payment DISABLE TRIGGER USER;
INSERT INTO distribution_payoutperiod (programme_id, name, first_month, last_month, is_rapel,
    status, close_note, opened_by_id, opened_at, eligible_count)
SELECT 'SEMBAKO', 'Bulan ' || to_char(month, 'MM-YYYY'), month, month, false, 'BERJALAN', '',
    %(user)s, month, %(families)s
FROM generate_series(0, %(periods)s - 1) n
CROSS JOIN LATERAL (SELECT (date '2021-11-01' - make_interval(months => n))::date AS month) m;
INSERT INTO distribution_payment (period_id, household_id, person_id, is_eligible, payee_name,
    payee_nik, card_number, account_number, bank_id, village_id, first_month, months, rate, amount,
    status, status_on, reason, topped_up_on, topped_up_amount, spent_amount, refunded_amount)
SELECT d.id, h.id, h.payee_id, true, p.name, p.nik, c.card_number, c.account_number, c.bank_id,
    h.village_id, d.first_month, 1, 200000, 200000,
    CASE WHEN failed THEN 'TOP_UP_GAGAL' ELSE 'TOP_UP_SUKSES' END, d.first_month + 10, '',
    CASE WHEN NOT failed THEN d.first_month + 10 END, CASE WHEN failed THEN 0 ELSE 200000 END,
    CASE WHEN failed OR h.id %% 10 = 0 THEN 0 ELSE 200000 END, 0
FROM distribution_payoutperiod d CROSS JOIN beneficiaries_household h
JOIN beneficiaries_person p ON p.id = h.payee_id JOIN beneficiaries_card c ON c.household_id = h.id
CROSS JOIN LATERAL (SELECT (h.id + d.id) %% 25 = 0 AS failed) f
ORDER BY d.first_month, h.id;
INSERT INTO distribution_agent (bank_id, agent_id, name, kind, owner_name, owner_nik,
    owner_occupation, phone, village_id, address, status, status_reason, created_at, changed_at)
SELECT '002', 'EW-' || code, 'E-WARONG ' || upper(name), 'E_WARONG_KUBE', '', '', '', '', code, '',
    'AKTIF', '', now(), now()
FROM regions_region WHERE level = 'VILLAGE' AND right(code, 1) <> '7';
INSERT INTO distribution_agentvillage (agent_id, village_id)
SELECT id, village_id FROM distribution_agent;
ALTER TABLE distribution_payment ENABLE TRIGGER USER;
ANALYZE;
"""
# As many months of history as a portal has after a year.
MONTHS = """
INSERT INTO dashboards_villagemonth (village_id, register, month, kpm, households, persons,
    invalid_nik, matched, valid_kk, addressed, checked, round_id, cases, approved)
SELECT village_id, register, (month - make_interval(months => n))::date, kpm, households, persons,
    invalid_nik, matched, valid_kk, addressed, checked, round_id, cases, approved
FROM dashboards_villagemonth CROSS JOIN generate_series(1, 11) n;
ANALYZE dashboards_villagemonth
"""


def fill(user, payments: int) -> tuple[int, float]:
    """Payments and all figures; how many payments there are, and the seconds of counting them."""
    from django.db import connection

    from beneficiaries.models import Household
    from dashboards import figures, history, payouts
    from distribution.models import Payment

    families = Household.objects.count()
    periods = -(-payments // families)
    bench.say(f"making {periods} months of {families:,} payments")
    with connection.cursor() as cursor:
        cursor.execute(CARDS)
        cursor.execute(
            PAYMENTS_OF_MONTHS, {"user": user.pk, "families": families, "periods": periods}
        )
    figures.refresh()
    counted = bench.seconds(payouts.refresh)
    history.keep_month()
    with connection.cursor() as cursor:
        cursor.execute(MONTHS)
        cursor.execute("ANALYZE dashboards_payoutfigures")
    return Payment.objects.count(), counted


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


def measure(wanted: int) -> dict:
    from accounts.roles import Role

    payments, counted = fill(bench.user("provinsi", Role.KOORDINATOR, "62"), wanted)
    bench.user("kabupaten", Role.PETUGAS, REGENCY)
    bench.say(f"{payments:,} payments counted in {counted:.1f} s")
    times, queries = {}, {}
    with portal():
        for what, paths in addresses().items():
            browser = Browser("kabupaten" if what == "district" else "provinsi")
            asked = list(itertools.islice(itertools.cycle(paths), max(SEARCHES, 2 * len(paths))))
            times[what] = round(bench.p95(browser.times(asked)), 1)
            queries |= {f"{what} {page}": n for page, n in browser.queries.items()}
            bench.say(f"{what}: {times[what]} ms")
    return {
        "payments": payments,
        "count_s": round(counted, 1),
        **{f"{what}_p95_ms": value for what, value in times.items()},
        "max_queries": max(queries.values()),
        "queries": queries,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--payments", type=int, default=10_000_000)
    chosen = parser.parse_args()
    with bench.register(chosen.persons, copy="dashboard"):
        bench.report({"persons": chosen.persons, **measure(chosen.payments)})


if __name__ == "__main__":
    main()
