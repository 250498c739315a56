from accounts.personal_data import declared

PERSONAL_DATA = {
    "verification.Round": declared(
        personal="opened_by opened_at closed_by closed_at",
        not_personal="id name starts_on due_on status",
    ),
    "verification.RoundRegion": declared(not_personal="id round region regency_code"),
    "verification.Case": declared(
        personal="household is_found reason visited_on note decided_by decided_at",
        specific="is_eligible",
        not_personal="id round village regency_code status upload changed_at",
    ),
}
