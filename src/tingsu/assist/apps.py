from django.apps import AppConfig


class AssistConfig(AppConfig):
    name = "tingsu.assist"
    label = "assist"
