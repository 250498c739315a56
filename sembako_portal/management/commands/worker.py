import logging
import uuid

from django.core.management.base import BaseCommand

from sembako_portal.worker import PortalWorker


class Command(BaseCommand):
    help = "Run background work; tasks of a worker that died are found and run again."

    def add_arguments(self, parser):
        parser.add_argument("--interval", type=float, default=0.5, help="seconds between looks")
        parser.add_argument("--once", action="store_true", help="stop when nothing is waiting")

    def handle(self, *, interval: float, once: bool, **options):
        logging.getLogger("portal").setLevel(logging.INFO)
        worker = PortalWorker(
            queue_names=["default"],
            interval=interval,
            once=once,
            worker_id=f"portal-{uuid.uuid4().hex[:12]}",
        )
        worker.configure_signals()
        worker.run()
