"""Within how many working days an answer is due, as the administrator keeps it."""

from django.db import models
from django.db.models import Q

from verification.models.proposals import Source


class AnswerTerm(models.Model):
    """Working days to answer what comes from one source; nothing is refused because of them."""

    class About(models.TextChoices):
        USULAN = "USULAN", "Usulan"
        SANGGAH = "SANGGAH", "Sanggah"

    about = models.CharField("menjawab", max_length=7, choices=About)
    source = models.CharField("sumber", max_length=7, choices=Source)
    working_days = models.PositiveSmallIntegerField("hari kerja")
    legal_basis = models.CharField("dasar", max_length=250, blank=True)

    class Meta:
        verbose_name = "tenggat jawaban"
        verbose_name_plural = "tenggat jawaban"
        ordering = ["about", "source"]
        constraints = [
            models.UniqueConstraint(
                fields=["about", "source"],
                name="answer_term_once",
                violation_error_message="Tenggat untuk jenis dan sumber ini sudah ada.",
            ),
            models.CheckConstraint(
                name="answer_term_plausible",
                condition=Q(working_days__range=(1, 90)),
                violation_error_message="Isi tenggat dari 1 sampai 90 hari kerja.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_about_display()}, {self.get_source_display()}"
