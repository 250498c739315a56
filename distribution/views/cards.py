"""The page of a card, the steps of its life, and accounts opened in groups."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts.admin import regions_inside
from beneficiaries import reveal as revealing
from beneficiaries.models import Bank, Card
from distribution.actions import cards as actions
from distribution.models import AccountOpeningMember
from distribution.views.agents import page
from regions.models import Region

Status = Card.Status
CARD_LOOKS = {
    Status.DIBUKA: "info",
    Status.DISERAHKAN: "ok",
    Status.HILANG: "warn",
    Status.DIBLOKIR: "bad",
    Status.DIGANTI: "idle",
}
MEMBER_LOOKS = {
    AccountOpeningMember.Status.PROSES: "info",
    AccountOpeningMember.Status.SUKSES: "ok",
    AccountOpeningMember.Status.GAGAL: "bad",
}
# Key of the address -> status, words of the button, title, whether it ends the card's use.
STEPS = {
    "serahkan": (Status.DISERAHKAN, "Catat penyerahan", "Kartu diserahkan kepada KPM", False),
    "hilang": (Status.HILANG, "Laporkan hilang", "Kartu hilang", True),
    "blokir": (Status.DIBLOKIR, "Blokir", "Blokir kartu", True),
    "ganti": (Status.DIGANTI, "Ganti kartu", "Ganti dengan kartu baru", True),
}


def _date_input():
    return forms.DateInput(attrs={"class": "input", "type": "date"}, format="%Y-%m-%d")


class StepForm(forms.Form):
    card_number = forms.CharField(
        label="Nomor KKS baru",
        help_text="16 angka pada kartu pengganti.",
        error_messages={"required": "Nomor KKS baru belum diisi."},
        widget=forms.TextInput(attrs={"class": "input", "inputmode": "numeric"}),
    )
    on = forms.DateField(
        label="Tanggal", widget=_date_input(), input_formats=["%Y-%m-%d", "%d-%m-%Y"]
    )
    note = forms.CharField(
        label="Keterangan",
        required=False,
        max_length=250,
        widget=forms.Textarea(attrs={"class": "input", "rows": 3}),
        error_messages={"required": "Keterangan belum diisi. Tuliskan apa yang terjadi."},
    )

    def __init__(self, *args, status: str, **kwargs):
        super().__init__(*args, **kwargs)
        if status != Status.DIGANTI:
            del self.fields["card_number"]
        self.fields["note"].required = status in (Status.HILANG, Status.DIBLOKIR)

    def clean_card_number(self):
        return "".join(self.cleaned_data["card_number"].split())


NUMBERS = (("kks", "nomor KKS", "card_number"), ("rekening", "nomor rekening", "account_number"))


def card_page(request: HttpRequest, card: Card, *, shown_key: str = "") -> HttpResponse:
    """The caller has checked that the user may see this card."""
    may_change = request.user.has_perm("distribution.add_cardevent")
    return page(
        request,
        "distribution/card.html",
        title=f"KKS {card.bank}",
        card=card,
        tone=CARD_LOOKS[card.status],
        numbers=[
            revealing.number(key, label, getattr(card, name), shown_key=shown_key)
            for key, label, name in NUMBERS
        ],
        **revealing.context(
            request,
            reveal_url=reverse("admin:beneficiaries_card_reveal", args=[card.pk]),
            hide_url=_url(card),
        ),
        events=[
            (event, CARD_LOOKS[event.after])
            for event in card.steps.select_related("by", "upload", "replacement")
        ],
        steps=[
            (key, button)
            for key, (status, button, _, _) in STEPS.items()
            if may_change and status in Card.TRANSITIONS[card.status]
        ],
    )


def _url(card: Card) -> str:
    return reverse("admin:beneficiaries_card_change", args=[card.pk])


def reveal(request: HttpRequest, card: Card) -> HttpResponse:
    return revealing.answer(
        request,
        numbers={key: (getattr(card, name), label) for key, label, name in NUMBERS},
        subject=str(card.holder or card),
        region=card.village,
        page=lambda key: card_page(request, card, shown_key=key),
        url=_url(card),
    )


def step(request: HttpRequest, card: Card, key: str) -> HttpResponse:
    if key not in STEPS:
        raise Http404
    if not request.user.has_perm("distribution.add_cardevent"):
        raise PermissionDenied
    status, button, title, danger = STEPS[key]
    url = _url(card)
    form = StepForm(request.POST or None, status=status, initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            if status == Status.DIGANTI:
                card = actions.replace_card(
                    card,
                    card_number=data["card_number"],
                    on=data["on"],
                    note=data["note"],
                    by=request.user,
                )
                messages.success(request, "Kartu diganti; ini kartu barunya, belum diserahkan.")
            else:
                actions.move_card(
                    card, status=status, on=data["on"], note=data["note"], by=request.user
                )
                messages.success(request, f"Kartu dicatat: {status.label.lower()}.")
            return redirect("admin:beneficiaries_card_change", card.pk)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
    return page(
        request,
        "distribution/form.html",
        title=title,
        text=", ".join(filter(None, [card.holder and card.holder.name, f"KKS {card.bank}"])),
        form=form,
        action_text=button,
        danger=danger,
        back_url=url,
        back_text=f"KKS {card.bank}",
    )


class OpeningForm(forms.Form):
    place = forms.ModelChoiceField(Region.objects.none(), label="Wilayah", empty_label=None)
    bank = forms.ModelChoiceField(
        Bank.objects.filter(is_active=True), label="Bank penyalur", empty_label=None
    )
    name = forms.CharField(
        label="Nama kelompok",
        max_length=100,
        help_text="Misalnya: Burekol tahap 1 tahun 2021.",
        widget=forms.TextInput(attrs={"class": "input"}),
    )
    sent_on = forms.DateField(
        label="Dikirim ke bank", widget=_date_input(), input_formats=["%Y-%m-%d", "%d-%m-%Y"]
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        levels = [Region.Level.REGENCY, Region.Level.DISTRICT]
        if user.scope.is_province:
            levels = [Region.Level.REGENCY]
        self.fields["place"].queryset = regions_inside(user.scope).filter(level__in=levels)


def open_accounts(request: HttpRequest) -> HttpResponse:
    """Say where and at which bank; everybody there without a card comes into the group."""
    form = OpeningForm(
        request.POST or None, user=request.user, initial={"sent_on": timezone.localdate()}
    )
    if request.method == "POST" and form.is_valid():
        try:
            opening = actions.open_accounts(**form.cleaned_data, by=request.user)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            count = opening.members.count()
            messages.success(request, f"{opening} dibuat untuk {count} pengurus.")
            return redirect("admin:distribution_accountopening_change", opening.pk)
    waiting = request.user.home_region and actions.count_waiting(request.user.home_region.code)
    return page(
        request,
        "distribution/form.html",
        title="Buat burekol",
        text=f"{waiting} pengurus KPM di {request.user.home_region} belum punya kartu dan belum"
        " dibukakan rekening; semua yang berada di wilayah yang dipilih masuk kelompok ini.",
        form=form,
        action_text="Buat burekol",
        back_url=reverse("admin:distribution_accountopening_changelist"),
        back_text="Burekol",
    )


class MemberForm(forms.Form):
    status = forms.ChoiceField(
        label="Hasil dari bank",
        choices=[("SUKSES", "Sukses"), ("GAGAL", "Gagal")],
        widget=forms.RadioSelect,
    )
    account_number = forms.CharField(
        label="Nomor rekening",
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"class": "input", "inputmode": "numeric"}),
    )
    reason = forms.CharField(
        label="Alasan gagal",
        required=False,
        max_length=250,
        widget=forms.TextInput(attrs={"class": "input"}),
    )


def member_page(request: HttpRequest, member: AccountOpeningMember) -> HttpResponse:
    """One account of a group, with what the bank has said or the form for it."""
    may_decide = request.user.has_perm("distribution.add_accountopening") and bool(
        AccountOpeningMember.TRANSITIONS[member.status]
    )
    form = MemberForm(request.POST or None) if may_decide else None
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid():
            try:
                actions.decide_member(member, **form.cleaned_data, by=request.user)
                messages.success(request, "Hasil dari bank dicatat.")
                return redirect("admin:distribution_accountopening_change", member.opening_id)
            except ValidationError as refused:
                form.add_error(None, refused.messages)
    return page(
        request,
        "distribution/opening_member.html",
        title=member.person.name,
        member=member,
        tone=MEMBER_LOOKS[member.status],
        form=form,
        back_url=reverse("admin:distribution_accountopening_change", args=[member.opening_id]),
    )
