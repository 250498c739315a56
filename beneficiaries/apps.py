from django.apps import AppConfig


class BeneficiariesConfig(AppConfig):
    name = "beneficiaries"
    verbose_name = "Penerima manfaat"

    def ready(self):
        from django.db.models.signals import post_migrate

        from beneficiaries.intake import DTKS_BNBA
        from beneficiaries.models import steady_plans
        from uploads import kinds

        kinds.register(DTKS_BNBA)
        post_migrate.connect(steady_plans, sender=self, dispatch_uid="steady_plans")
