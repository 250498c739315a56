"""The page of one household, the numbers it reveals, and the search over the whole register."""

from dataclasses import dataclass, replace

from django.contrib import admin
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts.admin import regions_inside
from beneficiaries import figures, search
from beneficiaries import reveal as revealing
from beneficiaries.models import Card, Enrollment, Household, Person
from regions.models import Region

FIRST_ENTRIES = 12
FIRST_CHANGES = 8
SEARCH_GROUP = 10


@dataclass(frozen=True)
class Chip:
    label: str
    url: str
    count: int
    current: bool


def household_numbers(household: Household) -> dict[str, tuple[str, str]]:
    """Every number that the page can reveal: key -> (number, what it is, for the access log)."""
    numbers = {"kk": (household.kk_number, "nomor KK")}
    for person in household.members.all():
        numbers[f"nik-{person.pk}"] = (person.nik, f"NIK {person.name}")
    for card in household.cards.all():
        numbers[f"kks-{card.pk}"] = (card.card_number, "nomor KKS")
        numbers[f"rekening-{card.pk}"] = (card.account_number, "nomor rekening")
    return {key: value for key, value in numbers.items() if value[0]}


def with_family(queryset, user):
    """A household with all that its page tells this user of it."""
    cards, enrollments = Card.objects.all(), Enrollment.objects.all()
    if not user.has_perm("beneficiaries.view_card"):
        cards = cards.none()
    if not user.has_perm("beneficiaries.view_enrollment"):
        enrollments = enrollments.none()
    return queryset.select_related(
        "village__parent__parent", "payee", "source_upload", "source_user"
    ).prefetch_related(
        Prefetch("members", Person.objects.order_by("-is_active", "birth_date", "pk")),
        Prefetch("cards", cards.select_related("bank", "holder").order_by("-pk")),
        Prefetch("enrollments", enrollments.select_related("programme").order_by("-started_on")),
    )


def household_page(
    request: HttpRequest, household: Household, *, shown_key: str = ""
) -> HttpResponse:
    """Render the household; the caller has checked that the user may see it."""
    numbers = household_numbers(household)

    def number(key: str, label: str) -> revealing.Number:
        text = numbers.get(key, ("", ""))[0]
        return revealing.number(key, label, text, shown_key=shown_key)

    members = list(household.members.all())
    payee = next((person for person in members if person.pk == household.payee_id), None)
    members.sort(key=lambda person: (not person.is_active, person.pk != household.payee_id))
    today = timezone.localdate()
    rows = [
        {
            "person": person,
            "age": figures.age_on(person.birth_date, today),
            "nik": number(f"nik-{person.pk}", "NIK"),
            "is_payee": person.pk == household.payee_id,
        }
        for person in members
    ]
    cards = list(household.cards.all())
    facts = [number(f"nik-{payee.pk}", "NIK pengurus")] if payee else []
    facts.append(number("kk", "Nomor KK"))
    facts.extend(number(f"kks-{card.pk}", "Nomor KKS") for card in cards[:1])

    may_see = [
        model
        for model in figures.TRACKED
        if request.user.has_perm(f"beneficiaries.view_{model._meta.model_name}")
    ]
    changes = figures.changes_of(household, may_see)
    entries = [
        entry
        if not entry.permission or request.user.has_perm(entry.permission)
        else replace(entry, url="")
        for entry in figures.timeline_of(household, changes)
    ]
    # After a reveal without script the page stands under the address of the form.
    url = reverse("admin:beneficiaries_household_change", args=[household.pk])
    kind = request.GET.get("jenis", "")
    chosen = [entry for entry in entries if not kind or entry.kind == kind]
    everything = request.GET.get("semua") == "1"
    marks = figures.marks_of([household.pk])[household.pk]
    if mark := figures.nik_mark(members):
        marks.append(mark)
    context = {
        **admin.site.each_context(request),
        "title": str(household),
        "household": household,
        "place": _address(household),
        "marks": marks,
        "facts": facts,
        "rows": rows,
        "active_members": sum(person.is_active for person in members),
        "cards": [
            {"card": card, "account": number(f"rekening-{card.pk}", "Nomor rekening")}
            for card in cards
        ],
        "enrollments": figures.programme_rows(household),
        "money": [
            money
            for told in figures.HOUSEHOLD_MONEY
            if (money := told(household, request.user)) is not None
        ],
        "sees_cards": Card in may_see,
        "sees_enrollments": Enrollment in may_see,
        "chips": [
            Chip("Semua", f"{url}#linimasa", len(entries), not kind),
            *(
                Chip(name, f"{url}?{urlencode({'jenis': name})}#linimasa", count, name == kind)
                for name, count in figures.timeline_kinds(entries)
            ),
        ],
        "entries": chosen if everything else chosen[:FIRST_ENTRIES],
        "more_entries": 0 if everything else max(0, len(chosen) - FIRST_ENTRIES),
        "more_entries_url": f"{url}?{urlencode({'jenis': kind, 'semua': 1})}#linimasa",
        "changes": changes if everything else changes[:FIRST_CHANGES],
        "change_count": len(changes),
        "all_changes_url": f"{url}?semua=1#riwayat",
        "more_changes": not everything and len(changes) > FIRST_CHANGES,
        **revealing.context(
            request,
            reveal_url=reverse("admin:beneficiaries_household_reveal", args=[household.pk]),
            hide_url=url,
        ),
        "source_url": figures.upload_url(household.source_upload)
        if household.source_upload
        else "",
    }
    return render(request, "beneficiaries/household.html", context)


def _address(household: Household) -> str:
    village = household.village
    district = village.parent
    parts = [household.address, household.hamlet and f"Dusun {household.hamlet}"]
    if household.rt or household.rw:
        parts.append(f"RT {household.rt or '–'}/RW {household.rw or '–'}")
    parts += [village.full_name, district.full_name, district.parent.full_name]
    return ", ".join(filter(None, parts))


def reveal(request: HttpRequest, household: Household) -> HttpResponse:
    """Show one number of the page in full."""
    return revealing.answer(
        request,
        numbers=household_numbers(household),
        subject=str(household),
        region=household.village,
        page=lambda key: household_page(request, household, shown_key=key),
        url=reverse("admin:beneficiaries_household_change", args=[household.pk]),
    )


def search_page(request: HttpRequest) -> HttpResponse:
    """Families, persons and villages for what was typed into the top bar."""
    text = " ".join(request.GET.get("q", "").split())[:100]
    user = request.user
    households = persons = places = None
    if text and user.has_perm("beneficiaries.view_household"):
        households, persons = search.find(user, text)
        if len(households.ids) == 1 and len(search.digits_of(text)) >= 16:
            return redirect("admin:beneficiaries_household_change", households.ids[0])
    if text and not search.digits_of(text):
        places = (
            regions_inside(user.scope)
            .filter(level__in=[Region.Level.DISTRICT, Region.Level.VILLAGE])
            .filter(name__icontains=text)
            .select_related("parent__parent")[:SEARCH_GROUP]
        )
    context = {
        **admin.site.each_context(request),
        "title": "Cari",
        "text": text,
        "households": _households(user, households),
        "household_count": households,
        "persons": _persons(user, persons),
        "person_count": persons,
        "places": [_place(region) for region in places or ()],
        "can_search_register": user.has_perm("beneficiaries.view_household"),
    }
    return render(request, "beneficiaries/search.html", context)


def _households(user, found: search.Found | None):
    if found is None or not found.ids:
        return []
    rows = list(
        Household.objects.visible_to(user)
        .filter(pk__in=found.ids)
        .select_related("village__parent", "payee")[:SEARCH_GROUP]
    )
    marks = figures.marks_of([row.pk for row in rows])
    return [(row, marks[row.pk]) for row in rows]


def _persons(user, found: search.Found | None):
    if found is None:
        return []
    return (
        Person.objects.visible_to(user)
        .filter(pk__in=found.ids)
        .select_related("village__parent")[:SEARCH_GROUP]
    )


def _place(region: Region) -> dict:
    is_village = region.level == Region.Level.VILLAGE
    district = region.parent if is_village else region
    parameters = {"kabupaten": region.code[:5], "kecamatan": district.code}
    if is_village:
        parameters["desa"] = region.code
    above = [region.parent.full_name]
    if is_village:
        above.append(region.parent.parent.full_name)
    return {
        "name": region.full_name,
        "above": ", ".join(above),
        "url": f"{reverse('admin:beneficiaries_household_changelist')}?{urlencode(parameters)}",
    }
