"""The small language of templates: tags, if, and rows repeated over a list. Everything else is refused before it runs.

docxtpl hands every part of a Word file that holds tags to the environment here, so nothing is rendered that was not
looked through first, whether it came by upload or was put into the folder by hand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tingsu.documents.errors import TemplateRefused
from tingsu.documents.tags import TAGS, Tag

_PLAIN = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Const, nodes.Name, nodes.Getattr, nodes.If, nodes.CondExpr,
    nodes.Compare, nodes.Operand, nodes.Not, nodes.And, nodes.Or, nodes.Concat, nodes.Test, nodes.Filter, nodes.For,
)  # fmt: skip
_FILTERS = {"default", "d", "length", "count"}
_TESTS = {"defined", "undefined"}
_LOOP = {"index", "first", "last", "length"}


@dataclass(slots=True)
class _Look:
    """One look through a parsed part; ``mistakes`` gathers what is wrong."""

    mistakes: list[str] = field(default_factory=list)

    def over(self, node: nodes.Node, rows: Mapping[str, Tag]) -> None:
        """``rows`` maps the names of the rows being repeated to their lists."""
        if not isinstance(node, _PLAIN):
            self.mistakes.append(f"模板里只能用标签、if 和清单的 for，不能用 {type(node).__name__}")
        elif isinstance(node, nodes.For):
            self._loop(node, rows)
        elif isinstance(node, nodes.Getattr):
            self._field(node, rows)
        else:
            self._one(node, rows)
            for child in node.iter_child_nodes():
                self.over(child, rows)

    def _one(self, node: nodes.Node, rows: Mapping[str, Tag]) -> None:
        if isinstance(node, nodes.Name) and node.name not in TAGS and node.name not in rows:
            self.mistakes.append(f"没有名为「{node.name}」的标签")
        elif isinstance(node, nodes.Output):
            self._shown(node, rows)
        elif isinstance(node, nodes.Filter) and node.name not in _FILTERS:
            self.mistakes.append(f"不能用「{node.name}」")
        elif isinstance(node, nodes.Test) and node.name not in _TESTS:
            self.mistakes.append(f"不能用「is {node.name}」")

    def _shown(self, node: nodes.Output, rows: Mapping[str, Tag]) -> None:
        for part in node.nodes:
            if isinstance(part, nodes.Name) and (part.name in rows or ((tag := TAGS.get(part.name)) and tag.fields)):
                self.mistakes.append(f"「{part.name}」有好几项，要用 for 逐项写出，再写「{part.name}.…」里的一项")

    def _loop(self, node: nodes.For, rows: Mapping[str, Tag]) -> None:
        name = node.iter.name if isinstance(node.iter, nodes.Name) else ""
        tag = TAGS.get(name)
        if tag is None or not tag.fields:
            self.mistakes.append(f"for 后面要写一份清单的名称，「{name or '…'}」不是清单")
        elif not isinstance(node.target, nodes.Name) or node.recursive or node.test or rows:
            self.mistakes.append(f"「{name}」的 for 只能写成“for 项 in {name}”，里面也不能再套 for")
        else:
            inside = {node.target.name: tag, "loop": Tag("loop", "", "", fields=tuple(Tag(n, "", "") for n in _LOOP))}
            for child in (*node.body, *node.else_):
                self.over(child, inside)

    def _field(self, node: nodes.Getattr, rows: Mapping[str, Tag]) -> None:
        owner = node.node.name if isinstance(node.node, nodes.Name) else ""
        tag = rows.get(owner)
        if tag is None:
            self.mistakes.append(f"「{owner or '…'}.{node.attr}」不是标签")
        elif all(one.name != node.attr for one in tag.fields):
            self.mistakes.append(f"清单「{tag.name}」里没有「{node.attr}」这一项")


class FormEnvironment(ImmutableSandboxedEnvironment):
    """Renders what passes the look, with everything escaped; raises TemplateRefused for the rest.

    With ``gather`` the mistakes of all parts are kept in ``mistakes`` and nothing of a mistaken part is rendered.
    """

    def __init__(self, *, gather: bool = False) -> None:
        super().__init__(autoescape=True, cache_size=0)
        self.globals.clear()
        self.gather = gather
        self.mistakes: list[str] = []

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        look = _Look()
        try:
            parsed = super()._parse(source, name, filename)
        except TemplateSyntaxError as error:
            look.mistakes.append(f"标签写法不对（{error.message}）{_nearby(source, error.lineno)}")
        else:
            look.over(parsed, {})
        if look.mistakes and not self.gather:
            raise TemplateRefused(look.mistakes)
        self.mistakes += look.mistakes
        return nodes.Template([], lineno=1) if look.mistakes else parsed


def _nearby(source: str, line: int) -> str:
    """The words around a mistake, without Word's own marks."""
    rows = source.splitlines()[max(line - 1, 0) : line + 1]
    words = " ".join(re.sub(r"<[^>]+>", "", row) for row in rows).strip()
    return f"，在“{words[:40]}”附近" if words else ""
