"""The public page, without signing in, and the page where its figures are published."""

import csv
import io

from django.contrib import admin, messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.addresses import client_address
from coordination import public
from coordination.models import PublicRelease

PER_MINUTE = 60
ASKED = {
    "terbit": (
        "Terbitkan angka hari ini?",
        "Siapa pun dapat membaca angka ini tanpa masuk, sampai ditarik atau diganti. Periksa dahulu"
        " tabelnya.",
        "Terbitkan angka hari ini",
    ),
    "tarik": (
        "Tarik angka dari publik?",
        "Halaman publik ditutup. Salinan di peramban dan perantara dapat terlihat sampai 10 menit"
        " lagi; yang sudah diunduh orang tidak ikut ditarik.",
        "Tarik dari publik",
    ),
}
KEPT_SECONDS = 600
NOTE = (
    "Tanda * berarti angka tidak ditampilkan: kelompoknya di bawah 5, atau angkanya dapat"
    " dihitung dari kelompok kecil."
)


def _limited(view):
    """At most `PER_MINUTE` requests a minute from one address to one web process.

    Behind proxies the address is the one they name (PROXY_COUNT), as for the lockout of sign-ins.
    """

    def limited(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        key = f"publik:{client_address(request)}"
        cache.add(key, 0, 60)
        if cache.incr(key) > PER_MINUTE:
            text = "Terlalu banyak permintaan. Coba lagi sesudah satu menit."
            return HttpResponse(text, status=429, headers={"Retry-After": "60"})
        response = view(request, *args, **kwargs)
        response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
        return response

    return require_safe(limited)


def _release() -> PublicRelease:
    release = public.current()
    if release is None:
        raise Http404
    return release


def _shown(value: int | None) -> str:
    return "*" if value is None else f"{value:,}".replace(",", ".")


def _table(table: dict) -> dict:
    """Rows and totals as texts."""
    return {
        "titles": [column["title"] for column in table["columns"]],
        # Under "Kabupaten/kota" the word itself would only break the names of a narrow screen.
        "rows": [
            (row["name"].removeprefix("Kabupaten "), list(map(_shown, row["values"])))
            for row in table["rows"]
        ],
        "totals": [_shown(value) for value in table["totals"]],
        "round": table["round"],
        "period": table.get("period", ""),
    }


@_limited
def page(request: HttpRequest) -> HttpResponse:
    release = _release()
    context = {"title": "Angka Program Sembako", "release": release, "note": NOTE}
    return render(request, "coordination/public.html", {**context, **_table(release.table)})


@_limited
def as_csv(request: HttpRequest) -> HttpResponse:
    release = _release()
    table = release.table
    out = io.StringIO()
    writer = csv.writer(out)
    titles = (column["title"] for column in table["columns"])
    writer.writerow(["Kode", "Wilayah", "Per tanggal", *titles])
    day = release.as_of.isoformat()
    for row in table["rows"]:
        writer.writerow([row["code"], row["name"], day, *_plain(row["values"])])
    writer.writerow([public.PROVINCE, "Provinsi", day, *_plain(table["totals"])])
    return HttpResponse(
        out.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": "attachment;"
            f' filename="angka-program-sembako-{release.as_of.isoformat()}.csv"'
        },
    )


def _plain(values: list[int | None]) -> list[int | str]:
    return ["*" if value is None else value for value in values]


@_limited
def as_json(request: HttpRequest) -> HttpResponse:
    release = _release()
    return JsonResponse({"as_of": release.as_of.isoformat(), "note": NOTE, **release.table})


def publishing(request: HttpRequest) -> HttpResponse:
    """What is published, what would be published now, and the two buttons."""
    if not request.user.has_perm("coordination.publish_figures"):
        raise PermissionDenied
    step = request.GET.get("langkah", "")
    if request.method == "POST":
        try:
            if step == "tarik":
                public.withdraw(by=request.user)
                messages.success(request, "Angka publik ditarik. Halamannya tertutup.")
            else:
                release = public.publish(by=request.user)
                messages.success(request, f"{release} diterbitkan.")
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
        return redirect("coordination:publishing")
    if step in ASKED:
        title, text, button = ASKED[step]
        asked = {"title": title, "text": text, "action_text": button, "danger": step == "tarik"}
        back = {"back_url": reverse("coordination:publishing")}
        page = {**admin.site.each_context(request), **asked, **back}
        return render(request, "portal/confirm_page.html", page)
    context = {
        **admin.site.each_context(request),
        "title": "Angka publik",
        "release": public.current(),
        "note": NOTE,
        "may_publish": request.user.scope.is_province,
        **(_table(public.draft(request.user)) if request.user.scope.is_province else {}),
    }
    return render(request, "coordination/publishing.html", context)
