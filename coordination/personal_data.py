from accounts.personal_data import declared

PERSONAL_DATA = {
    "coordination.Agency": declared(not_personal="id name short_name region email is_active"),
    "coordination.Meeting": declared(
        personal="chair summary",
        not_personal="id title region starts_at place status created_by created_at",
    ),
    "coordination.AgendaItem": declared(not_personal="id meeting position title"),
    "coordination.Attendance": declared(not_personal="id meeting agency attended people"),
    "coordination.Decision": declared(not_personal="id meeting position text"),
    "coordination.FollowUp": declared(
        personal="responsible created_by",
        not_personal="id meeting decision text agency region regency_code due_on indicator"
        " value_then value_now value_now_on round period value_newest"
        " newest_name status finished_on reminded_on created_on",
    ),
    "coordination.FollowUpStep": declared(
        personal="note file file_name by",
        not_personal="id follow_up region regency_code action due_on at",
    ),
    "coordination.Briefing": declared(
        personal="made_by",
        not_personal="id meeting region regency_code status snapshot as_of created_at",
    ),
    "coordination.Minutes": declared(
        personal="snapshot made_by",
        not_personal="id meeting region regency_code version made_at",
    ),
    "coordination.Complaint": declared(
        personal="subject text household complainant_name complainant_phone complainant_address"
        " answer owner received_by sp4n_number agent",
        not_personal="id channel category region regency_code received_on due_on is_sensitive"
        " status outcome answered_on reopened created_at",
    ),
    "coordination.ComplaintStep": declared(
        personal="note by", not_personal="id complaint region regency_code action at"
    ),
    "coordination.ComplaintTerm": declared(not_personal="id category days legal_basis"),
    "coordination.ReportFile": declared(
        personal="user purpose file",
        not_personal="id report region options format status done total created_at expires_at",
    ),
    "coordination.PublicRelease": declared(
        personal="published_by", not_personal="id table as_of published_at withdrawn_at"
    ),
}
