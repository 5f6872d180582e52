from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "tingsu.api"
    label = "api"
