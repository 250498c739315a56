"""Counts of a village and wider: nobody can be told from them."""

from accounts.personal_data import declared

PERSONAL_DATA = {
    "dashboards.VillageFigures": declared(
        not_personal="village regency_code kpm households persons invalid_nik matched valid_kk"
        " addressed checked checked_on counted_at"
    ),
    "dashboards.RegisterFigures": declared(
        not_personal="id village regency_code register kpm households persons invalid_nik matched"
        " valid_kk addressed checked checked_on counted_at"
    ),
    "dashboards.VillageMonth": declared(
        not_personal="id village regency_code register month kpm households persons invalid_nik"
        " matched valid_kk addressed checked round cases approved"
    ),
    "dashboards.RegencyMonth": declared(
        not_personal="id regency regency_code register month kpm households persons invalid_nik"
        " matched valid_kk addressed checked round cases approved"
    ),
    "dashboards.PayoutFigures": declared(
        not_personal="id period village regency_code bank register payments planned credited"
        " credited_amount failed failed_amount spent spent_amount unspent unspent_30 unspent_60"
        " unspent_90 counted_at"
    ),
    "dashboards.RegencyPayout": declared(
        not_personal="id period regency regency_code bank register payments planned credited"
        " credited_amount failed failed_amount spent spent_amount unspent unspent_30 unspent_60"
        " unspent_90 counted_at"
    ),
    "dashboards.RoundFigures": declared(
        not_personal="id round village regency_code register cases sent returned approved"
        " counted_at"
    ),
    "dashboards.RoundDay": declared(
        not_personal="id round regency regency_code day approved counted_at"
    ),
    "dashboards.MatchFigures": declared(
        not_personal="id batch district regency_code outcome rule people latest nik_changed"
        " counted_at"
    ),
    "dashboards.MatchDay": declared(not_personal="id regency regency_code day persons matched"),
    "dashboards.ProvinceFigures": declared(
        not_personal="province kpm households persons invalid_nik matched valid_kk addressed"
        " checked"
    ),
    "dashboards.ProvinceRound": declared(not_personal="round cases approved"),
    "dashboards.HealthResult": declared(
        not_personal="code ran_at seconds sentences count failure bad_since"
    ),
    "dashboards.NightlyJob": declared(
        not_personal="code title day queued_at started_at finished_at outcome failure"
        " last_success_at"
    ),
}
