from accounts.personal_data import declared

_SOURCE = "id source_upload source_row source_user created_at changed_at village regency_code"

PERSONAL_DATA = {
    # The decile tells how poor a family is.
    "beneficiaries.Household": declared(
        personal="dtks_id kk_number address hamlet rt rw payee is_active inactive_reason",
        specific="register decile",
        not_personal=f"{_SOURCE} register_date",
    ),
    # Children stand among the members: the row of a child is specific as a whole.
    "beneficiaries.Person": declared(
        personal=(
            "household nik nik_valid name birth_place birth_date sex relation occupation"
            " mother_name match_note nik_confirmed_on is_active inactive_reason search"
        ),
        not_personal=_SOURCE,
    ),
    "beneficiaries.Card": declared(
        personal="household holder",
        specific="bank card_number account_number status handed_over_on",
        not_personal=_SOURCE,
    ),
    "beneficiaries.Enrollment": declared(
        personal="household",
        specific="programme started_on ended_on end_reason",
        not_personal=_SOURCE,
    ),
    "beneficiaries.Bank": declared(not_personal="code name short_name is_active"),
    "beneficiaries.Quota": declared(
        not_personal="id region regency_code year programme families legal_basis"
    ),
    "beneficiaries.Programme": declared(
        not_personal="code name is_sembako started_on ended_on legal_basis"
    ),
}
