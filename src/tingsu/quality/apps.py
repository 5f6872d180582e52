from django.apps import AppConfig


class QualityConfig(AppConfig):
    name = "tingsu.quality"
    label = "quality"
