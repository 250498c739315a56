from django.apps import AppConfig


class BeneficiariesConfig(AppConfig):
    name = "beneficiaries"
    verbose_name = "Penerima manfaat"

    def ready(self):
        from beneficiaries.intake import DTKS_BNBA
        from uploads import kinds

        kinds.register(DTKS_BNBA)
