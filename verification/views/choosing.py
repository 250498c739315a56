"""Finding the registered family that something is to be done for."""

from dataclasses import dataclass

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from beneficiaries.figures import marks_of
from beneficiaries.models import Enrollment, Household
from beneficiaries.search import find_households
from regions.models import Region

AT_MOST = 20


@dataclass(frozen=True)
class Purpose:
    """Why a family is looked for: the permission, and the page that goes on with it."""

    title: str
    text: str
    permission: str
    button: str
    view: str
    kpm: bool | None = None
    as_query: bool = True

    def url(self, household: Household) -> str:
        if self.as_query:
            return f"{reverse(self.view)}?keluarga={household.pk}"
        return reverse(self.view, args=[household.pk])


PURPOSES = {
    "usulan": Purpose(
        "Usulkan keluarga terdaftar",
        "Cari keluarga yang sudah ada dalam register tetapi belum menjadi KPM.",
        "verification.add_proposal",
        "Usulkan",
        "admin:verification_proposal_add",
        kpm=False,
    ),
    "sanggah": Purpose(
        "Catat sanggah",
        "Cari keluarga yang disanggah atau yang menyanggah statusnya.",
        "verification.add_objection",
        "Catat sanggah",
        "admin:verification_objection_add",
    ),
    "keluar": Purpose(
        "Catat KPM keluar",
        "Cari KPM yang keluar: meninggal, pindah, sudah mampu, graduasi, dan alasan lain.",
        "verification.add_replacement",
        "Catat keluar",
        "verification:leaving",
        kpm=True,
        as_query=False,
    ),
    "pengurus": Purpose(
        "Ganti pengurus KPM",
        "Cari KPM yang pengurusnya meninggal, pindah, atau tidak mampu lagi mengurus.",
        "verification.add_payeechange",
        "Ganti pengurus",
        "verification:payee",
        kpm=True,
        as_query=False,
    ),
}


def search_families(user, text: str, *, village: Region | None = None) -> list[Household]:
    """Active families of the user's places, of one village where it is given, `is_kpm` attached."""
    text = text.strip()[:100]
    if not text:
        return []
    found = find_households(user, text, within=village.code[:8] if village else "")
    families = (
        Household.objects.visible_to(user)
        .active()
        .filter(pk__in=found.ids)
        .select_related("payee", "village__parent")
    )
    if village:
        families = families.filter(village=village)
    families = list(families[:AT_MOST])
    kpm = set(
        Enrollment.objects.active()
        .sembako()
        .filter(household__in=families)
        .values_list("household_id", flat=True)
    )
    marks = marks_of([family.pk for family in families])
    for family in families:
        family.is_kpm, family.marks_of_row = family.pk in kpm, marks[family.pk]
    return families


def chosen_household(request: HttpRequest) -> Household | None:
    """The family that the address names, within the user's scope."""
    text = request.GET.get("keluarga", "")
    if not text:
        return None
    if not text.isdecimal():
        raise Http404
    families = Household.objects.visible_to(request.user).select_related(
        "payee", "village__parent__parent"
    )
    return get_object_or_404(families, pk=text)


def choose(request: HttpRequest, key: str) -> HttpResponse:
    purpose = PURPOSES.get(key)
    if purpose is None:
        raise Http404
    if not request.user.has_perm(purpose.permission):
        raise PermissionDenied
    text = request.GET.get("q", "")
    families = search_families(request.user, text)
    rows = [
        (
            family,
            purpose.url(family) if purpose.kpm is None or purpose.kpm == family.is_kpm else "",
        )
        for family in families
    ]
    context = {
        **admin.site.each_context(request),
        "title": purpose.title,
        "purpose": purpose,
        "text": text,
        "rows": rows,
        "at_most": AT_MOST if len(rows) == AT_MOST else 0,
    }
    return render(request, "verification/choose.html", context)
