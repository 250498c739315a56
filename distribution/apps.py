from django.apps import AppConfig


class DistributionConfig(AppConfig):
    name = "distribution"
    verbose_name = "Penyaluran"

    def ready(self):
        from beneficiaries.figures import HOUSEHOLD_TIMELINE
        from distribution.figures.reconciliation import household_timeline
        from distribution.intake import KINDS
        from uploads import kinds

        for kind in KINDS:
            kinds.register(kind)
        HOUSEHOLD_TIMELINE.append(household_timeline)
