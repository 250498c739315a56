"""Angka publik: aggregates by kabupaten/kota for everybody, published and withdrawn by hand."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from coordination.models import PublicRelease
from coordination.suppression import suppress
from dashboards import figures, payouts
from regions.models import Region

PROVINCE = "62"
# Heading by figure; a part comes after what it is a part of, so that its rest is no small group. No
# rupiah: the rate would turn a sum back into the number of families.
COLUMNS = {
    "households": "Keluarga terdaftar",
    "kpm": "KPM aktif",
    "persons": "Orang terdaftar",
    "cases": "KPM dalam putaran verifikasi",
    "approved": "KPM terverifikasi",
    "payments": "KPM dalam daftar bayar",
    "credited": "KPM dana masuk",
    "spent": "KPM sudah belanja",
}
PART_OF = {
    "kpm": "households",
    "cases": "households",
    "approved": "cases",
    "payments": "households",
    "credited": "payments",
    "spent": "credited",
}
PAID = ("payments", "credited", "spent")


def draft(user: User) -> dict:
    """What would be published now: plain JSON, small groups left out already."""
    round = figures.current_round(user)
    period = payouts.latest_period(user)
    counts = figures.counts_inside(user, PROVINCE, round, length=5)
    paid = payouts.counts_inside(user, PROVINCE, period, length=5) if period else {}
    regions = list(Region.objects.filter(parent=PROVINCE).order_by("code"))
    columns = {
        name: [
            getattr(paid.get(region.code, payouts.PayoutCounts()), name)
            if name in PAID
            else getattr(counts.get(region.code, figures.Counts()), name)
            for region in regions
        ]
        for name in COLUMNS
        if period or name not in PAID
    }
    published = suppress(columns, PART_OF)
    return {
        "columns": [{"name": name, "title": COLUMNS[name]} for name in columns],
        "round": round.name if round else "",
        "period": period.name if period else "",
        "rows": [
            {
                "code": region.code,
                "name": region.full_name,
                "values": [published.columns[name][place] for name in columns],
            }
            for place, region in enumerate(regions)
        ],
        "totals": [published.totals[name] for name in columns],
    }


def current() -> PublicRelease | None:
    """What is published; None while the public page is switched off."""
    return PublicRelease.objects.filter(withdrawn_at=None).first()


def _require(by: User) -> None:
    if by is None or not by.has_perm("coordination.publish_figures"):
        raise PermissionDenied("Peran Anda tidak mencakup penerbitan angka publik.")
    if not by.scope.is_province:
        raise PermissionDenied("Angka publik diterbitkan oleh provinsi.")


@transaction.atomic
def publish(*, by: User) -> PublicRelease:
    """Put the figures of today in the place of those published before."""
    _require(by)
    table = draft(by)
    if not any(total for total in table["totals"]):
        raise ValidationError("Belum ada angka yang dapat diterbitkan.")
    PublicRelease.objects.select_for_update().filter(withdrawn_at=None).update(
        withdrawn_at=timezone.now()
    )
    return PublicRelease.objects.create(table=table, as_of=timezone.localdate(), published_by=by)


@transaction.atomic
def withdraw(*, by: User) -> int:
    """Switch the public page off; tells whether there was one."""
    _require(by)
    return PublicRelease.objects.filter(withdrawn_at=None).update(withdrawn_at=timezone.now())
