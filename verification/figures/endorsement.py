"""What the pages of endorsement count; a number and the list behind it come from the same queryset.

`differences` compares an endorsed list with that of the round before.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from beneficiaries.models import ExitReason
from regions.models import Region
from verification.figures.quotas import brought_along, enterable, unplaced
from verification.figures.rounds import in_a_sentence
from verification.models import (
    Case,
    Decree,
    DecreeItem,
    Endorsement,
    Round,
    SecondLook,
)

Status = Endorsement.Status
LOOKS = {
    Status.DISUSUN: ("warn", "edit"),
    Status.DISAHKAN: ("info", "clock"),
    Status.DITERUSKAN: ("info", "send"),
    Status.DITETAPKAN: ("ok", "ok"),
    Status.DIKEMBALIKAN: ("warn", "undo"),
    Status.DIBATALKAN: ("idle", "x"),
}
DECREE_LOOKS = {
    Decree.Status.DICATAT: ("warn", "clock"),
    Decree.Status.DITERAPKAN: ("ok", "ok"),
    Decree.Status.DIBATALKAN: ("idle", "x"),
}
RESULT_LOOKS = {
    "TETAP": ("ok", "equal"),
    "MASUK": ("info", "plus"),
    "KELUAR": ("warn", "minus"),
    "": ("idle", "x"),
}
KIND_LOOKS = {
    DecreeItem.Kind.SAMA: ("ok", "ok"),
    DecreeItem.Kind.BERBEDA: ("warn", "edit"),
    DecreeItem.Kind.TIDAK_DITETAPKAN: ("bad", "minus"),
    DecreeItem.Kind.TIDAK_DITERUSKAN: ("bad", "plus"),
    DecreeItem.Kind.KELUAR_DITETAPKAN: ("bad", "warn"),
    DecreeItem.Kind.BARIS_LAIN: ("idle", "users"),
}
LOOKED_LOOKS = {
    SecondLook.Outcome.BELUM: ("idle", "clock"),
    SecondLook.Outcome.SESUAI: ("ok", "ok"),
    SecondLook.Outcome.TIDAK_SESUAI: ("bad", "flag"),
    SecondLook.Outcome.TIDAK_DITEMUKAN: ("bad", "flag"),
}
# A kecamatan stands out whose share of leaving families is so many times that of the whole list.
STANDS_OUT = 2
SMALL = 10  # families; below it a share says little


def list_url(model: str, **filters) -> str:
    return f"{reverse(f'admin:verification_{model}_changelist')}?{urlencode(filters)}"


def items_url(endorsement: Endorsement, **filters) -> str:
    return list_url("endorsementitem", endorsement__id__exact=endorsement.pk, **filters)


@dataclass(frozen=True)
class Candidate:
    """A regency in a round whose list can be made, or why not.

    `waiting` were verified to enter and have no place yet; they are not among `entered`.
    """

    round: Round
    region: Region
    stayed: int
    entered: int
    left: int
    refused: int
    open: int
    waiting: int

    @property
    def families(self) -> int:
        return self.stayed + self.entered + self.left + self.refused


def candidates(user, regions: list[Region]) -> list[Candidate]:
    """Rounds and regencies of the user without a standing endorsement, the newest round first."""
    rounds = list(Round.objects.visible_to(user).exclude(status=Round.Status.DISIAPKAN))
    taken = set(Endorsement.objects.standing().values_list("round_id", "region_id"))
    closed = Q(status__in=Case.CLOSED)
    counted = {
        (row["round_id"], row["regency_code"]): row
        for row in Case.objects.visible_to(user)
        .filter(round__in=rounds)
        .order_by()
        .values("round_id", "regency_code")
        .annotate(
            stayed=Count("pk", filter=Q(result="TETAP")),
            left=Count("pk", filter=Q(result="KELUAR")),
            refused=Count("pk", filter=Q(result="", status="DISETUJUI")),
            open=Count("pk", filter=~closed),
        )
    }
    cases = Case.objects.visible_to(user).filter(round__in=rounds)
    waiting, entering = _by_round(unplaced(cases)), _by_round(enterable(cases))
    earlier = _by_round(brought_along([region.pk for region in regions]))
    return [
        Candidate(
            round,
            region,
            **{name: row[name] for name in ("stayed", "left", "refused", "open")},
            entered=entering.get((round.pk, region.pk), 0)
            + sum(
                families
                for (other, regency), families in earlier.items()
                if regency == region.pk and other in before
            ),
            waiting=waiting.get((round.pk, region.pk), 0),
        )
        for round in rounds
        for before in [{one.pk for one in rounds if one.starts_on < round.starts_on}]
        for region in regions
        if (round.pk, region.pk) not in taken and (row := counted.get((round.pk, region.pk)))
    ]


def _by_round(cases: QuerySet) -> dict[tuple[int, str], int]:
    counted = cases.order_by().values("round_id", "regency_code").annotate(families=Count("pk"))
    return {(row["round_id"], row["regency_code"]): row["families"] for row in counted}


@dataclass(frozen=True)
class Place:
    """A kecamatan of the list; shares are per cent of the families of the place."""

    code: str
    name: str
    stayed: int
    entered: int
    left: int
    refused: int
    left_share: float
    entered_share: float
    stands_out: bool

    @property
    def receiving(self) -> int:
        return self.stayed + self.entered


def places(endorsement: Endorsement) -> list[Place]:
    names = dict(Region.objects.filter(parent=endorsement.region_id).values_list("code", "name"))
    counts: dict[str, dict[str, int]] = {}
    rows = endorsement.items.order_by().values_list("village_id", "result").annotate(n=Count("pk"))
    for village, result, families in rows:
        of_place = counts.setdefault(village[:8], dict.fromkeys(RESULT_LOOKS, 0))
        of_place[result] += families
    share = _share(endorsement.left, endorsement.families)
    return [
        Place(
            code=code,
            name=names.get(code, code),
            stayed=of["TETAP"],
            entered=of["MASUK"],
            left=of["KELUAR"],
            refused=of[""],
            left_share=_share(of["KELUAR"], sum(of.values())),
            entered_share=_share(of["MASUK"], sum(of.values())),
            stands_out=sum(of.values()) >= SMALL
            and of["KELUAR"] > 1
            and _share(of["KELUAR"], sum(of.values())) > STANDS_OUT * share,
        )
        for code, of in sorted(counts.items())
    ]


def _share(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


def reasons(endorsement: Endorsement) -> list[tuple[str, int, float, str]]:
    """Reason in words, families, share of those who leave, and the list of them."""
    counted = (
        endorsement.items.filter(result="KELUAR")
        .order_by()
        .values_list("reason")
        .annotate(families=Count("pk"))
    )
    told = [
        (
            in_a_sentence(ExitReason(reason).label),
            families,
            _share(families, endorsement.left),
            items_url(endorsement, result__exact="KELUAR", reason__exact=reason),
        )
        for reason, families in counted
        if reason
    ]
    return sorted(told, key=lambda row: (-row[1], row[0]))


# Against the round before


def previous_of(endorsement: Endorsement) -> Endorsement | None:
    """The signed list of the same regency in the latest round that began before this one."""
    return (
        Endorsement.objects.filter(
            region=endorsement.region_id,
            status__in=Endorsement.SIGNED,
            round__starts_on__lt=endorsement.round.starts_on,
        )
        .select_related("round", "region")
        .order_by("-round__starts_on", "-pk")
        .first()
    )


def newly_receiving(endorsement: Endorsement, previous: Endorsement) -> QuerySet:
    before = previous.items.receiving().values("household_id")
    return endorsement.items.receiving().exclude(household_id__in=before)


def no_longer_receiving(endorsement: Endorsement, previous: Endorsement) -> QuerySet:
    before = previous.items.receiving().values("household_id")
    return endorsement.items.filter(result="KELUAR", household_id__in=before)


def changed_data(endorsement: Endorsement, previous: Endorsement) -> QuerySet:
    names = ("nik", "name", "kk_number", "dtks_id", "village_id")
    same = Q(**{name: OuterRef(name) for name in names})
    before = previous.items.receiving().filter(household_id=OuterRef("household_id"))
    return endorsement.items.receiving().filter(Exists(before.exclude(same)))


def gone_without_case(endorsement: Endorsement, previous: Endorsement) -> QuerySet:
    """Families that received and of which the new list says nothing: items of the list before."""
    told = endorsement.items.values("household_id")
    return previous.items.receiving().exclude(household_id__in=told)


COMPARED = {
    "masuk": newly_receiving,
    "keluar": no_longer_receiving,
    "berubah": changed_data,
}


@dataclass(frozen=True)
class Difference:
    label: str
    text: str
    count: int
    share: float
    url: str
    tone: str


def differences(endorsement: Endorsement, previous: Endorsement) -> list[Difference]:
    """Shares are of the families that received after the list before."""
    told = (
        ("Masuk", "tidak menerima menurut daftar sebelumnya", "masuk", "info"),
        ("Keluar", "menerima menurut daftar sebelumnya", "keluar", "warn"),
        ("Data berubah", "NIK, nama, KK, ID DTKS, atau desa", "berubah", "idle"),
    )
    found = []
    for label, text, key, tone in told:
        count = COMPARED[key](endorsement, previous).count()
        url = items_url(endorsement, banding=key)
        found.append(Difference(label, text, count, _share(count, previous.receiving), url, tone))
    gone = gone_without_case(endorsement, previous).count()
    found.append(
        Difference(
            "Hilang tanpa kasus",
            "menerima menurut daftar sebelumnya, tidak ada dalam daftar ini",
            gone,
            _share(gone, previous.receiving),
            items_url(previous, hilang=endorsement.pk),
            "bad" if gone else "ok",
        )
    )
    return found


@dataclass(frozen=True)
class Looks:
    """Second looks of a list by outcome."""

    chosen: int
    waiting: int
    agreeing: int
    differing: int

    @property
    def done(self) -> int:
        return self.chosen - self.waiting

    @property
    def differing_share(self) -> float:
        return _share(self.differing, self.done)


def second_looks(endorsement: Endorsement) -> Looks:
    return Looks(
        **endorsement.second_looks.order_by().aggregate(
            chosen=Count("pk"),
            waiting=Count("pk", filter=Q(outcome="")),
            agreeing=Count("pk", filter=Q(outcome="SESUAI")),
            differing=Count("pk", filter=~Q(outcome__in=["", "SESUAI"])),
        )
    )


def kinds_of(decree: Decree) -> list[tuple[DecreeItem.Kind, int, str]]:
    """Every kind of the comparison with its families and their list."""
    counted = dict(decree.items.order_by().values_list("kind").annotate(families=Count("pk")))
    return [
        (
            kind,
            counted.get(kind, 0),
            list_url("decreeitem", decree__id__exact=decree.pk, kind__exact=kind),
        )
        for kind in DecreeItem.Kind
    ]
