from django.apps import AppConfig


class UploadsConfig(AppConfig):
    name = "uploads"
    verbose_name = "Unggahan"

    def ready(self):
        from uploads import notices, steps

        steps.listeners.append(notices.tell)
