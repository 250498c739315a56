from accounts.personal_data import declared

_ANSWERED = (
    "made_by made_at checked_by checked_at decided_by decided_at withdrawn_by withdrawn_at answer"
    " case"
)
_ANSWERABLE = "source source_number received_on due_on status reminded_on"
_DECIDED = "made_by made_at decided_by decided_at answer"

PERSONAL_DATA = {
    "verification.Round": declared(
        personal="opened_by opened_at closed_by closed_at",
        not_personal=(
            "id name starts_on due_on status frequency register register_date choice stratum"
            " sample_share sample_seed risks unseen_months copied_from"
        ),
    ),
    "verification.RoundRegion": declared(
        not_personal="id round region regency_code target_share target_count due_on start_families"
    ),
    "verification.Case": declared(
        personal=(
            "household was_kpm risks officer is_found reason visited_on visited_by note decided_by"
            " decided_at end_reason ended_by ended_at"
        ),
        specific="is_eligible result",
        not_personal=(
            "id round village regency_code status upload changed_at origin version carried_from"
        ),
    ),
    "verification.CaseStep": declared(
        personal="note details by at",
        not_personal="id case village regency_code action before after key version upload",
    ),
    "verification.CaseMember": declared(
        personal="person outcome new_nik", not_personal="id case village regency_code"
    ),
    "verification.Attachment": declared(
        personal="file original_name caption added_by added_at",
        not_personal="id case region regency_code content_type size sha256",
    ),
    "verification.VillageMeeting": declared(
        personal="leader made_by made_at finished_by finished_at",
        not_personal=(
            "id round village regency_code held_on venue minutes_number attendance scan status"
        ),
    ),
    "verification.MeetingAttendee": declared(
        personal="name function", not_personal="id meeting village regency_code position"
    ),
    "verification.MeetingDecision": declared(
        personal="household proposal kind reason note decided_at",
        not_personal="id meeting village regency_code",
    ),
    "verification.MeetingStep": declared(
        personal="by at", not_personal="id meeting village regency_code status note"
    ),
    # What a family lacks tells how poor it is.
    "verification.Proposal": declared(
        personal=f"household kk_number address hamlet rt rw {_ANSWERED}",
        specific="criteria points reason",
        not_personal=f"id village regency_code meeting {_ANSWERABLE}",
    ),
    # Children stand among the members: the row of a child is specific as a whole.
    "verification.ProposalMember": declared(
        personal="nik name birth_place birth_date sex relation occupation mother_name",
        not_personal="id proposal village regency_code position",
    ),
    "verification.ProposalStep": declared(
        personal="note before by at", not_personal="id proposal village regency_code action"
    ),
    "verification.AnswerTerm": declared(not_personal="id about source working_days legal_basis"),
    "verification.Objection": declared(
        personal=f"household kind statement {_ANSWERED}",
        not_personal=f"id village regency_code {_ANSWERABLE}",
    ),
    "verification.Objector": declared(
        personal="name contact", not_personal="id objection village regency_code"
    ),
    "verification.Replacement": declared(
        personal=f"household case leaving skip_reason {_DECIDED}",
        specific="rank why_rank",
        not_personal="id round village regency_code waiting skipped status",
    ),
    "verification.PayeeChange": declared(
        personal=f"household old_payee new_payee reason happened_on proof file {_DECIDED}",
        not_personal="id village regency_code status",
    ),
    "verification.Agreement": declared(
        personal="first_party second_party",
        not_personal="id number region valid_from valid_until keep_days ended_on",
    ),
    "verification.MatchBatch": declared(
        personal="requested_by requested_at answered_at finished_at",
        not_personal=(
            "id agreement region regency_code form choice round purpose status failure people"
            " answer matched_before matched_after"
        ),
    ),
    "verification.CivilRecord": declared(
        personal=(
            "nik kk_number name birth_place birth_date sex mother_name address village_code"
            " response"
        ),
        not_personal="id batch region regency_code row_number expires_on",
    ),
    "verification.MatchResult": declared(
        personal="person asked_nik outcome rule evidence consequence decided_at nik_changed",
        not_personal="id batch village regency_code state decisions_needed matched_at is_latest",
    ),
    "verification.MatchCandidate": declared(
        personal="record weights", not_personal="id result village regency_code rank probability"
    ),
    "verification.MatchDecision": declared(
        personal="verdict before by at undone_at candidate",
        not_personal="id result village regency_code",
    ),
    "verification.NotSame": declared(
        personal="person nik", not_personal="id village regency_code decision"
    ),
    "verification.DuplicateGroup": declared(
        personal="decided_by decided_at key weights",
        not_personal="id kind probability crosses_regencies status found_at",
    ),
    "verification.DuplicateMember": declared(
        personal="person", not_personal="id group village regency_code"
    ),
    "verification.Merge": declared(
        personal="survivor merged before by at undone_by undone_at",
        not_personal="id group village regency_code",
    ),
    "verification.Endorsement": declared(
        personal=(
            "official_name official_office official_nip scan made_by made_at endorsed_by"
            " endorsed_at forwarded_by forwarded_at package ended_by ended_at end_reason"
        ),
        not_personal=(
            "id round region regency_code status number signed_on families stayed entered left"
            " refused list_hash package_sha256"
        ),
    ),
    "verification.EndorsementStep": declared(
        personal="by at note", not_personal="id endorsement region regency_code action"
    ),
    "verification.EndorsementItem": declared(
        personal="household reason dtks_id kk_number nik name address rt rw",
        specific="result",
        not_personal="id endorsement case position village regency_code",
    ),
    "verification.SecondLook": declared(
        personal="item why outcome looked_on note chosen_by chosen_at recorded_by recorded_at",
        not_personal="id endorsement village regency_code method seed",
    ),
    "verification.Decree": declared(
        personal=(
            "official_name official_office scan list_file list_name recorded_by recorded_at"
            " applied_by applied_at ended_by ended_at end_reason"
        ),
        not_personal=(
            "id endorsement region regency_code number signed_on effective_on status list_sha256"
            " rows_read started ended"
        ),
    ),
    "verification.DecreeItem": declared(
        personal="item household dtks_id kk_number nik name differences",
        not_personal="id decree kind village regency_code row_number",
    ),
    "verification.CaseCount": declared(
        personal="officer",
        not_personal=(
            "id round village regency_code status result reason origin was_kpm since finding number"
        ),
    ),
}
