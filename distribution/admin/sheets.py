"""Lists whose rows come by a sheet."""

from django.urls import reverse
from django.utils.http import urlencode

from uploads import kinds


class OfSheet:
    """Who may send the sheet that this list grows by finds its upload above the list."""

    sheet = ""
    change_list_template = "distribution/list_of_sheet.html"

    def changelist_view(self, request, extra_context=None):
        kind = kinds.get(self.sheet)
        context = {"sheet": kind.title[:1].lower() + kind.title[1:]}
        if kind.may_be_sent_by(request.user):
            query = urlencode({"jenis": kind.key})
            context["send_url"] = f"{reverse('admin:uploads_upload_add')}?{query}"
        return super().changelist_view(request, context | (extra_context or {}))
