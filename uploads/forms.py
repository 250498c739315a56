"""Forms of the upload pages. They say what is missing; the rules are in the actions."""

from django import forms
from django.conf import settings

from accounts.admin import regions_inside
from regions.models import Region
from spreadsheets.layout import Column
from uploads import kinds
from uploads.models import Upload, UploadRow
from uploads.wording import Texts, is_identity

# What a rule derives is repaired where it is derived from.
PARTS = {"village": ["district", "village_name"], "new_village": ["new_village_name"]}
ACCEPTED = ".xlsx,.xlsm,.xls,.xlsb,.ods,.csv,.txt"


class SendForm(forms.Form):
    """A file with what must be known about it; a workbook made by the portal says it itself."""

    kind = forms.ChoiceField(
        label="Jenis lembar",
        error_messages={
            "invalid_choice": "Jenis lembar “%(value)s” tidak ada dalam pilihan untuk peran Anda."
        },
    )
    region = forms.ModelChoiceField(
        Region.objects.none(),
        label="Wilayah",
        empty_label=None,
        error_messages={"invalid_choice": "Wilayah ini di luar wilayah tugas Anda."},
    )
    reference = forms.CharField(label="Putaran", required=False, max_length=40)
    expected_rows = forms.IntegerField(
        label="Jumlah baris menurut surat pengantar (boleh kosong)",
        required=False,
        min_value=1,
        max_value=10_000_000,
        error_messages={
            "invalid": "Tulis jumlah baris dengan angka saja, atau kosongkan.",
            "min_value": "Jumlah baris paling sedikit 1, atau kosongkan.",
            "max_value": "Jumlah baris ini terlalu besar; periksa surat pengantarnya.",
        },
    )
    file = forms.FileField(
        label="Berkas",
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        error_messages={
            "required": "Pilih berkas yang akan dikirim.",
            "empty": "Berkas ini kosong. Pilih berkas lain.",
        },
        max_length=255,
    )

    def __init__(self, *args, user, repairs: Upload | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        mine = kinds.sent_by(user)
        self.fields["kind"].choices = [(kind.key, kind.title) for kind in mine]
        # Two kinds may answer to the same periods.
        self.references = list(
            dict.fromkeys(pair for kind in mine for pair in kind.references(user))
        )
        levels = [Region.Level.REGENCY]
        regions = regions_inside(user.scope)
        if not user.scope.is_province:
            levels.append(Region.Level.DISTRICT)
        self.fields["region"].queryset = regions.filter(level__in=levels).order_by("code")
        home = user.home_region
        initial = {"kind": next((kind.key for kind in mine), "")}
        if home is not None and home.level != Region.Level.PROVINCE:
            initial["region"] = home.code
        else:
            self.fields["region"].empty_label = "Pilih kabupaten/kota"
        if repairs is not None:
            initial |= {
                "kind": repairs.kind,
                "region": repairs.region_id,
                "reference": repairs.reference,
            }
        self.initial = initial | self.initial
        given = str(self["reference"].value() or "")
        if given and given not in dict(self.references):
            name = kinds.reference_name(self["kind"].value(), given)
            self.references.append((given, name))

    def clean(self):
        """What is no answer to anything has no reference: the same file is then told whatever
        stood in the field. What has to name one is not sent without."""
        cleaned = super().clean()
        kind = kinds.get(cleaned["kind"]) if cleaned.get("kind") else None
        if kind and not kind.references(self.user):
            cleaned["reference"] = ""
        if kind and kind.reference_asked and not cleaned.get("reference"):
            self.add_error("reference" if self.references else "kind", kind.reference_asked)
        return cleaned

    @property
    def largest(self) -> int:
        return settings.UPLOAD_MAX_BYTES // 2**20


class ColumnsForm:
    """What somebody has chosen on the page of columns: pairs of a column's key and a field.

    Keys come with the page, since they are those of the file; what they may be is for the action.
    """

    MOST = 1_000

    def __init__(self, data) -> None:
        keys, fields = data.getlist("kunci")[: self.MOST], data.getlist("bidang")[: self.MOST]
        self.columns = {
            key[:200]: field[:40] for key, field in zip(keys, fields, strict=False) if key
        }
        row = data.get("judul", "")
        self.header_row = int(row) if row.isdecimal() and len(row) < 4 else None

    @property
    def said(self) -> dict | None:
        """For the preview; None when nothing has been chosen yet."""
        if not self.columns and self.header_row is None:
            return None
        return {"header_row": self.header_row, "columns": self.columns}


class PurposeForm(forms.Form):
    purpose = forms.CharField(
        label="Keperluan",
        max_length=200,
        initial="Perbaikan lembar",
        error_messages={"required": "Sebutkan keperluan pengunduhan data."},
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="Alasan pengembalian",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": "Sebutkan alasan pengembalian agar petugas tahu apa yang diperbaiki."
        },
    )


class RowForm(forms.Form):
    """The cells of one row as somebody types them; only what was changed is handed on.

    Identity numbers are not in the page until they are revealed: an empty field keeps the number.
    """

    def __init__(self, *args, row: UploadRow, texts: Texts, issues, reveal: str = "", **kwargs):
        super().__init__(*args, prefix="b", **kwargs)
        self.texts = texts
        held = dict(zip(texts.layout.fields, row.values, strict=True))
        asked = {name for issue in issues for name in PARTS.get(issue.field, [issue.field])}
        sent = {issue.field: issue.before for issue in issues if issue.before}
        self.notes = {}
        for issue in issues:
            self.notes.setdefault(issue.field, []).append(issue)
        self.asked, self.others = [], []
        for column in texts.layout.columns:
            value = held[column.field] or sent.get(column.field, "")
            self._add(column, texts.typed(column.field, value), shown=reveal == column.field)
            if column.locked:
                continue
            (self.asked if column.field in asked else self.others).append(column.field)

    def _add(self, column: Column, value: str, *, shown: bool) -> None:
        if column.locked:
            return
        hidden = is_identity(value) and not shown
        if column.choices:
            options = [("", "Kosong"), *((choice, choice) for choice in column.choices)]
            if value and value not in column.choices:
                options.append((value, value))
            field: forms.Field = forms.ChoiceField(choices=options, required=False)
        else:
            field = forms.CharField(required=False, max_length=1_000)
            field.widget.attrs["autocomplete"] = "off"
        field.widget.attrs["class"] = "input"
        field.label = self.texts.label(column.field)
        field.initial = "" if hidden else value
        field.help_text = column.help
        field.hidden_number = value if hidden else ""
        self.fields[column.field] = field

    def parts(self, names: list[str]):
        for name in names:
            bound = self[name]
            bound.number = self.fields[name].hidden_number
            bound.issues = self.notes.get(name, [])
            bound.offers = [
                (kind, text)
                for issue in bound.issues
                for kind, text in (
                    ("Saran", self.texts.typed(name, issue.suggestion)),
                    ("Berkas", issue.before),
                )
                if text and not is_identity(text)
            ]
            yield bound

    @property
    def asked_fields(self):
        return list(self.parts(self.asked))

    @property
    def other_fields(self):
        return list(self.parts(self.others))

    @property
    def typed(self) -> dict[str, str]:
        """Field -> text, of the cells that differ from what the form showed."""
        return {
            name: self.cleaned_data[name].strip()
            for name in self.changed_data
            if self.add_prefix(name) in self.data
        }
