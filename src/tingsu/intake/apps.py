from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "tingsu.intake"
    label = "intake"
