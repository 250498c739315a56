"""Settings of the portal as in production, with the number of queries in a response header."""

from bench import QUERIES_HEADER

from sembako_portal.settings import *  # noqa: F403
from sembako_portal.settings import MIDDLEWARE

MIDDLEWARE = ["counting.count_queries", *MIDDLEWARE]


def count_queries(get_response):
    """Counts every statement of a request, those of session, user and scope included."""
    from django.db import connection

    def respond(request):
        count = 0

        def counted(execute, *arguments):
            nonlocal count
            count += 1
            return execute(*arguments)

        with connection.execute_wrapper(counted):
            response = get_response(request)
        response[QUERIES_HEADER] = str(count)
        return response

    return respond
