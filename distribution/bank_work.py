"""What a bank's officer must do now: lists to report on, sheets to repair, cards, contracts."""

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.db.models import Count, Min, OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from beneficiaries.models import Card
from distribution.models import Agent, Payment, PayoutPeriod, ReconciliationFinding
from uploads.models import Upload

CONTRACT_DAYS = 30


@dataclass(frozen=True)
class WorkLine:
    """One line of a list of work: `count` of `unit` wait on the list behind `url`.

    `due` is the day it should be done by, None where nothing sets one.
    """

    title: str
    text: str
    count: int
    unit: str
    url: str
    button: str
    due: date | None = None


def bank_work(user: User) -> list[WorkLine]:
    """The work of one bank's officer; lines with nothing to do are left out."""
    lines = [
        *_payments(user),
        *_uploads(user),
        *_questions(user),
        _cards(user),
        _contracts(user),
    ]
    return [line for line in lines if line and line.count]


def list_url(model: str, **filters) -> str:
    return f"{reverse(f'admin:{model}_changelist')}?{urlencode(filters)}"


def _payments(user: User) -> list[WorkLine]:
    """One line for each running period of which the bank has not told everything."""
    waiting = (
        Payment.objects.visible_to(user)
        .in_progress()
        .filter(period=OuterRef("pk"))
        .order_by()
        .values("period")
        .annotate(count=Count("pk"))
    )
    running = PayoutPeriod.objects.visible_to(user).filter(status=PayoutPeriod.Status.BERJALAN)
    return [
        WorkLine(
            title=f"Laporkan top up {period}",
            text="Belum ada laporan dana masuk untuk pembayaran ini.",
            count=period.waiting or 0,
            unit="pembayaran",
            url=list_url("distribution_payment", period__id__exact=period.pk, dana="proses"),
            button="Lihat pembayaran",
            due=period.last_day,
        )
        for period in running.annotate(waiting=Subquery(waiting.values("count"))).order_by(
            "last_month", "pk"
        )
    ]


def _uploads(user: User) -> list[WorkLine]:
    refused = Upload.objects.visible_to(user).to_repair().order_by("-pk")
    return [
        WorkLine(
            title=f"Perbaiki {upload.original_name}",
            text="Dikembalikan koordinator."
            if upload.status == Upload.Status.DIKEMBALIKAN
            else "Sebagian baris belum dapat diajukan.",
            count=upload.rows_held_back or upload.rows_total or 1,
            unit="baris",
            url=reverse("admin:uploads_upload_change", args=[upload.pk]),
            button="Buka unggahan",
        )
        for upload in refused
    ]


def _questions(user: User) -> list[WorkLine]:
    """Findings of the reconciliation that the bank is asked to explain."""
    asked = (
        ReconciliationFinding.objects.visible_to(user)
        .waiting_for_bank()
        .order_by()
        .values("period", "period__name")
        .annotate(count=Count("pk"))
    )
    address = reverse("distribution:reconciliation")
    return [
        WorkLine(
            title=f"Jawab temuan rekonsiliasi {row['period__name']}",
            text="Dinas Sosial meminta penjelasan bank.",
            count=row["count"],
            unit="temuan",
            url=f"{address}?"
            + urlencode({"periode": row["period"], "jenis": "TERBUKA", "keadaan": "DIMINTA"})
            + "#daftar",
            button="Jawab temuan",
        )
        for row in sorted(asked, key=lambda row: row["period__name"])
    ]


def _cards(user: User) -> WorkLine:
    return WorkLine(
        title="Serahkan kartu kepada KPM",
        text="Rekening sudah dibuka, kartu belum dicatat diserahkan.",
        count=Card.objects.visible_to(user).filter(status=Card.Status.DIBUKA).count(),
        unit="kartu",
        url=list_url("beneficiaries_card", serah="belum"),
        button="Lihat kartu",
    )


def _contracts(user: User) -> WorkLine:
    until = timezone.localdate() + timedelta(days=CONTRACT_DAYS)
    ending = Agent.objects.visible_to(user).contract_ends_by(until)
    found = ending.aggregate(count=Count("pk"), first=Min("contract_until"))
    return WorkLine(
        title="Perpanjang kontrak agen",
        text=f"Kontrak lewat atau berakhir dalam {CONTRACT_DAYS} hari.",
        count=found["count"],
        unit="agen",
        url=list_url("distribution_agent", kontrak="berakhir"),
        button="Lihat agen",
        due=found["first"],
    )
