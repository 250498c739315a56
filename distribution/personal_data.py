from accounts.personal_data import declared

_SOURCE = "id source_upload source_row source_user created_at changed_at"
_PLACE = "id village regency_code"

PERSONAL_DATA = {
    "distribution.BenefitRate": declared(
        not_personal="id programme amount valid_from valid_until legal_basis"
    ),
    "distribution.Budget": declared(
        not_personal="id programme region regency_code year amount legal_basis"
    ),
    "distribution.BarredGroup": declared(not_personal="code name words is_refused legal_basis"),
    "distribution.BarredPerson": declared(personal="nik name group note", not_personal="id"),
    # An outlet is often a home: its place and number are its owner's.
    "distribution.Agent": declared(
        personal="owner_name owner_nik owner_occupation phone address latitude longitude",
        not_personal=(
            f"{_SOURCE} bank agent_id name kind village regency_code has_edc contract_from"
            " contract_until status status_reason"
        ),
    ),
    "distribution.AgentVillage": declared(not_personal=f"{_PLACE} agent"),
    "distribution.AgentVisit": declared(
        personal="visited_by note",
        not_personal=(
            f"{_PLACE} agent visited_on fair_price good_quality right_amount no_packages no_forcing"
            " no_cash open_daily score created_at"
        ),
    ),
    "distribution.AgentFinding": declared(
        personal="detail follow_up closed_by",
        not_personal=f"{_PLACE} agent visit kind status found_on due_on closed_at",
    ),
    "distribution.AccountOpening": declared(
        personal="created_by",
        not_personal="id bank region regency_code name status sent_on created_at finished_at",
    ),
    "distribution.AccountOpeningMember": declared(
        personal="household person",
        specific="status reason account_number card",
        not_personal=f"{_PLACE} opening decided_at",
    ),
    "distribution.CardEvent": declared(
        personal="household by",
        specific="card before after happened_on replacement note",
        not_personal=f"{_PLACE} upload at",
    ),
    "distribution.FoodGroup": declared(not_personal="code name position"),
    "distribution.Commodity": declared(not_personal="id name group unit is_allowed note"),
    "distribution.RegionIndicator": declared(not_personal="id region year kind value source"),
    "distribution.ProgrammePair": declared(
        not_personal="id first second rule legal_basis valid_from valid_until"
    ),
    "distribution.OverlapFinding": declared(
        personal="household owner decided_by",
        specific="pair since status reason",
        not_personal=f"{_PLACE} found_at decided_at",
    ),
    "distribution.PayoutPeriod": declared(
        personal="opened_by closed_by",
        not_personal="id programme name first_month last_month is_rapel status opened_at closed_at"
        " close_note eligible_count listed_at",
    ),
    "distribution.PaymentOrder": declared(not_personal="id period number dated_on upload"),
    "distribution.LeftOut": declared(
        personal="household", specific="reason", not_personal=f"{_PLACE} period created_at"
    ),
    "distribution.Payment": declared(
        personal="household person payee_name payee_nik source_user",
        specific="card_number account_number rate amount status status_on reason topped_up_on"
        " topped_up_amount spent_amount refunded_amount balance is_eligible",
        not_personal=f"{_PLACE} period bank first_month months order source_upload source_row"
        " created_at changed_at",
    ),
    "distribution.PaymentReport": declared(
        personal="by",
        specific="payment status status_on amount reason",
        not_personal=f"{_PLACE} upload row received_at withdrawn_at",
    ),
    "distribution.PaymentSum": declared(
        not_personal="id period region regency_code bank status year number amount credited spent"
        " refunded"
    ),
    "distribution.PeriodWork": declared(
        personal="by",
        not_personal="id period kind status queued_at started_at finished_at outcome",
    ),
    "distribution.Cashier": declared(personal="user", not_personal="id agent"),
    "distribution.Purchase": declared(
        personal="entered_by voided_by",
        specific="payment card_number amount purchased_at void_reason",
        not_personal=f"{_PLACE} number agent period source_upload source_row created_at voided_at",
    ),
    "distribution.PurchaseLine": declared(
        specific="name quantity price amount",
        not_personal=f"{_PLACE} purchase commodity food_group unit",
    ),
    "distribution.ReconciliationFinding": declared(
        personal="household payee_name payee_nik owner note evidence",
        specific="payment purchase amount cause detail since",
        not_personal=f"{_PLACE} period rule subject bank is_due status office handled_at"
        " found_at gone_at",
    ),
    "distribution.FindingStep": declared(
        personal="by note evidence owner",
        not_personal=f"{_PLACE} finding status office deed is_undo at",
    ),
    "distribution.Reconciled": declared(
        not_personal="id period region regency_code bank register_count register_amount"
        " listed_count listed_amount credited_count credited_amount spent_count spent_amount"
        " counted_at"
    ),
    "distribution.AgentPrice": declared(
        not_personal=f"{_PLACE} period agent commodity lines amount price"
    ),
}
