"""What one field officer has to visit, in the order in which it is best done."""

from dataclasses import dataclass
from typing import Literal

from django.db.models import Case as Switch
from django.db.models import Count, F, Func, IntegerField, Q, Value, When

from verification import risks
from verification.models import Case, CaseQuerySet, CaseStep, Round

Status = Case.Status
Part = Literal["belum", "diperiksa", "selesai"]

_PARTS: dict[Part, tuple[str, ...]] = {
    "belum": (Status.BELUM, Status.DIKEMBALIKAN),
    "diperiksa": (Status.DIKUNJUNGI, Status.DIAJUKAN),
    "selesai": (Status.DISETUJUI,),
}
IN_PLACE = ("village_id", "household__rw", "household__rt", "pk")


def cases_of(user) -> CaseQuerySet:
    """Of running rounds, in the user's regions: those given to the user or to nobody."""
    return (
        Case.objects.visible_to(user)
        .filter(Q(officer=user) | Q(officer=None), round__status=Round.Status.BERJALAN)
        .exclude(status=Status.BERAKHIR)
    )


def part_of(cases: CaseQuerySet, part: Part) -> CaseQuerySet:
    return cases.filter(status__in=_PARTS[part])


def by_urgency(cases: CaseQuerySet, user) -> CaseQuerySet:
    """Sent back first, then given to the user by name, then what most speaks for a visit."""
    return cases.alias(
        sent_back=Switch(When(status=Status.DIKEMBALIKAN, then=Value(0)), default=Value(1)),
        given=Switch(When(officer=user, then=Value(0)), default=Value(1)),
        reasons=Func(F("risks"), function="cardinality", output_field=IntegerField()),
    ).order_by("sent_back", "given", "-reasons", *IN_PLACE)


@dataclass(frozen=True)
class Work:
    """How many of the cases are in each part."""

    belum: int
    diperiksa: int
    selesai: int

    @property
    def total(self) -> int:
        return self.belum + self.diperiksa + self.selesai

    @property
    def done(self) -> int:
        """Visited, whether checked by another already or not."""
        return self.diperiksa + self.selesai

    @property
    def done_share(self) -> float:
        """Per cent, 0 to 100."""
        return 100 * self.done / self.total if self.total else 0.0


def work(cases: CaseQuerySet) -> Work:
    parts = {part: Count("pk", filter=Q(status__in=known)) for part, known in _PARTS.items()}
    return Work(**cases.order_by().aggregate(**parts))


@dataclass(frozen=True)
class Reason:
    """Why a family is visited, and what to ask there."""

    tone: str
    badge: str
    question: str

    @property
    def icon(self) -> str:
        return {"bad": "undo", "warn": "warn", "info": "info", "idle": "shield"}[self.tone]


def returned_note(case: Case) -> str:
    step = case.steps.filter(action=CaseStep.Action.KEMBALIKAN).order_by("-version").first()
    return step.note if step else ""


def reasons(case: Case, note: str = "") -> list[Reason]:
    """The most urgent first; `note` is why the case was sent back."""
    told = []
    if case.status == Status.DIKEMBALIKAN:
        told.append(Reason("bad", "Dikembalikan", note))
    told += [Reason("warn", risk.badge, risk.question) for risk in risks.of(case.risks)]
    if case.origin != Case.Origin.AWAL:
        told.append(Reason("info", case.get_origin_display(), "Keadaan rumah dan mata pencaharian"))
    return told or [Reason("idle", "Verifikasi putaran", "Apakah keluarga masih layak?")]
