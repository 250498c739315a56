"""Who leaves, who waits, who gets the place, who holds the card."""

from django import forms
from django.contrib import admin
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import BigIntegerField, F, Func, IntegerField, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts.admin import regions_inside
from beneficiaries import exports
from beneficiaries.models import ExitReason, Household, Quota
from regions.models import Region
from uploads.views.attachments import files_of
from verification.actions import attachments
from verification.actions import replacement as actions
from verification.figures import quotas as figures
from verification.figures.findings import place_filters
from verification.figures.replacement import Moved, asked_to_leave, moved, open_work
from verification.models import (
    Case,
    Decided,
    Objection,
    PayeeChange,
    Proposal,
    Replacement,
    Round,
)
from verification.views.asking import AnswerForm, Question, ReasonForm, ask, date_field
from verification.views.meetings import LEAVING_REASONS
from verification.views.siblings import REPLACEMENT, tabs
from verification.waiting import RULE, Waiting

LOOKS = {
    Decided.Status.DIAJUKAN: ("info", "clock"),
    Decided.Status.DISETUJUI: ("ok", "ok"),
    Decided.Status.DITOLAK: ("bad", "x"),
}
PER_PAGE = 25
SHOWN = 8


def _regency(request: HttpRequest) -> tuple[Region | None, list[Region]]:
    """The regency whose list is shown, and those to choose from."""
    user = request.user
    regencies = Region.objects.regencies().order_by("code")
    if not user.scope.is_province:
        regencies = regencies.filter(pk__in=user.scope.regencies)
    regencies = list(regencies)
    wanted = request.GET.get("kabupaten", "")
    chosen = next((one for one in regencies if one.code == wanted), None)
    return chosen or (regencies[0] if regencies else None), regencies


def _own(request: HttpRequest, order: list[Waiting]) -> list[tuple[int, Waiting]]:
    """The part of the list in the user's places, and in the kecamatan asked for, with the ranks."""
    scope, district = request.user.scope, request.GET.get("kecamatan", "")
    return [
        (rank, one)
        for rank, one in enumerate(order, start=1)
        if scope.contains(one.village) and one.village.startswith(district)
    ]


def waiting(request: HttpRequest) -> HttpResponse:
    """The waiting list of a regency in its order, its quota, and the places that come free."""
    user = request.user
    if not user.has_perm("verification.view_replacement"):
        raise PermissionDenied
    regency, regencies = _regency(request)
    order = figures.waiting_list(regency.code) if regency else []
    page = Paginator(_own(request, order), PER_PAGE).get_page(request.GET.get("page"))
    families = Household.objects.visible_to(user).select_related("payee", "village__parent")
    by_id = families.in_bulk([one.household_id for _, one in page])
    cases = Case.objects.visible_to(user).filter(regency_code=regency.code if regency else "")
    vacant = figures.vacant(cases).select_related("household__payee", "village__parent", "round")
    to_leave = asked_to_leave(user).filter(regency_code=regency.code if regency else "")
    round = _running(regency)
    year = round.due_on.year if round else timezone.localdate().year
    quota = Quota.objects.filter(region=regency, year=year, programme__is_sembako=True).first()
    districts = regions_inside(user.scope).filter(
        level=Region.Level.DISTRICT, parent=regency.code if regency else None
    )
    context = {
        **admin.site.each_context(request),
        "title": "Daftar tunggu",
        "tabs": tabs(REPLACEMENT, "waiting"),
        "regency": regency,
        "regencies": regencies,
        "districts": list(districts),
        "district": request.GET.get("kecamatan", ""),
        "rule": RULE,
        "total": len(order),
        "page_obj": page,
        "rows": [(rank, one, by_id.get(one.household_id)) for rank, one in page],
        "quota": quota,
        "places": figures.places_of([quota])[quota.pk] if quota else None,
        "year": year,
        "round": round,
        "vacant": list(vacant.order_by("-decided_at")[:SHOWN]),
        "vacant_count": vacant.count(),
        "vacant_url": _list_url(Case, {"kabupaten": regency.code if regency else ""})
        + "hitungan=kosong",
        "to_leave": list(to_leave[:SHOWN]),
        "may_place": user.has_perm(actions.ENTER) and round is not None,
    }
    return render(request, "verification/waiting.html", context)


def _running(regency: Region | None) -> Round | None:
    if regency is None:
        return None
    try:
        return actions.round_of_places(regency.code)
    except ValidationError:
        return None


def export_waiting(request: HttpRequest) -> HttpResponse:
    """The list of a regency, as far as the user may see it, as a workbook in its order."""
    regency, _ = _regency(request)
    order = _own(request, figures.waiting_list(regency.code)) if regency else []
    told = {one.household_id: (rank, one) for rank, one in order}
    place = Func(
        Value(list(told), output_field=ArrayField(BigIntegerField())),
        F("pk"),
        function="array_position",
        output_field=IntegerField(),
    )
    families = Household.objects.visible_to(request.user).filter(pk__in=told).order_by(place)
    columns = (
        exports.Column("PERINGKAT", lambda row: told[row.pk][0]),
        exports.Column("NAMA PENGURUS", lambda row: row.payee.name if row.payee else ""),
        exports.Column("NOKK", lambda row: row.kk_number, is_identity=True),
        exports.Column("KECAMATAN", lambda row: row.village.parent.name),
        exports.Column("DESA/KELURAHAN", lambda row: row.village.name),
        exports.Column("DESIL", lambda row: told[row.pk][1].decile),
        exports.Column("KRITERIA", lambda row: told[row.pk][1].points),
        exports.Column("TERVERIFIKASI", lambda row: told[row.pk][1].since),
    )
    what = exports.Export(
        "tunggu", "verification.view_replacement", ("village__parent", "payee"), columns
    )
    return exports.export(admin.site.get_model_admin(Replacement), request, families, what)


def movements(request: HttpRequest) -> HttpResponse:
    """Who enters and leaves in a round, by place and reason."""
    user = request.user
    if not user.has_perm("verification.view_replacement"):
        raise PermissionDenied
    rounds = list(Round.objects.visible_to(user).exclude(status=Round.Status.DISIAPKAN))
    wanted = request.GET.get("putaran", "")
    round = next((one for one in rounds if str(one.pk) == wanted), rounds[0] if rounds else None)
    regencies = Region.objects.regencies()
    if not user.scope.is_province:
        regencies = regencies.filter(pk__in=user.scope.regencies)
    regencies = list(regencies)
    wanted = request.GET.get("wilayah", "")
    regency = next((one for one in regencies if one.code == wanted), None)
    if len(regencies) == 1:
        regency = regencies[0]
    code = regency.code if regency else ""
    cases = Case.objects.visible_to(user).filter(round=round)
    work = {"kabupaten": code} if regency else {}
    answerable = [(model, model.objects.visible_to(user)) for model in (Proposal, Objection)]
    if regency:
        cases = cases.filter(regency_code=code)
        answerable = [(model, rows.filter(regency_code=code)) for model, rows in answerable]
    lines = moved(cases, by="district" if regency else "regency") if round else []
    names = Region.objects.in_bulk([line.code for line in lines])
    context = {
        **admin.site.each_context(request),
        "title": "Masuk dan keluar",
        "tabs": tabs(REPLACEMENT, "movements"),
        "rounds": rounds,
        "round": round,
        "regency": regency,
        "many_regencies": len(regencies) > 1,
        "is_province": regency is None,
        "rows": [_moved_row(round, names[line.code], line) for line in lines],
        "entered": sum(line.entered for line in lines),
        "left": sum(line.left for line in lines),
        "urls": _moved_urls(round, code) if round else {},
        "answers": [
            (
                model._meta.verbose_name.capitalize(),
                open_work(rows, timezone.localdate()),
                _list_url(model, work) + "tenggat=",
            )
            for model, rows in answerable
        ],
    }
    return render(request, "verification/movements.html", context)


def _list_url(model, filters: dict) -> str:
    """The address of a list, ready for one more filter."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{address}?{urlencode(filters)}{'&' if filters else ''}"


def _moved_urls(round: Round, code: str) -> dict[str, str]:
    address = _list_url(Case, {"round__id__exact": round.pk, **place_filters(code)})
    return {
        "entered": f"{address}result__exact={Case.Result.MASUK}",
        "left": f"{address}result__exact={Case.Result.KELUAR}",
    }


def _moved_row(round: Round, place: Region, line: Moved) -> dict:
    urls = _moved_urls(round, line.code)
    return {
        "place": place,
        "entered": line.entered,
        "left": line.left,
        "urls": urls,
        "why": [
            (ExitReason(reason).label, number, f"{urls['left']}&hasil=alasan-{reason}")
            for reason, number in line.why
        ],
    }


class ReplacementForm(forms.Form):
    leaving = forms.ChoiceField(label="Menggantikan", required=False)
    skip_reason = forms.CharField(
        label="Alasan melewati peringkat di atasnya",
        required=False,
        max_length=250,
        help_text="Wajib bila ada keluarga berperingkat lebih tinggi yang dapat diambil.",
    )


def place(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a place for a family of the waiting list."""
    user = request.user
    if not user.has_perm(actions.ENTER):
        raise PermissionDenied
    families = Household.objects.visible_to(user).select_related("payee", "village__parent")
    household = get_object_or_404(families, pk=pk)
    regency = household.village_id[:5]
    vacant = figures.vacant(Case.objects.visible_to(user).filter(regency_code=regency))
    choices = [("", "Tempat kosong dalam kuota")]
    for case in vacant.select_related("household__payee", "village").order_by("village", "pk"):
        choices.append(
            (
                case.pk,
                f"{case.household} ({case.village.name}, {case.get_reason_display().lower()})",
            )
        )
    order = figures.waiting_list(regency)
    found = next(
        ((rank, one) for rank, one in enumerate(order, 1) if one.household_id == household.pk), None
    )
    if found is None:
        return redirect("verification:waiting")

    def run(leaving: str, skip_reason: str):
        case = vacant.filter(pk=leaving).first() if leaving else None
        actions.propose_replacement(household, leaving=case, skip_reason=skip_reason, by=user)

    question = Question(
        title=f"Beri tempat kepada {household}",
        text=f"Peringkat {found[0]} dari {len(order)}: {found[1].why}. Urutan: {RULE}.",
        button="Ajukan penggantian",
        form=ReplacementForm,
        choices={"leaving": choices},
        initial={"leaving": request.GET.get("keluar", "")},
        run=run,
        done=f"{household} diajukan masuk dan menunggu keputusan petugas lain.",
        back=f"{reverse('verification:waiting')}?kabupaten={regency}",
        back_title="Penggantian dan daftar tunggu",
    )
    return ask(request, question)


class LeavingForm(forms.Form):
    reason = forms.ChoiceField(
        label="Alasan keluar",
        choices=[("", "Pilih alasan"), *LEAVING_REASONS],
        error_messages={"required": "Pilih alasan keluar."},
    )
    happened_on = date_field("Tanggal kejadian")
    proof = forms.CharField(
        label="Bukti",
        max_length=150,
        help_text="Misalnya nomor akta kematian, surat pindah, atau surat pernyataan graduasi.",
        error_messages={"required": "Bukti belum diisi."},
    )


def leaving(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that a KPM leaves; it is checked as a visit of its case."""
    if not request.user.has_perm(actions.ENTER):
        raise PermissionDenied
    families = Household.objects.visible_to(request.user).select_related("payee", "village__parent")
    household = get_object_or_404(families, pk=pk)
    question = Question(
        title=f"Catat keluar: {household}",
        text=f"{household.village.full_name}, {household.village.parent.full_name}. Dicatat sebagai"
        " hasil kunjungan dalam putaran yang berjalan dan diperiksa petugas lain; keluarga tetap"
        " KPM sampai ditetapkan.",
        button="Catat KPM keluar",
        form=LeavingForm,
        initial={"reason": request.GET.get("alasan", "")},
        run=lambda **said: actions.record_leaving(household, by=request.user, **said),
        done=f"{household} dicatat keluar dan menunggu diperiksa.",
        back=reverse("verification:waiting"),
        back_title="Penggantian dan daftar tunggu",
    )
    return ask(request, question)


class PayeeForm(forms.Form):
    new_payee = forms.ChoiceField(
        label="Pengurus baru", error_messages={"required": "Pilih pengurus baru."}
    )
    reason = forms.ChoiceField(label="Alasan", choices=PayeeChange.Reason.choices)
    happened_on = date_field("Tanggal kejadian")
    proof = forms.CharField(
        label="Bukti",
        max_length=150,
        help_text="Misalnya nomor akta kematian atau KK yang baru.",
        error_messages={"required": "Bukti belum diisi."},
    )
    scan = forms.FileField(
        label="Berkas bukti", required=False, help_text="Foto JPEG atau PNG, atau PDF."
    )


def change_payee(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask that another member takes the card, with the proof as a file where there is one."""
    if not request.user.has_perm("verification.add_payeechange"):
        raise PermissionDenied
    families = Household.objects.visible_to(request.user).select_related("payee", "village__parent")
    household = get_object_or_404(families, pk=pk)
    others = household.members.filter(is_active=True).exclude(pk=household.payee_id)
    if not others.exists():
        return _ends(request, household)
    cards = household.cards.select_related("bank")

    def run(new_payee: str, scan, **said):
        person = get_object_or_404(others, pk=new_payee)
        file = None
        for name, content in files_of(request, "scan"):
            file = attachments.attach(name, content, region=household.village, by=request.user)
        actions.propose_payee_change(household, person, file=file, by=request.user, **said)

    question = Question(
        title=f"Ganti pengurus: {household}",
        text=f"{household.village.full_name}, {household.village.parent.full_name}. Pengurus baru"
        " harus anggota aktif yang sudah dewasa.",
        notes=tuple(
            f"KKS {card.bank} tetap atas nama {household.payee} sampai bank menggantinya."
            for card in cards
        )
        or ("Keluarga ini belum mempunyai KKS.",),
        button="Ajukan ganti pengurus",
        form=PayeeForm,
        choices={
            "new_payee": [
                ("", "Pilih anggota"),
                *(
                    (one.pk, f"{one.name} ({one.get_relation_display().lower() or 'anggota'})")
                    for one in others
                ),
            ]
        },
        run=run,
        done=f"Ganti pengurus {household} diajukan dan menunggu keputusan.",
        back=reverse("admin:verification_payeechange_changelist"),
        back_title="Ganti pengurus",
    )
    return ask(request, question)


def _ends(request: HttpRequest, household: Household) -> HttpResponse:
    """A family of one has nobody to take the card: it leaves."""
    context = {
        **admin.site.each_context(request),
        "title": f"Ganti pengurus: {household}",
        "household": household,
    }
    return render(request, "verification/payee_alone.html", context)


# Pages of one, and their decision


def url_of(thing: Decided) -> str:
    return reverse(f"admin:verification_{thing._meta.model_name}_change", args=[thing.pk])


def page(request: HttpRequest, thing: Decided) -> HttpResponse:
    user = request.user
    may_decide = user.has_perm(actions.DECIDE) and thing.status == Decided.Status.DIAJUKAN
    name = thing._meta.model_name
    quotas = list(figures.quotas_over(thing.village_id, _year(thing)))
    places = figures.places_of(quotas)
    context = {
        **admin.site.each_context(request),
        "title": str(thing),
        "thing": thing,
        "look": LOOKS[thing.status],
        "may_decide": may_decide and thing.made_by_id != user.pk,
        "is_own": may_decide and thing.made_by_id == user.pk,
        "grant_url": reverse(f"admin:verification_{name}_grant", args=[thing.pk]),
        "refuse_url": reverse(f"admin:verification_{name}_refuse", args=[thing.pk]),
        "quotas": [(quota, places[quota.pk]) for quota in quotas],
        "cards": thing.household.cards.select_related("bank", "holder"),
    }
    return render(request, f"verification/{name}.html", context)


def _year(thing: Decided) -> int:
    return thing.round.due_on.year if isinstance(thing, Replacement) else thing.made_at.year


def grant(request: HttpRequest, thing: Decided) -> HttpResponse:
    if not request.user.has_perm(actions.DECIDE):
        raise PermissionDenied
    is_place = isinstance(thing, Replacement)
    run = actions.grant_replacement if is_place else actions.grant_payee_change
    text = (
        "Tempat dalam kuota menjadi miliknya. Bantuan mulai diberikan sesudah ditetapkan."
        if is_place
        else "Pengurus dalam register berganti. Mintalah bank mengganti nama pada KKS."
    )
    question = Question(
        title=f"Setujui {thing}?",
        text=text,
        button=f"Setujui {thing._meta.verbose_name}",
        form=AnswerForm,
        run=lambda answer: run(thing, answer=answer, by=request.user),
        done=f"{thing} disetujui.",
        back=url_of(thing),
        back_title=str(thing),
    )
    return ask(request, question)


def refuse(request: HttpRequest, thing: Decided) -> HttpResponse:
    if not request.user.has_perm(actions.DECIDE):
        raise PermissionDenied
    is_place = isinstance(thing, Replacement)
    run = actions.refuse_replacement if is_place else actions.refuse_payee_change
    question = Question(
        title=f"Tolak {thing}?",
        text="Tempatnya bebas lagi dan keluarga kembali ke daftar tunggu."
        if is_place
        else "Pengurus tetap seperti sekarang.",
        button=f"Tolak {thing._meta.verbose_name}",
        form=ReasonForm,
        danger=True,
        run=lambda answer: run(thing, answer=answer, by=request.user),
        done=f"{thing} ditolak.",
        back=url_of(thing),
        back_title=str(thing),
    )
    return ask(request, question)
