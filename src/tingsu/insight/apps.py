from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "tingsu.insight"
    label = "insight"
