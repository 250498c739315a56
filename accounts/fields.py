"""Fields of forms that are read as people here write."""

import re

from django import forms
from django.core.exceptions import ValidationError

_GROUPED = re.compile(r"\d{1,3}(\.\d{3})+")


class GroupedIntegerField(forms.IntegerField):
    """A whole number with or without dots between its thousands, rupiah with or without Rp.

    >>> [GroupedIntegerField().clean(text) for text in ("12.000", "Rp1.200.000", "12000")]
    [12000, 1200000, 12000]

    Django takes 12.000 for twelve; here another dot than those between thousands is refused.
    """

    widget = forms.TextInput

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("inputmode", "numeric")

    def to_python(self, value):
        if isinstance(value, str):
            value = value.strip().removeprefix("Rp").strip()
            if _GROUPED.fullmatch(value):
                value = value.replace(".", "")
            elif "." in value:
                raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)
