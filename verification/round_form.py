"""The settings of a round: who is in it, where, and what each regency is to reach."""

from django import forms

from accounts.admin import regions_inside
from beneficiaries.models import Household
from regions.models import Region
from verification.actions import rounds as actions
from verification.models import Round
from verification.risks import RISKS


class RoundForm(forms.Form):
    name = forms.CharField(
        label="Nama putaran",
        max_length=100,
        widget=forms.TextInput(attrs={"class": "input"}),
        error_messages={"required": "Nama putaran belum diisi."},
    )
    starts_on = forms.DateField(
        label="Mulai",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "input", "type": "date"}),
        error_messages={"required": "Tanggal mulai belum diisi."},
    )
    due_on = forms.DateField(
        label="Tenggat",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "input", "type": "date"}),
        error_messages={"required": "Tenggat belum diisi."},
    )
    frequency = forms.ChoiceField(label="Kekerapan", choices=Round.Frequency)
    register = forms.ChoiceField(label="Register", choices=Household.Register)
    register_date = forms.DateField(
        label="Versi register",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "input", "type": "date"}),
    )
    choice = forms.ChoiceField(
        label="Siapa yang diverifikasi", choices=Round.Choice, widget=forms.RadioSelect
    )
    stratum = forms.ChoiceField(label="Sampel dari setiap", choices=Round.Stratum, required=False)
    sample_share = forms.IntegerField(
        label="Bagian sampel (%)",
        required=False,
        min_value=1,
        max_value=100,
        widget=forms.NumberInput(attrs={"class": "input"}),
    )
    sample_seed = forms.IntegerField(
        label="Bilangan acak",
        required=False,
        min_value=0,
        widget=forms.NumberInput(attrs={"class": "input"}),
        help_text="Kosongkan agar diundi. Bilangan yang sama memilih keluarga yang sama.",
    )
    risks = forms.MultipleChoiceField(
        label="Risiko", required=False, widget=forms.CheckboxSelectMultiple
    )
    unseen_months = forms.IntegerField(
        label="Lama tidak dikunjungi berarti (bulan)",
        min_value=1,
        max_value=120,
        initial=12,
        widget=forms.NumberInput(attrs={"class": "input"}),
    )
    regions = forms.ModelMultipleChoiceField(
        label="Kabupaten/kota",
        queryset=Region.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Pilih paling sedikit satu kabupaten/kota."},
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        own = regions_inside(user.scope).filter(level=Region.Level.REGENCY)
        self.fields["regions"].queryset = own
        self.fields["risks"].choices = [(risk.code, risk.title) for risk in RISKS.values()]
        self.initial.setdefault("regions", [region.pk for region in own])
        self.initial.setdefault("choice", Round.Choice.SEMUA)
        self.places = list(own)
        for region in self.places:
            self.fields[f"share_{region.pk}"] = forms.IntegerField(
                required=False,
                min_value=1,
                max_value=100,
                widget=forms.NumberInput(attrs={"class": "input"}),
            )
            self.fields[f"count_{region.pk}"] = forms.IntegerField(
                required=False, min_value=1, widget=forms.NumberInput(attrs={"class": "input"})
            )
            self.fields[f"due_{region.pk}"] = forms.DateField(
                required=False,
                widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "input", "type": "date"}),
            )

    def targets(self) -> list[dict]:
        chosen = {str(value) for value in self["regions"].value() or []}
        return [
            {
                "region": region,
                "chosen": region.pk in chosen,
                "fields": [
                    (self[f"share_{region.pk}"], "Sasaran dalam persen"),
                    (self[f"count_{region.pk}"], "Sasaran keluarga"),
                    (self[f"due_{region.pk}"], "Tenggat"),
                ],
            }
            for region in self.places
        ]

    def clean(self):
        data = super().clean()
        for region in self.places:
            if data.get(f"share_{region.pk}") and data.get(f"count_{region.pk}"):
                self.add_error(
                    f"count_{region.pk}", "Isi persen atau jumlah keluarga, bukan keduanya."
                )
        if data.get("choice") == Round.Choice.SAMPEL and not data.get("sample_share"):
            self.add_error("sample_share", "Isi bagian sampel dari 1 sampai 100 persen.")
        if data.get("choice") == Round.Choice.RISIKO and not data.get("risks"):
            self.add_error("risks", "Pilih paling sedikit satu risiko.")
        return data

    def arguments(self) -> dict:
        """What the actions of rounds take."""
        data = self.cleaned_data
        named = ("name", "starts_on", "due_on", "regions", *actions.SETTINGS)
        targets = {
            region.pk: actions.Target(
                data[f"share_{region.pk}"], data[f"count_{region.pk}"], data[f"due_{region.pk}"]
            )
            for region in data["regions"]
        }
        is_sample = data["choice"] == Round.Choice.SAMPEL
        return {name: data[name] for name in named} | {
            "targets": targets,
            "stratum": data["stratum"] if is_sample else "",
        }
