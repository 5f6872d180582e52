from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "tingsu.web"
    label = "web"
