"""Endorsement on the start pages: what each role must do about lists and decrees, and by when."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.scope import Scope
from dashboards.work.tasks import Task, Waiting, due
from regions.models import Region
from verification.models import Case, Decree, Endorsement, Round, SecondLook

Status = Endorsement.Status
REVIEW_DAYS = 7
SIGN_DAYS = 7


def _page(endorsement: Endorsement) -> str:
    return reverse("admin:verification_endorsement_change", args=[endorsement.pk])


def tasks(user, region: Region, round: Round | None) -> Iterator[Task | Waiting]:
    """Lists of the regency that wait for a signature, for repair, or for being drawn up."""
    if not user.has_perm("verification.add_endorsement") or len(region.code) != 5:
        return
    lists = (
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
            yield Task(
                count=one.families,
                unit="keluarga",
                due=due(timezone.localdate(one.made_at) + timedelta(days=SIGN_DAYS)),
                url=_page(one),
                title=f"Mintakan tanda tangan dan catat pengesahan {one.round}",
                text="Daftar sudah dibekukan; berita acaranya menunggu tanda tangan.",
                button="Buka pengesahan",
            )
        elif one.status == Status.DIKEMBALIKAN:
            yield Task(
                count=one.families,
                unit="keluarga",
                due=due(one.round.due_on),
                url=_page(one),
                title=f"Perbaiki dan sahkan lagi daftar {one.round}",
                text=f"Dikembalikan provinsi: {one.end_reason}"[:180],
                button="Baca alasannya",
            )
    if round and round.pk not in newest:
        yield _to_draw_up(user, region, round)


def _to_draw_up(user, region: Region, round: Round) -> Waiting:
    """The cases of a round, once none of them is open any more."""
    cases = Case.objects.visible_to(user).filter(
        Scope((region.code,)).condition(Case.PLACE), round=round
    )
    return Waiting(
        rows=cases.approved().exclude(Exists(cases.open())),
        unit="keluarga",
        title=f"Susun daftar pengesahan {round}",
        text="Semua kasus sudah selesai diverifikasi.",
        button="Susun daftar",
        url=reverse("admin:verification_endorsement_add"),
        due_on=round.due_on,
    )


def findings(user, region: Region) -> Iterator[dict]:
    """What waits for the province in a region, as keyword arguments of `work.Finding`: lists to
    review, and decrees that somebody else has recorded."""
    if not user.has_perm("verification.review_endorsement"):
        return
    recorded = Q(decrees__status=Decree.Status.DICATAT) & ~Q(decrees__recorded_by=user)
    visible = Endorsement.objects.visible_to(user).filter(
        Scope((region.code,)).condition(Endorsement.PLACE)
    )
    looks = SecondLook.objects.filter(endorsement=OuterRef("pk"), outcome="").order_by()
    waiting = (
        visible.annotate(
            decree=FilteredRelation("decrees", condition=recorded),
            decree_pk=F("decree__pk"),
            decree_number=F("decree__number"),
            effective_on=F("decree__effective_on"),
            to_look=Coalesce(
                Subquery(looks.values("endorsement").annotate(n=Count("pk")).values("n")), 0
            ),
        )
        .filter(Q(pk__in=visible.to_review().values("pk")) | Q(decree__isnull=False))
        .select_related("region", "round")
        .order_by("endorsed_at", "pk")
    )
    for one in waiting:
        yield _to_apply(one) if one.decree_pk else _to_review(one)


def _to_review(one: Endorsement) -> dict:
    until = due(timezone.localdate(one.endorsed_at) + timedelta(days=REVIEW_DAYS))
    looks = f" {one.to_look} keluarga sampel belum dilihat." if one.to_look else ""
    return {
        "urgent": bool(until.overdue),
        "region": one.region,
        "count": one.families,
        "due": until,
        "url": _page(one),
        "title": "daftar pengesahan menunggu tinjauan",
        "text": f"{one.round}; tinjauan {until.words}.{looks}",
        "button": "Tinjau daftar",
    }


def _to_apply(one: Endorsement) -> dict:
    until = due(one.effective_on)
    return {
        "urgent": bool(until.overdue),
        "region": one.region,
        "count": 1,
        "due": until,
        "url": reverse("admin:verification_decree_change", args=[one.decree_pk]),
        "title": f"penetapan {one.decree_number} belum diterapkan",
        "text": f"Berlaku mulai {date_format(one.effective_on, 'j F Y')}, {until.words}.",
        "button": "Buka penetapan",
    }
