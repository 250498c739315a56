"""Speed of a payout: its list, a bank's report on it. benchmarks/README.md says how to run it."""

import argparse
import csv
import io
import time
from datetime import date
from pathlib import Path

import bench
from bench import VAR

PERSONS_PER_FAMILY = 10 / 3
IMPORT_EXPORT_ROWS = 20_000

# A card for every family, by the bank of its regency.
CARDS = """
INSERT INTO beneficiaries_card (household_id, village_id, holder_id, bank_id, card_number,
    account_number, status, handed_over_on, created_at, changed_at)
SELECT h.id, h.village_id, h.payee_id, (ARRAY['002', '008', '009'])[
    1 + right(h.regency_code, 2)::int % 3], '603298' || lpad(h.id::text, 10, '0'),
    lpad(h.id::text, (ARRAY[15, 13, 10])[1 + right(h.regency_code, 2)::int % 3], '0'), 'DISERAHKAN',
    date '2021-01-15', now(), now()
FROM beneficiaries_household h
"""
# Months before the one that is measured, as they are when all of it is spent; a tenth is not. The
# checks of keys and triggers are left out: the rows are right, and 30,000,000 of them take hours.
HISTORY = """
SET session_replication_role = replica;
INSERT INTO distribution_payoutperiod (programme_id, name, first_month, last_month, is_rapel,
    status, close_note, opened_by_id, opened_at, closed_by_id, closed_at, eligible_count)
SELECT 'SEMBAKO', 'Bulan ke-' || n, month, month, false, 'DITUTUP', '', %(user)s, month, %(user)s,
    month, %(families)s
FROM generate_series(1, %(periods)s) n
CROSS JOIN LATERAL (SELECT (date '2021-01-01' - make_interval(months => n))::date AS month) m;
INSERT INTO distribution_payment (period_id, household_id, person_id, is_eligible, payee_name,
    payee_nik, card_number, account_number, bank_id, village_id, first_month, months, rate, amount,
    status, status_on, reason, topped_up_on, topped_up_amount, spent_amount, refunded_amount)
SELECT d.id, h.id, h.payee_id, true, p.name, p.nik, c.card_number, c.account_number, c.bank_id,
    h.village_id, d.first_month, 1, 200000, 200000, 'TOP_UP_SUKSES', d.first_month + 10, '',
    d.first_month + 10, 200000, CASE WHEN h.id %% 10 = 0 THEN 0 ELSE 200000 END, 0
FROM distribution_payoutperiod d CROSS JOIN beneficiaries_household h
JOIN beneficiaries_person p ON p.id = h.payee_id JOIN beneficiaries_card c ON c.household_id = h.id
ORDER BY d.first_month, h.id;
INSERT INTO distribution_agent (bank_id, agent_id, name, kind, owner_name, owner_nik,
    owner_occupation, phone, village_id, address, status, status_reason, created_at, changed_at)
SELECT '002', 'EW-' || code, 'E-WARONG ' || upper(name), 'E_WARONG_KUBE', '', '', '', '', code, '',
    'AKTIF', '', now(), now()
FROM regions_region WHERE level = 'VILLAGE';
INSERT INTO distribution_purchase (number, agent_id, payment_id, period_id, village_id, card_number,
    purchased_at, amount, void_reason)
SELECT 'TRX-' || p.id || '-' || n, a.id, p.id, p.period_id, p.village_id, p.card_number,
    p.topped_up_on + make_interval(days => (p.id %% 14)::int, hours => 8, secs => p.id %% 30000),
    100000, ''
FROM distribution_payment p JOIN distribution_agent a ON a.village_id = p.village_id
CROSS JOIN generate_series(1, 2) n WHERE p.spent_amount > 0 ORDER BY p.id;
SET session_replication_role = origin;
"""


REPORTED = """
SELECT 'Januari 2021', '2021', '1', card_number, account_number, b.short_name, payee_nik, '',
    '', '', '', CASE WHEN p.id %% 33 = 0 THEN 'TOP UP GAGAL' ELSE 'TOP UP SUKSES' END, %s,
    CASE WHEN p.id %% 33 = 0 THEN '' ELSE amount::text END,
    CASE WHEN p.id %% 33 = 0 THEN 'Rekening tidak aktif' ELSE '' END
FROM distribution_payment p JOIN beneficiaries_bank b ON b.code = p.bank_id
WHERE period_id = %s ORDER BY p.id
"""


def bank_file(period) -> Path:
    """The report on every payment of the period: credited, but three in a hundred."""
    from django.db import connection
    from django.utils import timezone

    from distribution.sheets import HASIL_TOP_UP
    from spreadsheets.writing import export

    path = VAR / "hasil-top-up.xlsx"
    headings = [column.heading for column in HASIL_TOP_UP.columns if column.in_template]
    with connection.cursor() as cursor:
        cursor.execute(REPORTED, [f"{timezone.localdate():%d-%m-%Y}", period.pk])
        export(path, headings, (list(row) for row in cursor.fetchall()))
    return path


def check_and_apply(path: Path, period, sender, approver) -> tuple[float, float, float, int]:
    """Seconds of receiving and checking, of submitting, of writing; and how many rows there were.

    Submitting compares once more while the officer waits; the file is not read again.
    """
    from regions.models import Region
    from uploads import actions, tasks

    started = time.perf_counter()
    with path.open("rb") as file:
        upload = actions.receive(
            by=sender,
            kind="hasil_top_up",
            region=Region.objects.get(pk="62"),
            file=file,
            name=path.name,
            reference=str(period.pk),
        )
    tasks.check.func(upload.pk)
    checked = time.perf_counter() - started
    upload.refresh_from_db()
    submitted = bench.seconds(lambda: actions.submit(upload, by=sender))
    actions.approve(upload, by=approver)
    written = bench.seconds(lambda: tasks.apply.func(upload.pk))
    upload.refresh_from_db()
    if upload.status != upload.Status.DITERAPKAN or upload.rows_applied != upload.rows_total:
        raise SystemExit(f"{upload.rows_applied} of {upload.rows_total}: {upload.failure}")
    return checked, submitted, written, upload.rows_applied


def import_export_rate(path: Path, period) -> float:
    """Rows per second of django-import-export in bulk mode, from the same file as a CSV.

    Given what helps it: no diff, every payment of the period loaded by one query. It does less than
    the portal: no order of the chain, no reports kept, no bank, only status and amount written.
    """
    import tablib
    from import_export import fields, resources, widgets
    from import_export.instance_loaders import CachedInstanceLoader
    from python_calamine import CalamineWorkbook

    from distribution.models import Payment

    spelled = {"TOP UP SUKSES": "TOP_UP_SUKSES", "TOP UP GAGAL": "TOP_UP_GAGAL"}

    class PaymentResource(resources.ModelResource):
        card_number = fields.Field("card_number", "NO KKS")
        status = fields.Field("status", "STATUS")
        status_on = fields.Field("status_on", "TANGGAL", widgets.DateWidget("%d-%m-%Y"))
        reason = fields.Field("reason", "ALASAN")

        class Meta:
            model = Payment
            instance_loader_class = CachedInstanceLoader
            import_id_fields = ("card_number",)
            fields = ("card_number", "status", "status_on", "reason")
            use_bulk = True
            batch_size = 1_000
            skip_diff = True
            skip_html_diff = True

        def get_queryset(self):
            return Payment.objects.filter(period=period)

        def before_import_row(self, row, **kwargs) -> None:
            row["STATUS"] = spelled[row["STATUS"]]

        def before_save_instance(self, instance, row, **kwargs) -> None:
            credited = row["STATUS"] == "TOP_UP_SUKSES"
            instance.topped_up_amount = int(row["NOMINAL"]) if credited else 0
            instance.topped_up_on = instance.status_on if credited else None

    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows[: IMPORT_EXPORT_ROWS + 1])

    def load() -> None:
        data = tablib.Dataset().load(text.getvalue(), format="csv")
        result = PaymentResource().import_data(data, dry_run=True, raise_errors=True)
        if result.totals["update"] != min(len(rows) - 1, IMPORT_EXPORT_ROWS):
            raise SystemExit(f"django-import-export has done something else: {result.totals}")

    return min(len(rows) - 1, IMPORT_EXPORT_ROWS) / bench.seconds(load)


def fill(families: int, periods: int, user) -> None:
    """Cards for all families, and the months before with their purchases."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(CARDS)
        if periods:
            bench.say(f"making {periods} periods of {families:,} payments and their purchases")
            values = {"user": user.pk, "periods": periods, "families": families}
            cursor.execute(HISTORY, values)
        cursor.execute("ANALYZE")


def measure(url: str, chosen: argparse.Namespace) -> dict:
    from accounts.roles import Role
    from beneficiaries.models import Programme
    from distribution.actions import periods
    from distribution.models import Payment, Purchase

    coordinator = bench.user("koordinator", Role.KOORDINATOR, "62")
    approver = bench.user("penyetuju", Role.KOORDINATOR, "62")
    fill(chosen.families, chosen.periods, coordinator)
    month = date(2021, 1, 1)
    period = periods.create_period(
        programme=Programme.objects.get(pk="SEMBAKO"),
        name="Januari 2021",
        first_month=month,
        last_month=month,
        by=coordinator,
    )
    started = time.perf_counter()
    listed = periods.make_list(period, by=coordinator)
    list_s = time.perf_counter() - started
    bench.say(f"{listed} in {list_s:.2f} s")
    periods.open_period(period, by=coordinator)
    path = bank_file(period)
    rate = import_export_rate(path, period)
    checked, submitted, written, rows = check_and_apply(path, period, coordinator, approver)
    bench.say(f"{rows} rows: check {checked:.2f} s, write {written:.2f} s")
    return {
        "families": chosen.families,
        "payments": Payment.objects.count(),
        "purchases": Purchase.objects.count(),
        "listed": listed.created,
        "left_out": listed.left_out,
        "list_s": round(list_s, 2),
        "bank_file_rows": rows,
        "bank_file_s": round(checked + written, 2),
        "bank_check_s": round(checked, 2),
        "bank_submit_s": round(submitted, 2),
        "bank_apply_s": round(written, 2),
        "import_export_rows_per_s": round(rate),
        "import_export_ratio": round(rows / (checked + written) / rate, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--families", type=int, default=120_000)
    parser.add_argument(
        "--periods", type=int, default=83, help="months before, with payments and purchases"
    )
    chosen = parser.parse_args()
    persons = round(chosen.families * PERSONS_PER_FAMILY)
    with bench.register(persons, copy="payout") as url:
        bench.report(measure(url, chosen))


if __name__ == "__main__":
    main()
