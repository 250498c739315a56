"""What the frame shows around every page: the navigation of a user, counts, place, bell."""

from collections import Counter
from dataclasses import dataclass, field

from django.apps import apps
from django.contrib import admin
from django.db import models
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject, lazy

from accounts.models import Notification
from accounts.pages import address_of
from sembako_portal.navigation.entries import ENTRIES, Entry
from sembako_portal.navigation.waiting import Count, Waiting


@dataclass
class Item:
    """An entry as one user sees it on one page."""

    label: str
    url: str
    icon: str = ""
    is_current: bool = False
    waiting: Waiting | None = None
    count: Count | None = None
    children: list["Item"] = field(default_factory=list)


def _child(entry: Entry, request) -> Item | None:
    if entry.view:
        if not request.user.has_perm(entry.permission):
            return None
        if entry.province and not request.user.scope.is_province:
            return None
        return _item(entry, address_of(entry.view), request)
    model = apps.get_model(entry.model)
    if not admin.site.is_registered(model):
        return None
    if not admin.site.get_model_admin(model).has_view_permission(request):
        return None
    url = address_of(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return _item(entry, url, request)


def _item(entry: Entry, url: str, request) -> Item:
    return Item(
        entry.label,
        url,
        is_current=any(
            request.path.startswith(address) for address in (url, *map(address_of, entry.siblings))
        ),
        waiting=entry.waiting(request.user) if entry.waiting else None,
    )


def _count(items: list[Item]) -> None:
    """Put the counts beside the items that have something waiting: one query for all of them."""
    waiting = [item for item in items if item.waiting]
    if not waiting:
        return
    first, *others = (
        rows.order_by().values(item=models.Value(number)).annotate(number=models.Count("pk"))
        for number, item in enumerate(waiting)
        for rows in (item.waiting.rows, *item.waiting.more)
    )
    counted = Counter()
    for row in first.union(*others, all=True):
        counted[row["item"]] += row["number"]
    for number, item in enumerate(waiting):
        if counted[number]:
            item.count = Count(counted[number], item.waiting.meaning, item.waiting.due)


@dataclass
class Frame:
    """What stands around a page for one user."""

    items: list[Item]
    unread: int


def navigation(request) -> list[Item]:
    """What the user of this request may open, in the order of the work."""
    return frame(request).items


def frame(request) -> Frame:
    """The navigation and the bell; what waits is counted for both in one query."""
    home = address_of("admin:index")
    items = [Item("Beranda", home, "home", is_current=request.path == home)]
    groups = [
        (entry, [item for child in entry.children if (item := _child(child, request))])
        for entry in ENTRIES
    ]
    unread = Notification.objects.of(request.user).unread()
    bell = Item("Pemberitahuan", "", waiting=Waiting(unread, "belum dibaca"))
    _count([bell, *(child for _, children in groups for child in children)])
    for entry, children in groups:
        if children:
            items.append(
                Item(
                    entry.label,
                    children[0].url,
                    entry.icon,
                    is_current=any(child.is_current for child in children),
                    count=next((child.count for child in children if child.count), None),
                    children=children,
                )
            )
    return Frame(items, bell.count.number if bell.count else 0)


def here(items: list[Item]) -> list[Item]:
    """The way from the navigation to the current list: its heading and the list itself."""
    for item in items:
        for child in item.children:
            if child.is_current:
                return [item, child]
    return []


SHORT = {" kab/kota": "", "Kabupaten ": "Kab. ", "Kecamatan ": "Kec. "}


def short_place_of(user) -> str:
    """Role and place in the width of the sidebar: `Petugas · Kab. Kapuas`."""
    text = place_of(user)
    for long, short in SHORT.items():
        text = text.replace(long, short)
    return text


def place_of(user) -> str:
    """Role and place in full: `Petugas kab/kota · Kabupaten Kapuas`."""
    if not user.scope.codes:
        return f"{user.get_role_display()} · tanpa wilayah tugas"
    if user.scope.is_province:
        return user.get_role_display()
    return f"{user.get_role_display()} · {user.home_region.full_name}"


def _search_url() -> str:
    try:
        return reverse("search")
    except NoReverseMatch:
        return ""


def _search_words(user) -> str:
    if user.has_perm("beneficiaries.view_household"):
        return "Cari nama, NIK, KKS, atau desa"
    return "Cari desa atau kecamatan"


def context(request) -> dict:
    """Context processor: lazily, so that a page without the frame asks the database nothing."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    made = SimpleLazyObject(lambda: frame(request))
    return {
        "navigation": SimpleLazyObject(lambda: made.items),
        "here": SimpleLazyObject(lambda: here(made.items)),
        "user_place": lazy(place_of, str)(user),
        "user_place_short": lazy(short_place_of, str)(user),
        "search_url": _search_url(),
        "search_words": lambda: _search_words(user),
        "unread_notifications": lambda: made.unread,
    }
