from django.apps import AppConfig


class DistributionConfig(AppConfig):
    name = "distribution"
    verbose_name = "Penyaluran"

    def ready(self):
        from beneficiaries.figures import HOUSEHOLD_MONEY, HOUSEHOLD_TIMELINE, PROGRAMME_NOTES
        from distribution.actions.works import follow_upload
        from distribution.household import household_money, payout_timeline, programme_notes
        from distribution.intake import KINDS
        from distribution.intake.programmes import follow_enrollments
        from distribution.reconciliation.figures import household_timeline
        from uploads import kinds, steps

        for kind in KINDS:
            kinds.register(kind)
        PROGRAMME_NOTES.append(programme_notes)
        HOUSEHOLD_MONEY.append(household_money)
        HOUSEHOLD_TIMELINE.append(payout_timeline)
        HOUSEHOLD_TIMELINE.append(household_timeline)
        steps.listeners.append(follow_enrollments)
        steps.listeners.append(follow_upload)
