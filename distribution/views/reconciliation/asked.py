"""What the address of the reconciliation asks for, and the links that change one thing of it."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse

from distribution.models import PayoutPeriod, ReconciliationFinding
from distribution.models.reconciliation import FindingStatus
from distribution.reconciliation import figures

SEEN = "distribution.view_reconciliationfinding"
OWNERS = {"saya": "Milik saya", "belum": "Belum ada penanggung jawab"}
LOOKS = {
    FindingStatus.BELUM: ("idle", "minus"),
    FindingStatus.DITINDAKLANJUTI: ("info", "person"),
    FindingStatus.DIMINTA: ("info", "clock"),
    FindingStatus.DIJAWAB: ("warn", "chat"),
    FindingStatus.SELESAI: ("ok", "ok"),
    FindingStatus.BUKAN_MASALAH: ("ok", "check"),
}


@dataclass(frozen=True)
class Choice:
    label: str
    url: str
    current: bool
    count: int | None = None


@dataclass(frozen=True)
class Asked:
    """What the address asks for; every link of the page is this with one thing changed."""

    period: PayoutPeriod
    unit: str
    region: str
    kind: str
    cause: str
    status: str
    owner: str
    query: str
    order: str

    @property
    def values(self) -> dict[str, object]:
        """The parts of the address that say something, as a form sends them on."""
        values = {
            "periode": self.period.pk,
            "satuan": self.unit if self.unit != "kpm" else "",
            "wilayah": self.region,
            "jenis": self.kind,
            "sebab": self.cause,
            "keadaan": self.status,
            "pj": self.owner,
            "q": self.query,
            "urut": self.order,
        }
        return {key: value for key, value in values.items() if value}

    def url(self, **changes) -> str:
        values = {key: value for key, value in (self.values | changes).items() if value}
        return f"{reverse('distribution:reconciliation')}?{urlencode(values)}"

    def list_url(self, kind: str, region: str = "", **changes) -> str:
        whole = {"wilayah": region, "sebab": "", "keadaan": "", "pj": "", "q": ""}
        return self.url(jenis=kind, **whole | changes) + "#daftar"

    def rows(self, user) -> QuerySet[ReconciliationFinding]:
        rows = figures.findings(user, self.period, region=self.region, kind=self.kind or "SEMUA")
        if self.cause:
            rows = rows.filter(cause=self.cause)
        if self.status:
            rows = rows.filter(status=self.status)
        if self.owner == "saya":
            rows = rows.of(user)
        elif self.owner:
            rows = rows.unassigned()
        if self.query:
            rows = rows.filter(
                Q(payee_name__icontains=self.query)
                | Q(payee_nik=self.query.replace(" ", ""))
                | Q(village__name__icontains=self.query)
            )
        return rows


def asked_by(request: HttpRequest, values: QueryDict) -> Asked | None:
    """None before the first period that has a payment list."""
    periods = PayoutPeriod.objects.visible_to(request.user)
    chosen = values.get("periode", "")
    period = (
        get_object_or_404(periods, pk=chosen)
        if chosen.isdecimal()
        else periods.filter(reconciled__isnull=False)
        .order_by("is_rapel", "-first_month", "-pk")
        .first()
        or periods.exclude(status=PayoutPeriod.Status.DISIAPKAN).first()
    )
    if period is None:
        return None
    kind, status = values.get("jenis", ""), values.get("keadaan", "")
    owner = values.get("pj", "")
    return Asked(
        period,
        unit="rupiah" if values.get("satuan") == "rupiah" else "kpm",
        region=values.get("wilayah", "")[:5],
        kind=kind if kind in figures.KINDS else "",
        cause=values.get("sebab", ""),
        status=status if status in FindingStatus.values else "",
        owner=owner if owner in OWNERS else "",
        query=values.get("q", "").strip(),
        order="nama" if values.get("urut") == "nama" else "",
    )


def require(request: HttpRequest, permission: str = SEEN) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied
