from django_tasks import task

from dashboards import digest


@task()
def send_digests() -> None:
    """The e-mails of today; harmless when run again."""
    digest.send_digests()
