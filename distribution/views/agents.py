"""The page of an agent, its visits and findings, and how far agents reach."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from beneficiaries.exports import as_file
from distribution import figures
from distribution.actions import agents as actions
from distribution.models import CHECKLIST, Agent, AgentFinding, AgentVisit
from regions.models import Region

Status = Agent.Status
STATUS_LOOKS = {Status.AKTIF: "ok", Status.DITANGGUHKAN: "warn", Status.NONAKTIF: "idle"}
FINDING_LOOKS = {
    AgentFinding.Status.TERBUKA: ("bad", "warn"),
    AgentFinding.Status.DITINDAKLANJUTI: ("info", "clock"),
    AgentFinding.Status.SELESAI: ("ok", "ok"),
}
# Key of the address -> status, words of the button, question, tone.
STEPS = {
    "aktifkan": (Status.AKTIF, "Aktifkan", "Aktifkan agen ini?", False),
    "tangguhkan": (Status.DITANGGUHKAN, "Tangguhkan", "Tangguhkan agen ini?", True),
    "nonaktifkan": (Status.NONAKTIF, "Nonaktifkan", "Nonaktifkan agen ini?", True),
}
FAR = 10
SHOWN_VISITS = 10
QUESTIONS = {
    "fair_price": ("Harga", "Harga barang wajar, tidak di atas harga pasar?"),
    "good_quality": ("Kualitas", "Barangnya baik dan layak dimakan?"),
    "right_amount": ("Jumlah", "Jumlah dan timbangannya sesuai?"),
    "no_packages": ("Paket", "Barang dijual satuan, tidak dalam paket?"),
    "no_forcing": ("Pilihan", "KPM bebas memilih barang dan jumlahnya?"),
    "no_cash": ("Tunai", "Bantuan tidak ditukar dengan uang tunai?"),
    "open_daily": ("Buka", "Agen buka setiap hari?"),
}


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="Alasan", max_length=250, widget=forms.Textarea(attrs={"class": "input", "rows": 3})
    )


def page(request: HttpRequest, template: str, **context) -> HttpResponse:
    return render(request, template, {**admin.site.each_context(request), **context})


def contract_of(agent: Agent) -> tuple[str, str]:
    """Words and tone of the contract today."""
    today = timezone.localdate()
    if agent.contract_until is None:
        return ("Tanpa batas waktu" if agent.contract_from else "Kontrak belum tercatat", "idle")
    days = (agent.contract_until - today).days
    if days < 0:
        return f"Kontrak lewat {-days} hari", "bad"
    if days <= 30:
        return f"Kontrak berakhir {days} hari lagi", "warn"
    return "Kontrak berlaku", "ok"


def agent_page(request: HttpRequest, agent: Agent) -> HttpResponse:
    """The caller has checked that the user may see this agent."""
    user = request.user
    findings = AgentFinding.objects.visible_to(user).filter(agent=agent)
    findings = list(findings.select_related("closed_by", "visit"))
    villages = list(agent.service_area.select_related("village__parent"))
    families = figures.families_by_village([row.village_id for row in villages])
    visits = []
    if user.has_perm("distribution.view_agentvisit"):
        visits = (
            AgentVisit.objects.visible_to(user).filter(agent=agent).select_related("visited_by")
        )
        visits = [
            (
                visit,
                f"{visit.score} dari {len(CHECKLIST)}",
                [QUESTIONS[name][0] for name in CHECKLIST if not getattr(visit, name)],
            )
            for visit in visits[:SHOWN_VISITS]
        ]
    may_follow = user.has_perm("distribution.change_agentfinding")
    return page(
        request,
        "distribution/agent.html",
        title=agent.name,
        agent=agent,
        status_tone=STATUS_LOOKS[agent.status],
        contract=contract_of(agent),
        villages=[(row.village, families.get(row.village_id, 0)) for row in villages],
        families=sum(families.values()),
        findings=[(finding, *FINDING_LOOKS[finding.status]) for finding in findings],
        open_findings=sum(finding.status != "SELESAI" for finding in findings),
        visits=visits,
        checklist_length=len(CHECKLIST),
        history=_history(agent),
        steps=[
            (key, *step)
            for key, step in STEPS.items()
            if step[0] in Agent.TRANSITIONS[agent.status]
            and user.has_perm("distribution.set_status_agent")
        ],
        may_visit=user.has_perm("distribution.add_agentvisit"),
        may_follow=may_follow,
        may_edit=user.has_perm("distribution.change_agent"),
        sees_owner=user.has_perm("accounts.reveal_identity"),
        reason_form=ReasonForm(auto_id="alasan-%s"),
        today=timezone.localdate(),
    )


def _history(agent: Agent) -> list[tuple]:
    """Statuses as they followed each other, newest first: (since, status, reason)."""
    states = [*agent.events.order_by("pgh_id"), agent]
    told = []
    for position, state in enumerate(states):
        since = states[position - 1].pgh_created_at if position else agent.created_at
        before = told[-1][1:] if told else None
        label = Status(state.status).label
        if (label, state.status_reason, STATUS_LOOKS[state.status]) != before:
            told.append((since, label, state.status_reason, STATUS_LOOKS[state.status]))
    return told[::-1]


def change_status(request: HttpRequest, agent: Agent, key: str) -> HttpResponse:
    """Ask for the reason, then do it; the page is what stands behind the dialog."""
    if key not in STEPS:
        raise Http404
    if not request.user.has_perm("distribution.set_status_agent"):
        raise PermissionDenied
    status, button, title, danger = STEPS[key]
    url = reverse("admin:distribution_agent_change", args=[agent.pk])
    needs_reason = status != Status.AKTIF
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and (not needs_reason or form.is_valid()):
        reason = form.cleaned_data["reason"] if needs_reason else ""
        try:
            actions.set_agent_status(agent, status=status, reason=reason, by=request.user)
            messages.success(request, f"{agent.name}: {status.label.lower()}.")
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
        return redirect(url)
    return page(
        request,
        "distribution/agent_step.html",
        title=title,
        agent=agent,
        text=_effect(status),
        action_text=button,
        danger=danger,
        form=form if needs_reason else None,
        back_url=url,
    )


def _effect(status: str) -> str:
    if status == Status.AKTIF:
        return "Agen ini kembali dihitung melayani desa-desanya."
    return (
        "Agen ini tidak lagi dihitung melayani desa-desanya. Riwayatnya tetap, dan agen dapat"
        " diaktifkan lagi."
    )


class VisitForm(forms.Form):
    visited_on = forms.DateField(
        label="Tanggal kunjungan",
        widget=forms.DateInput(attrs={"class": "input", "type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d-%m-%Y"],
    )
    note = forms.CharField(
        label="Catatan",
        required=False,
        widget=forms.Textarea(attrs={"class": "input", "rows": 3}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in CHECKLIST:
            self.fields[name] = forms.TypedChoiceField(
                label=QUESTIONS[name][1],
                choices=[("ya", "Ya"), ("tidak", "Tidak")],
                coerce=lambda value: value == "ya",
                widget=forms.RadioSelect,
                error_messages={"required": "Pertanyaan ini belum dijawab; pilih Ya atau Tidak."},
            )

    @property
    def questions(self):
        return [self[name] for name in CHECKLIST]


def visit(request: HttpRequest, agent: Agent) -> HttpResponse:
    """The checklist of a visit, made for a phone: one column, large targets."""
    if not request.user.has_perm("distribution.add_agentvisit"):
        raise PermissionDenied
    form = VisitForm(request.POST or None, initial={"visited_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            recorded = actions.record_visit(
                agent,
                visited_on=data["visited_on"],
                answers={name: data[name] for name in CHECKLIST},
                note=data["note"],
                by=request.user,
            )
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            recorded.refresh_from_db()
            bad = len(CHECKLIST) - recorded.score
            messages.success(
                request,
                f"Kunjungan tersimpan, nilai {recorded.score} dari {len(CHECKLIST)}."
                + (f" {bad} temuan menunggu tindak lanjut." if bad else ""),
            )
            return redirect("admin:distribution_agent_change", agent.pk)
    return page(request, "distribution/visit.html", title="Catat kunjungan", agent=agent, form=form)


class FollowUpForm(forms.Form):
    follow_up = forms.CharField(required=False, max_length=2000)


FINDING_STEPS = {
    "tindak-lanjut": (AgentFinding.Status.DITINDAKLANJUTI, "Tindak lanjut dicatat."),
    "tutup": (AgentFinding.Status.SELESAI, "Temuan ditutup. Dapat dibuka kembali."),
    "buka": (AgentFinding.Status.TERBUKA, "Temuan dibuka kembali."),
}


def finding_step(request: HttpRequest, finding: AgentFinding, key: str) -> HttpResponse:
    if request.method != "POST":
        raise PermissionDenied
    if key not in FINDING_STEPS:
        raise Http404
    status, done = FINDING_STEPS[key]
    form = FollowUpForm(request.POST)
    text = form.cleaned_data["follow_up"] if form.is_valid() else ""
    try:
        actions.move_finding(finding, status=status, follow_up=text, by=request.user)
        messages.success(request, done)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    url = reverse("admin:distribution_agent_change", args=[finding.agent_id])
    return redirect(f"{url}#temuan-{finding.pk}")


# How far agents reach


def regencies_of(user) -> list[Region]:
    """The regencies of the user's scope, that of a kecamatan too."""
    if user.scope.is_province:
        return list(Region.objects.regencies())
    return list(Region.objects.filter(pk__in=user.scope.regencies))


def may_see_reach(user) -> bool:
    return user.has_perm("distribution.view_agentvillage") and bool(user.scope.codes)


def reach(request: HttpRequest) -> HttpResponse:
    """Regencies of the scope; with `kabupaten`, or with only one, its villages."""
    if not may_see_reach(request.user):
        raise PermissionDenied
    regencies = {region.code: region for region in regencies_of(request.user)}
    chosen = request.GET.get("kabupaten", "")
    if chosen and chosen not in regencies:
        raise Http404
    if not chosen and len(regencies) == 1:
        chosen = next(iter(regencies))
    context = {"title": "Jangkauan agen", "far": FAR, "regencies": list(regencies.values())}
    if not chosen:
        rows = figures.reach_by_regency(list(regencies), timezone.localdate())
        return page(request, "distribution/reach.html", **context, rows=rows, total=_sum(rows))
    villages = villages_of(request.user, chosen)
    kind = request.GET.get("saring", "")
    chips = [
        ("", "Semua desa", villages),
        ("tanpa", "Tanpa agen", [row for row in villages if not row.agents]),
        ("jauh", f"Lebih dari {FAR} km", [row for row in villages if row.km and row.km > FAR]),
    ]
    url = reverse("distribution:reach")
    shown = next((rows for key, _, rows in chips if key == kind), villages)
    return page(
        request,
        "distribution/reach_villages.html",
        **context,
        regency=regencies[chosen],
        is_only=len(regencies) == 1,
        chips=[
            {
                "label": label,
                "count": len(rows),
                "current": key == kind,
                "url": f"{url}?{urlencode({'kabupaten': chosen, 'saring': key})}",
            }
            for key, label, rows in chips
        ],
        villages=shown,
        families=sum(row.families for row in shown),
        without=len(chips[1][2]),
        export_url=f"{reverse('distribution:reach_export')}?kabupaten={chosen}",
    )


def villages_of(user, regency: str) -> list[figures.Reach]:
    """The villages of the regency that lie in the user's scope."""
    rows = figures.reach_of(regency, timezone.localdate())
    return [row for row in rows if user.scope.contains(row.code)]


def _sum(rows: list[figures.RegencyReach]) -> dict[str, int]:
    names = ("families", "agents", "villages", "without_agent", "families_without")
    return {name: sum(getattr(row, name) for row in rows) for name in names}


HEADINGS = [
    "KODE DESA",
    "KECAMATAN",
    "DESA/KELURAHAN",
    "KPM",
    "AGEN",
    "AGEN TERDEKAT",
    "JARAK (KM)",
]


def reach_export(request: HttpRequest) -> HttpResponse:
    """The villages of a regency as a workbook; villages and outlets are no personal data."""
    if not may_see_reach(request.user):
        raise PermissionDenied
    regencies = {region.code: region for region in regencies_of(request.user)}
    regency = regencies.get(request.GET.get("kabupaten", ""))
    if regency is None:
        raise Http404
    rows = (
        [row.code, row.district, row.name, row.families, row.agents, row.nearest, row.km]
        for row in villages_of(request.user, regency.code)
    )
    name = f"jangkauan-agen-{regency.code}-{timezone.localdate():%Y-%m-%d}"
    return as_file(name, "xlsx", HEADINGS, rows)
