"""Who enters and leaves and why, how old open work is, and what a family's story tells of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Min, Q, QuerySet
from django.db.models.functions import Left
from django.urls import reverse

from beneficiaries.figures import TimelineEntry
from beneficiaries.models import Household
from verification.models import (
    Answerable,
    Case,
    CaseQuerySet,
    Decided,
    MeetingDecision,
    Objection,
    PayeeChange,
    Proposal,
    Replacement,
    Round,
    VillageMeeting,
)

_PLACES = {"regency": F("regency_code"), "district": Left("village", 8), "village": F("village_id")}


@dataclass(frozen=True)
class Moved:
    """Families of one place that enter or leave in a round; `why` are codes of reasons, counted."""

    code: str
    entered: int
    left: int
    why: tuple[tuple[str, int], ...]


def moved(cases: CaseQuerySet, *, by: str) -> list[Moved]:
    """Who enters and leaves by place, by reason: of the cases that the reader may see."""
    counted = (
        cases.filter(result__in=[Case.Result.MASUK, Case.Result.KELUAR])
        .order_by()
        .annotate(place=_PLACES[by])
        .values("place", "result", "reason")
        .annotate(n=Count("pk"))
    )
    by_place: dict[str, list] = {}
    for row in counted:
        by_place.setdefault(row["place"], []).append(row)
    return [
        Moved(
            code=place,
            entered=sum(row["n"] for row in rows if row["result"] == Case.Result.MASUK),
            left=sum(row["n"] for row in rows if row["result"] == Case.Result.KELUAR),
            why=tuple(
                sorted(
                    (
                        (row["reason"], row["n"])
                        for row in rows
                        if row["result"] == Case.Result.KELUAR
                    ),
                    key=lambda one: (-one[1], one[0]),
                )
            ),
        )
        for place, rows in sorted(by_place.items())
    ]


@dataclass(frozen=True)
class OpenWork:
    """Proposals or objections that wait for an answer."""

    count: int
    late: int
    oldest_due: date | None


def open_work(rows: QuerySet, today: date) -> OpenWork:
    """Of proposals or objections in a scope: how many are open, how many late, the first due."""
    counted = rows.filter(status__in=Answerable.OPEN).aggregate(
        count=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today)), oldest=Min("due_on")
    )
    return OpenWork(counted["count"], counted["late"], counted["oldest"])


def asked_to_leave(user) -> QuerySet[MeetingDecision]:
    """KPM that finished minutes of a running round want out, and that nobody has visited yet."""
    visited = Case.objects.filter(
        status__in=[Case.Status.DIKUNJUNGI, Case.Status.DIAJUKAN, Case.Status.DISETUJUI],
        round__status=Round.Status.BERJALAN,
    )
    return (
        MeetingDecision.objects.visible_to(user)
        .filter(
            kind=MeetingDecision.Kind.DIKELUARKAN,
            meeting__status=VillageMeeting.Status.SELESAI,
            meeting__round__status=Round.Status.BERJALAN,
        )
        .exclude(household__in=visited.values("household"))
        .select_related("household__payee", "village__parent", "meeting__village")
        .order_by("meeting__held_on", "pk")
    )


def household_timeline(household: Household) -> list[TimelineEntry]:
    """Meetings, proposals, objections, replacement and change of pengurus of one family."""
    return [
        *_meetings(household),
        *_answers(household),
        *_places(household),
        *_payees(household),
    ]


def _meetings(household: Household) -> Iterable[TimelineEntry]:
    decisions = household.meeting_decisions.filter(meeting__status=VillageMeeting.Status.SELESAI)
    for decision in decisions.select_related("meeting__village"):
        why = [decision.get_reason_display() if decision.reason else "", decision.note]
        yield TimelineEntry(
            decision.meeting.held_on,
            "Musyawarah",
            f"{decision.meeting.form}: {decision.get_kind_display().lower()}",
            ". ".join(filter(None, why)),
            source=f"Berita acara {decision.meeting.minutes_number}",
            url=reverse("admin:verification_villagemeeting_change", args=[decision.meeting_id]),
            tone="warn" if decision.reason else "info",
            icon="users",
        )


_TONES = {
    Answerable.Status.DISETUJUI: ("ok", "ok"),
    Answerable.Status.DITOLAK: ("bad", "x"),
}


def _answers(household: Household) -> Iterable[TimelineEntry]:
    for model, kind in ((Proposal, "Usulan"), (Objection, "Sanggah")):
        for thing in model.objects.filter(household=household).select_related("decided_by"):
            tone, icon = _TONES.get(thing.status, ("info", "inbox"))
            told = thing.reason if model is Proposal else thing.get_kind_display()
            yield TimelineEntry(
                thing.decided_at or thing.withdrawn_at or thing.received_on,
                kind,
                f"{kind} {thing.get_status_display().lower()}",
                told,
                source=f"{thing}, {thing.get_source_display()}",
                url=reverse(f"admin:verification_{model._meta.model_name}_change", args=[thing.pk]),
                tone=tone,
                icon=icon,
            )


def _places(household: Household) -> Iterable[TimelineEntry]:
    rows = Replacement.objects.filter(Q(household=household) | Q(leaving__household=household))
    for row in rows.select_related("household__payee", "leaving__household__payee"):
        tone = "ok" if row.status == Decided.Status.DISETUJUI else "info"
        if row.household_id == household.pk:
            of = f"menggantikan {row.leaving.household}" if row.leaving else "tempat dalam kuota"
            text = f"Peringkat {row.rank} dari {row.waiting}, {of}."
        else:
            text = f"Tempatnya diberikan kepada {row.household}."
        yield TimelineEntry(
            row.decided_at or row.made_at,
            "Penggantian",
            f"Penggantian {row.get_status_display().lower()}",
            text,
            source=str(row),
            url=reverse("admin:verification_replacement_change", args=[row.pk]),
            tone=tone,
            icon="swap",
        )


def _payees(household: Household) -> Iterable[TimelineEntry]:
    for row in PayeeChange.objects.filter(household=household).select_related(
        "old_payee", "new_payee"
    ):
        yield TimelineEntry(
            row.decided_at or row.made_at,
            "Pengurus",
            f"Ganti pengurus {row.get_status_display().lower()}",
            f"{row.old_payee} ke {row.new_payee}: {row.get_reason_display().lower()}.",
            source=str(row),
            url=reverse("admin:verification_payeechange_change", args=[row.pk]),
            tone="ok" if row.status == Decided.Status.DISETUJUI else "info",
            icon="person",
        )
