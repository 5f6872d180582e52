"""`tingsu check-reply`: drafts checked before they are sent, without a site."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from django.utils.translation import gettext as _
from rich.console import Console
from rich.text import Text

from tingsu.base.files import read_text, whole_file

if TYPE_CHECKING:
    from tingsu.assist.replies import Finding, ReplyContext, ReplyRules

out = Console()
console = Console(stderr=True)
_SHOWN = 4000  # cells of a draft that are put on the screen; a character takes two
_ROWS = (".jsonl", ".ndjson")
_HALVES = "backslashreplace"  # of halves of characters, which no file can hold; JSON writes them the same way


def check_file(
    file: Annotated[Path, typer.Argument(help="草稿：一个文本文件一份，或 .jsonl 每行一份。")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="结果写到哪里（.jsonl）；.jsonl 必填。")] = None,
    kind: Annotated[
        str, typer.Option(metavar="种类", help="letter 信函、sms 短信、chat 在线、call 电话、decision 处理决定。")
    ] = "letter",
    context: Annotated[Path | None, typer.Option(help="背景（.json）：认定、权限金额、客户姓名和号码等。")] = None,
    pack: Annotated[str, typer.Option(metavar="方案包", help="用哪个方案包的检查规则。")] = "bank",
) -> None:
    """检查答复草稿：禁语、归咎、越权承诺、个人信息、法规名称、该有而没有的内容；有必须改的，退出码为 1。"""
    import django

    django.setup()  # messages are translated, which needs the apps; no database is opened
    from django.conf import settings

    from tingsu.assist.replies import rules_of

    rules = rules_of(pack, tuple(settings.TINGSU_PACK_PATHS))
    if file.suffix.lower() in _ROWS:
        if output is None or output.suffix.lower() not in _ROWS:
            raise typer.BadParameter(_("请用 -o 写明结果文件，以 .jsonl 结尾"))
        _check_rows(file, output, kind, _read_context(context), rules)
        return
    _check_one(file, output, _made(_read_context(context), kind), rules)


def _check_one(file: Path, output: Path | None, context: ReplyContext, rules: ReplyRules) -> None:
    from tingsu.assist.replies import check_reply, leaves_sums_unchecked

    text = read_text(file)
    findings, unchecked = check_reply(text, context, rules), leaves_sums_unchecked(text, context, rules)
    if output is not None:
        with whole_file(output, mode=0o600) as draft:
            draft.write_text(_line(_row(file.name, findings, unchecked)), encoding="utf-8", errors=_HALVES)
    _show(text, findings)
    if unchecked:
        out.print(
            _("答复里承诺了金额，而背景里没有写权限金额（limit），是否越权没有检查。"), markup=False, soft_wrap=True
        )
    if any(one.severity == "must" for one in findings):
        raise typer.Exit(1)


def _check_rows(file: Path, output: Path, kind: str, base: dict[str, Any], rules: ReplyRules) -> None:
    """One row in, one row out; a row that cannot be read says why in its place."""
    count = told = broken = unchecked = 0
    with whole_file(output, mode=0o600) as draft, draft.open("w", encoding="utf-8", errors=_HALVES) as sink:
        for row in _checked_rows(read_text(file), kind, base, rules):
            count, told = count + 1, told + bool(row.get("findings"))
            broken += "error" in row
            unchecked += "amounts_unchecked" in row
            sink.write(_line(row))
    said = _("检查 {n} 份，{told} 份有要改的，写到 {output}").format(n=count, told=told, output=output)
    console.print(said, markup=False, soft_wrap=True)
    if unchecked:
        said = _("{n} 份承诺了金额而没有写权限金额（limit），是否越权没有检查").format(n=unchecked)
        console.print(said, style="yellow", markup=False, soft_wrap=True)
    if broken:
        console.print(_("{n} 行读不了，原因写在结果里").format(n=broken), style="yellow", markup=False)


def _checked_rows(text: str, kind: str, base: dict[str, Any], rules: ReplyRules) -> Iterator[dict[str, Any]]:
    from tingsu.assist.replies import check_reply, leaves_sums_unchecked
    from tingsu.base.errors import TingsuError

    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
            words = data["text"]
            if not isinstance(words, str):
                raise TypeError
            context = _made({**base, **(data.get("context") or {})}, data.get("kind") or kind)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            yield {"line": number, "error": _("这一行应为 JSON，至少有 text（文字）")}
        except TingsuError as error:
            yield {"line": number, "error": error.message}
        else:
            unchecked = leaves_sums_unchecked(words, context, rules)
            yield _row(data.get("id", number), check_reply(words, context, rules), unchecked)


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False) + "\n"


def _row(name: Any, findings: list[Finding], unchecked: bool) -> dict[str, Any]:
    from tingsu.assist.replies.asked import finding_row

    row = {"id": name, "findings": [finding_row(one) for one in findings]}
    return {**row, "amounts_unchecked": True} if unchecked else row


def _made(data: dict[str, Any], kind: str) -> ReplyContext:
    from tingsu.assist.replies.asked import context_from

    return context_from(data, kind=kind)


def _read_context(path: Path | None) -> dict[str, Any]:
    """What the file tells of the case. Raises BadContext for what is no JSON object."""
    from tingsu.assist.replies.asked import BadContext

    if path is None:
        return {}
    try:
        data = json.loads(read_text(path))
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise BadContext({path.name: "应为一个 JSON 对象"})
    return data


def _show(text: str, findings: list[Finding]) -> None:
    """The draft with its words marked, then each finding with rule, source and a better wording."""
    if not findings:
        out.print(_("没有发现要改的地方。"))
        return
    shown = Text(text)
    for one in findings:
        shown.stylize("bold red" if one.severity == "must" else "bold yellow", one.start, one.end)
    shown.truncate(_SHOWN, overflow="ellipsis")
    out.print(shown, soft_wrap=True)
    for one in findings:
        mark = _("必须改") if one.severity == "must" else _("建议改")
        words = f"「{one.words}」" if one.words else _("（全文）")
        out.print(f"\n[{mark}] {words} {one.rule}", markup=False, highlight=False, soft_wrap=True)
        out.print(f"  {_('依据')}：{one.source}", markup=False, highlight=False, soft_wrap=True)
        out.print(f"  {_('可改为')}：{one.better}", markup=False, highlight=False, soft_wrap=True)
