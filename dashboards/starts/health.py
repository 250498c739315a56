"""Checks and night work that have failed, for those who look after the portal."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from dashboards.models import HealthResult, NightlyJob
from dashboards.work import Task, Waiting


def tasks(user: User) -> Iterator[Task | Waiting]:
    # The checks ask the whole province, so what they found is for who sees the province.
    if not (user.has_perm("dashboards.view_healthresult") and user.scope.is_province):
        return
    page = reverse("dashboards:health")
    yield Waiting(
        rows=HealthResult.objects.filter(bad_since__isnull=False),
        unit="pemeriksaan",
        title="Lihat pemeriksaan data yang tidak terpenuhi",
        text="Yang dijanjikan portal tentang datanya tidak lagi benar.",
        button="Lihat pemeriksaan",
        url=page,
    )
    late = timezone.now() - NightlyJob.OVERDUE
    yield Waiting(
        rows=NightlyJob.objects.filter(~Q(failure="") | Q(finished_at=None, queued_at__lt=late)),
        unit="pekerjaan",
        title="Periksa pekerjaan malam yang gagal",
        text="Gagal atau tidak selesai; diulang malam berikutnya.",
        button="Lihat pekerjaan",
        url=f"{page}#h-jobs",
    )
