"""Payments and purchases with and without partitions (docs/adr/0019). Plain SQL, no Django.

The same 10,000,000 payments and 20,000,000 purchases, 84 periods of 120,000 families, in one table
and in one partition for each period; the questions that the portal asks of them, in milliseconds.
"""

import argparse
import time
from contextlib import closing

import bench
import psycopg2

PAYMENT = """
CREATE TABLE {name} (id bigint NOT NULL, period_id bigint NOT NULL, household_id bigint,
    regency_code varchar(5) NOT NULL, village_id varchar(13) NOT NULL, payee_name varchar(150),
    payee_nik varchar(20), card_number varchar(20), bank_id varchar(3), amount integer,
    topped_up_amount integer, spent_amount integer, status varchar(24), status_on date) {by}
"""
PURCHASE = """
CREATE TABLE {name} (id bigint NOT NULL, period_id bigint NOT NULL, payment_id bigint NOT NULL,
    number varchar(40) NOT NULL, card_number varchar(20), agent_id bigint, at timestamptz,
    amount integer, regency_code varchar(5) NOT NULL, village_id varchar(13) NOT NULL) {by}
"""
PAYMENTS = """
INSERT INTO {name} SELECT (p - 1) * %(families)s + h, p, h,
    '62.' || lpad((h %% 14 + 1)::text, 2, '0'),
    '62.' || lpad((h %% 14 + 1)::text, 2, '0') || '.01.' || (1000 + h / 14 %% 110), 'WARGA ' || h,
    '620301120583' || (9000 + h %% 1000), '603298' || lpad(h::text, 10, '0'), '002', 200000, 200000,
    CASE WHEN h %% 9 = 0 THEN 0 ELSE 200000 END, 'TOP_UP_SUKSES', date '2015-01-10' + p * 30
FROM generate_series(%(first)s, %(last)s) p, generate_series(1, %(families)s) h
"""
PURCHASES = """
INSERT INTO {name} SELECT ((p - 1) * %(families)s + h) * 2 + n, p, (p - 1) * %(families)s + h,
    'TRX' || p || '-' || h || '-' || n, '603298' || lpad(h::text, 10, '0'), h / 200,
    timestamptz '2015-01-12 09:00' + make_interval(days => p * 30 + h %% 14, secs => h), 100000,
    '62.' || lpad((h %% 14 + 1)::text, 2, '0'),
    '62.' || lpad((h %% 14 + 1)::text, 2, '0') || '.01.' || (1000 + h / 14 %% 110)
FROM generate_series(%(first)s, %(last)s) p, generate_series(1, %(families)s) h,
    generate_series(1, 2) n
"""
INDEXES = """
CREATE UNIQUE INDEX ON {payment} ({key}id);
CREATE UNIQUE INDEX ON {payment} (period_id, household_id);
CREATE INDEX ON {payment} (household_id);
CREATE INDEX ON {payment} (card_number);
CREATE INDEX ON {payment} (period_id, regency_code, status);
CREATE UNIQUE INDEX ON {purchase} ({key}id);
CREATE UNIQUE INDEX ON {purchase} ({key}number);
CREATE INDEX ON {purchase} (payment_id);
CREATE INDEX ON {purchase} (card_number);
CREATE INDEX ON {purchase} (period_id, regency_code);
"""
QUESTIONS = {
    "period_sums": (
        "SELECT regency_code, status, count(*), sum(amount), sum(topped_up_amount),"
        " sum(spent_amount) FROM {payment} WHERE period_id = 60 GROUP BY 1, 2"
    ),
    "period_and_purchases": (
        "SELECT count(*), sum(abs(p.spent_amount - b.spent)) FROM {payment} p JOIN ("
        "SELECT payment_id, sum(amount) AS spent FROM {purchase} WHERE period_id = 60 GROUP BY 1) b"
        " ON b.payment_id = p.id WHERE p.period_id = 60"
    ),
    "regency_page": (
        "SELECT * FROM {payment} WHERE period_id = 60 AND regency_code = '62.03'"
        " ORDER BY household_id LIMIT 25"
    ),
    "household_story": "SELECT * FROM {payment} WHERE household_id = 4711",
    "card_story": "SELECT * FROM {purchase} WHERE card_number = '6032980000004711'",
    "number_look_up": (
        "SELECT count(*) FROM generate_series(1, 1000) h JOIN {purchase}"
        " ON number = 'TRX60-' || h || '-1'"
    ),
}
CHANGES = {
    "new_period": PAYMENTS,
    "bank_file": (
        "UPDATE {payment} SET status = 'SALDO_NOL', status_on = date '2021-12-01'"
        " WHERE period_id = 84"
    ),
}
PERIODS = 83


def measure(cursor, layout: str, payment: str, purchase: str, families: int) -> dict:
    names = {"payment": payment, "purchase": purchase}
    figures = {}

    def timed(key: str, statement: str, values: dict | None = None) -> None:
        started = time.perf_counter()
        cursor.execute(statement, values)
        figures[f"{layout}_{key}_ms"] = round((time.perf_counter() - started) * 1000, 1)
        bench.say(f"{layout} {key}: {figures[f'{layout}_{key}_ms']} ms")

    for key, question in QUESTIONS.items():
        cursor.execute(question.format(**names))
        timed(key, question.format(**names))
    for key, change in CHANGES.items():
        values = {"families": families, "first": PERIODS + 1, "last": PERIODS + 1}
        timed(key, change.format(name=payment, **names), values)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--families", type=int, default=120_000)
    families = parser.parse_args().families
    server = bench.embedded_postgres.start(bench.VAR / "postgres")
    figures = {}
    with closing(psycopg2.connect(server)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        for layout, by, key in (
            ("one_table", "", ""),
            ("partitions", "PARTITION BY LIST (period_id)", "period_id, "),
        ):
            payment, purchase = f"{layout}_payment", f"{layout}_purchase"
            cursor.execute(f"DROP TABLE IF EXISTS {payment}, {purchase}")
            for name, columns in ((payment, PAYMENT), (purchase, PURCHASE)):
                cursor.execute(columns.format(name=name, by=by))
                for period in range(1, PERIODS + 2) if by else ():
                    cursor.execute(
                        f"CREATE TABLE {name}_{period} PARTITION OF {name} FOR VALUES IN ({period})"
                    )
            values = {"families": families, "first": 1, "last": PERIODS}
            bench.say(f"{layout}: filling")
            cursor.execute(PAYMENTS.format(name=payment), values)
            cursor.execute(PURCHASES.format(name=purchase), values)
            bench.say(f"{layout}: indexes")
            cursor.execute(INDEXES.format(payment=payment, purchase=purchase, key=key))
            cursor.execute(f"VACUUM (ANALYZE) {payment}, {purchase}")
            figures |= measure(cursor, layout, payment, purchase, families)
            cursor.execute(f"DROP TABLE {payment}, {purchase}")
    bench.report(figures)


if __name__ == "__main__":
    main()
