from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.template.loader import render_to_string
from django.urls import path, reverse
from unfold.contrib.filters.admin import DropdownFilter

from accounts.admin import RegencyFilter, ScopedAdmin
from accounts.standing import RECENT_DAYS, recently
from uploads import kinds
from uploads.models import Upload
from uploads.views import downloads, mapping, page, rows, running, sending, shared, steps
from uploads.wording import STATUS_LOOKS, status_look


class StatusFilter(DropdownFilter):
    title = "status"
    parameter_name = "status"

    def lookups(self, request, model_admin):
        waits = [("menunggu-saya", "Menunggu saya")]
        return [
            *waits,
            ("perlu-diperbaiki", "Perlu diperbaiki"),
            ("berjalan", "Sedang diproses"),
            ("dicabut", f"Dicabut dalam {RECENT_DAYS} hari terakhir"),
            *((status, look.text) for status, look in STATUS_LOOKS.items()),
        ]

    def queryset(self, request, queryset):
        wanted = self.value()
        if wanted == "menunggu-saya":
            if request.user.has_perm("uploads.review_upload"):
                return queryset.reviewable_by(request.user)
            return queryset.to_repair() | queryset.ready()
        if wanted == "perlu-diperbaiki":
            return queryset.to_repair()
        if wanted == "dicabut":
            return queryset.reverted_since(recently())
        if wanted == "berjalan":
            return queryset.filter(status__in=shared.RUNNING)
        return queryset.filter(status=wanted) if wanted else queryset


class KindFilter(DropdownFilter):
    title = "jenis lembar"
    parameter_name = "jenis"

    def lookups(self, request, model_admin):
        return [(kind.key, kind.title) for kind in kinds.all_kinds()]

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() else queryset


class ReferenceFilter(DropdownFilter):
    """The round that sheets answer to; offered where there are such sheets."""

    title = "putaran"
    parameter_name = "acuan"

    def lookups(self, request, model_admin):
        pairs = (
            Upload.objects.visible_to(request.user)
            .exclude(reference="")
            .order_by("kind", "reference")
            .values_list("kind", "reference")
            .distinct()[:50]
        )
        return [(reference, kinds.reference_name(kind, reference)) for kind, reference in pairs]

    def queryset(self, request, queryset):
        return queryset.filter(reference=self.value()) if self.value() else queryset


@admin.register(Upload)
class UploadAdmin(ScopedAdmin):
    """Uploads as a list; one upload is a page of its own (uploads/views.py)."""

    may_add = True
    list_display = ["file_name", "state", "place", "row_count", "kind_title", "sender", "sent"]
    list_filter = [StatusFilter, KindFilter, RegencyFilter, ReferenceFilter]
    search_fields = ["original_name"]
    search_help_text = "Nama berkas"
    list_note = "Lembar yang dikirim, dari pemeriksaan sampai diterapkan."
    empty_text = "Lembar yang dikirim ke portal akan muncul di sini."

    @admin.display(description="berkas")
    def file_name(self, upload):
        return upload.original_name

    @admin.display(description="jenis")
    def kind_title(self, upload):
        return kinds.get(upload.kind).title

    @admin.display(description="wilayah")
    def place(self, upload):
        return upload.region.name

    @admin.display(description="status")
    def state(self, upload):
        return render_to_string(
            "uploads/list_state.html", {"look": status_look(upload, upload.status)}
        )

    @admin.display(description="baris")
    def row_count(self, upload):
        return render_to_string("uploads/list_rows.html", {"upload": upload})

    @admin.display(description="pengirim")
    def sender(self, upload):
        return upload.sent_by

    @admin.display(description="dikirim")
    def sent(self, upload):
        return render_to_string("uploads/list_sent.html", {"upload": upload})

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("region", "sent_by", "repairs")

    def get_urls(self):
        pages = {
            "kemajuan/": ("progress", running.progress_fragment),
            "langkah/<slug:name>/": ("step", steps.step),
            "putusan/<slug:decision>/": ("decide", rows.decide),
            "kolom/": ("columns", mapping.columns_page),
            "baris/<int:row_id>/": ("row", rows.edit_row),
            "berkas/<slug:what>/": ("download", downloads.download),
            "berkas/beranotasi/<uuid:result_id>/": ("annotated", downloads.annotated),
        }
        return [
            *(
                path(
                    f"<int:object_id>/{ending}",
                    self._of_upload(view),
                    name=f"uploads_upload_{name}",
                )
                for ending, (name, view) in pages.items()
            ),
            *super().get_urls(),
        ]

    def _of_upload(self, view):
        """Every page of an upload finds it within the user's scope, or answers as not found."""

        def found(request, object_id, **kwargs):
            if not self.has_view_permission(request):
                raise PermissionDenied
            return view(request, self.get_object(request, str(object_id)), **kwargs)

        return self.admin_site.admin_view(found)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        upload = self.get_object(request, object_id)
        may = shared.rights(upload, request.user)
        context = {
            "questions": [
                (name, question, reverse("admin:uploads_upload_step", args=[upload.pk, name]))
                for name, question in steps.questions(upload, may)
            ]
        }
        return page.upload_page(request, upload, context)

    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            raise PermissionDenied
        return sending.send_page(request, visible=self.get_queryset(request))
