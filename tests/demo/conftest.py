import pytest


@pytest.fixture
def on_own_machine(settings):
    settings.INSECURE_HTTP = True
