"""The list behind a number of the page."""

from collections import Counter

from django.core.paginator import Paginator
from django.db.models import Count, Sum
from django.http import HttpRequest
from django.urls import reverse

from distribution.models import ReconciliationFinding
from distribution.models.reconciliation import CLOSED, FindingStatus
from distribution.reconciliation import figures
from distribution.reconciliation.rules import BY_CODE
from distribution.views.reconciliation.asked import LOOKS, OWNERS, Asked, Choice
from distribution.views.reconciliation.deeds import deeds_of
from regions.models import Region
from spreadsheets.words import thousands

PER_PAGE = 25
CAUSES_SHOWN = 8


def drill(request: HttpRequest, asked: Asked) -> dict:
    user = request.user
    everything = figures.findings(user, asked.period, region=asked.region, kind=asked.kind)
    causes, statuses, amount = Counter(), Counter(), 0
    grouped = everything.order_by().values_list("cause", "status")
    for cause, status, count, rupiah in grouped.annotate(Count("pk"), Sum("amount")):
        causes[cause] += count
        statuses[status] += count
        amount += rupiah or 0
    is_filtered = bool(asked.cause or asked.status or asked.owner or asked.query)
    rows = asked.rows(user)
    ordered = rows.select_related("village__parent", "bank", "owner").order_by("regency_code", "id")
    paginator = Paginator(ordered, PER_PAGE)
    if is_filtered:
        amount = rows.order_by().aggregate(amount=Sum("amount"))["amount"] or 0
    else:
        paginator.count = causes.total()  # counted just now
    page = paginator.get_page(request.GET.get("page"))
    title, rules = figures.KINDS[asked.kind]
    several = len(rules) > 1
    has_closed = any(row.status in CLOSED for row in page)
    region = Region.objects.filter(pk=asked.region).first() if asked.region else None
    return {
        "title": title if title[:3].isupper() else title[:1].lower() + title[1:],
        "region": region,
        "advice": "" if several else BY_CODE[rules[0]].advice,
        "several": several,
        "amount": amount,
        "page": page,
        "rows": [(row, *LOOKS[row.status], row.get_status_display()) for row in page],
        "count": page.paginator.count,
        "chips": [
            Choice("Semua", asked.url(sebab="") + "#daftar", not asked.cause, causes.total()),
            *(
                Choice(cause, asked.url(sebab=cause) + "#daftar", cause == asked.cause, count)
                for cause, count in sorted(causes.items(), key=lambda one: (-one[1], one[0]))[
                    :CAUSES_SHOWN
                ]
            ),
        ],
        "statuses": [
            Choice("Semua keadaan", asked.url(keadaan="") + "#daftar", not asked.status),
            *(
                Choice(
                    f"{FindingStatus(status).label} ({thousands(count)})",
                    asked.url(keadaan=status) + "#daftar",
                    status == asked.status,
                )
                for status, count in sorted(statuses.items())
            ),
        ],
        "owners": [
            Choice("Semua penanggung jawab", asked.url(pj="") + "#daftar", not asked.owner),
            *(
                Choice(label, asked.url(pj=key) + "#daftar", asked.owner == key)
                for key, label in OWNERS.items()
            ),
        ],
        "close_url": asked.url(jenis="", sebab="", keadaan="", pj="", q=""),
        "clear_url": asked.list_url(asked.kind, asked.region),
        "is_filtered": is_filtered,
        "export_url": f"{reverse('distribution:reconciliation_export')}?"
        + asked.url().partition("?")[2],
        "deeds": [deed for deed in deeds_of(user) if deed.key != "buka" or has_closed],
        "hidden": [(name, value) for name, value in asked.values.items() if name != "q"],
    }


def mine(user, asked: Asked) -> list[Choice]:
    """What lies with this user, by period; each leads to the list of it."""
    counted = (
        ReconciliationFinding.objects.visible_to(user)
        .of(user)
        .order_by("-period__first_month", "-period")
        .values_list("period", "period__name")
        .annotate(count=Count("pk"))
    )
    return [
        Choice(
            name,
            asked.list_url("TERBUKA", periode=period, pj="saya"),
            asked.owner == "saya" and period == asked.period.pk,
            count,
        )
        for period, name, count in counted
    ]
