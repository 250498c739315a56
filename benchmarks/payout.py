"""Speed of a payout among years of payments: a list, a bank's report on it, reconciliation, pages.

benchmarks/README.md says how to run it.
"""

import argparse
import csv
import io
import time
from datetime import date
from pathlib import Path

import bench
import reconciliation
from bench import VAR
from pages import Browser, portal

IMPORT_EXPORT_ROWS = 20_000
PAGE_REQUESTS = 40
MONTH = date(2022, 1, 1)  # the one after those of reconciliation.py

REPORTED = """
SELECT 'Januari 2022', '2022', '1', card_number, account_number, b.short_name, payee_nik, '',
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
    the portal: no order of the chain, no reports kept, no bank, only status and money written.
    """
    import tablib
    from import_export import fields, resources, widgets
    from import_export.instance_loaders import CachedInstanceLoader
    from python_calamine import CalamineWorkbook

    from distribution.models import Payment

    spelled = {"TOP UP SUKSES": "TOP_UP_SUKSES", "TOP UP GAGAL": "TOP_UP_GAGAL"}
    day = widgets.DateWidget("%d-%m-%Y")

    class PaymentResource(resources.ModelResource):
        card_number = fields.Field("card_number", "NO KKS")
        status = fields.Field("status", "STATUS")
        status_on = fields.Field("status_on", "TANGGAL", day)
        reason = fields.Field("reason", "ALASAN")
        topped_up_amount = fields.Field("topped_up_amount", "MASUK", widgets.IntegerWidget())
        topped_up_on = fields.Field("topped_up_on", "MASUK PADA", day)

        class Meta:
            model = Payment
            instance_loader_class = CachedInstanceLoader
            import_id_fields = ("card_number",)
            fields = (
                "card_number", "status", "status_on", "reason", "topped_up_amount", "topped_up_on"
            )  # fmt: skip
            use_bulk = True
            batch_size = 1_000
            skip_diff = True
            skip_html_diff = True

        def get_queryset(self):
            return Payment.objects.filter(period=period)

        def before_import_row(self, row, **kwargs) -> None:
            credited = row["STATUS"] == "TOP UP SUKSES"
            row["STATUS"] = spelled[row["STATUS"]]
            row["MASUK"] = row["NOMINAL"] if credited else 0
            row["MASUK PADA"] = row["TANGGAL"] if credited else ""

    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows[: IMPORT_EXPORT_ROWS + 1])

    def load() -> None:
        data = tablib.Dataset().load(text.getvalue(), format="csv")
        result = PaymentResource().import_data(data, dry_run=True, raise_errors=True)
        if result.totals["update"] != min(len(rows) - 1, IMPORT_EXPORT_ROWS):
            raise SystemExit(f"django-import-export has done something else: {result.totals}")

    return min(len(rows) - 1, IMPORT_EXPORT_ROWS) / bench.seconds(load)


def pages(period) -> dict[str, float]:
    """Milliseconds of first pages, 95th percentile; and the most queries of one of them."""
    addresses = {
        "reconciliation": "/penyaluran/rekonsiliasi/",
        "period": f"/distribution/payoutperiod/{period.pk}/change/",
        "payments": "/distribution/payment/",
        "period_payments": f"/distribution/payment/?period__id__exact={period.pk}",
        "purchases": "/distribution/purchase/",
        "agents": "/distribution/agent/",
        "plan": "/penyaluran/anggaran/",
    }
    with portal():
        browser = Browser("koordinator")
        found = {
            name: round(bench.p95(browser.times([address] * PAGE_REQUESTS)), 1)
            for name, address in addresses.items()
        }
    bench.say(f"pages {found}, queries {browser.queries}")
    return {
        "pages_p95_ms": max(found.values()),
        "pages_ms": found,
        "pages_queries": browser.queries,
    }


def measure() -> dict:
    from accounts.roles import Role
    from beneficiaries.models import Programme
    from distribution.actions import periods

    coordinator = bench.user("koordinator", Role.KOORDINATOR, "62")
    approver = bench.user("penyetuju", Role.KOORDINATOR, "62")
    compared = reconciliation.measure()
    period = periods.create_period(
        programme=Programme.objects.get(pk="SEMBAKO"),
        name="Januari 2022",
        first_month=MONTH,
        last_month=MONTH,
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
        "list_s": round(list_s, 2),
        "bank_file_s": round(checked + written, 2),
        "import_export_ratio": round(rows / (checked + written) / rate, 1),
        **compared,
        "listed": listed.created,
        "left_out": listed.left_out,
        "bank_file_rows": rows,
        "bank_check_s": round(checked, 2),
        "bank_submit_s": round(submitted, 2),
        "bank_apply_s": round(written, 2),
        "import_export_rows_per_s": round(rate),
        **pages(period),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--families", type=int, default=reconciliation.FAMILIES)
    parser.add_argument(
        "--periods",
        type=int,
        default=reconciliation.PERIODS,
        help="months before, with payments and purchases; at least one",
    )
    chosen = parser.parse_args()
    kept = reconciliation.database(chosen.families, chosen.periods)
    server, name = kept.rsplit("/", 1)
    with bench.copied(f"{server}/portal", name, "payout"):
        bench.report({"families": chosen.families, **measure()})


if __name__ == "__main__":
    main()
