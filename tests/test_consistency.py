"""What must hold in the whole repository."""

from django.template import Context, Template


def test_a_key_in_a_template_stays_a_key():
    """A row numbered 60.576 in a form is not found again: its decision would be lost."""
    assert Template("{{ key }}").render(Context({"key": 60_576})) == "60576"
