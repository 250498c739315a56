"""The page of a payout period: its chain as steps, its sums, what can be done next."""

from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from beneficiaries.models import Programme
from distribution import chain
from distribution.actions import periods as actions
from distribution.actions import works
from distribution.models import LeftOut, PayoutPeriod, PeriodWork
from distribution.sums import (
    CREDITED,
    EXCLUDED,
    FAILED,
    IN_PROGRESS,
    by_district,
    stage_of,
    sums_of,
)
from distribution.views import works as work_views
from distribution.views.agents import page
from regions.models import Region
from spreadsheets.words import thousands
from uploads import kinds
from uploads.models import Upload
from uploads.wording import STATUS_LOOKS as UPLOAD_LOOKS

Status = PayoutPeriod.Status
PERIOD_LOOKS = {Status.DISIAPKAN: "idle", Status.BERJALAN: "info", Status.DITUTUP: "idle"}
STAGE_LOOKS = {FAILED: "bad", IN_PROGRESS: "info", CREDITED: "ok", EXCLUDED: "idle"}
UPLOADS_SHOWN = 6
SHEETS = ("daftar_bayar", "hasil_top_up")


def status_look(status: str) -> str:
    return STAGE_LOOKS[stage_of(status)]


def _month(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        input_formats=["%Y-%m"],
        widget=forms.DateInput(format="%Y-%m", attrs={"class": "input", "type": "month"}),
        error_messages={
            "required": f"{label} belum diisi.",
            "invalid": "Tulis tahun dan bulan, misalnya 2021-01.",
        },
    )


class PeriodForm(forms.Form):
    programme = forms.ModelChoiceField(
        label="Program",
        queryset=Programme.objects.filter(is_sembako=True).order_by(
            F("started_on").desc(nulls_last=True), "name"
        ),
        empty_label=None,
    )
    name = forms.CharField(
        label="Nama periode",
        max_length=100,
        widget=forms.TextInput(attrs={"class": "input"}),
        help_text="Contoh: Januari–Maret 2021.",
        error_messages={"required": "Nama periode belum diisi."},
    )
    first_month = _month("Bulan pertama")
    last_month = _month("Bulan terakhir")
    is_rapel = forms.BooleanField(label="Rapel: membayar bulan yang terlewat", required=False)


class CloseForm(forms.Form):
    note = forms.CharField(
        label="Alasan menutup dengan sisa",
        max_length=250,
        required=False,
        widget=forms.Textarea(attrs={"class": "input", "rows": 3}),
        help_text="Wajib diisi bila masih ada pembayaran yang belum selesai.",
    )


def _url(period: PayoutPeriod) -> str:
    return reverse("admin:distribution_payoutperiod_change", args=[period.pk])


def add_period(request: HttpRequest) -> HttpResponse:
    form = PeriodForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            period = actions.create_period(by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            messages.success(request, f"{period} disimpan. Susun daftar bayarnya.")
            return redirect(_url(period))
    return page(
        request,
        "distribution/form.html",
        title="Siapkan periode salur",
        text="Periode belum membayar siapa pun sebelum daftar bayarnya disusun atau diunggah.",
        form=form,
        action_text="Simpan periode",
        back_url=reverse("admin:distribution_payoutperiod_changelist"),
        back_text="Periode salur",
    )


# Key, icon and words of the button of the one change of status that is possible now.
_NEXT = {
    Status.DISIAPKAN: ("buka", "check", "Buka periode"),
    Status.BERJALAN: ("tutup", "lock", "Tutup periode"),
    Status.DITUTUP: ("buka-kembali", "undo", "Buka kembali periode"),
}


def _question(period: PayoutPeriod) -> str:
    if period.status == Status.DISIAPKAN:
        return "Bank dapat melaporkan hasil penyaluran sejak periode dibuka."
    if period.status == Status.DITUTUP:
        return "Laporan bank diterima lagi. Daftar bayar tidak berubah."
    in_progress = period.payments.in_progress().count()
    unspent = period.payments.unspent().count()
    return (
        f"{thousands(in_progress)} pembayaran belum dikreditkan atau dikeluarkan dan"
        f" {thousands(unspent)} sudah dikreditkan tetapi belum dibelanjakan. Keduanya tetap"
        " demikian. Laporan bank tidak diterima lagi; sisa saldo masih dapat dibelanjakan."
    )


def change(request: HttpRequest, period: PayoutPeriod, key: str) -> HttpResponse:
    """Ask, then do it: make the list, or the next change of status."""
    if key == "susun":
        return _make_list(request, period)
    if not request.user.has_perm("distribution.change_payoutperiod"):
        raise PermissionDenied
    possible, _, button = _NEXT[period.status]
    if key not in ("buka", "tutup", "buka-kembali"):
        raise Http404
    if key != possible:
        messages.warning(request, f"Periode ini sudah {period.get_status_display().lower()}.")
        return redirect(_url(period))
    form = CloseForm(request.POST or None) if key == "tutup" else None
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            if key == "buka":
                actions.open_period(period, by=request.user)
            elif key == "tutup":
                actions.close_period(period, by=request.user, note=form.cleaned_data["note"])
            else:
                actions.reopen_period(period, by=request.user)
        except ValidationError as refused:
            if form is None:
                messages.error(request, " ".join(refused.messages))
                return redirect(_url(period))
            form.add_error("note", refused.messages)
        else:
            done = {"buka": "dibuka", "tutup": "ditutup", "buka-kembali": "dibuka kembali"}[key]
            messages.success(request, f"{period} {done}.")
            return redirect(_url(period))
    return page(
        request,
        "distribution/form.html",
        title=f"{button} {period}",
        text=_question(period),
        form=form or [],
        action_text=button,
        back_url=_url(period),
        back_text=period.name,
    )


def _make_list(request: HttpRequest, period: PayoutPeriod) -> HttpResponse:
    if not request.user.has_perm("distribution.make_paymentlist"):
        raise PermissionDenied
    if request.method == "POST":
        try:
            works.request(period, PeriodWork.Kind.DAFTAR, by=request.user)
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
        return redirect(_url(period))
    return page(
        request,
        "distribution/form.html",
        title=f"Susun daftar bayar {period}",
        text="Setiap KPM aktif yang memenuhi syarat mendapat satu pembayaran; yang lain dicatat"
        " beserta alasannya. Pembayaran yang sudah ada tidak berubah.",
        form=[],
        action_text="Susun dari register",
        back_url=_url(period),
        back_text=period.name,
    )


def period_page(request: HttpRequest, period: PayoutPeriod) -> HttpResponse:
    """The caller has checked that the user may see periods."""
    user = request.user
    left_out = LeftOut.objects.none()
    if user.has_perm("distribution.view_leftout"):
        left_out = LeftOut.objects.visible_to(user).filter(period=period)
    sums = sums_of(user, period, left_out)
    total = sums.total
    # Who sees one kabupaten/kota reads it by kecamatan.
    is_one = len(sums.by_regency) == 1 and not user.scope.is_province
    districts = by_district(user, period) if is_one else []
    places = districts or sums.by_regency
    regions = Region.objects.in_bulk([row.key for row in places])
    level = "kecamatan" if districts else "kabupaten"
    list_url = reverse("admin:distribution_payment_changelist")
    left_url = reverse("admin:distribution_leftout_changelist")

    def at(url=list_url, **filters) -> str:
        return f"{url}?{urlencode({'period__id__exact': period.pk, **filters})}"

    may_make = (
        user.has_perm("distribution.make_paymentlist")
        and user.scope.is_province
        and period.status != Status.DITUTUP
    )
    send_urls = {
        kind.key: f"{reverse('admin:uploads_upload_add')}?"
        + urlencode({"jenis": kind.key, "acuan": period.pk})
        for kind in kinds.sent_by(user)
        if kind.key in SHEETS and period.status != Status.DITUTUP
    }
    uploads = Upload.objects.none()
    if user.has_perm("uploads.view_upload"):
        uploads = Upload.objects.visible_to(user).filter(kind__in=SHEETS, reference=str(period.pk))
    step = None
    if user.has_perm("distribution.change_payoutperiod") and user.scope.is_province:
        key, icon, button = _NEXT[period.status]
        step = (reverse(f"admin:distribution_payoutperiod_{key}", args=[period.pk]), icon, button)
    return page(
        request,
        "distribution/period.html",
        title=period.name,
        period=period,
        look=PERIOD_LOOKS[period.status],
        total=total,
        steps=_steps(period, total),
        listed=total.payments or sums.left_out,
        statuses=[
            (row, chain.LABELS[row.key], status_look(row.key), at(status__exact=row.key))
            for row in sums.by_status
        ],
        place_heading="Kecamatan" if districts else "Kabupaten/kota",
        places=[(row, regions[row.key].name, at(**{level: row.key})) for row in places],
        left_out=[
            (LeftOut.Reason(reason).label, count, at(left_url, reason__exact=reason))
            for reason, count in sums.left_out
        ],
        left_out_total=sums.left_out_total,
        left_out_url=at(left_url),
        eligible=total.payments + sums.left_out_total,
        list_url=at(),
        unspent_url=at(belanja="belum"),
        may_make=may_make,
        send_urls=send_urls,
        step=step,
        **work_views.shown(request, works.newest(period, PeriodWork.Kind.DAFTAR)),
        uploads=[
            (upload, UPLOAD_LOOKS[upload.status])
            for upload in uploads.select_related("region", "sent_by")[:UPLOADS_SHOWN]
        ],
    )


def _steps(period: PayoutPeriod, total) -> list[dict]:
    """The way of the period: list, bank, spending, closing."""
    listed, opened = bool(total.payments), period.status != Status.DISIAPKAN
    done = [listed, opened and bool(total.credited), bool(total.spent), period.closed_at]
    notes = [
        f"{thousands(total.payments)} pembayaran",
        f"{thousands(total.credited_payments)} dikreditkan",
        f"Rp{thousands(total.spent)} dibelanjakan",
        "",
    ]
    labels = ("Daftar bayar", "Top up", "Transaksi", "Ditutup")
    current = next((number for number, is_done in enumerate(done) if not is_done), len(done))
    return [
        {
            "label": label,
            "state": "done" if is_done else ("now" if number == current else "todo"),
            "note": note if is_done else "",
        }
        for number, (label, is_done, note) in enumerate(zip(labels, done, notes, strict=True))
    ]
