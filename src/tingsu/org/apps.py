from django.apps import AppConfig


class OrgConfig(AppConfig):
    name = "tingsu.org"
    label = "org"
