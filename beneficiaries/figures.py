"""One household told as a story: its marks, its timeline, and every change of its data.

Layers above add to the story without being known here: they append to `HOUSEHOLD_MARKS`,
`HOUSEHOLD_TIMELINE`, `HOUSEHOLD_MONEY` and `PROGRAMME_NOTES` in `AppConfig.ready`.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import pairwise

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import User
from beneficiaries.models import Card, Enrollment, Household, Person
from regions.models import Region
from uploads.models import Upload


@dataclass(frozen=True)
class Mark:
    """The state of a family as a badge: `tone` is ok, info, warn, bad or idle."""

    tone: str
    icon: str
    text: str


@dataclass(frozen=True)
class TimelineEntry:
    """Something that happened to a family; `at` may be a day or a moment.

    The link is for those with `permission`, where one is named.
    """

    at: date | datetime
    kind: str
    title: str
    text: str = ""
    source: str = ""
    url: str = ""
    permission: str = ""
    tone: str = "info"
    icon: str = "info"

    @property
    def has_time(self) -> bool:
        return isinstance(self.at, datetime)

    @property
    def moment(self) -> datetime:
        if self.has_time:
            return self.at
        return timezone.make_aware(datetime.combine(self.at, time.min))


@dataclass(frozen=True)
class Change:
    """One field of one row, from its old to its new value, with who and where from."""

    at: datetime
    label: str
    old: str
    new: str
    by: str
    source: str
    source_url: str
    is_identity: bool
    subject: str


@dataclass(frozen=True)
class ProgrammeNote:
    """What is to be said of a programme beside the others of a family."""

    mark: Mark
    text: str


@dataclass(frozen=True)
class MoneyMonth:
    """What became of the aid of one period: `tone` is ok, warn, bad or idle."""

    name: str
    word: str
    tone: str
    icon: str
    url: str = ""


@dataclass(frozen=True)
class HouseholdMoney:
    """The aid of a year in rupiah, and the last periods, oldest first."""

    title: str
    text: str
    credited: int
    unspent: int
    months: list[MoneyMonth]


HOUSEHOLD_MARKS: list[Callable[[list[int]], dict[int, Mark]]] = []
"""Each takes household ids (of one page of a list) and gives at most one mark per household."""

# What may be lacking in the data of a family: its word in the list, and the families that lack it.
# Layers above add theirs.
HOUSEHOLD_LACKS: dict[str, tuple[str, Callable[[], Q]]] = {
    "kk": ("Nomor KK tidak sah", lambda: ~Q(kk_number__regex="^[1-9][0-9]{15}$")),
    "alamat": ("Alamat kosong", lambda: Q(address="")),
}
HOUSEHOLD_TIMELINE: list[Callable[[Household], Iterable[TimelineEntry]]] = []
"""Each gives what its layer knows about one household; the caller has checked the scope."""

HOUSEHOLD_MONEY: list[Callable[[Household, User], HouseholdMoney | None]] = []
"""Each gives what its layer has paid one household, as far as this user may see it."""

PROGRAMME_NOTES: list[Callable[[Household], dict[str, ProgrammeNote]]] = []
"""Each gives a note by programme code on the running enrolments of one household."""


# Marks


def kpm_marks(ids: list[int]) -> dict[int, Mark]:
    enrolled = Enrollment.objects.active().sembako().filter(household=OuterRef("pk"))
    households = (
        Household.objects.filter(pk__in=ids)
        .only("is_active", "inactive_reason")
        .annotate(is_enrolled=Exists(enrolled))
        .order_by()
    )
    marks = {}
    for household in households:
        if not household.is_active:
            reason = household.get_inactive_reason_display().lower()
            marks[household.pk] = Mark("idle", "flag", f"Nonaktif: {reason}")
        elif household.is_enrolled:
            marks[household.pk] = Mark("ok", "ok", "KPM aktif")
        else:
            marks[household.pk] = Mark("idle", "info", "Bukan KPM")
    return marks


HOUSEHOLD_MARKS.append(kpm_marks)


def marks_of(ids: list[int]) -> dict[int, list[Mark]]:
    """The marks of many households, in a fixed number of queries."""
    found = [marks(ids) for marks in HOUSEHOLD_MARKS] if ids else []
    return {pk: [marks[pk] for marks in found if pk in marks] for pk in ids}


def programme_rows(household: Household) -> list[tuple[Enrollment, ProgrammeNote | None]]:
    """The enrolments of a family, each with what the layers above say of it."""
    notes = {}
    for told in PROGRAMME_NOTES:
        notes |= told(household)
    return [
        (row, notes.get(row.programme_id) if row.ended_on is None else None)
        for row in household.enrollments.all()
    ]


def nik_mark(members: list[Person]) -> Mark | None:
    active = [person for person in members if person.is_active]
    if not active:
        return None
    valid = sum(person.nik_valid for person in active)
    if valid == len(active):
        return Mark("ok", "ok", f"NIK sah {valid} dari {len(active)} orang")
    return Mark("warn", "warn", f"NIK sah {valid} dari {len(active)} orang")


def age_on(birth_date: date | None, day: date) -> int | None:
    """Completed years.

    >>> age_on(date(1983, 5, 12), date(2021, 5, 11)), age_on(date(1983, 5, 12), date(2021, 5, 12))
    (37, 38)
    """
    if birth_date is None or birth_date > day:
        return None
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


# History

IDENTITY_FIELDS = {"nik", "kk_number", "card_number", "account_number"}
_SILENT = {"changed_at", "source_upload", "source_row", "source_user", "household"}
_YES_NO = {True: "ya", False: "tidak"}
TRACKED = (Household, Person, Card, Enrollment)


@dataclass
class _Names:
    """Names of what the changes point at, read once for all of them."""

    users: dict = field(default_factory=dict)
    uploads: dict = field(default_factory=dict)
    persons: dict = field(default_factory=dict)
    villages: dict = field(default_factory=dict)


def _event_model(model):
    return model._meta.get_field("events").related_model


def _fields(model):
    event_fields = {f.name for f in _event_model(model)._meta.get_fields()}
    return [
        f
        for f in model._meta.concrete_fields
        if f.name in event_fields and f.name not in _SILENT and not f.primary_key
    ]


def _states(household: Household, models: Iterable[type]) -> dict[tuple, list]:
    """Every row of the household with its states, oldest first, the present one last.

    A present state that is missing means that the row is gone (an upload taken back).
    """
    states = {}
    now = {
        Household: [household],
        Person: list(household.members.all()),
        Card: list(household.cards.all()),
        Enrollment: list(household.enrollments.all()),
    }
    for model in models:
        rows = {row.pk: row for row in now[model]}
        events = _event_model(model).objects.filter(
            Q(pgh_obj_id__in=list(rows))
            if model is Household
            else Q(pgh_obj_id__in=list(rows)) | Q(household_id=household.pk)
        )
        for event in events.select_related("pgh_context").order_by("pgh_id"):
            states.setdefault((model, event.pgh_obj_id), []).append(event)
        for key, events_of_row in states.items():
            if key[0] is model:
                events_of_row.append(rows.get(key[1]))
    return states


def _names_in(states: dict[tuple, list]) -> _Names:
    users, uploads, persons, villages = set(), set(), set(), set()
    for row_states in states.values():
        for state in filter(None, row_states):
            users.add(state.source_user_id)
            uploads.add(state.source_upload_id)
            villages.add(state.village_id)
            persons.update(
                getattr(state, name) for name in ("payee_id", "holder_id") if hasattr(state, name)
            )
            users.add(_context_of(state).get("user"))
    return _Names(
        users=get_user_model().objects.in_bulk(users - {None}),
        uploads=Upload.objects.select_related("sent_by").in_bulk(uploads - {None}),
        persons=Person.objects.in_bulk(persons - {None}),
        villages=Region.objects.in_bulk(villages - {None}),
    )


def _context_of(state) -> dict:
    context = getattr(state, "pgh_context", None)
    return (context.metadata or {}) if context else {}


def _written(model_field, state, names: _Names) -> str:
    value = getattr(state, model_field.attname)
    if value in (None, ""):
        value = ""
    elif model_field.name in ("payee", "holder"):
        value = names.persons.get(value, "orang yang sudah dihapus")
    elif model_field.name == "village":
        value = names.villages.get(value, value)
    elif model_field.choices:
        value = dict(model_field.flatchoices).get(value, value)
    elif isinstance(value, bool):
        value = _YES_NO[value]
    elif isinstance(value, date):
        value = date_format(value, "j F Y")
    return str(value)


def upload_url(upload: Upload) -> str:
    try:
        return reverse("admin:uploads_upload_change", args=[upload.pk])
    except NoReverseMatch:  # a portal without the upload pages
        return ""


def _origin(before, after, names: _Names) -> tuple[str, str, str]:
    """Who changed a row, in words where from, and the page that shows it."""
    context = _context_of(before)
    user = names.users.get(context.get("user"))
    source = after if after is not None else before
    if user is None and source.source_user_id:
        user = names.users.get(source.source_user_id)
    by = str(user) if user else "Sistem"
    if after is None:
        return by, "Baris dihapus", ""
    upload = names.uploads.get(after.source_upload_id)
    if upload is None:
        return by, "Portal", ""
    row = f", baris {after.source_row}" if after.source_row else ""
    return by, f"{upload}{row}, dikirim {upload.sent_by}", upload_url(upload)


def changes_of(household: Household, models: Iterable[type] = TRACKED) -> list[Change]:
    """Every change of a family's data, newest first, in a fixed number of queries.

    `models` are those whose history the reader may see.
    """
    states = _states(household, models)
    names = _names_in(states)
    changes = []
    for (model, _pk), row_states in states.items():
        newest = next(state for state in reversed(row_states) if state is not None)
        subject = newest.name if model is Person else ""
        for before, after in pairwise(row_states):
            by, source, url = _origin(before, after, names)
            common = {"at": before.pgh_created_at, "by": by, "source": source, "source_url": url}
            if after is None:
                changes.append(
                    Change(
                        label=model._meta.verbose_name,
                        old=subject or "tercatat",
                        new="",
                        is_identity=False,
                        subject=subject,
                        **common,
                    )
                )
                continue
            for model_field in _fields(model):
                old, new = (_written(model_field, state, names) for state in (before, after))
                if old != new:
                    changes.append(
                        Change(
                            label=str(model_field.verbose_name),
                            old=old,
                            new=new,
                            is_identity=model_field.name in IDENTITY_FIELDS,
                            subject=subject,
                            **common,
                        )
                    )
    return sorted(changes, key=lambda change: change.at, reverse=True)


# Timeline


def timeline_of(household: Household, changes: list[Change]) -> list[TimelineEntry]:
    """What happened to the family, newest first, from every layer."""
    entries = [*_register_entries(household), *_change_entries(changes)]
    for enrollment in household.enrollments.all():
        entries.extend(_enrollment_entries(enrollment))
    for card in household.cards.all():
        if card.handed_over_on:
            entries.append(
                TimelineEntry(
                    card.handed_over_on,
                    "Kartu",
                    "KKS diserahkan",
                    f"Kartu dan rekening {card.bank}.",
                    tone="ok",
                    icon="wallet",
                )
            )
    for more in HOUSEHOLD_TIMELINE:
        entries.extend(more(household))
    return sorted(entries, key=lambda entry: entry.moment, reverse=True)


def timeline_kinds(entries: list[TimelineEntry]) -> list[tuple[str, int]]:
    return Counter(entry.kind for entry in entries).most_common()


def _register_entries(household: Household) -> list[TimelineEntry]:
    return [
        TimelineEntry(
            household.created_at,
            "Data",
            "Dicatat dalam portal",
            f"Keluarga dari {household.get_register_display()}.",
            tone="info",
            icon="users",
        )
    ]


def _enrollment_entries(enrollment: Enrollment) -> Iterable[TimelineEntry]:
    yield TimelineEntry(
        enrollment.started_on,
        "Kepesertaan",
        f"Menjadi peserta {enrollment.programme}",
        tone="info",
        icon="stamp",
    )
    if enrollment.ended_on:
        yield TimelineEntry(
            enrollment.ended_on,
            "Kepesertaan",
            f"Berhenti dari {enrollment.programme}",
            f"Alasan: {enrollment.get_end_reason_display().lower()}.",
            tone="warn",
            icon="flag",
        )


def _change_entries(changes: list[Change]) -> Iterable[TimelineEntry]:
    """Changes made in one go (same source, same minute) are one event."""
    groups: dict[tuple, list[Change]] = {}
    for change in changes:
        minute = change.at.replace(second=0, microsecond=0)
        groups.setdefault((minute, change.by, change.source.split(",")[0]), []).append(change)
    for (_minute, by, _source), group in groups.items():
        labels = list(dict.fromkeys(change.label for change in group))
        shown = ", ".join(labels[:4]) + (f", dan {len(labels) - 4} lainnya" if labels[4:] else "")
        first = group[0]
        yield TimelineEntry(
            first.at,
            "Perubahan data",
            f"Data diubah oleh {by}",
            f"{shown[:1].upper()}{shown[1:]}.",
            source=first.source,
            url=first.source_url,
            tone="info",
            icon="edit",
        )
