from django.apps import AppConfig


class VerificationConfig(AppConfig):
    name = "verification"
    verbose_name = "Verifikasi"

    def ready(self):
        from beneficiaries.figures import HOUSEHOLD_LACKS, HOUSEHOLD_MARKS, HOUSEHOLD_TIMELINE
        from uploads import kinds
        from verification.figures.replacement import household_timeline as replacement_timeline
        from verification.figures.rounds import (
            household_marks,
            household_timeline,
            not_checked_lately,
        )
        from verification.intake import HASIL_VERIFIKASI
        from verification.matching_intake import (
            DATA_KEPENDUDUKAN,
            JAWABAN_DUKCAPIL,
            PERBAIKAN_NIK,
        )

        for kind in (HASIL_VERIFIKASI, JAWABAN_DUKCAPIL, DATA_KEPENDUDUKAN, PERBAIKAN_NIK):
            kinds.register(kind)
        HOUSEHOLD_TIMELINE.append(household_timeline)
        HOUSEHOLD_TIMELINE.append(replacement_timeline)
        HOUSEHOLD_MARKS.append(household_marks)
        HOUSEHOLD_LACKS["periksa"] = ("Tidak diperiksa dalam setahun", not_checked_lately)
