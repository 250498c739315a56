def context(request) -> dict:
    return {}
