from django.apps import AppConfig


class CoordinationConfig(AppConfig):
    name = "coordination"
    verbose_name = "Koordinasi"

    def ready(self):
        from beneficiaries.figures import HOUSEHOLD_TIMELINE
        from coordination import figures, work
        from dashboards import indicators
        from dashboards.work import register

        HOUSEHOLD_TIMELINE.append(figures.household_timeline)
        for indicator in figures.INDICATORS:
            indicators.register(indicator)
        register(work.lines)
