"""What each role may do. Where it may do it is said by `RegionAssignment` (accounts/scope.py)."""

from django.db import models


class Role(models.TextChoices):
    PETUGAS = "PETUGAS", "Petugas kab/kota"
    SUPERVISOR = "SUPERVISOR", "Supervisor kab/kota"
    KOORDINATOR = "KOORDINATOR", "Koordinator provinsi"
    DUKCAPIL = "DUKCAPIL", "Petugas Dukcapil"
    BANK = "BANK", "Petugas bank"
    TKSK = "TKSK", "TKSK"
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
VIEW_WORK = {"verification.view_round", "verification.view_case", "uploads.view_upload"}
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
REVEAL = {"accounts.reveal_identity"}
# Agencies beside the Dinas Sosial send sheets of their own and see no others (uploads/models.py).
OUTSIDE = frozenset({Role.DUKCAPIL, Role.BANK})
SEND = {"uploads.view_upload", "uploads.add_upload", "uploads.submit_upload"}

PERMISSIONS: dict[str, set[str]] = {
    Role.PETUGAS: VIEW_REGISTER
    | VIEW_WORK
    | COORDINATE
    | REVEAL
    | VIEW_MATCHING
    | {
        "uploads.add_upload",
        "uploads.submit_upload",
        "verification.download_sheet",
        "verification.add_matchbatch",
        "verification.merge_duplicategroup",
    },
    Role.SUPERVISOR: VIEW_REGISTER
    | VIEW_WORK
    | COORDINATE
    | CONFIDE
    | REVEAL
    | VIEW_MATCHING
    | {"verification.download_sheet"},
    Role.KOORDINATOR: VIEW_REGISTER
    | VIEW_WORK
    | COORDINATE
    | CONFIDE
    | REVEAL
    | VIEW_MATCHING
    | DECIDE_MATCHING
    | {
        "coordination.add_agency",
        "coordination.change_agency",
        "coordination.publish_figures",
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
    },
    Role.DUKCAPIL: {
        "regions.view_region",
        "verification.view_agreement",
        "verification.view_matchbatch",
        "verification.answer_matchbatch",
        "coordination.view_followup",
        "coordination.report_followup",
        "verification.view_matchresult",
        "verification.view_matchdecision",
    }
    | DECIDE_MATCHING
    | SEND
    | REVEAL,
    Role.BANK: {"regions.view_region", "beneficiaries.view_bank"}
    | {"coordination.view_followup", "coordination.report_followup"}
    | SEND
    | REVEAL,
    Role.TKSK: {"regions.view_region", "beneficiaries.view_household", "beneficiaries.view_person"}
    | {"verification.view_round", "verification.view_case"}
    | {"coordination.view_complaint", "coordination.add_complaint"},
    Role.AUDITOR: VIEW_REGISTER
    | VIEW_WORK
    | VIEW_COORDINATION
    | {"coordination.view_sensitive_complaint", "coordination.make_report"}
    | REVEAL
    | VIEW_MATCHING
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
        "coordination.view_agency",
        "coordination.add_agency",
        "coordination.change_agency",
        "coordination.publish_figures",
        "beneficiaries.view_programme",
        "beneficiaries.add_programme",
        "beneficiaries.change_programme",
        "beneficiaries.view_bank",
        "beneficiaries.add_bank",
        "beneficiaries.change_bank",
        "distribution.view_benefitrate",
        "distribution.add_benefitrate",
        "distribution.change_benefitrate",
    },
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
