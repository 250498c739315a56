"""Endorsement on the start pages: what each role must do about lists and decrees, and by when."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from accounts.scope import Scope
from dashboards import links
from verification.models import Case, Decree, Endorsement, Round

Status = Endorsement.Status
REVIEW_DAYS = 7
SIGN_DAYS = 7


def _page(endorsement: Endorsement) -> str:
    return reverse("admin:verification_endorsement_change", args=[endorsement.pk])


def tasks(user, region, round: Round | None, due) -> Iterator[dict]:
    """Tasks of a district as arguments of `work._in_words`; `due` makes a date a due date."""
    may_check = user.has_perm("verification.check_case")
    may_endorse = user.has_perm("verification.add_endorsement") and len(region.code) == 5
    counted = _counted(user, region, round) if round and (may_check or may_endorse) else {}
    if may_check and counted.get("to_check"):
        yield {
            "count": counted["to_check"],
            "unit": "KPM",
            "due": due(round.due_on),
            "url": links.cases(user, region.code, round, Case.Status.DIKUNJUNGI),
            "title": "Periksa kunjungan yang sudah dicatat",
            "text": "Kunjungan disetujui petugas lain dari yang mencatatnya.",
            "button": "Lihat kunjungan",
        }
    if may_endorse:
        yield from _lists(user, region, round, counted, due)


def _counted(user, region, round: Round) -> dict[str, int]:
    visited = Q(status=Case.Status.DIKUNJUNGI) & ~Q(visited_by=user)
    inside = Scope((region.code,)).condition(Case.PLACE)
    return (
        Case.objects.visible_to(user)
        .filter(inside, round=round)
        .aggregate(
            to_check=Count("pk", filter=visited),
            open=Count("pk", filter=~Q(status__in=Case.CLOSED)),
            checked=Count("pk", filter=Q(status=Case.Status.DISETUJUI)),
        )
    )


def _lists(user, region, round: Round | None, counted: dict[str, int], due) -> Iterator[dict]:
    lists = list(
        Endorsement.objects.visible_to(user)
        .filter(region=region)
        .select_related("round")
        .order_by("-made_at", "-pk")
    )
    # The newest of a round says where it stands.
    newest = {}
    for one in lists:
        newest.setdefault(one.round_id, one)
    for one in newest.values():
        if one.status == Status.DISUSUN:
            yield {
                "count": one.families,
                "unit": "keluarga",
                "due": due(timezone.localdate(one.made_at) + timedelta(days=SIGN_DAYS)),
                "url": _page(one),
                "title": f"Mintakan tanda tangan dan catat pengesahan {one.round}",
                "text": "Daftar sudah dibekukan; berita acaranya menunggu tanda tangan.",
                "button": "Buka pengesahan",
            }
        elif one.status == Status.DIKEMBALIKAN:
            yield {
                "count": one.families,
                "unit": "keluarga",
                "due": due(one.round.due_on),
                "url": _page(one),
                "title": f"Perbaiki dan sahkan lagi daftar {one.round}",
                "text": f"Dikembalikan provinsi: {one.end_reason}"[:180],
                "button": "Baca alasannya",
            }
    if round and round.pk not in newest and counted["checked"] and not counted["open"]:
        yield {
            "count": counted["checked"],
            "unit": "keluarga",
            "due": due(round.due_on),
            "url": reverse("admin:verification_endorsement_add"),
            "title": f"Susun daftar pengesahan {round}",
            "text": "Semua kasus sudah selesai diverifikasi.",
            "button": "Susun daftar",
        }


def findings(user, due) -> Iterator[dict]:
    """What waits for the province, as keyword arguments of `work.Finding`."""
    if not user.has_perm("verification.review_endorsement"):
        return
    lists = (
        Endorsement.objects.visible_to(user)
        .select_related("region", "round")
        .annotate(to_look=Count("second_looks", filter=Q(second_looks__outcome="")))
    )
    for one in lists.to_review().order_by("endorsed_at"):
        until = due(timezone.localdate(one.endorsed_at) + timedelta(days=REVIEW_DAYS))
        looks = f" {one.to_look} keluarga sampel belum dilihat." if one.to_look else ""
        yield {
            "urgent": bool(until.overdue),
            "region": one.region,
            "count": one.families,
            "due": until,
            "url": _page(one),
            "title": "daftar pengesahan menunggu tinjauan",
            "text": f"{one.round}; tinjauan {_when(until)}.{looks}",
            "button": "Tinjau daftar",
        }
    recorded = Decree.objects.visible_to(user).filter(status=Decree.Status.DICATAT)
    for decree in recorded.exclude(recorded_by=user).select_related("region"):
        until = due(decree.effective_on)
        yield {
            "urgent": bool(until.overdue),
            "region": decree.region,
            "count": 1,
            "due": until,
            "url": reverse("admin:verification_decree_change", args=[decree.pk]),
            "title": f"penetapan {decree.number} belum diterapkan",
            "text": f"Berlaku mulai {decree.effective_on:%d-%m-%Y}, {_when(until)}.",
            "button": "Buka penetapan",
        }


def _when(until) -> str:
    if until.overdue:
        return f"lewat {until.overdue} hari"
    return "hari ini" if until.days == 0 else f"{until.days} hari lagi"
