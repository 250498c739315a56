"""Within how many working days answers are due; the rows are fixed, their days are not."""

from django.contrib import admin

from accounts.admin import ScopedAdmin
from verification.models import AnswerTerm


@admin.register(AnswerTerm)
class AnswerTermAdmin(ScopedAdmin):
    may_change = True
    list_display = ["about", "source", "working_days", "legal_basis"]
    fields = ["about", "source", "working_days", "legal_basis"]
    readonly_fields = ["about", "source"]
