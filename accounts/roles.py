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

PERMISSIONS: dict[str, set[str]] = {
    Role.PETUGAS: VIEW_REGISTER
    | VIEW_WORK
    | VIEW_PROPOSALS
    | ENTER_PROPOSALS
    | DECIDE_PROPOSALS
    | VISIT
    | CHECK
    | COORDINATE
    | REVEAL
    | VIEW_PAYMENTS
    | VIEW_MATCHING
    | VIEW_ENDORSEMENT
    | {
        "uploads.add_upload",
        "uploads.submit_upload",
        "verification.download_sheet",
        "verification.add_matchbatch",
        "verification.merge_duplicategroup",
    }
    | VIEW_PAYOUT
    | WORK_ON_PAYOUT
    | VIEW_RECONCILIATION
    | VIEW_NUTRITION
    | HANDLE_RECONCILIATION,
    Role.SUPERVISOR: VIEW_REGISTER
    | VIEW_WORK
    | VIEW_PROPOSALS
    | DECIDE_PROPOSALS
    | {"verification.view_objector"}
    | CHECK
    | COORDINATE
    | CONFIDE
    | VIEW_PAYOUT
    | REVEAL
    | VIEW_PAYMENTS
    | VIEW_MATCHING
    | VIEW_ENDORSEMENT
    | {
        "verification.download_sheet",
        "verification.add_endorsement",
        "verification.download_endorsement",
    }
    | VIEW_RECONCILIATION
    | VIEW_NUTRITION,
    Role.KOORDINATOR: VIEW_REGISTER
    | VIEW_WORK
    | VIEW_PROPOSALS
    | {
        "verification.view_objector",
        "beneficiaries.add_quota",
        "beneficiaries.change_quota",
    }
    | CHECK
    | COORDINATE
    | CONFIDE
    | REVEAL
    | VIEW_PAYMENTS
    | RUN_PAYOUT
    | VIEW_MATCHING
    | VIEW_ENDORSEMENT
    | DECIDE_MATCHING
    | RUN_CHECKS
    | VIEW_PAYOUT
    | WORK_ON_PAYOUT
    | VIEW_RECONCILIATION
    | VIEW_NUTRITION
    | HANDLE_RECONCILIATION
    | {
        "coordination.add_agency",
        "coordination.change_agency",
        "coordination.publish_figures",
        "distribution.reconcile",
        "distribution.add_agent",
        "distribution.change_agent",
        "distribution.set_status_agent",
        "distribution.add_budget",
        "distribution.change_budget",
        "verification.add_agreement",
        "verification.change_agreement",
        "verification.add_matchbatch",
        "verification.merge_duplicategroup",
        "uploads.add_upload",
        "uploads.submit_upload",
        "uploads.review_upload",
        "uploads.revert_upload",
        "verification.download_sheet",
        "verification.add_round",
        "verification.change_round",
        "verification.review_endorsement",
        "verification.download_endorsement",
        "verification.add_decree",
        "verification.apply_decree",
    },
    Role.DUKCAPIL: {
        "regions.view_region",
        "verification.view_agreement",
        "verification.view_matchbatch",
        "verification.answer_matchbatch",
        "verification.view_matchresult",
        "verification.view_matchdecision",
    }
    | REPORT_BACK
    | DECIDE_MATCHING
    | SEND
    | REVEAL,
    Role.BANK: {
        "regions.view_region",
        "beneficiaries.view_bank",
        "beneficiaries.view_card",
        "distribution.view_cardevent",
        "distribution.view_agent",
        "distribution.view_agentfinding",
    }
    | (VIEW_PAYMENTS - {"distribution.view_leftout"})
    | REPORT_BACK
    | VIEW_RECONCILIATION
    | {"distribution.answer_reconciliationfinding"}
    | SEND
    | REVEAL,
    Role.AGEN: {
        "distribution.enter_purchase",
        "distribution.void_purchase",
        "distribution.view_purchase",
        "distribution.view_purchaseline",
    },
    Role.TKSK: {"regions.view_region", "beneficiaries.view_household", "beneficiaries.view_person"}
    | VIEW_CASES
    | VISIT
    | VIEW_PROPOSALS
    | ENTER_PROPOSALS
    | {"coordination.view_complaint", "coordination.add_complaint"}
    | {
        "distribution.view_agent",
        "distribution.view_agentvillage",
        "distribution.view_agentvisit",
        "distribution.view_agentfinding",
    }
    | VISIT_AGENTS,
    Role.AUDITOR: VIEW_REGISTER
    | VIEW_WORK
    | VIEW_COORDINATION
    | {"coordination.view_sensitive_complaint", "coordination.make_report"}
    | VIEW_PROPOSALS
    | REVEAL
    | VIEW_PAYMENTS
    | VIEW_MATCHING
    | VIEW_HEALTH
    | VIEW_ENDORSEMENT
    | VIEW_PAYOUT
    | VIEW_RECONCILIATION
    | VIEW_NUTRITION
    | {"distribution.view_barredgroup", "distribution.view_barredperson"}
    | {"accounts.view_accesslog", "accounts.view_user", "accounts.view_regionassignment"},
    Role.ADMINISTRATOR: {
        "regions.view_region",
        "regions.change_region",
        "accounts.view_user",
        "accounts.add_user",
        "accounts.change_user",
        "accounts.view_regionassignment",
        "accounts.add_regionassignment",
        "accounts.change_regionassignment",
        "accounts.delete_regionassignment",
        "accounts.view_accesslog",
        "beneficiaries.view_programme",
        "beneficiaries.add_programme",
        "beneficiaries.change_programme",
        "beneficiaries.view_bank",
        "beneficiaries.add_bank",
        "beneficiaries.change_bank",
        *(f"distribution.{action}_cashier" for action in ("view", "add", "change", "delete")),
        *(
            f"distribution.{action}_{model}"
            for action in ("view", "add", "change")
            for model in (
                "benefitrate",
                "budget",
                "foodgroup",
                "commodity",
                "regionindicator",
                "programmepair",
                "barredgroup",
                "barredperson",
            )
        ),
    }
    | RUN_CHECKS,
}


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
