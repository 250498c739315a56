"""Where a page of the portal is."""

from functools import cache

from django.urls import reverse


@cache
def address_of(page: str) -> str:
    """The address of a page that takes no arguments.

    Kept, because it never changes and every page asks for some hundred: fifty entries of the
    navigation and eighty links to a dozen lists, each of which `reverse` works out anew.
    """
    return reverse(page)
