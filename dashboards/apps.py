from functools import partial

from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    name = "dashboards"
    verbose_name = "Beranda"

    def ready(self):
        from django.db import transaction

        from dashboards import matching, payouts
        from dashboards.figures import refresh
        from distribution.actions import periods as period_actions
        from uploads import steps
        from uploads.models import Upload
        from verification.actions import matching as match_actions
        from verification.actions import rounds as actions

        counted = {
            Upload.Status.DIAJUKAN,
            Upload.Status.DIKEMBALIKAN,
            Upload.Status.DITERAPKAN,
            Upload.Status.DIBATALKAN,
        }

        def recount_upload(upload):
            if upload.status in counted:
                regency = upload.regency_code if len(upload.region_id) > 2 else None
                transaction.on_commit(partial(refresh, regency and [regency]), robust=True)

        paid = {"daftar_bayar", "hasil_top_up"}

        def recount_payout(upload):
            if upload.status not in (Upload.Status.DITERAPKAN, Upload.Status.DIBATALKAN):
                return
            regency = upload.regency_code if len(upload.region_id) > 2 else None
            if upload.kind in paid:
                touched = [int(upload.reference)]
            elif upload.kind == "transaksi":
                touched = payouts.recent_periods()
            else:
                return
            count = partial(payouts.refresh, touched, regency and [regency])
            transaction.on_commit(count, robust=True)

        def recount_period(period):
            transaction.on_commit(partial(payouts.refresh, [period.pk]), robust=True)

        def recount_round(round):
            transaction.on_commit(refresh, robust=True)

        def recount_matching(region_codes):
            transaction.on_commit(partial(matching.recount, set(region_codes)), robust=True)

        match_actions.listeners.append(recount_matching)
        steps.listeners.append(recount_upload)
        steps.listeners.append(recount_payout)
        period_actions.listeners.append(recount_period)
        actions.listeners.append(recount_round)
