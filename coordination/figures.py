"""Figures of complaints and follow-ups: one set of querysets for tiles, lists and indicators."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, DurationField, F, OuterRef, Q, Subquery
from django.db.models.aggregates import Aggregate
from django.urls import reverse
from django.utils import timezone

from beneficiaries.figures import TimelineEntry
from beneficiaries.models import Household
from coordination.models import Complaint, FollowUp
from dashboards import indicators
from dashboards.figures import Area
from regions.models import Region


class Median(Aggregate):
    """Of a difference of dates, as a timedelta; None without rows."""

    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True)
class Group:
    """Complaints of one category or one kabupaten/kota; `median` is days to the answer."""

    label: str
    value: str
    total: int
    open: int
    overdue: int
    median: timedelta | None


@dataclass(frozen=True)
class ComplaintFigures:
    total: int
    open: int
    overdue: int
    without_owner: int
    median: timedelta | None
    by_category: tuple[Group, ...]
    by_regency: tuple[Group, ...]


def _sums(today: date) -> dict:
    open_ones = Q(status__in=Complaint.OPEN)
    return {
        "total": Count("pk"),
        "open": Count("pk", filter=open_ones),
        "overdue": Count("pk", filter=open_ones & Q(due_on__lt=today)),
        "median": Median(F("answered_on") - F("received_on")),
    }


def complaint_figures(user) -> ComplaintFigures:
    """Of all complaints the user sees; the groups add up to the totals."""
    today = timezone.localdate()
    visible = Complaint.objects.visible_to(user).order_by()
    total = visible.aggregate(**_sums(today), without_owner=Count("pk", filter=Q(owner=None)))
    categories = {
        row["category"]: row for row in visible.values("category").annotate(**_sums(today))
    }
    name = Region.objects.filter(pk=OuterRef("regency_code")).values("name")
    regencies = (
        visible.annotate(name=Subquery(name))
        .values("regency_code", "name")
        .annotate(**_sums(today))
    )
    return ComplaintFigures(
        **total,
        by_category=tuple(
            Group(label, value, **_only_sums(categories[value]))
            for value, label in Complaint.Category.choices
            if value in categories
        ),
        by_regency=tuple(
            Group(row["name"], row["regency_code"], **_only_sums(row))
            for row in sorted(regencies, key=lambda row: (-row["open"], row["regency_code"]))
        ),
    )


def _only_sums(row: dict) -> dict:
    return {name: row[name] for name in ("total", "open", "overdue", "median")}


def overdue_complaints(user, area: Area):
    """Without sensitive ones, whoever counts.

    Briefings go from hand to hand, and beside the list of a kecamatan the number would tell that
    there is one.
    """
    told = Complaint.objects.filter(user.scope.condition(Complaint.PLACE), is_sensitive=False)
    return indicators.grouped_counts(told.overdue(), area, place="region")


def overdue_follow_ups(user, area: Area):
    return indicators.grouped_counts(
        FollowUp.objects.visible_to(user).overdue(), area, place="region"
    )


INDICATORS = (
    indicators.Indicator(
        "pengaduan_lewat",
        "Pengaduan lewat tenggat",
        "pengaduan",
        -1,
        "Pengaduan, selain yang sensitif, yang belum dijawab sesudah tenggatnya.",
        overdue_complaints,
    ),
    indicators.Indicator(
        "tindak_lanjut_lewat",
        "Tindak lanjut lewat tenggat",
        "tindak lanjut",
        -1,
        "Tindak lanjut Rakor yang belum selesai sesudah tenggatnya.",
        overdue_follow_ups,
    ),
)


def household_timeline(household: Household) -> list[TimelineEntry]:
    """Complaints about a family; sensitive ones stay out, since the page does not ask who reads."""
    entries = []
    for complaint in household.complaints.filter(is_sensitive=False):
        entries.append(
            TimelineEntry(
                complaint.received_on,
                "Pengaduan",
                f"Pengaduan: {complaint.get_category_display().lower()}",
                complaint.subject,
                source=f"{complaint.number}, {complaint.get_status_display().lower()}",
                url=reverse("admin:coordination_complaint_change", args=[complaint.pk]),
                tone="idle" if not complaint.is_open else "warn",
                icon="chat",
            )
        )
    return entries
