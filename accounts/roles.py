"""What each role may do. Where it may do it is said by `RegionAssignment` (accounts/scope.py)."""

from django.db import models


class Role(models.TextChoices):
    PETUGAS = "PETUGAS", "Petugas kab/kota"
    SUPERVISOR = "SUPERVISOR", "Supervisor kab/kota"
    KOORDINATOR = "KOORDINATOR", "Koordinator provinsi"
    DUKCAPIL = "DUKCAPIL", "Petugas Dukcapil"
    BANK = "BANK", "Petugas bank"
    TKSK = "TKSK", "TKSK"
    AGEN = "AGEN", "Agen atau e-Warung"
    AUDITOR = "AUDITOR", "Auditor"
    ADMINISTRATOR = "ADMINISTRATOR", "Administrator"


VIEW_REGISTER = {
    "regions.view_region",
    "beneficiaries.view_household",
    "beneficiaries.view_person",
    "beneficiaries.view_card",
    "beneficiaries.view_enrollment",
    "beneficiaries.view_programme",
    "beneficiaries.view_bank",
    "distribution.view_benefitrate",
}
# Endorsed lists and decrees: the papers of the district and what the province makes of them.
VIEW_ENDORSEMENT = {
    "verification.view_endorsement",
    "verification.view_endorsementitem",
    "verification.view_secondlook",
    "verification.view_decree",
    "verification.view_decreeitem",
}
VIEW_CASES = {
    "verification.view_round",
    "verification.view_case",
    "verification.view_casestep",
    "verification.view_casemember",
    "verification.view_attachment",
}
VIEW_WORK = VIEW_CASES | {"uploads.view_upload"}
# In the field and in the office; who visits a family does not check that visit.
VISIT = {"verification.visit_case", "verification.add_attachment"}
CHECK = {
    "verification.check_case",
    "verification.assign_case",
    "verification.end_case",
    "verification.add_case",
    "verification.add_attachment",
}
VIEW_PAYOUT = {
    "distribution.view_budget",
    "distribution.view_agent",
    "distribution.view_agentvillage",
    "distribution.view_agentvisit",
    "distribution.view_agentfinding",
    "distribution.view_accountopening",
    "distribution.view_accountopeningmember",
    "distribution.view_cardevent",
    "distribution.view_foodgroup",
    "distribution.view_commodity",
    "distribution.view_regionindicator",
    "distribution.view_programmepair",
    "distribution.view_overlapfinding",
}
VISIT_AGENTS = {"distribution.add_agentvisit", "distribution.change_agentfinding"}
WORK_ON_PAYOUT = VISIT_AGENTS | {
    "distribution.add_cardevent",
    "distribution.add_accountopening",
    "distribution.decide_overlapfinding",
}
# What matching has found, without the civil data it was found with.
VIEW_MATCHING = {
    "verification.view_agreement",
    "verification.view_matchbatch",
    "verification.view_matchresult",
    "verification.view_matchdecision",
    "verification.view_duplicategroup",
    "verification.view_duplicatemember",
    "verification.view_merge",
}
# Civil data under the agreement with Dukcapil: only who decides sees them (UU 27/2022).
DECIDE_MATCHING = {
    "verification.decide_matchresult",
    "verification.view_civilrecord",
    "verification.view_matchcandidate",
    "verification.view_notsame",
}
# Village meetings, proposals and objections, who leaves and who takes the place.
VIEW_PROPOSALS = {
    "verification.view_villagemeeting",
    "verification.view_proposal",
    "verification.view_objection",
    "verification.view_replacement",
    "verification.view_payeechange",
    "beneficiaries.view_quota",
}
ENTER_PROPOSALS = {
    "verification.add_villagemeeting",
    "verification.add_proposal",
    "verification.add_objection",
    "verification.add_replacement",
    "verification.add_payeechange",
}
# Decided by another user than who has entered it.
DECIDE_PROPOSALS = {
    "verification.finish_villagemeeting",
    "verification.decide_proposal",
    "verification.decide_objection",
    "verification.decide_replacement",
}
# Periods, payments and purchases.
VIEW_PAYMENTS = {
    "distribution.view_payoutperiod",
    "distribution.view_paymentorder",
    "distribution.view_payment",
    "distribution.view_paymentreport",
    "distribution.view_leftout",
    "distribution.view_purchase",
    "distribution.view_purchaseline",
}
# Reconciliation, and what the aid buys.
VIEW_RECONCILIATION = {
    "distribution.view_reconciliationfinding",
    "distribution.view_findingstep",
    "distribution.view_reconciled",
}
VIEW_NUTRITION = {"distribution.view_agentprice"}
HANDLE_RECONCILIATION = {"distribution.handle_reconciliationfinding"}
RUN_PAYOUT = {
    "distribution.add_payoutperiod",
    "distribution.change_payoutperiod",
    "distribution.make_paymentlist",
    "distribution.void_purchase",
}
# Rakor, tindak lanjut, pengaduan, laporan.
VIEW_COORDINATION = {
    "coordination.view_meeting",
    "coordination.view_followup",
    "coordination.view_complaint",
}
COORDINATE = VIEW_COORDINATION | {
    "coordination.add_meeting",
    "coordination.change_meeting",
    "coordination.add_followup",
    "coordination.report_followup",
    "coordination.add_complaint",
    "coordination.handle_complaint",
    "coordination.make_report",
    "coordination.view_agency",
}
CONFIDE = {"coordination.view_sensitive_complaint", "coordination.reveal_complainant"}
REPORT_BACK = {"coordination.view_followup", "coordination.report_followup"}
REVEAL = {"accounts.reveal_identity"}
# Whether what the portal promises of its data holds; the whole province at once.
VIEW_HEALTH = {"dashboards.view_healthresult"}
RUN_CHECKS = VIEW_HEALTH | {"dashboards.run_checks"}
# Agencies beside the Dinas Sosial send sheets of their own and see no others (uploads/models.py).
OUTSIDE = frozenset({Role.DUKCAPIL, Role.BANK})
SEND = {"uploads.view_upload", "uploads.add_upload", "uploads.submit_upload"}
# What every desk of the Dinas Sosial and the auditor read.
VIEW_ALL_WORK = (
    VIEW_REGISTER
    | VIEW_WORK
    | VIEW_PROPOSALS
    | VIEW_MATCHING
    | VIEW_ENDORSEMENT
    | VIEW_PAYMENTS
    | VIEW_PAYOUT
    | VIEW_RECONCILIATION
    | VIEW_NUTRITION
)
ASK_FOR_MATCHING = {"verification.add_matchbatch", "verification.merge_duplicategroup"}


def _may(actions: str, *models: str) -> set[str]:
    """`_may("view add", "beneficiaries.bank")` are the permissions to view and to add banks."""
    return {
        f"{app}.{action}_{name}"
        for app, name in (model.split(".") for model in models)
        for action in actions.split()
    }


PERMISSIONS: dict[str, set[str]] = {
    # Works on the data of one district: sheets, visits, proposals, cards, findings of banks.
    Role.PETUGAS: (
        VIEW_ALL_WORK
        | SEND
        | VISIT
        | CHECK
        | ENTER_PROPOSALS
        | DECIDE_PROPOSALS
        | ASK_FOR_MATCHING
        | WORK_ON_PAYOUT
        | HANDLE_RECONCILIATION
        | COORDINATE
        | REVEAL
        | {"verification.download_sheet"}
    ),
    # Answers for a district: checks, decides and endorses what its officers have entered.
    Role.SUPERVISOR: (
        VIEW_ALL_WORK
        | CHECK
        | DECIDE_PROPOSALS
        | COORDINATE
        | CONFIDE
        | REVEAL
        | {
            "verification.add_endorsement",
            "verification.download_endorsement",
            "verification.download_sheet",
            "verification.view_objector",
        }
    ),
    # Leads the province: rounds, approvals, decrees, payout, agents, Rakor, public figures.
    Role.KOORDINATOR: (
        VIEW_ALL_WORK
        | SEND
        | CHECK
        | ASK_FOR_MATCHING
        | DECIDE_MATCHING
        | WORK_ON_PAYOUT
        | RUN_PAYOUT
        | HANDLE_RECONCILIATION
        | COORDINATE
        | CONFIDE
        | REVEAL
        | RUN_CHECKS
        | _may("add change", "verification.round", "verification.agreement")
        | _may("add change", "beneficiaries.quota", "distribution.budget", "distribution.agent")
        | _may("add change", "coordination.agency")
        | {
            "coordination.publish_figures",
            "distribution.reconcile",
            "distribution.set_status_agent",
            "uploads.review_upload",
            "uploads.revert_upload",
            "verification.add_decree",
            "verification.apply_decree",
            "verification.download_endorsement",
            "verification.download_sheet",
            "verification.review_endorsement",
            "verification.view_objector",
        }
    ),
    # Answers requests for matching and decides between persons of the civil registry.
    Role.DUKCAPIL: (
        SEND
        | DECIDE_MATCHING
        | REPORT_BACK
        | REVEAL
        | _may(
            "view",
            "regions.region",
            "verification.agreement",
            "verification.matchbatch",
            "verification.matchresult",
            "verification.matchdecision",
        )
        | {"verification.answer_matchbatch"}
    ),
    # Sends what was credited and spent, and answers for its own cards and agents.
    Role.BANK: (
        SEND
        | (VIEW_PAYMENTS - {"distribution.view_leftout"})
        | VIEW_RECONCILIATION
        | REPORT_BACK
        | REVEAL
        | _may("view", "regions.region", "beneficiaries.bank", "beneficiaries.card")
        | _may("view", "distribution.agent", "distribution.agentfinding", "distribution.cardevent")
        | {"distribution.answer_reconciliationfinding"}
    ),
    # Sits at the till of one outlet.
    Role.AGEN: (
        _may("view", "distribution.purchase", "distribution.purchaseline")
        | {"distribution.enter_purchase", "distribution.void_purchase"}
    ),
    # Visits families and agents of a kecamatan, enters proposals and complaints.
    Role.TKSK: (
        VIEW_CASES
        | VISIT
        | VIEW_PROPOSALS
        | ENTER_PROPOSALS
        | VISIT_AGENTS
        | _may("view", "regions.region", "beneficiaries.household", "beneficiaries.person")
        | _may("view", "distribution.agent", "distribution.agentvillage")
        | _may("view", "distribution.agentvisit", "distribution.agentfinding")
        | _may("view add", "coordination.complaint")
    ),
    # Reads everything, also who has looked at what, and changes nothing.
    Role.AUDITOR: (
        VIEW_ALL_WORK
        | VIEW_COORDINATION
        | VIEW_HEALTH
        | REVEAL
        | _may("view", "accounts.accesslog", "accounts.user", "accounts.regionassignment")
        | _may("view", "distribution.barredgroup", "distribution.barredperson")
        | _may("view", "regions.holiday", "verification.answerterm")
        | {"coordination.make_report", "coordination.view_sensitive_complaint"}
    ),
    # Keeps users and master data; sees no beneficiary.
    Role.ADMINISTRATOR: (
        RUN_CHECKS
        | {"accounts.view_accesslog"}
        | _may("view change", "regions.region", "verification.answerterm")
        | _may("view add change delete", "regions.holiday")
        | _may("view add change", "accounts.user")
        | _may("view add change delete", "accounts.regionassignment", "distribution.cashier")
        | _may("view add change", "coordination.complaintterm")
        | _may("view add change", "beneficiaries.programme", "beneficiaries.bank")
        | _may("view add change", "beneficiaries.quota")
        | _may("view add change", "distribution.benefitrate", "distribution.budget")
        | _may("view add change", "distribution.foodgroup", "distribution.commodity")
        | _may("view add change", "distribution.regionindicator", "distribution.programmepair")
        | _may("view add change", "distribution.barredgroup", "distribution.barredperson")
    ),
}


def roles_with(permission: str) -> list[Role]:
    return [role for role, held in PERMISSIONS.items() if permission in held]


def sync_groups(**kwargs) -> None:
    """Make one Group per role hold exactly the permissions above; run after every migration.

    A permission that no model declares raises `Permission.DoesNotExist`: a typing error must not
    quietly take a right away.
    """
    from django.apps import apps
    from django.contrib.auth.management import create_permissions
    from django.contrib.auth.models import Group, Permission

    for config in apps.get_app_configs():
        create_permissions(config, verbosity=0)
    for role, names in PERMISSIONS.items():
        group, _ = Group.objects.get_or_create(name=role)
        wanted = []
        for name in sorted(names):
            app_label, codename = name.split(".")
            wanted.append(
                Permission.objects.get(content_type__app_label=app_label, codename=codename)
            )
        group.permissions.set(wanted)
