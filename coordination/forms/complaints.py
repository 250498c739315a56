"""Forms of complaints."""

from django import forms
from django.utils import timezone

from accounts.models import User
from beneficiaries import search
from beneficiaries.models import Household
from coordination.actions import complaints
from coordination.forms.shared import (
    DATE,
    LONG,
    OfThing,
    own_meeting_regions,
    place_choices,
)
from coordination.models import Complaint, ComplaintTerm
from distribution.models import Agent
from regions.models import Region


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


class AssignForm(OfThing):
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


class ReclassifyForm(OfThing):
    category = forms.ChoiceField(label="Kategori", choices=Complaint.Category)
    is_sensitive = forms.BooleanField(label="Pengaduan sensitif", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial |= {
            "category": self.thing.category,
            "is_sensitive": self.thing.is_sensitive,
        }


class CorrectionForm(OfThing):
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


class AnswerForm(OfThing):
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
