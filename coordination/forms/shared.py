"""What the forms of Rakor and complaints have in common."""

from django import forms

from accounts.admin import regions_inside
from regions.models import Region

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


def own_meeting_regions(user):
    """The places a meeting may be called for: the province, kabupaten and kota of the user."""
    levels = [Region.Level.PROVINCE, Region.Level.REGENCY]
    return regions_inside(user.scope).filter(level__in=levels).order_by("code")


class OfThing(forms.Form):
    """A form of a step: it knows the thing and the user."""

    def __init__(self, *args, thing, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.thing, self.user = thing, user


class NoteForm(OfThing):
    note = forms.CharField(
        label="Catatan", **LONG, error_messages={"required": "Catatan belum diisi."}
    )
