from django.apps import AppConfig


class VerificationConfig(AppConfig):
    name = "verification"
    verbose_name = "Verifikasi"

    def ready(self):
        from uploads import kinds
        from verification.intake import HASIL_VERIFIKASI

        kinds.register(HASIL_VERIFIKASI)
