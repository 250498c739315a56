"""What must be done now: findings for the province, tasks for a district, each with its list."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import chain

from django.db.models import Count, DateField, IntegerField, Min, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils import timezone

from accounts.scope import Scope
from dashboards import endorsement_work, links
from dashboards.figures import Area, Place
from regions.models import Region
from uploads import kinds
from uploads.models import Upload
from verification.actions.proposals import DECIDE
from verification.figures.replacement import asked_to_leave
from verification.models import Answerable, Objection, PayeeChange, Proposal, Replacement, Round

# When something deserves the coordinator's eye: days and points, agreed for the start and easy to
# find here. Nothing is refused because of them.
DUE_SOON = 14
DUE_NOW = 7
LOW_SHARE = 65
VERY_LOW_SHARE = 50
POINTS_BELOW = 15
IDLE_DAYS = 3
IDLE_TOO_LONG = 7
WAITING_DAYS = 2
WAITING_TOO_LONG = 5
NIK_POINTS_ABOVE = 3
OF_A_KIND = 4


@dataclass(frozen=True)
class Due:
    """A due date as the tasks show it: `state` is bad (over), warn (within three days) or idle."""

    on: date | None
    days: int | None

    @property
    def overdue(self) -> int:
        return -self.days if self.days is not None and self.days < 0 else 0

    @property
    def state(self) -> str:
        if self.days is None or self.days > 3:
            return "idle"
        return "bad" if self.days < 0 else "warn"

    @property
    def order(self) -> int:
        return 10_000 if self.days is None else self.days


def due(on: date | None) -> Due:
    return Due(on, on and (on - timezone.localdate()).days)


NO_DUE_DATE = Due(None, None)


@dataclass(frozen=True)
class Finding:
    """Something the province should look at. `kind` chooses the sentence in the template, unless
    `title`, `text` and `button` bring their own."""

    kind: str
    urgent: bool
    region: Region
    count: int
    url: str | None
    share: Decimal | None = None
    due: Due = NO_DUE_DATE
    since: date | None = None
    days: int = 0
    title: str = ""
    text: str = ""
    button: str = ""


def findings(user, area: Area, round: Round | None, uploads: list[Upload]) -> list[Finding]:
    """Urgent ones first; within that rounds, uploads, data, the largest of each kind first."""
    found = list(
        chain(
            _behind(user, area, round) if round else (),
            _left_alone(user, uploads),
            _waiting(user, uploads),
            _bad_nik(user, area),
            (Finding(kind="told", **told) for told in endorsement_work.findings(user, due)),
        )
    )
    return sorted(found, key=lambda finding: not finding.urgent)


def _behind(user, area: Area, round: Round) -> list[Finding]:
    until = due(round.due_on)
    average = area.total.verified_share
    late = []
    for place in area.places:
        verified = place.counts.verified_share
        if verified is None or not place.counts.to_do:
            continue
        low = until.days <= DUE_SOON and verified < LOW_SHARE
        if low or until.overdue or verified <= average - POINTS_BELOW:
            late.append(
                Finding(
                    kind="verification",
                    urgent=bool(until.overdue)
                    or (until.days <= DUE_NOW and verified < VERY_LOW_SHARE),
                    region=place.region,
                    count=place.counts.to_do,
                    share=place.counts.to_do_share,
                    due=until,
                    url=links.cases_to_do(user, place.code, round),
                )
            )
    return sorted(late, key=lambda finding: -finding.share)[:OF_A_KIND]


def _left_alone(user, uploads: list[Upload]) -> list[Finding]:
    returned = [upload for upload in uploads if upload.status == Upload.Status.DIKEMBALIKAN]
    return _old(
        user, returned, kind="returned", moment="reviewed_at", noticed=IDLE_DAYS, late=IDLE_TOO_LONG
    )


def _waiting(user, uploads: list[Upload]) -> list[Finding]:
    sent = [upload for upload in uploads if upload.status == Upload.Status.DIAJUKAN]
    return _old(
        user,
        sent,
        kind="waiting",
        moment="submitted_at",
        noticed=WAITING_DAYS,
        late=WAITING_TOO_LONG,
    )


def _old(
    user, uploads: list[Upload], *, kind: str, moment: str, noticed: int, late: int
) -> list[Finding]:
    today = timezone.localdate()
    found = []
    for upload in uploads:
        since = getattr(upload, moment)
        days = (today - timezone.localdate(since)).days if since else 0
        if days >= noticed:
            found.append(
                Finding(
                    kind=kind,
                    urgent=days >= late,
                    region=upload.region,
                    count=upload.rows_total,
                    since=timezone.localdate(since),
                    days=days,
                    url=links.upload(user, upload),
                )
            )
    return sorted(found, key=lambda finding: -finding.days)[:OF_A_KIND]


def _bad_nik(user, area: Area) -> list[Finding]:
    average = area.total.invalid_share
    high = [
        Finding(
            kind="nik",
            urgent=False,
            region=place.region,
            count=place.counts.invalid_nik,
            share=place.counts.invalid_share,
            url=links.invalid_nik(user, place.code),
        )
        for place in area.places
        if place.counts.persons and place.counts.invalid_share >= average + NIK_POINTS_ABOVE
    ]
    return sorted(high, key=lambda finding: -finding.share)[:OF_A_KIND]


@dataclass(frozen=True)
class Told:
    """The words of a task of kind "told": what is counted, what to do, the word on the button."""

    unit: str
    title: str
    text: str
    button: str


@dataclass(frozen=True)
class Task:
    """One line of the list, with one way to do it. `kind` chooses the sentence in the template,
    unless `told` brings its own."""

    kind: str
    count: int
    due: Due
    url: str | None
    upload: Upload | None = None
    places: int = 0
    largest: Place | None = None
    told: Told | None = None


def tasks(user, area: Area, round: Round | None, uploads: list[Upload]) -> list[Task]:
    """What is open in the user's region, the most urgent first."""
    until = due(round.due_on) if round else NO_DUE_DATE
    code = area.region.code
    found = [task for upload in uploads if (task := _of_upload(user, upload, until, round))]
    open_places = [place for place in area.places if place.counts.to_do]
    if round and area.total.to_do:
        may_download = user.has_perm("verification.download_sheet")
        found.append(
            Task(
                kind="verify" if may_download else "visit",
                count=area.total.to_do,
                due=until,
                url=links.sheet(user, code, round)
                if may_download
                else links.cases_to_do(user, code, round),
                places=len(open_places),
                largest=max(open_places, key=lambda place: place.counts.to_do, default=None),
            )
        )
    if area.total.invalid_nik and (address := links.invalid_nik(user, code)):
        found.append(Task("nik", area.total.invalid_nik, NO_DUE_DATE, address))
    found += [_in_words(**words) for words in endorsement_work.tasks(user, area.region, round, due)]
    found += _of_proposals(user, code)
    return sorted(found, key=lambda task: task.due.order)


def _in_words(*, count: int, due: Due, url: str | None, **words) -> Task:
    return Task("told", count, due, url, told=Told(**words))


ANSWER_PROPOSAL = Told("usulan", "Jawab usulan keluarga", "Menunggu jawaban.", "Lihat usulan")
ANSWER_OBJECTION = Told("sanggah", "Jawab sanggah", "Menunggu jawaban.", "Lihat sanggah")
GRANT_PLACE = Told(
    "penggantian",
    "Putuskan penggantian KPM",
    "Tempat dalam kuota ditahan sampai diputus.",
    "Lihat penggantian",
)
GRANT_PAYEE = Told(
    "pengurus", "Putuskan ganti pengurus", "KKS menunggu pengurus baru.", "Lihat pengajuan"
)
NOTE_LEAVING = Told(
    "KPM",
    "Catat KPM yang diusulkan keluar",
    "Diputus musyawarah desa dan belum dikunjungi.",
    "Lihat daftar",
)


def _of_proposals(user, code: str) -> list[Task]:
    """Proposals and objections to answer, places to grant, KPM that a meeting wants out.

    Counted in one query, whatever the user may do of it.
    """

    def waiting(model):
        rows = model.objects.visible_to(user).filter(Scope((code,)).condition(model.PLACE))
        return rows.decidable_by(user)

    asked = []
    for model, words in ((Proposal, ANSWER_PROPOSAL), (Objection, ANSWER_OBJECTION)):
        if user.has_perm(DECIDE[model]):
            asked.append((words, waiting(model), links.open_answers(user, model, code)))
    if user.has_perm("verification.decide_replacement"):
        for model, words in ((Replacement, GRANT_PLACE), (PayeeChange, GRANT_PAYEE)):
            asked.append((words, waiting(model), links.asked(user, model, code)))
    if user.has_perm("verification.visit_case"):
        rows = asked_to_leave(user).filter(Scope((code,)).condition("village"))
        asked.append((NOTE_LEAVING, rows, links.waiting_list(user)))
    if not asked:
        return []
    first, *others = (_counted(number, rows) for number, (_, rows, _) in enumerate(asked))
    found = []
    for row in first.union(*others, all=True):
        words, _, address = asked[row["task"]]
        if row["late"]:
            words = replace(words, text=f"{row['late']} lewat tenggat jawaban.")
        if row["count"]:
            found.append(Task("told", row["count"], due(row["oldest"]), address, told=words))
    return found


def _counted(number: int, rows: QuerySet) -> QuerySet:
    """How many rows there are, how many of them late, the first due date if they have any."""
    rows = rows.order_by().values(task=Value(number)).annotate(count=Count("pk"))
    if issubclass(rows.model, Answerable):
        late = Count("pk", filter=Q(due_on__lt=timezone.localdate()))
        return rows.annotate(late=late, oldest=Min("due_on"))
    never = Min(Cast(Value(None), DateField()))
    return rows.annotate(late=Value(0, IntegerField()), oldest=never)


def _of_upload(user, upload: Upload, until: Due, round: Round | None) -> Task | None:
    """Uploads for the running round are due with it; others have no due date."""
    limit = until if round and upload.reference == str(round.pk) else NO_DUE_DATE
    address = links.upload(user, upload)
    if upload.status == Upload.Status.DIKEMBALIKAN:
        return Task("answer", upload.rows_total, limit, address, upload)
    if upload.status == Upload.Status.PERLU_PERBAIKAN:
        return Task("repair", upload.rows_held_back, limit, address, upload)
    if upload.status == Upload.Status.SIAP and not kinds.get(upload.kind).is_preview:
        return Task("submit", upload.rows_to_submit, limit, address, upload)
    return None
