"""Forms of Rakor, follow-ups and complaints: fields and their words; rules are in the actions."""

from django import forms
from django.db.models import Q
from django.utils import timezone

from accounts.admin import regions_inside
from accounts.models import RegionAssignment, User
from accounts.roles import roles_with
from beneficiaries import search
from beneficiaries.models import Household
from coordination.actions import complaints
from coordination.models import Agency, Complaint, ComplaintTerm, Decision, FollowUp, Meeting
from dashboards import indicators
from distribution.models import Agent
from regions.models import Region
from uploads.attachments import OFFICE_TOLD

DATE = {"widget": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})}
LONG = {"widget": forms.Textarea(attrs={"rows": 4})}


def place_choices(user, regency: str) -> list:
    """The regency, then its kecamatan each with its villages, as far as the user works there."""
    regions = list(regions_inside(user.scope).filter(code__startswith=regency).order_by("code"))
    groups: list = []
    for region in regions:
        if region.level == Region.Level.REGENCY:
            groups.append((region.code, f"Seluruh {region.full_name}"))
        elif region.level == Region.Level.DISTRICT:
            whole = (region.code, f"Seluruh {region.full_name}")
            groups.append((region.full_name, [whole]))
        elif groups and isinstance(groups[-1][1], list):
            groups[-1][1].append((region.code, region.full_name))
        else:
            groups.append((region.code, region.full_name))
    return [("", "Pilih wilayah"), *groups]


def category_choices() -> list[tuple[str, str]]:
    """Each with the term of its answer, so that the complainant can be told."""
    days = dict(ComplaintTerm.objects.values_list("category", "days"))
    return [
        ("", "Pilih kategori"),
        *(
            (value, f"{label} (dijawab dalam {days[value]} hari kerja)")
            for value, label in Complaint.Category.choices
            if value in days
        ),
    ]


def agents_inside(user, *regencies: str):
    """The agents of these kabupaten/kota that the user sees; none for who may not see agents."""
    if not user.has_perm("distribution.view_agent"):
        return Agent.objects.none()
    return Agent.objects.visible_to(user).filter(regency_code__in=regencies)


class AgentField(forms.ModelChoiceField):
    def __init__(self, **kwargs):
        super().__init__(
            label="Agen atau e-Warung yang dimaksud",
            queryset=None,
            required=False,
            empty_label="Tidak menyangkut agen tertentu",
            **kwargs,
        )

    def offer(self, agents) -> None:
        self.queryset = agents.select_related("village").order_by("name", "id")

    def label_from_instance(self, agent: Agent) -> str:
        return f"{agent.name}, {agent.village.full_name}"


def family_of(user, number: str) -> Household | None:
    """The family with this NIK, nomor KK or ID DTKS that the user sees; None without a number."""
    number = number.strip()
    if not number:
        return None
    found = search.find_households(user, number).ids
    if len(found) != 1:
        raise forms.ValidationError(
            "Keluarga dengan nomor ini tidak ditemukan di wilayah Anda. Periksa nomornya, atau"
            " kosongkan isian ini."
        )
    return Household.objects.visible_to(user).get(pk=found[0])


class ComplaintForm(forms.Form):
    """A new complaint in one kabupaten/kota of the user."""

    channel = forms.ChoiceField(
        label="Masuk melalui",
        choices=Complaint.Channel,
        error_messages={"required": "Cara pengaduan masuk belum dipilih."},
    )
    sp4n_number = forms.CharField(
        label="Nomor SP4N-LAPOR!",
        max_length=30,
        required=False,
        help_text="Diisi bila pengaduan masuk melalui SP4N-LAPOR!.",
    )
    received_on = forms.DateField(
        label="Diterima tanggal",
        **DATE,
        error_messages={"required": "Tanggal diterima belum diisi."},
    )
    region = forms.ChoiceField(
        label="Wilayah", error_messages={"required": "Wilayah belum dipilih."}
    )
    category = forms.ChoiceField(
        label="Kategori",
        error_messages={"required": "Kategori belum dipilih."},
    )
    subject = forms.CharField(
        label="Pokok pengaduan",
        max_length=150,
        help_text="Satu kalimat tanpa nama dan nomor identitas; terbaca di daftar.",
        error_messages={"required": "Pokok pengaduan belum diisi."},
    )
    text = forms.CharField(
        label="Isi pengaduan",
        **LONG,
        error_messages={"required": "Isi pengaduan belum diisi."},
    )
    household = forms.CharField(
        label="Keluarga yang dimaksud",
        required=False,
        max_length=40,
        help_text="NIK, nomor KK, atau ID DTKS, bila pengaduan menyangkut satu keluarga.",
    )
    agent = AgentField()
    complainant_name = forms.CharField(
        label="Nama pelapor",
        required=False,
        max_length=150,
        help_text="Pelapor boleh tidak menyebut nama. Identitasnya hanya terlihat oleh sedikit"
        " orang, dan setiap pembukaan dicatat.",
    )
    complainant_phone = forms.CharField(label="Telepon pelapor", required=False, max_length=30)
    complainant_address = forms.CharField(label="Alamat pelapor", required=False, max_length=200)
    is_sensitive = forms.BooleanField(
        label="Pengaduan sensitif",
        required=False,
        help_text="Misalnya menyangkut petugas, ancaman, atau anak. Hanya terlihat oleh pencatat,"
        " penanggung jawab, supervisor, koordinator, dan auditor.",
    )

    def __init__(self, *args, user, regency: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["region"].choices = place_choices(user, regency)
        self.fields["category"].choices = category_choices()
        self.fields["agent"].offer(agents_inside(user, regency))
        self.initial.setdefault("received_on", timezone.localdate())

    def clean_region(self) -> Region:
        return Region.objects.get(pk=self.cleaned_data["region"])

    def clean_household(self) -> Household | None:
        return family_of(self.user, self.cleaned_data["household"])

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("channel") == Complaint.Channel.SP4N and not cleaned.get("sp4n_number"):
            self.add_error(
                "sp4n_number",
                "Nomor SP4N-LAPOR! belum diisi. Salin dari laporannya, atau pilih cara lain"
                " pengaduan ini masuk.",
            )
        return cleaned


class _OfThing(forms.Form):
    """A form of a step: it knows the thing and the user."""

    def __init__(self, *args, thing, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.thing, self.user = thing, user


class NoteForm(_OfThing):
    note = forms.CharField(
        label="Catatan", **LONG, error_messages={"required": "Catatan belum diisi."}
    )


class AssignForm(_OfThing):
    owner = forms.ModelChoiceField(
        label="Penanggung jawab",
        queryset=None,
        empty_label="Pilih pengguna",
        error_messages={"required": "Penanggung jawab belum dipilih."},
    )
    note = forms.CharField(label="Catatan", required=False, **LONG)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        users = complaints.may_own(self.thing)
        field = self.fields["owner"]
        field.queryset = User.objects.filter(pk__in=[user.pk for user in users])
        field.label_from_instance = lambda user: f"{user}, {user.get_role_display()}"
        if self.user in users and self.thing.owner_id is None:
            self.initial.setdefault("owner", self.user.pk)


class ReclassifyForm(_OfThing):
    category = forms.ChoiceField(label="Kategori", choices=Complaint.Category)
    is_sensitive = forms.BooleanField(label="Pengaduan sensitif", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial |= {
            "category": self.thing.category,
            "is_sensitive": self.thing.is_sensitive,
        }


class CorrectionForm(_OfThing):
    region = forms.ChoiceField(
        label="Wilayah",
        help_text="Wilayah di luar kabupaten/kota ini hanya dapat dipilih oleh provinsi.",
    )
    keeps_household = forms.BooleanField(
        required=False,
        initial=True,
        help_text="Hapus centangnya bila pengaduan tidak menyangkut keluarga ini.",
    )
    household = forms.CharField(
        label="Keluarga yang dimaksud",
        required=False,
        max_length=40,
        help_text="NIK, nomor KK, atau ID DTKS, bila pengaduan menyangkut satu keluarga.",
    )
    agent = AgentField(
        help_text="Agen di wilayah lain ditawarkan sesudah pengaduan dipindahkan ke sana."
    )
    subject = forms.CharField(
        label="Pokok pengaduan",
        max_length=150,
        error_messages={"required": "Pokok pengaduan belum diisi."},
    )
    text = forms.CharField(
        label="Isi pengaduan",
        **LONG,
        error_messages={"required": "Isi pengaduan belum diisi."},
    )
    note = forms.CharField(
        label="Alasan koreksi",
        max_length=250,
        error_messages={"required": "Alasan koreksi belum diisi."},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        here = place_choices(self.user, self.thing.regency_code)
        others = own_meeting_regions(self.user).exclude(code=self.thing.regency_code)
        elsewhere = [(other.code, f"Seluruh {other.full_name}") for other in others]
        self.fields["region"].choices = [*here, ("Wilayah lain", elsewhere)] if others else here
        self._offer_family()
        chosen = self.data.get("region", "")[:5]
        agents = agents_inside(self.user, self.thing.regency_code, chosen)
        self.fields["agent"].offer(agents | Agent.objects.filter(pk=self.thing.agent_id))
        if not others:
            self.fields["agent"].help_text = ""
        self.initial |= {
            "region": self.thing.region_id,
            "agent": self.thing.agent_id,
            "subject": self.thing.subject,
            "text": self.thing.text,
        }

    def _offer_family(self) -> None:
        if self.thing.household_id is None:
            del self.fields["keeps_household"]
            return
        seen = self.user.has_perm("beneficiaries.view_household") and (
            Household.objects.visible_to(self.user).filter(pk=self.thing.household_id).first()
        )
        self.fields["keeps_household"].label = str(seen or "Keluarga di luar wilayah Anda")
        self.fields["household"].label = "Keluarga penggantinya"
        self.fields[
            "household"
        ].help_text = "NIK, nomor KK, atau ID DTKS; bila diisi, keluarga ini yang dicatat."

    def clean_region(self) -> Region:
        return Region.objects.get(pk=self.cleaned_data["region"])

    def clean_household(self) -> Household | None:
        return family_of(self.user, self.cleaned_data["household"])

    def clean(self):
        cleaned = super().clean()
        if cleaned.pop("keeps_household", False):
            cleaned["household"] = cleaned.get("household") or self.thing.household
        return cleaned


class AnswerForm(_OfThing):
    outcome = forms.ChoiceField(
        label="Hasil",
        choices=[("", "Pilih hasil"), *Complaint.Outcome.choices],
        error_messages={"required": "Hasil belum dipilih."},
    )
    answer = forms.CharField(
        label="Jawaban kepada pelapor",
        **LONG,
        error_messages={"required": "Jawaban belum diisi."},
    )


def own_meeting_regions(user):
    """The places a meeting may be called for: the province, kabupaten and kota of the user."""
    levels = [Region.Level.PROVINCE, Region.Level.REGENCY]
    return regions_inside(user.scope).filter(level__in=levels).order_by("code")


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


class HoldForm(_OfThing):
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


class DecisionForm(_OfThing):
    text = forms.CharField(
        label="Keputusan", **LONG, error_messages={"required": "Keputusan belum diisi."}
    )


class FollowUpForm(_OfThing):
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


class ProgressForm(_OfThing):
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


class DueForm(_OfThing):
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
