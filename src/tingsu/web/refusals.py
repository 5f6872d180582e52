"""What cannot be done, said on a designed page or, for htmx, in place; with the HTTP status that fits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tingsu.base.errors import TingsuError

STATUS = {
    "not_found": 404,
    "not_allowed": 403,
    "incomplete": 422,
    "conflict": 409,
    "wrong_stage": 409,
    "not_possible": 409,
    "model_refused": 409,
    "cannot_teach": 409,
    "template_refused": 422,
    "too_large": 413,
    "bad_pack": 500,
}
SERVER_AT_FAULT = 500
WRAPPING = 64 * 1024  # bytes a form may add around its file
LONGEST_LENGTH = 15  # digits of a length that can be meant
TITLES = {
    403: _("您没有办理这件事的权限"),
    404: _("没有找到"),
    409: _("现在还不能这样办"),
    413: _("现在还不能这样办"),
    422: _("还差一点"),
    400: _("这个请求没有看懂"),
    500: _("系统出了问题"),
}
ICONS = {403: "lock", 404: "search", 409: "info", 422: "pen"}


@dataclass
class RefusalMiddleware:
    """Answers a TingsuError that a page let through. The API answers its own."""

    get_response: Callable[[HttpRequest], HttpResponse]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/api/") and _is_too_large(request):
            return refuse(request, TooLarge())
        if not request.path.startswith("/api/") and _holds_nul(request):
            return refuse(request, TingsuError(gettext("内容里有看不见的控制字符，请重新输入后再提交。")))
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, TingsuError) or request.path.startswith("/api/"):
            return None
        return refuse(request, error)


class TooLarge(TingsuError):
    """More is sent than any file may hold; said before any of it is read and written to the disk."""

    code = "too_large"

    def __init__(self) -> None:
        super().__init__(f"提交的内容超过 {settings.EVIDENCE_MAX_BYTES >> 20} MB，请压缩或分开上传。")


def _is_too_large(request: HttpRequest) -> bool:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return (
        not length.isdecimal() or len(length) > LONGEST_LENGTH or int(length) > settings.EVIDENCE_MAX_BYTES + WRAPPING
    )


def _holds_nul(request: HttpRequest) -> bool:
    """Whether anything sent holds a NUL: nobody types one, and PostgreSQL takes none in text."""
    parts = [request.path, *(v for values in request.GET.lists() for v in (values[0], *values[1]))]
    if request.method == "POST":
        parts += [v for values in request.POST.lists() for v in (values[0], *values[1])]
    return any("\x00" in part for part in parts)


def status_of(error: TingsuError) -> int:
    """The HTTP status that fits an error of ours."""
    return STATUS.get(error.code, 400)


def refuse(request: HttpRequest, error: TingsuError) -> HttpResponse:
    """The error as a page, or as a notice when htmx asked for a part of one."""
    status = status_of(error)
    part = request.headers.get("HX-Request") == "true"
    context = {"error": error, "title": TITLES[status], "icon": ICONS.get(status, "error"), "status": status}
    # A pack that cannot be read leaves no roles either, so nothing that depends on them is drawn around the message.
    context["frame"] = "web/plain.html" if status == SERVER_AT_FAULT else "web/base.html"
    return render(request, "web/parts/refusal.html" if part else "web/refusal.html", context, status=status)
