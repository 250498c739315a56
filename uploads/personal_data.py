from accounts.personal_data import declared

PERSONAL_DATA = {
    # The file and what was read from it hold whole families, with their accounts.
    "uploads.Upload": declared(
        personal=(
            "original_name sent_by sent_at submitted_by submitted_at reviewed_by reviewed_at"
            " applied_at"
        ),
        specific="file reading",
        not_personal=(
            "id kind region regency_code reference repairs size sha256 status stage done total"
            " stage_started_at cancel_requested failure failure_code columns expected_rows"
            " rows_new rows_changed rows_same rows_review rows_problem rows_applied rows_conflict"
        ),
    ),
    "uploads.ColumnMapping": declared(personal="user changed_at", not_personal="id kind columns"),
    "uploads.UploadRow": declared(
        specific="values changes",
        not_personal=(
            "id upload region regency_code sheet row_number verdict target_id household_id outcome"
        ),
    ),
    "uploads.UploadIssue": declared(
        specific="message before value suggestion",
        not_personal=(
            "id upload region regency_code sheet row_number field code level decision from_register"
        ),
    ),
    "uploads.UploadEvent": declared(
        personal="at by note", not_personal="id upload region regency_code status"
    ),
}
