"""What cannot be done, said as JSON: a stable code, a message a clerk can act on, and the error's facts."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from tingsu.api.shapes import Refusal
from tingsu.api.wire import answer_plain
from tingsu.base.errors import TingsuError

log = logging.getLogger(__name__)

STATUS = {
    "not_found": 404,
    "not_allowed": 403,
    "incomplete": 422,
    "key_reused": 422,
    "conflict": 409,
    "wrong_stage": 409,
    "not_possible": 409,
}
# How every operation may be refused, for its documentation.
REFUSED: dict[Any, Any] = {frozenset({400, 401, 403, 404, 409, 413, 422, 503}): Refusal}
PLAIN = {
    400: ("bad_request", "请求的内容不是有效的 JSON（UTF-8），请检查后重发。"),
    401: ("not_signed_in", "请在 Authorization 头中提供有效的令牌（Bearer），或先登录。"),
    403: ("csrf_failed", "缺少或不符的 X-CSRFToken。用浏览器会话提交时须带上它，系统对接请使用令牌。"),
    404: ("not_found", "没有这个地址，请对照 /api/docs。"),
    413: ("too_large", "提交的内容太大，请减小后重发；材料请作为证据上传。"),
    500: ("broken", "系统出了意外，已写入日志，请联系系统管理员。"),
    503: ("busy", "数据库暂时不能应答，没有任何内容被保存，请稍后重发。"),
}
WRONG = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这一栏目",
    "string_type": "应为文字",
    "string_too_long": "太长",
    "string_too_short": "不能为空",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "dict_type": "应为对象",
    "model_type": "应为对象",
    "model_attributes_type": "应为对象",
    "greater_than_equal": "超出范围",
    "less_than_equal": "超出范围",
}
WRONG_MOMENT = "应为日期和时间，如 2026-11-24T17:00:00+08:00"


def refuse(error: TingsuError) -> HttpResponse:
    """An error of ours with its facts and the status that fits."""
    facts = {name: value for name, value in vars(error).items() if name != "message"}
    return answer_plain({"code": error.code, "message": error.message, **facts}, STATUS.get(error.code, 400))


def refuse_plainly(status: int) -> HttpResponse:
    """A refusal that has no facts but its status."""
    code, message = PLAIN[status]
    return answer_plain({"code": code, "message": message}, status)


def handle_errors(api: NinjaAPI) -> None:
    """Let every error of the API's operations answer as JSON."""
    api.add_exception_handler(TingsuError, lambda request, error: refuse(error))  # type: ignore[arg-type]
    api.add_exception_handler(ValidationError, _refuse_fields)  # type: ignore[arg-type]
    api.add_exception_handler(HttpError, _refuse_http)  # type: ignore[arg-type]
    api.add_exception_handler(Http404, lambda request, error: refuse_plainly(404))
    api.add_exception_handler(RequestDataTooBig, lambda request, error: refuse_plainly(413))
    for kind in (SuspiciousOperation, BadRequest, MultiPartParserError, UnreadablePostError):
        api.add_exception_handler(kind, lambda request, error: refuse_plainly(400))
    api.add_exception_handler(OperationalError, _refuse_for_now)  # type: ignore[arg-type]
    api.add_exception_handler(Exception, _own_up)  # type: ignore[arg-type]


def _refuse_http(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error.__cause__, TingsuError):  # the parser's own refusal, which ninja wraps
        return refuse(error.__cause__)
    return refuse_plainly(error.status_code if error.status_code in PLAIN else 400)


def _refuse_fields(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields = {_place(wrong["loc"]): _say(wrong["type"]) for wrong in error.errors}
    message = "请补充或改正后再提交：" + "；".join(f"「{name}」{said}" for name, said in fields.items())
    return answer_plain({"code": "incomplete", "message": message, "fields": fields}, 422)


def _place(path: tuple[str | int, ...]) -> str:
    """Where in the body or the address, without ninja's first words (body, the parameter's name)."""
    named = [str(part) for part in path[1:]]
    return ".".join(named[1:] or named) or "body"


def _say(kind: str) -> str:
    return WRONG_MOMENT if kind.startswith(("datetime", "timezone")) else WRONG.get(kind, "格式不对")


def _refuse_for_now(request: HttpRequest, error: OperationalError) -> HttpResponse:
    log.error("the database did not answer %s %s", request.method, request.path, exc_info=error)
    response = refuse_plainly(503)
    response["Retry-After"] = "2"
    return response


def _own_up(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("%s %s broke", request.method, request.path, exc_info=error)
    return refuse_plainly(500)
