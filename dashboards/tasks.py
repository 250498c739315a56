from django_tasks import task

from dashboards import digest, health


@task()
def run_checks() -> None:
    """What "Periksa sekarang" asks for; the same checks run every night."""
    health.run()


@task()
def send_digests() -> None:
    """The e-mails of today; harmless when run again."""
    digest.send_digests()
