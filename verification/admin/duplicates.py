"""Groups of entries that may be one person; what changes them are the actions of duplicates."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Min
from django.urls import path
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter

from accounts.admin import ScopedAdmin
from beneficiaries.admin import badges
from beneficiaries.figures import Mark
from verification.models import DuplicateGroup
from verification.views import duplicates as views


@admin.register(DuplicateGroup)
class DuplicateGroupAdmin(ScopedAdmin):
    list_display = ["who", "kind", "size", "reach", "state"]
    list_display_links = ["who"]
    list_filter = [
        ("status", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("crosses_regencies", BooleanRadioFilter),
    ]

    class Media:
        css = {"all": ["portal/verification.css"]}

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .annotate(member_count=Count("members"), first_name=Min("members__person__name"))
        )

    def get_urls(self):
        decide = path(
            "<int:pk>/<str:key>/",
            self.admin_site.admin_view(self.decide_view),
            name="verification_duplicategroup_decide",
        )
        search = path(
            "cari/",
            self.admin_site.admin_view(views.search),
            name="verification_duplicategroup_search",
        )
        urls = super().get_urls()
        return [search, *urls[:-1], decide, urls[-1]]

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(
            request, {"may_search": views.may_search(request.user), **(extra_context or {})}
        )

    def _group(self, request, object_id) -> DuplicateGroup:
        group = self.get_object(request, str(object_id))
        if not self.has_view_permission(request, group):
            raise PermissionDenied
        return group

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return views.group_page(request, self._group(request, object_id))

    def decide_view(self, request, pk, key):
        return views.decide(request, self._group(request, pk), key)

    @admin.display(description="orang")
    def who(self, group):
        return group.first_name or f"Kelompok {group.pk}"

    @admin.display(description="data")
    def size(self, group):
        return f"{group.member_count} data"

    @admin.display(description="letak")
    def reach(self, group):
        return "Lintas kabupaten/kota" if group.crosses_regencies else "Satu kabupaten/kota"

    @admin.display(description="status")
    def state(self, group):
        kind, icon = views.STATUS_LOOKS[group.status]
        return badges([Mark(kind, icon, group.get_status_display())])
