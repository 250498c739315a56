from accounts.personal_data import declared

PERSONAL_DATA = {
    "verification.Round": declared(
        personal="opened_by opened_at closed_by closed_at",
        not_personal=(
            "id name starts_on due_on status frequency register register_date choice stratum"
            " sample_share sample_seed risks unseen_months copied_from"
        ),
    ),
    "verification.RoundRegion": declared(
        not_personal="id round region regency_code target_share target_count due_on"
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
    "verification.Agreement": declared(
        personal="first_party second_party",
        not_personal="id number region valid_from valid_until keep_days ended_on",
    ),
    "verification.MatchBatch": declared(
        personal="requested_by requested_at answered_at finished_at",
        not_personal=(
            "id agreement region regency_code form choice round purpose status failure people"
            " answer"
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
        personal="person asked_nik outcome rule evidence consequence decided_at",
        not_personal="id batch village regency_code state decisions_needed matched_at",
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
}
