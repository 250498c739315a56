"""Forms of Rakor and follow-ups."""

from django import forms
from django.db.models import Q
from django.utils import timezone

from accounts.admin import regions_inside
from accounts.models import RegionAssignment, User
from accounts.roles import roles_with
from coordination.forms.shared import (
    DATE,
    LONG,
    NoteForm,
    OfThing,
    own_meeting_regions,
)
from coordination.models import Agency, Decision, FollowUp, Meeting
from dashboards import indicators
from regions.models import Region
from uploads.attachments import OFFICE_TOLD


class MeetingForm(forms.Form):
    title = forms.CharField(
        label="Judul",
        max_length=150,
        help_text="Contoh: Rakor Program Sembako triwulan IV 2021.",
        error_messages={"required": "Judul belum diisi."},
    )
    region = forms.ModelChoiceField(
        label="Wilayah",
        queryset=Region.objects.none(),
        empty_label=None,
        error_messages={"required": "Wilayah belum dipilih."},
    )
    starts_at = forms.DateTimeField(
        label="Waktu (WIB)",
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M"],
        error_messages={"required": "Waktu belum diisi."},
    )
    place = forms.CharField(
        label="Tempat", max_length=200, error_messages={"required": "Tempat belum diisi."}
    )
    chair = forms.CharField(
        label="Pimpinan rapat",
        max_length=150,
        help_text="Nama dan jabatan, seperti tertulis dalam undangan.",
        error_messages={"required": "Pimpinan rapat belum diisi."},
    )
    agenda = forms.CharField(
        label="Acara",
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Satu mata acara per baris. Pembahasan tindak lanjut rapat yang lalu selalu"
        " menjadi mata acara pertama.",
        error_messages={"required": "Acara belum diisi."},
    )
    agencies = forms.ModelMultipleChoiceField(
        label="Instansi yang diundang",
        queryset=Agency.objects.filter(is_active=True),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Pilih paling sedikit satu instansi."},
    )

    def __init__(self, *args, user, meeting: Meeting | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        regions = own_meeting_regions(user)
        self.fields["region"].queryset = regions
        self.fields["region"].label_from_instance = lambda region: region.full_name
        if meeting is None:
            self.initial.setdefault("agencies", list(self.fields["agencies"].queryset))
            return
        del self.fields["region"]
        invited = [row.agency_id for row in meeting.attendances.all()]
        self.fields["agencies"].queryset = Agency.objects.filter(
            pk__in={*invited, *Agency.objects.filter(is_active=True).values_list("pk", flat=True)}
        )
        self.initial |= {
            "title": meeting.title,
            "starts_at": timezone.localtime(meeting.starts_at),
            "place": meeting.place,
            "chair": meeting.chair,
            "agenda": "\n".join(item.title for item in meeting.agenda.all()),
            "agencies": invited,
        }

    def clean_agenda(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["agenda"].splitlines()]
        return [line[:200] for line in lines if line]


class HoldForm(OfThing):
    """How the meeting went, and which of the invited came."""

    summary = forms.CharField(
        label="Jalannya rapat",
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Beberapa kalimat untuk notulen. Keputusan ditulis tersendiri.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("summary", self.thing.summary)
        for row in self.thing.attendances.select_related("agency"):
            self.fields[f"people_{row.pk}"] = forms.IntegerField(
                label=f"{row.agency.short_name}: orang yang hadir",
                min_value=0,
                max_value=500,
                initial=row.people if row.attended is not None else None,
                error_messages={"required": "Tulis jumlah orangnya; 0 bila tidak hadir."},
            )

    def clean(self):
        cleaned = super().clean()
        people = {
            int(name.removeprefix("people_")): cleaned.pop(name)
            for name in list(cleaned)
            if name.startswith("people_")
        }
        return {**cleaned, "people": people}


class DecisionForm(OfThing):
    text = forms.CharField(
        label="Keputusan", **LONG, error_messages={"required": "Keputusan belum diisi."}
    )


class FollowUpForm(OfThing):
    text = forms.CharField(
        label="Apa yang dikerjakan",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Tindak lanjut belum diisi."},
    )
    decision = forms.ModelChoiceField(
        label="Menurut keputusan",
        queryset=Decision.objects.none(),
        required=False,
        empty_label="Tidak menurut keputusan tertentu",
    )
    agency = forms.ModelChoiceField(
        label="Instansi",
        queryset=Agency.objects.filter(is_active=True),
        empty_label="Pilih instansi",
        error_messages={"required": "Instansi belum dipilih."},
    )
    region = forms.ModelChoiceField(
        label="Wilayah",
        queryset=Region.objects.none(),
        empty_label=None,
        error_messages={"required": "Wilayah belum dipilih."},
    )
    responsible = forms.ModelChoiceField(
        label="Pengguna yang bertanggung jawab",
        queryset=None,
        required=False,
        empty_label="Tidak ada",
        help_text="Pengguna ini diberi tahu dan diingatkan.",
    )
    due_on = forms.DateField(
        label="Tenggat", **DATE, error_messages={"required": "Tenggat belum diisi."}
    )
    indicator = forms.ChoiceField(label="Angka yang hendak diubah", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["decision"].queryset = self.thing.decisions.all()
        levels = [Region.Level.PROVINCE, Region.Level.REGENCY]
        inside = regions_inside(self.user.scope).filter(
            level__in=levels, code__startswith=self.thing.region_id
        )
        self.fields["region"].queryset = inside.order_by("code")
        self.fields["region"].label_from_instance = lambda region: region.full_name
        there = RegionAssignment.objects.filter(
            Q(region=self.thing.region_id[:2]) | Q(region__code__startswith=self.thing.region_id)
        )
        self.fields["responsible"].queryset = User.objects.filter(
            pk__in=there.values("user"),
            role__in=roles_with("coordination.report_followup"),
            is_active=True,
        )
        self.fields["responsible"].label_from_instance = lambda user: (
            f"{user}, {user.get_role_display()}"
        )
        self.fields["indicator"].choices = [
            ("", "Tidak ada"),
            *((indicator.code, indicator.title) for indicator in indicators.all_indicators()),
        ]


class ProgressForm(OfThing):
    note = forms.CharField(
        label="Apa yang sudah dikerjakan",
        **LONG,
        error_messages={"required": "Tuliskan apa yang sudah dikerjakan."},
    )
    file = forms.FileField(
        label="Bukti",
        required=False,
        help_text=f"{OFFICE_TOLD} Tempat dan kamera dalam foto dihapus.",
    )


class ReopenForm(NoteForm):
    due_on = forms.DateField(
        label="Tenggat baru", **DATE, error_messages={"required": "Tenggat baru belum diisi."}
    )


class DueForm(OfThing):
    due_on = forms.DateField(
        label="Tenggat baru", **DATE, error_messages={"required": "Tenggat baru belum diisi."}
    )
    note = forms.CharField(
        label="Alasan", **LONG, error_messages={"required": "Alasan belum diisi."}
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if isinstance(self.thing, FollowUp):
            self.initial.setdefault("due_on", self.thing.due_on)
