from django.db.migrations.operations import RunSQL


def same_place(table: str) -> RunSQL:
    """Migration operation: rows of a household stand where the household stands.

    The village is repeated on the row so that scope and indexes need no join; this key keeps both
    equal and carries a move of the household over to its rows.
    """
    name = f"{table}_same_place"
    return RunSQL(
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" FOREIGN KEY (household_id, village_id)'
        " REFERENCES beneficiaries_household (id, village_id) ON UPDATE CASCADE",
        f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"',
    )
