"""The page of an agent, its visits and findings."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from beneficiaries import reveal as revealing
from distribution import figures
from distribution.actions import agents as actions
from distribution.models import CHECKLIST, Agent, AgentFinding, AgentVisit

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
SHOWN_VISITS = 10
OWNER_NIK = "NIK pemilik"
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
        label="Alasan",
        max_length=250,
        widget=forms.Textarea(attrs={"class": "input", "rows": 3}),
        error_messages={"required": "Alasan belum diisi."},
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


def agent_page(request: HttpRequest, agent: Agent, *, shown_key: str = "") -> HttpResponse:
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
        number=revealing.number("nik", OWNER_NIK, agent.owner_nik, shown_key=shown_key),
        **revealing.context(
            request,
            reveal_url=reverse("admin:distribution_agent_reveal", args=[agent.pk]),
            hide_url=_url(agent),
        ),
        reason_form=ReasonForm(auto_id="alasan-%s"),
        today=timezone.localdate(),
    )


def _url(agent: Agent) -> str:
    return reverse("admin:distribution_agent_change", args=[agent.pk])


def reveal(request: HttpRequest, agent: Agent) -> HttpResponse:
    return revealing.answer(
        request,
        numbers={"nik": (agent.owner_nik, OWNER_NIK)},
        subject=", ".join(filter(None, [agent.owner_name, str(agent)])),
        region=agent.village,
        page=lambda key: agent_page(request, agent, shown_key=key),
        url=_url(agent),
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
    url = _url(agent)
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
