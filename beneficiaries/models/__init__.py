from beneficiaries.models.cards import Bank, Card
from beneficiaries.models.history import Sourced, steady_plans, tracked
from beneficiaries.models.programmes import Enrollment, EnrollmentQuerySet, Programme, Quota
from beneficiaries.models.register import (
    ExitReason,
    Household,
    HouseholdQuerySet,
    Person,
    PersonQuerySet,
    SearchWords,
)

__all__ = [
    "Bank",
    "Card",
    "Enrollment",
    "EnrollmentQuerySet",
    "ExitReason",
    "Household",
    "HouseholdQuerySet",
    "Person",
    "PersonQuerySet",
    "Programme",
    "Quota",
    "SearchWords",
    "Sourced",
    "steady_plans",
    "tracked",
]
