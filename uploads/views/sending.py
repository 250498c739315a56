"""Sending a file, and what a sheet must look like."""

from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify

from accounts.roles import Role
from spreadsheets import writing
from uploads import actions, kinds
from uploads.forms import SendForm
from uploads.models import Upload
from uploads.views.shared import XLSX, attachment, page_url, sentences
from uploads.wording import Texts


def send_page(request, *, visible: QuerySet[Upload]) -> HttpResponse:
    """Choose and send a file. `visible`: uploads among which a repaired one must be."""
    repairs = None
    wanted = request.POST.get("perbaikan") or request.GET.get("perbaikan", "")
    if wanted:
        repairs = get_object_or_404(visible, pk=wanted) if wanted.isdecimal() else None
    initial = {
        name: request.GET[parameter]
        for name, parameter in (("kind", "jenis"), ("region", "wilayah"), ("reference", "acuan"))
        if parameter in request.GET
    }
    form = SendForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        user=request.user,
        repairs=repairs,
        initial=initial,
    )
    notice = earlier = None
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            upload = actions.receive(
                by=request.user,
                kind=form.cleaned_data["kind"],
                region=form.cleaned_data["region"],
                file=file.file,
                name=file.name,
                reference=form.cleaned_data["reference"],
                repairs=repairs,
                expected_rows=form.cleaned_data["expected_rows"],
            )
        except actions.AlreadySent as sent:
            notice, earlier = " ".join(sent.messages), sent.earlier
        except (ValidationError, PermissionDenied) as refused:
            notice = " ".join(sentences(refused))
        else:
            return redirect(page_url(upload))
    context = {
        "title": "Unggah perbaikan" if repairs else "Unggah berkas",
        "form": form,
        "kinds": kinds.sent_by(request.user),
        "repairs": repairs,
        "notice": notice,
        "earlier": earlier,
    }
    return render(request, "uploads/send.html", context)


def layout_help(request, key: str) -> HttpResponse:
    kind = _kind(key)
    columns = [
        {
            "column": column,
            "spellings": [name for name in column.aliases if name != column.heading],
        }
        for column in kind.layout.columns
    ]
    return render(
        request,
        "uploads/help.html",
        {
            "title": f"Petunjuk lembar {kind.title}",
            "kind": kind,
            "may_send": kind.may_be_sent_by(request.user),
            "preview_only": kinds.PREVIEW_ONLY,
            "senders": [role.label for role in Role if role in kind.senders],
            "contents": {column.content for column in kind.layout.columns},
            "has_dates": any(map(Texts(kind.layout).is_date, kind.layout.fields)),
            "has_birth_date": "birth_date" in kind.layout.fields,
            "is_of_round": kind.admit is not None,
            "has_places": "village" in kind.layout.derived,
            "columns": columns,
            "required": [column.heading for column in kind.layout.required],
            "largest": SendForm(user=request.user).largest,
        },
    )


def layout_template(request, key: str) -> HttpResponse:
    """The empty sheet of a layout; it holds no personal data."""
    kind = _kind(key)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "templat.xlsx"
        writing.template(kind.layout, path)
        content = path.read_bytes()
    name = f"Templat_{slugify(kind.title)}.xlsx"
    return HttpResponse(
        content, content_type=XLSX, headers={"Content-Disposition": attachment(name)}
    )


def _kind(key: str) -> kinds.SheetKind:
    try:
        return kinds.get(key)
    except KeyError as missing:
        raise Http404 from missing
