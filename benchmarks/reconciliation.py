"""Reconciliation of one period among years of payments. benchmarks/README.md says how to run it.

120,000 families in 86 monthly periods: 10,200,000 payments and 20,700,000 purchases, made by
set-based SQL and kept for later runs. The lines of the purchases are there for the last twelve
periods. In the period that is measured about one family in eight differs in some way.
"""

import argparse
import hashlib
import json
import os
import time

import bench

FAMILIES = 120_000
PERIODS = 86
WITH_LINES = 12

PARTIES = """
INSERT INTO accounts_user (password, is_superuser, username, email, is_staff, is_active,
    date_joined, full_name, role, phone, wants_digest)
VALUES ('!', false, 'pembanding', '', false, true, now(), 'Pembanding', 'KOORDINATOR', '', false);
INSERT INTO distribution_payoutperiod (id, programme_id, name, first_month, last_month, is_rapel,
    status, opened_by_id, opened_at, close_note)
SELECT p, 'SEMBAKO', 'Periode ' || p, month, month, false, 'BERJALAN',
    (SELECT id FROM accounts_user WHERE username = 'pembanding'), month, ''
FROM generate_series(1, %(periods)s) p
CROSS JOIN LATERAL (SELECT (date '2021-12-01' - make_interval(months => %(periods)s - p))::date
    AS month) m;
INSERT INTO beneficiaries_card (household_id, village_id, holder_id, bank_id, card_number,
    account_number, status, handed_over_on, created_at, changed_at)
SELECT id, village_id, payee_id, '002', '603298' || lpad(id::text, 10, '0'),
    lpad(id::text, 15, '0'), CASE WHEN id %% 90 = 0 THEN 'DIBUKA' ELSE 'DISERAHKAN' END,
    CASE WHEN id %% 90 <> 0 THEN date '2021-01-15' END, now(), now()
FROM beneficiaries_household;
INSERT INTO distribution_agent (id, bank_id, agent_id, name, kind, owner_name, owner_nik,
    owner_occupation, phone, village_id, address, status, status_reason, created_at, changed_at)
SELECT row_number() OVER (ORDER BY code), '002', 'EW-' || code, 'E-WARONG ' || upper(name),
    'E_WARONG_KUBE', '', '', '', '', code, '',
    CASE WHEN hashtext(code) %% 60 = 0 THEN 'DITANGGUHKAN' ELSE 'AKTIF' END,
    CASE WHEN hashtext(code) %% 60 = 0 THEN 'Menjual paket' ELSE '' END, now(), now()
FROM regions_region WHERE level = 'VILLAGE';
INSERT INTO distribution_agentvillage (agent_id, village_id)
SELECT id, village_id FROM distribution_agent;
ANALYZE beneficiaries_card, distribution_agent, distribution_agentvillage;
"""
PAYMENTS = """
INSERT INTO distribution_payment (id, period_id, household_id, person_id, is_eligible, payee_name,
    payee_nik, card_number, account_number, bank_id, village_id, first_month, months, rate, amount,
    status, status_on, reason, topped_up_on, topped_up_amount, spent_amount, refunded_amount,
    created_at, changed_at)
SELECT (o.id - 1) * %(families)s + h.id, o.id, h.id, n.id, true, n.name, n.nik,
    '603298' || lpad(h.id::text, 10, '0'), lpad(h.id::text, 15, '0'), '002', h.village_id,
    o.first_month, 1, x.rate, x.rate, x.status, o.first_month + 9,
    CASE x.status WHEN 'TOP_UP_GAGAL' THEN (ARRAY['Rekening tidak aktif', 'Nama berbeda',
        'KKS belum diserahkan'])[1 + h.id %% 3] ELSE '' END,
    CASE WHEN x.status <> 'TOP_UP_GAGAL' THEN o.first_month + 9 END,
    CASE WHEN x.status <> 'TOP_UP_GAGAL' THEN x.rate ELSE 0 END,
    CASE WHEN x.status = 'SALDO_NOL' THEN x.rate ELSE 0 END, 0, o.first_month, o.first_month
FROM distribution_payoutperiod o JOIN beneficiaries_household h ON true
JOIN beneficiaries_person n ON n.id = h.payee_id
CROSS JOIN LATERAL (SELECT CASE WHEN (h.id + o.id) %% 22 = 0 THEN 'TOP_UP_GAGAL'
        WHEN (h.id + o.id) %% 9 = 0 THEN 'BELUM_TRANSAKSI' ELSE 'SALDO_NOL' END AS status,
    CASE WHEN (h.id + o.id) %% 3000 = 0 THEN 150000 ELSE 200000 END AS rate) x
WHERE o.id = %(period)s AND (h.id + o.id) %% 140 <> 0
ORDER BY h.id
"""
PURCHASES = """
INSERT INTO distribution_purchase (id, number, agent_id, payment_id, period_id, village_id,
    card_number, purchased_at, amount, created_at, void_reason)
SELECT p.id * 3 + n, 'TRX' || p.id || '-' || n,
    CASE WHEN p.household_id %% 400 = 0 THEN 1 + p.household_id %% 1500 ELSE a.id END, p.id,
    p.period_id, p.village_id, p.card_number,
    p.topped_up_on + make_interval(days => abs(hashint8(p.id * 3 + n)) %% 14,
        hours => 1 + abs(hashint8(p.id * 7 + n)) %% 9, secs => abs(hashint8(p.id * 5 + n)) %% 3600),
    p.spent_amount / (2 + (p.household_id %% 3 = 0)::integer), p.created_at, ''
FROM distribution_payment p JOIN distribution_agent a ON a.village_id = p.village_id
CROSS JOIN generate_series(0, 1 + (p.household_id %% 3 = 0)::integer) n
WHERE p.id > (%(period)s - 1) * %(families)s AND p.id <= %(period)s * %(families)s
    AND p.spent_amount > 0
ORDER BY p.id
"""
LINES = """
INSERT INTO distribution_purchaseline (purchase_id, village_id, commodity_id, name, food_group_id,
    quantity, unit, price)
SELECT b.id, b.village_id, k.id, k.name, k.group_id, 2, k.unit, 10000 + b.id %% 9000
FROM distribution_purchase b CROSS JOIN generate_series(0, 1) n
JOIN (SELECT *, row_number() OVER (ORDER BY is_allowed DESC, id) - 1 AS place
    FROM distribution_commodity) k
    ON k.place = CASE WHEN b.id %% 500 = 0 THEN 17 ELSE (b.id * 7 + n * 5) %% 17 END
WHERE b.id >= ((%(period)s - 1) * %(families)s + 1) * 3
    AND b.id < (%(period)s * %(families)s + 1) * 3
ORDER BY b.id
"""
TABLES = ("payment", "purchase", "purchaseline")
# Rows are made with ids of their own; those that a run adds come after them.
NUMBERED = ("payoutperiod", "agent", "payment", "purchase")
NEXT_ID = """
SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))
"""
# By ranges of ids: while the tables are filled only the primary keys are there to find rows by.
# Indexes that back no foreign key are taken off while filling and put back at the end.
LOOSE = """
SELECT CASE WHEN c.oid IS NULL THEN format('DROP INDEX %%s', i.indexrelid::regclass)
        ELSE format('ALTER TABLE %%s DROP CONSTRAINT %%I', i.indrelid::regclass, c.conname) END,
    CASE WHEN c.oid IS NULL THEN pg_get_indexdef(i.indexrelid)
        ELSE format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', i.indrelid::regclass, c.conname,
            pg_get_constraintdef(c.oid)) END
FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('u', 'p')
WHERE i.indrelid = ANY (%(tables)s::regclass[]) AND NOT i.indisprimary
"""


def fill(url: str, families: int, periods: int, *, purchases: bool) -> None:
    execute = bench._execute
    tables = [f"distribution_{name}" for name in TABLES]
    execute(url, PARTIES, values={"periods": periods})
    loose = execute(url, LOOSE, values={"tables": tables})
    execute(url, *(drop for drop, _ in loose))
    execute(url, *(f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in tables))
    for period in range(1, periods + 1):
        values = {"period": period, "families": families}
        execute(url, "SET synchronous_commit = off", PAYMENTS, values=values)
        if purchases:
            execute(url, "SET synchronous_commit = off", PURCHASES, values=values)
        if purchases and period > periods - WITH_LINES:
            execute(url, "SET synchronous_commit = off", LINES, values=values)
        if period % 10 == 0:
            bench.say(f"{period} of {periods} periods")
    for _, restore in loose:
        bench.say(restore[:90])
        execute(url, "SET maintenance_work_mem = '1GB'", restore)
    execute(url, *(f"ALTER TABLE {table} ENABLE TRIGGER ALL" for table in tables))
    execute(url, f"VACUUM (ANALYZE) {', '.join(tables)}")


def _migrations() -> dict[str, str]:
    return {
        str(path.relative_to(bench.BASE)): hashlib.sha256(path.read_bytes()).hexdigest()[:8]
        for path in bench.BASE.glob("*/migrations/0*.py")
    }


def database(families: int, periods: int, *, purchases: bool = True) -> str:
    """The URL of the kept database, brought up to the model by the migrations that are new.

    It is made when it is not there, or when a migration has changed that it was made with: a
    database whose migrations were edited has other constraints than the model.
    """
    server = bench.embedded_postgres.start(bench.VAR / "postgres")
    name = f"payout_{families}_{periods}" + ("" if purchases else "_paid")
    told = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %(name)s"
    kept, now = bench._execute(server, told, values={"name": name}), _migrations()
    made = json.loads(kept[0][0] or "{}") if kept else {}
    if not made or any(now.get(path) != digest for path, digest in made.items()):
        for old in (name, "payout_draft"):
            bench._execute(server, f"DROP DATABASE IF EXISTS {old}")
        persons = (families - 1) * 10 // 3 + 1
        bench._make_register(server, "payout_draft", persons)
        started = time.perf_counter()
        # Keys and triggers are left out: only the superuser may, and the portal's user is none.
        superuser = bench.embedded_postgres.admin_url(bench.VAR / "postgres")
        draft = bench._url_of(superuser, "payout_draft")
        fill(draft, families, periods, purchases=purchases)
        bench._execute(server, f"ALTER DATABASE payout_draft RENAME TO {name}")
        bench.say(f"filled in {time.perf_counter() - started:.0f} s")
    url = bench._url_of(server, name)
    bench.migrate(url)
    bench._execute(
        url,
        f"COMMENT ON DATABASE {name} IS '{json.dumps(now)}'",
        *(NEXT_ID.format(table=f"distribution_{table}") for table in NUMBERED),
    )
    return url


def measure() -> dict:
    """Of the newest period: its first comparison, and one as every night."""
    from django.db import connection

    from distribution import sums
    from distribution.actions.reconciliation import reconcile
    from distribution.models import Payment, PayoutPeriod, Purchase, ReconciliationFinding

    period = PayoutPeriod.objects.order_by("-first_month").first()
    rows = ReconciliationFinding.objects.filter(period=period)
    sums.recount()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE distribution_findingstep, distribution_reconciliationfinding")
    figures = {"payments": Payment.objects.count(), "purchases": Purchase.objects.count()}
    for key in ("reconcile_first_s", "reconcile_s"):
        figures[key] = round(bench.seconds(lambda: reconcile(period, by=None)), 2)
        bench.say(f"{key}: {figures[key]}")
    return figures | {"findings": rows.present().count()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--families", type=int, default=FAMILIES)
    parser.add_argument("--periods", type=int, default=PERIODS)
    chosen = parser.parse_args()
    os.environ.update(bench._environment(database(chosen.families, chosen.periods)))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sembako_portal.settings")
    import django

    django.setup()
    bench.report(measure())


if __name__ == "__main__":
    main()
