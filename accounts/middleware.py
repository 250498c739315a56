"""The database scope of each request (accounts/scope.py), set before anything is read."""

from accounts import scope


def start_without_scope(get_response):
    """Nothing is visible until the user is known, and nothing of it survives the request."""

    def middleware(request):
        with scope.applied(scope.NOWHERE):
            return get_response(request)

    return middleware


def scope_of_request(get_response):
    def middleware(request):
        if request.user.is_authenticated:
            scope.enter(request.user.scope)
        return get_response(request)

    return middleware
