"""A group of register entries that may be one person, side by side."""

from dataclasses import dataclass, field

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime

from beneficiaries.models import Card, Enrollment, Person
from verification import tasks
from verification.actions import duplicates as actions
from verification.models import DuplicateGroup, DuplicateMember

STATUS_LOOKS = {
    DuplicateGroup.Status.TERBUKA: ("warn", "warn"),
    DuplicateGroup.Status.DIGABUNG: ("ok", "ok"),
    DuplicateGroup.Status.BUKAN_SAMA: ("idle", "minus"),
}
_SHOWN = (
    ("NIK", "nik", True),
    ("Nama", "name", False),
    ("Tanggal lahir", "birth_date", False),
    ("Tempat lahir", "birth_place", False),
    ("Jenis kelamin", "get_sex_display", False),
    ("Nama ibu kandung", "mother_name", False),
    ("Hubungan keluarga", "get_relation_display", False),
    ("Pekerjaan", "occupation", False),
)


@dataclass
class Line:
    """One fact of every member; it `differs` when two members that tell it disagree."""

    label: str
    values: list
    is_identity: bool = False
    differs: bool = field(init=False)

    def __post_init__(self):
        told = {value for value in self.values if value not in ("", None)}
        self.differs = len(told) > 1


def group_page(request: HttpRequest, group: DuplicateGroup) -> HttpResponse:
    """The caller has checked that a member stands in the user's regions."""
    user = request.user
    seen = DuplicateMember.objects.visible_to(user).filter(group=group)
    people = list(
        Person.objects.filter(pk__in=seen.values("person_id"))
        .select_related("household", "village__parent__parent")
        .order_by("-is_active", "pk")
    )
    may = (
        user.has_perm("verification.merge_duplicategroup")
        and (user.scope.is_province or not group.crosses_regencies)
        and all(user.scope.contains(person.village_id) for person in people)
    )
    last = group.merges.filter(undone_at=None).select_related("survivor").first()
    context = {
        **admin.site.each_context(request),
        "title": f"Data ganda {group.pk}",
        "group": group,
        "look": STATUS_LOOKS[group.status],
        "people": people,
        "lines": _lines(people),
        "elsewhere": group.members.count() - len(people),
        "suggested": _suggested(people),
        "decided_text": _decided_text(group),
        "survivor": last.survivor if last else None,
        "may_decide": may and group.status == DuplicateGroup.Status.TERBUKA,
        "may_undo": may and group.status != DuplicateGroup.Status.TERBUKA,
        "needs_province": group.crosses_regencies and not user.scope.is_province,
    }
    return render(request, "verification/double.html", context)


def may_search(user) -> bool:
    """The search goes over the whole province, across regencies."""
    return user.has_perm("verification.merge_duplicategroup") and user.scope.is_province


def search(request: HttpRequest) -> HttpResponse:
    """Ask, then look for doubles in the background."""
    if not may_search(request.user):
        raise PermissionDenied
    url = reverse("admin:verification_duplicategroup_changelist")
    if request.method == "POST":
        tasks.find_doubles.enqueue()
        messages.success(
            request, "Pencarian data ganda dimulai. Daftar ini terisi setelah selesai."
        )
        return redirect(url)
    context = {
        **admin.site.each_context(request),
        "title": "Cari data ganda di seluruh provinsi?",
        "text": "Portal membandingkan semua orang terdaftar dan memperbarui daftar ini. Untuk satu"
        " juta orang diperlukan beberapa menit; Anda dapat terus bekerja.",
        "action_text": "Cari data ganda",
        "back_url": url,
    }
    return render(request, "portal/confirm_page.html", context)


def _decided_text(group: DuplicateGroup) -> str:
    if group.decided_at is None:
        return ""
    return f"oleh {group.decided_by}, {localtime(group.decided_at):%d-%m-%Y %H.%M}."


def _lines(people: list[Person]) -> list[Line]:
    ids = [person.pk for person in people]
    families = [person.household_id for person in people]
    cards = dict(Card.objects.filter(holder__in=ids).values_list("holder", "card_number"))
    enrolled = dict(
        Enrollment.objects.active()
        .filter(household__in=families, programme__is_sembako=True)
        .values_list("household", "programme__name")
    )
    lines = [
        Line(label, [_told(person, name) for person in people], is_identity)
        for label, name, is_identity in _SHOWN
    ]
    return [
        *lines,
        Line("Nomor KK", [person.household.kk_number for person in people], True),
        Line(
            "Desa/kelurahan",
            [f"{person.village.name}, {person.village.parent.full_name}" for person in people],
        ),
        Line("Kabupaten/kota", [person.village.parent.parent.full_name for person in people]),
        Line("KKS", [cards.get(person.pk, "") for person in people], True),
        Line("Sembako", [enrolled.get(person.household_id, "") for person in people]),
        Line("NIK dibenarkan Dukcapil", [person.nik_confirmed_on for person in people]),
    ]


def _told(person: Person, name: str):
    value = getattr(person, name)
    return value() if callable(value) else value


def _suggested(people: list[Person]) -> int | None:
    """Whom to keep: the confirmed NIK first, then a NIK of the right shape, then the oldest."""
    active = [person for person in people if person.is_active]
    if not active:
        return None
    best = max(
        active,
        key=lambda person: (bool(person.nik_confirmed_on), bool(person.nik_valid), -person.pk),
    )
    return best.pk


def decide(request: HttpRequest, group: DuplicateGroup, key: str) -> HttpResponse:
    """`key` is gabung, bukan-sama or urungkan; each is undone or decided anew on the same page."""
    if request.method != "POST":
        raise PermissionDenied
    try:
        if key == "gabung":
            survivor = Person.objects.visible_to(request.user).filter(
                pk=request.POST.get("survivor") or 0
            )
            if not survivor:
                raise ValidationError("Pilih dahulu data yang dipertahankan.")
            merges = actions.merge(group, survivor=survivor.get(), by=request.user)
            messages.success(
                request, f"{len(merges)} data digabung ke {merges[0].survivor}. Dapat diurungkan."
            )
        elif key == "bukan-sama":
            actions.not_the_same(group, by=request.user)
            messages.success(request, "Dicatat sebagai orang yang berbeda. Dapat diurungkan.")
        else:
            actions.undo(group, by=request.user)
            messages.success(request, "Keputusan diurungkan.")
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    return redirect(reverse("admin:verification_duplicategroup_change", args=[group.pk]))
