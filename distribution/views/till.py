"""The till on the agent's own phone: a card, what is on it, the goods, done. Works without script.

The card number travels in the form and never in an address.
"""

from decimal import Decimal

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts.fields import GroupedIntegerField
from accounts.roles import Role
from distribution.actions import purchases as actions
from distribution.actions.purchases import Goods
from distribution.models import Agent, Commodity, FoodGroup, Purchase
from distribution.views.agents import ReasonForm, page
from spreadsheets.words import thousands

SHOWN = 10
QUANTITY_ERROR = "Tulis jumlah, misalnya 2 atau 2,5."
PRICE_ERROR = "Tulis rupiah bulat, misalnya 12.500."


class CardForm(forms.Form):
    card_number = forms.RegexField(
        r"^\d{16}$",
        label="Nomor KKS",
        widget=forms.TextInput(
            attrs={"class": "input", "inputmode": "numeric", "autocomplete": "off"}
        ),
        help_text="16 angka pada kartu.",
        error_messages={
            "required": "Nomor KKS belum diisi.",
            "invalid": "Nomor KKS terdiri atas 16 angka. Periksa lagi angka pada kartu.",
        },
    )

    def __init__(self, data=None, **kwargs):
        if data:
            data = data.copy()
            data["card_number"] = "".join(data.get("card_number", "").split())
        super().__init__(data, **kwargs)


class LineForm(forms.Form):
    """One commodity of a food group; an empty line is no goods."""

    commodity = forms.ModelChoiceField(
        label="Barang", queryset=Commodity.objects.none(), required=False, empty_label="Pilih"
    )
    quantity = forms.DecimalField(
        label="Jumlah",
        required=False,
        localize=True,
        min_value=Decimal("0.001"),
        max_digits=9,
        decimal_places=3,
        widget=forms.TextInput(attrs={"class": "input num", "inputmode": "decimal"}),
        error_messages={"invalid": QUANTITY_ERROR, "min_value": QUANTITY_ERROR},
    )
    price = GroupedIntegerField(
        label="Harga satuan (Rp)",
        required=False,
        min_value=1,
        max_value=10_000_000,
        widget=forms.TextInput(attrs={"class": "input num", "inputmode": "numeric"}),
        error_messages={"invalid": PRICE_ERROR, "min_value": PRICE_ERROR},
    )

    def __init__(self, *args, group: FoodGroup, **kwargs):
        super().__init__(*args, prefix=f"g-{group.pk}", auto_id=f"%s-{group.pk}", **kwargs)
        self.group = group
        self.fields["commodity"].queryset = Commodity.objects.allowed().filter(group=group)
        self.fields["commodity"].label_from_instance = lambda one: f"{one.name} ({one.unit})"

    def clean(self):
        given = self.cleaned_data
        filled = [given.get(name) for name in ("commodity", "quantity", "price")]
        if any(filled) and not all(filled) and not self.errors:
            raise ValidationError("Lengkapi barang, jumlah, dan harganya, atau kosongkan semuanya.")
        return given

    @property
    def goods(self) -> Goods | None:
        given = self.cleaned_data
        if not given.get("commodity"):
            return None
        return Goods(given["commodity"], given["quantity"], given["price"])


def till(request: HttpRequest) -> HttpResponse:
    """Show the card, then take the goods; refusals leave everything as it was typed."""
    agent = actions.till_of(request.user)
    step = request.POST.get("langkah", "")
    form = CardForm(request.POST if step else None)
    card = _card(form, agent) if step and form.is_valid() else None
    lines = [
        LineForm(request.POST if step == "simpan" else None, group=group)
        for group in FoodGroup.objects.all()
    ]
    error = ""
    if card and step == "simpan" and not any(line.errors for line in lines):
        try:
            purchase, is_new = actions.enter_purchase(
                by=request.user,
                card_number=form.cleaned_data["card_number"],
                goods=[line.goods for line in lines if line.goods],
                number=request.POST.get("nomor", "") or actions.new_number(agent, timezone.now()),
            )
        except ValidationError as refused:
            error = " ".join(refused.messages)
        else:
            if not is_new:
                messages.info(request, "Transaksi ini sudah tercatat; tidak dicatat dua kali.")
            return redirect("admin:distribution_purchase_change", purchase.pk)
    today = Purchase.objects.visible_to(request.user).filter(
        purchased_at__date=timezone.localdate()
    )
    return page(
        request,
        "distribution/till.html",
        title="Kasir",
        agent=agent,
        serves=agent.serves_on(timezone.localdate()),
        form=form,
        card=card,
        lines=lines,
        error=error,
        number=request.POST.get("nomor") or actions.new_number(agent, timezone.now()),
        today=today.select_related("payment").order_by("-pk")[:SHOWN],
    )


def _card(form: CardForm, agent: Agent) -> dict | None:
    """Who holds the card and what is left on it; adds an error to the form for an unknown one."""
    payments = list(actions.credited_payments(form.cleaned_data["card_number"], agent.bank_id))
    if not payments:
        form.add_error(
            "card_number",
            f"Kartu ini tidak dikenal atau belum menerima bantuan lewat {agent.bank}. Periksa"
            " nomornya; bila sudah benar, minta pengurus bertanya kepada bank.",
        )
        return None
    return {
        "name": payments[-1].payee_name,
        "balance": sum(payment.balance for payment in payments),
        "number": form.cleaned_data["card_number"],
    }


def purchase_page(request: HttpRequest, purchase: Purchase) -> HttpResponse:
    """A purchase with its goods, as a receipt; the caller has checked the scope."""
    user = request.user
    is_today = timezone.localdate(purchase.purchased_at) == timezone.localdate()
    is_till = user.role == Role.AGEN
    return page(
        request,
        "distribution/purchase.html",
        title=f"Transaksi {purchase.number}",
        purchase=purchase,
        lines=purchase.lines.select_related("food_group"),
        is_till=is_till,
        may_void=user.has_perm("distribution.void_purchase")
        and not purchase.voided_at
        and (is_today or not is_till),
        sees_payment=user.has_perm("distribution.view_payment"),
    )


def void(request: HttpRequest, purchase: Purchase) -> HttpResponse:
    """Ask for the reason, then void it."""
    if not request.user.has_perm("distribution.void_purchase"):
        raise PermissionDenied
    url = reverse("admin:distribution_purchase_change", args=[purchase.pk])
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.void_purchase(purchase, reason=form.cleaned_data["reason"], by=request.user)
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
        else:
            messages.success(
                request,
                f"Transaksi dibatalkan. Rp{thousands(purchase.amount)} kembali ke kartu.",
            )
        return redirect(url)
    return page(
        request,
        "distribution/form.html",
        title="Batalkan transaksi?",
        text=f"Rp{thousands(purchase.amount)} kembali ke kartu. Transaksinya tetap tercatat sebagai"
        " dibatalkan dan tidak dapat dipulihkan.",
        form=form,
        danger=True,
        action_text="Batalkan transaksi",
        back_url=url,
        back_text=purchase.number,
    )
