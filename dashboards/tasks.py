from django_tasks import task

from dashboards import checking


@task()
def run_checks() -> None:
    """What "Periksa sekarang" asks for; the same checks run every night."""
    checking.run()
