from django.apps import AppConfig


class DistributionConfig(AppConfig):
    name = "distribution"
    verbose_name = "Penyaluran"

    def ready(self):
        from beneficiaries.figures import HOUSEHOLD_TIMELINE
        from distribution.intake import KINDS
        from distribution.reconciliation.figures import household_timeline
        from uploads import kinds

        for kind in KINDS:
            kinds.register(kind)
        HOUSEHOLD_TIMELINE.append(household_timeline)
