"""Whether what the portal promises of its data holds, and whether the night work was done."""

from dataclasses import dataclass

from django.contrib import admin, messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django_tasks_db.models import DBTaskResult

from beneficiaries.health import AT_MOST, Check
from dashboards import checking, tasks
from dashboards.models import HealthResult, NightlyJob

Look = tuple[str, str, str]  # kind, icon and text of a badge


@dataclass(frozen=True)
class Shown:
    check: Check
    result: HealthResult | None

    @property
    def look(self) -> Look:
        if self.result is None:
            return "idle", "clock", "Belum diperiksa"
        if self.result.failure:
            return "bad", "bad", "Gagal diperiksa"
        if self.result.is_bad:
            more = "lebih dari " if self.result.count == AT_MOST else ""
            return "bad", "x", f"{more}{self.result.count} tidak terpenuhi"
        return "ok", "ok", "Terpenuhi"

    @property
    def order(self) -> int:
        return {"bad": 0, "idle": 1, "ok": 2}[self.look[0]]


def _look_of(job: NightlyJob) -> Look:
    if job.failure:
        return "bad", "bad", "Gagal"
    if job.is_overdue:
        return "bad", "warn", "Tidak selesai"
    if job.finished_at:
        return "ok", "ok", "Selesai"
    return ("info", "clock", "Berjalan") if job.started_at else ("idle", "clock", "Menunggu")


def _is_running() -> bool:
    return DBTaskResult.objects.filter(
        task_path=tasks.run_checks.module_path, status__in=["READY", "RUNNING"]
    ).exists()


@login_required
def health(request):
    user = request.user
    # The checks ask the whole province, so what they found is for who sees the province.
    if not (user.has_perm("dashboards.view_healthresult") and user.scope.is_province):
        raise PermissionDenied("Kesehatan data menyangkut seluruh provinsi.")
    may_run = user.has_perm("dashboards.run_checks")
    if request.method == "POST":
        if not may_run:
            raise PermissionDenied("Peran Anda tidak menjalankan pemeriksaan data.")
        if not _is_running():
            tasks.run_checks.enqueue()
        messages.info(request, "Pemeriksaan dimulai. Hasilnya muncul di sini dalam beberapa saat.")
        return redirect("dashboards:health")
    results = {result.code: result for result in HealthResult.objects.all()}
    shown = [Shown(check, results.get(check.code)) for check in checking.checks()]
    return render(
        request,
        "dashboards/health.html",
        {
            **admin.site.each_context(request),
            "title": "Kesehatan data",
            "checks": sorted(shown, key=lambda one: one.order),
            "bad": sum(one.order == 0 for one in shown),
            "ran_at": max((result.ran_at for result in results.values()), default=None),
            "jobs": [(job, _look_of(job)) for job in NightlyJob.objects.all()],
            "is_running": _is_running(),
            "may_run": may_run,
        },
    )
