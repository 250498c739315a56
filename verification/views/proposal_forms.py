"""What is typed of a proposal or an objection; the rules of sheets judge what it means."""

from collections.abc import Mapping, Sequence

from django import forms

from beneficiaries.models import Person
from verification.models import Criterion, Objection, Source
from verification.views.asking import date_field
from verification.views.meetings import village_choices

MEMBERS_SHOWN = 6
MOST_MEMBERS = 15


class ReceivedForm(forms.Form):
    source = forms.ChoiceField(label="Sumber", choices=Source.choices)
    source_number = forms.CharField(
        label="Nomor laporan atau berita acara", required=False, max_length=60
    )
    received_on = date_field("Tanggal diterima")


class ProposalForm(ReceivedForm):
    reason = forms.CharField(
        label="Alasan diusulkan",
        min_length=10,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": "Alasan belum diisi.",
            "min_length": "Alasan terlalu singkat. Tulis sekurangnya 10 huruf.",
        },
    )
    criteria = forms.MultipleChoiceField(
        label="Kriteria kemiskinan yang terpenuhi",
        choices=Criterion.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class CorrectionForm(ProposalForm):
    why = forms.CharField(
        label="Apa yang dibetulkan dan sebabnya",
        min_length=5,
        max_length=250,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": "Sebutkan apa yang dibetulkan dan sebabnya.",
            "min_length": "Terlalu singkat. Tulis sekurangnya 5 huruf.",
        },
    )


class FamilyForm(forms.Form):
    """As typed: what it means and whether it can be is for the rules of sheets to say."""

    village = forms.ChoiceField(
        label="Desa/kelurahan", error_messages={"required": "Pilih desa/kelurahan."}
    )
    kk_number = forms.CharField(label="Nomor KK", max_length=40, required=False)
    address = forms.CharField(label="Alamat", max_length=250, required=False)
    hamlet = forms.CharField(label="Dusun", max_length=100, required=False)
    rt = forms.CharField(label="RT", max_length=5, required=False)
    rw = forms.CharField(label="RW", max_length=5, required=False)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["village"].choices = village_choices(user)


class MemberForm(forms.Form):
    name = forms.CharField(label="Nama", max_length=150, required=False)
    nik = forms.CharField(label="NIK", max_length=40, required=False)
    relation = forms.ChoiceField(
        label="Hubungan keluarga",
        choices=[("", "Pilih"), *((label, label) for label in Person.Relation.labels)],
        required=False,
    )
    sex = forms.ChoiceField(
        label="Jenis kelamin", choices=[("", "Pilih"), *Person.Sex.choices], required=False
    )
    birth_date = forms.CharField(
        label="Tanggal lahir",
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "31-12-1980"}),
    )
    birth_place = forms.CharField(label="Tempat lahir", max_length=100, required=False)
    occupation = forms.CharField(label="Pekerjaan", max_length=100, required=False)
    mother_name = forms.CharField(label="Nama ibu kandung", max_length=150, required=False)


def member_forms(posted, filled: Sequence[Mapping] = ()) -> list[MemberForm]:
    """One form for each place a member can stand in; some stay empty."""
    shown = max(MEMBERS_SHOWN, len(filled) + 1)
    if posted is not None:
        places = {key.split("-")[1] for key in posted if key.startswith("anggota-")}
        shown = max((int(one) for one in places if one.isdecimal()), default=0)
    return [
        MemberForm(
            posted,
            prefix=f"anggota-{place}",
            auto_id="id_%s",
            initial=filled[place - 1] if place <= len(filled) else None,
        )
        for place in range(1, min(shown, MOST_MEMBERS) + 1)
    ]


def is_filled(member: MemberForm) -> bool:
    return any(str(text).strip() for text in member.cleaned_data.values())


class ObjectionForm(ReceivedForm):
    kind = forms.ChoiceField(label="Isi sanggah", choices=Objection.Kind.choices)
    statement = forms.CharField(
        label="Uraian",
        min_length=10,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": "Uraian belum diisi.",
            "min_length": "Uraian terlalu singkat. Tulis sekurangnya 10 huruf.",
        },
    )
    objector = forms.CharField(
        label="Nama penyanggah",
        max_length=150,
        help_text="Hanya supervisor dan koordinator yang dapat melihatnya; setiap kali tercatat.",
        error_messages={"required": "Nama penyanggah belum diisi."},
    )
    contact = forms.CharField(label="Telepon atau alamat", required=False, max_length=150)
