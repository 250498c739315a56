from accounts.personal_data import declared

PERSONAL_DATA = {
    "distribution.BenefitRate": declared(
        not_personal="id programme amount valid_from valid_until legal_basis"
    ),
}
