"""The page of one payment: its frozen copy, its money, every report on it, its purchases."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from beneficiaries import reveal as revealing
from distribution.models import LeftOut, Payment, PaymentReport, Purchase
from distribution.views.agents import page
from distribution.views.periods import status_look

NUMBERS = (
    ("nik", "NIK pengurus", "payee_nik"),
    ("kks", "nomor KKS", "card_number"),
    ("rekening", "nomor rekening", "account_number"),
)


def to_household(left_out: LeftOut) -> HttpResponse:
    """A family that is not paid has no page of its own; its story is on the family's."""
    return redirect("admin:beneficiaries_household_change", left_out.household_id)


def payment_page(request: HttpRequest, payment: Payment, *, shown_key: str = "") -> HttpResponse:
    """The caller has checked that the user may see this payment."""
    user = request.user
    reports = PaymentReport.objects.visible_to(user).filter(payment=payment)
    purchases = Purchase.objects.visible_to(user).filter(payment=payment)
    return page(
        request,
        "distribution/payment.html",
        title=payment.payee_name,
        payment=payment,
        tone=status_look(payment.status),
        numbers=[
            revealing.number(key, label, getattr(payment, name), shown_key=shown_key)
            for key, label, name in NUMBERS
        ],
        **revealing.context(
            request,
            reveal_url=reverse("admin:distribution_payment_reveal", args=[payment.pk]),
            hide_url=_url(payment),
        ),
        reports=[
            (report, status_look(report.status))
            for report in reports.select_related("upload").order_by("-status_on", "-pk")
        ],
        purchases=purchases.select_related("agent").order_by("-purchased_at"),
        sees_uploads=user.has_perm("uploads.view_upload"),
        sees_family=payment.household_id and user.has_perm("beneficiaries.view_household"),
    )


def _url(payment: Payment) -> str:
    return reverse("admin:distribution_payment_change", args=[payment.pk])


def reveal(request: HttpRequest, payment: Payment) -> HttpResponse:
    return revealing.answer(
        request,
        numbers={key: (getattr(payment, name), label) for key, label, name in NUMBERS},
        subject=f"{payment.payee_name}, {payment.period}",
        region=payment.village,
        page=lambda key: payment_page(request, payment, shown_key=key),
        url=_url(payment),
    )
