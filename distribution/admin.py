from django.contrib import admin
from django.utils import timezone
from import_export import fields, resources
from import_export.widgets import ForeignKeyWidget

from accounts.admin import ReferenceDataAdmin
from beneficiaries.models import Programme
from distribution.models import BenefitRate
from spreadsheets.words import thousands


class BenefitRateResource(resources.ModelResource):
    """One row a rate; a row with the programme and first day of an existing rate replaces it."""

    programme = fields.Field("programme", "program", ForeignKeyWidget(Programme, "code"))
    amount = fields.Field("amount", "nilai_per_bulan")
    valid_from = fields.Field("valid_from", "berlaku_sejak", resources.widgets.DateWidget())
    valid_until = fields.Field("valid_until", "berlaku_sampai", resources.widgets.DateWidget())
    legal_basis = fields.Field("legal_basis", "dasar_hukum")

    class Meta:
        model = BenefitRate
        fields = ["programme", "amount", "valid_from", "valid_until", "legal_basis"]
        import_id_fields = ["programme", "valid_from"]
        clean_model_instances = True
        skip_unchanged = True


@admin.register(BenefitRate)
class BenefitRateAdmin(ReferenceDataAdmin):
    resource_classes = [BenefitRateResource]
    list_display = [
        "programme",
        "amount_column",
        "valid_from",
        "valid_until",
        "in_force",
        "legal_basis",
    ]
    list_filter = ["programme"]
    list_select_related = ["programme"]

    @admin.display(description="nilai per bulan")
    def amount_column(self, rate):
        return f"Rp{thousands(rate.amount)}"

    @admin.display(description="berlaku sekarang", boolean=True)
    def in_force(self, rate):
        today = timezone.localdate()
        return rate.valid_from <= today and (rate.valid_until is None or today <= rate.valid_until)
