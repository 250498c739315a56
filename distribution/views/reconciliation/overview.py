"""The page where the four lists meet: their flow, the rules, the table by kabupaten/kota."""

from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from distribution.actions import works
from distribution.models import PayoutPeriod, PeriodWork
from distribution.reconciliation import figures
from distribution.reconciliation.rules import (
    NOT_CREDITED,
    NOT_LISTED,
    NOT_REGISTERED,
    NOT_SPENT,
)
from distribution.views import works as works_views
from distribution.views.reconciliation.asked import Asked, Choice, asked_by, require
from distribution.views.reconciliation.listed import drill, mine
from distribution.views.reconciliation.undoing import undoable


def index(request: HttpRequest) -> HttpResponse:
    """The flow of the four lists, the rules, the table by kabupaten/kota and the chosen list."""
    require(request)
    user = request.user
    asked = asked_by(request, request.GET)
    context = {**admin.site.each_context(request), "title": "Rekonsiliasi penyaluran"}
    if asked is None:
        return render(request, "distribution/reconciliation.html", context)
    overview = figures.overview(user, asked.period)
    places = overview.places
    if asked.order == "nama":
        places = sorted(places, key=lambda place: place.name)
    whole = next((place for place in overview.places if place.code == asked.region), None)
    shown = whole or overview.total
    rules = (
        overview.rules()
        if not whole
        else [
            (rule, whole.found[rule.code], whole.due[rule.code]) for rule, _, _ in overview.rules()
        ]
    )
    periods = PayoutPeriod.objects.visible_to(user).exclude(status=PayoutPeriod.Status.DISIAPKAN)
    context |= {
        "asked": asked,
        "period": asked.period,
        "periods": [
            Choice(str(period), asked.url(periode=period.pk, jenis=""), period == asked.period)
            for period in periods
        ],
        "overview": overview,
        "place": whole,
        "flow": _flow(asked, shown),
        "rules": [
            {
                "rule": rule,
                "count": due if rule.code == "BELUM_TRANSAKSI" else found,
                "title": "Belum transaksi 30+ hari"
                if rule.code == "BELUM_TRANSAKSI"
                else rule.title,
                "url": asked.list_url(rule.code, asked.region),
            }
            for rule, found, due in sorted(rules, key=lambda row: -row[1])
            if found
        ],
        "unfound": [rule.title for rule, found, _ in rules if not found],
        "rows": [_row(asked, place) for place in places],
        "total": _row(asked, overview.total),
        "units": [
            Choice("KPM", asked.url(satuan=""), asked.unit == "kpm"),
            Choice("Rupiah", asked.url(satuan="rupiah"), asked.unit == "rupiah"),
        ],
        "by_name": asked.url(urut="nama"),
        "by_open": asked.url(urut=""),
        "can_reconcile": user.has_perm("distribution.reconcile") and user.scope.is_province,
        "everywhere_url": asked.url(wilayah=""),
        "minutes_url": f"{reverse('distribution:minutes')}?"
        + urlencode({"periode": asked.period.pk, "wilayah": asked.region}),
        "all_url": asked.list_url("SEMUA", asked.region),
    }
    context |= works_views.shown(request, works.newest(asked.period, PeriodWork.Kind.BANDING))
    context["mine"] = mine(user, asked)
    context["undo"] = undoable(request)
    if asked.kind:
        context["drill"] = drill(request, asked)
    return render(request, "distribution/reconciliation.html", context)


def _flow(asked: Asked, place: figures.Place) -> list[dict]:
    """The four boxes and, between them, both directions of each difference."""
    unit, other = asked.unit, "kpm" if asked.unit == "rupiah" else "rupiah"

    def box(name: str, title: str, icon: str, what: str) -> dict:
        whole = place.size("register", "kpm") or 1
        return {
            "title": title,
            "icon": icon,
            "what": what,
            "size": place.size(name, unit),
            "other": place.size(name, other),
            "share": min(100, round(100 * place.size(name, "kpm") / whole, 1)),
        }

    def gap(sign: str, kind: str, rules: tuple, words: str, tone: str) -> dict:
        return {
            "sign": sign,
            "size": place.of(rules, unit),
            "words": words,
            "tone": tone,
            "url": asked.list_url(kind, asked.region),
        }

    return [
        {"box": box("register", "Register", "users", "KPM terdaftar")},
        {
            "gaps": [
                gap("−", "TIDAK_DIBAYAR", NOT_LISTED, "tidak dibayar", "b"),
                gap("+", "LUAR_REGISTER", NOT_REGISTERED, "di luar register", "w"),
            ],
            "rest": place.rest("listed", unit),
            "rest_words": "beda nilai",
        },
        {"box": box("listed", "Daftar bayar", "doc", "KPM di daftar")},
        {
            "gaps": [gap("−", "BELUM_MASUK", NOT_CREDITED, "gagal atau belum top up", "b")],
            "rest": place.rest("credited", unit),
            "rest_words": "beda nilai top up",
        },
        {"box": box("credited", "Top up bank", "card", "KPM tersalur")},
        {
            "gaps": [gap("−", "BELUM_BELANJA", NOT_SPENT, "belum transaksi", "w")],
            "rest": place.rest("spent", unit),
            "rest_words": "sisa saldo dan pengembalian",
        },
        {"box": box("spent", "Transaksi agen", "store", "KPM berbelanja")},
    ]


def _row(asked: Asked, place: figures.Place) -> dict:
    unit = asked.unit

    def cell(kind: str, rules: tuple, sign: str = "") -> dict:
        return {
            "size": place.of(rules, unit),
            "sign": sign,
            "url": asked.list_url(kind, place.code),
            "current": asked.kind == kind and asked.region == place.code,
        }

    tone, state = place.state
    return {
        "place": place,
        "url": asked.url(wilayah=place.code, jenis="", sebab="", keadaan="", q=""),
        "register": place.size("register", unit),
        "listed": place.size("listed", unit),
        "credited": place.size("credited", unit),
        "spent": place.size("spent", unit),
        "not_listed": cell("TIDAK_DIBAYAR", NOT_LISTED, "−"),
        "not_registered": cell("LUAR_REGISTER", NOT_REGISTERED, "+"),
        "not_credited": cell("BELUM_MASUK", NOT_CREDITED),
        "not_spent": cell("BELUM_BELANJA", NOT_SPENT),
        "open_url": asked.list_url("TERBUKA", place.code),
        "open_current": asked.kind == "TERBUKA" and asked.region == place.code,
        "tone": tone,
        "state": state,
    }
