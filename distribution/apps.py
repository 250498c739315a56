from django.apps import AppConfig


class DistributionConfig(AppConfig):
    name = "distribution"
    verbose_name = "Penyaluran"

    def ready(self):
        from distribution.intake import KINDS
        from uploads import kinds

        for kind in KINDS:
            kinds.register(kind)
