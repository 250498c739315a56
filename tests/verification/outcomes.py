"""What an officer writes into the white columns."""

FOUND = {"is_found": "YA", "is_eligible": "YA", "visited_on": "2021-10-04"}
GONE = {
    "is_found": "YA",
    "is_eligible": "TIDAK",
    "reason": "SUDAH MAMPU",
    "visited_on": "2021-10-04",
}
