"""JSON in and JSON out: bodies read with care, answers written once."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.datastructures import MultiValueDict
from ninja.parser import Parser
from pydantic import BaseModel, TypeAdapter

from tingsu.base.text import UNSTORABLE, is_storable
from tingsu.cases.errors import Incomplete

DEEPEST = 8  # levels of a body; nothing the API takes is deeper than five
LONGEST_PARAMETER = 200  # characters of one word of the address


class CarefulParser(Parser):
    """Reads bodies and addresses, and refuses what no store could keep before anything is done with it."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """The body as data. Raises ValueError when it is no JSON, Incomplete naming fields that cannot be kept."""
        body: dict[str, Any] = json.loads(request.body, parse_constant=_refuse_constant)
        check_storable(body)
        return body

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        wrong = {
            name: UNSTORABLE if len(value) <= LONGEST_PARAMETER else f"最多 {LONGEST_PARAMETER} 字"
            for name, value in _words(data)
            if len(value) > LONGEST_PARAMETER or not is_storable(value)
        }
        if wrong:
            raise Incomplete(wrong)
        return super().parse_querydict(data, list_fields, request)


def answer(shape: BaseModel, status: int = 200) -> HttpResponse:
    """A shape as the response, serialised once and not checked again: building the shape has checked it."""
    return HttpResponse(shape.__pydantic_serializer__.to_json(shape), status=status, content_type="application/json")


def answer_list(adapter: TypeAdapter[Any], items: list[Any]) -> HttpResponse:
    """A list of shapes as the response."""
    return HttpResponse(adapter.dump_json(items), content_type="application/json")


def answer_plain(data: dict[str, Any], status: int = 200) -> HttpResponse:
    """Plain data as the response."""
    return HttpResponse(json.dumps(data, ensure_ascii=True), status=status, content_type="application/json")


def check_storable(body: Any) -> None:
    """Raises Incomplete naming the fields whose text no store can keep; without recursion, so depth is no weapon."""
    wrong: dict[str, str] = {}
    waiting: list[tuple[str, Any, int]] = [("", body, 0)]
    while waiting:
        path, value, depth = waiting.pop()
        if depth > DEEPEST:
            raise Incomplete({path.split(".")[0] or "body": f"内容嵌套超过 {DEEPEST} 层"})
        if isinstance(value, str):
            if not is_storable(value):
                wrong[path or "body"] = UNSTORABLE
        elif isinstance(value, dict):
            for name, inner in value.items():
                if not is_storable(name):
                    raise Incomplete({path or "body": UNSTORABLE})
                waiting.append((f"{path}.{name}" if path else name, inner, depth + 1))
        elif isinstance(value, list):
            waiting.extend((path, inner, depth + 1) for inner in value)
    if wrong:
        raise Incomplete(wrong)


def _words(data: MultiValueDict[str, Any]) -> list[tuple[str, str]]:
    if not isinstance(data, QueryDict):  # uploaded files
        return []
    return [(name, value) for name in data for value in (name, *data.getlist(name))]


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
