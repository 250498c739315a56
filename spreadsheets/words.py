"""Numbers as people read them."""


def thousands(number: int) -> str:
    """
    >>> thousands(1234567), thousands(-1500), thousands(999)
    ('1.234.567', '-1.500', '999')
    """
    return f"{number:,}".replace(",", ".")
