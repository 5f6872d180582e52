"""`tingsu learn` and `tingsu models`: the site's own models of reading, taught, shown, put in force and taken back."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table as Grid

if TYPE_CHECKING:
    from tingsu.org.models import User
    from tingsu.reading.learned.described import Told
    from tingsu.reading.learned.store import Card
    from tingsu.reading.learned.training import Stage, Trial

progress_console = Console(stderr=True)
By = Annotated[str | None, typer.Option(help="以谁的名义（登录名）；不写则记作本机管理员。")]
Name = Annotated[str, typer.Argument(help="模型名称。")]
Reason = Annotated[str, typer.Option(help="理由，会留痕。")]


def learn(
    file: Annotated[Path | None, typer.Argument(help="标注好的文件：.csv .xlsx .xls .parquet .json .jsonl。")] = None,
    label: Annotated[str | None, typer.Option(metavar="列名", help="哪一列是标注。")] = None,
    name: Annotated[str | None, typer.Option(metavar="名称", help="给这个标签起的名称，以后也是结果里的列名。")] = None,
    text: Annotated[str | None, typer.Option(metavar="列名", help="哪一列是文本；不写则自动认列。")] = None,
    title: Annotated[str | None, typer.Option(metavar="列名", help="哪一列是标题，接在文本前面；不写则不用。")] = None,
    corrections: Annotated[bool, typer.Option("--corrections", help="不读文件，从工单上的更正学。")] = False,
    facet: Annotated[
        str | None, typer.Option(help="只学一项：business、cause、emotion、need；不写则够数的都学。")
    ] = None,
    use: Annotated[bool, typer.Option("--use", help="学完直接启用，不再询问。")] = False,
    by: By = None,
    reason: Annotated[str, typer.Option(help="启用的理由，会留痕。")] = "",
    encoding: Annotated[str | None, typer.Option(help="文本文件的编码；默认自动判断。")] = None,
    sheet: Annotated[str | None, typer.Option(help="Excel 工作表名；默认行数最多的一张。")] = None,
) -> None:
    """从标注好的文件或工单上的更正训练本行自己的模型：先看交叉验证的成绩、混淆矩阵和最大的错误，再决定启用。"""
    from tingsu.cases.learning import teach_from_corrections, teach_from_examples

    person = _person(by)
    if corrections:
        for one in _facets_to_teach(facet, person):
            with _stages() as stage:
                trial = teach_from_corrections(one, by=person, on_stage=stage)
            _settle(trial, person, use=use, reason=reason or _("按工单上的更正训练"))
        return
    if file is None or label is None or name is None:
        raise typer.BadParameter(
            _("请写明读哪个文件、哪一列是标注、叫什么名称：tingsu learn 文件 --text 列名 --label 列名 --name 名称")
        )
    told, source = _read_file(file, text, label, title, encoding, sheet)
    with _stages() as stage:
        trial = teach_from_examples(name, told, source, by=person, on_stage=stage)
    _settle(trial, person, use=use, reason=reason or _("按 {file} 训练").format(file=file.name))


def list_models(context: typer.Context) -> None:
    """本行训练的模型：各有哪些版本、哪一版在用；启用、退回、停用。"""
    if context.invoked_subcommand is not None:
        return
    from tingsu.cases.site_models import store

    kept = store()
    force = kept.in_force()
    out = _out()
    grid = Grid(_("名称"), _("版本"), _("在用"), _("例子"), "macro-F1", _("正确率"), _("训练于"), _("由谁"), box=None)
    for name in kept.names():
        for version in reversed(kept.versions(name)):
            card = kept.card(name, version)
            used = "●" if name in force and force[name].version == version else ""
            figures = card.report["figures"]
            grid.add_row(
                name, str(version), used, str(sum(card.examples.values())), _share(figures["macro_f1"]),
                _share(figures["accuracy"]), card.made_at[:16].replace("T", " "), card.made_by,
            )  # fmt: skip
    if grid.row_count:
        out.print(grid, markup=False, highlight=False)
    else:
        out.print(_("还没有训练过模型。请用 tingsu learn 训练。"))
    for name in force:
        for trouble in kept.load_in_force(name)[1]:
            out.print(f"✗ {trouble}", style="bold red", markup=False)


def show_model(
    name: Name,
    version: Annotated[int | None, typer.Argument(help="第几版；不写则看最新的一版。")] = None,
) -> None:
    """看一个版本的成绩、混淆矩阵和最大的错误。"""
    from tingsu.cases.site_models import store

    kept = store()
    number = version if version is not None else max(kept.versions(name), default=0)
    show_card(_out(), kept.card(name, number))


def use_model(
    name: Name,
    version: Annotated[int, typer.Argument(help="第几版。")],
    reason: Reason = "",
    by: By = None,
) -> None:
    """启用一个版本，从下一段文本起生效。"""
    from tingsu.cases.site_models import use_version

    use_version(name, version, by=_person(by), reason=reason or _("从命令行启用"))
    _out().print(_("已启用「{name}」第 {version} 版。").format(name=name, version=version), markup=False)


def take_back(name: Name, reason: Reason = "", by: By = None) -> None:
    """退回上一个启用过的版本；没有上一版时退回出厂的研判。"""
    from tingsu.cases.site_models import go_back

    force = go_back(name, by=_person(by), reason=reason or _("从命令行退回"))
    said = _("已退回「{name}」第 {version} 版。") if force else _("「{name}」已退回出厂状态，本行训练的版本都不在用。")
    _out().print(said.format(name=name, version=force.version if force else 0), markup=False)


def turn_off(name: Name, reason: Reason = "", by: By = None) -> None:
    """停用一个模型；版本都还在，可以再启用。"""
    from tingsu.cases.site_models import switch_off

    switch_off(name, by=_person(by), reason=reason or _("从命令行停用"))
    _out().print(_("已停用「{name}」。").format(name=name), markup=False)


def show_card(out: Console, card: Card) -> None:
    """Print everything a person needs to decide whether a version should go into force."""
    report, figures = card.report, card.report["figures"]
    title = _("「{name}」第 {version} 版").format(name=card.name, version=card.version) if card.version else card.name
    on_top = _("，在出厂研判的基础上") if card.on_top else ""
    counted = _("{n} 条例子，{k} 类").format(n=sum(card.examples.values()), k=len(card.examples))
    out.print(f"{title}：{counted}{on_top}", style="bold", markup=False, highlight=False)
    for note in card.notes:
        out.print(f"⚠ {note}", style="yellow", markup=False, highlight=False)
    out.print(
        _("交叉验证（5 折，相同和近似的文本在同一折）：macro-F1 {f1}，正确率 {right}，把握偏差 {off}，"
          "要求 95% 准确时能判 {cover}").format(
            f1=_share(figures["macro_f1"]), right=_share(figures["accuracy"]),
            off=f"{figures['calibration_error']:.3f}", cover=_share(figures["coverage"]),
        ),
        markup=False, highlight=False,
    )  # fmt: skip
    grid = Grid(_("类别"), _("例子"), _("准确率"), _("召回率"), "F1", box=None, header_style="dim")
    for row in report["by_label"]:
        cells = (row["label"], str(row["count"]), _share(row["precision"]), _share(row["recall"]), _share(row["f1"]))
        grid.add_row(*cells)
    out.print(grid, markup=False, highlight=False)
    _show_confusion(out, report)
    _show_worst(out, report)
    _show_compared(out, card)


def _show_confusion(out: Console, report: Mapping[str, Any]) -> None:
    labels, confusion = report["labels"], report["confusion"]
    out.print(_("混淆矩阵（行是标注，列是模型说的）："), markup=False)
    grid = Grid("", *(str(n) for n in range(1, len(labels) + 1)), box=None, header_style="dim")
    for n, (label, row) in enumerate(zip(labels, confusion, strict=True), start=1):
        cells = [str(count) if count else "·" for count in row]
        grid.add_row(f"{n} {label}", *cells)
    out.print(grid, markup=False, highlight=False)


def _show_worst(out: Console, report: Mapping[str, Any]) -> None:
    worst = report["worst"]
    if not worst:
        return
    out.print(_("最有把握却错了的（多是标注有误，或类别难分）："), markup=False)
    grid = Grid(_("出处"), _("标注"), _("模型说"), _("把握"), _("文本（已遮盖）"), box=None, header_style="dim")
    for one in worst:
        grid.add_row(one["origin"], one["truth"], one["said"], f"{one['confidence']:.0%}", one["text"])
    out.print(grid, markup=False, highlight=False)


def _show_compared(out: Console, card: Card) -> None:
    compared = card.compared
    if not compared:
        return
    against = _("出厂研判") if compared["against"] == "shipped" else compared["against"]
    if "old" not in compared:
        said = _("与 {against} 相比：能公平比较的只有 {n} 条，太少，比不出高下。")
        out.print(said.format(against=against, n=compared["rows"]), markup=False, highlight=False)
        return
    said = _(
        "与 {against} 比同样的 {n} 条（判的时候都没见过）："
        "原来 macro-F1 {f1}、正确率 {right}，现在 {new_f1}、{new_right}。"
    )
    old, new = compared["old"], compared["new"]
    out.print(
        said.format(
            n=compared["rows"], against=against, f1=_share(old["macro_f1"]), right=_share(old["accuracy"]),
            new_f1=_share(new["macro_f1"]), new_right=_share(new["accuracy"]),
        ),
        markup=False, highlight=False,
    )  # fmt: skip
    kinds = {"corrected": _("更正过的"), "confirmed": _("没有更正的"), "given": _("文件里的")}
    if set(compared["by_kind"]) - {"given"}:
        for kind, one in compared["by_kind"].items():
            said = _("　{kind} {n} 条：原来对 {old} 条，现在对 {new} 条。")
            told = said.format(kind=kinds[kind], n=one["rows"], old=one["old"], new=one["new"])
            out.print(told, markup=False, highlight=False)


def _settle(trial: Trial, person: User | None, *, use: bool, reason: str) -> None:
    """Show the figures, keep the version, and put it in force where that is wanted."""
    from tingsu.cases.learning import keep_trial
    from tingsu.cases.site_models import store, use_version

    out = _out()
    show_card(out, trial.card)
    card = keep_trial(trial, by=person)
    old = store().in_force().get(card.name)
    if not use and not _is_wanted(card, old.version if old else 0):
        said = _("已存为第 {version} 版，没有启用。要启用请运行 tingsu models use {name} {version}")
        out.print(said.format(version=card.version, name=card.name), markup=False, highlight=False)
        return
    use_version(card.name, card.version, by=person, reason=reason)
    said = _("已启用「{name}」第 {version} 版。退回请运行 tingsu models back {name}")
    out.print(said.format(version=card.version, name=card.name), markup=False, highlight=False)


def _is_wanted(card: Card, old: int) -> bool:
    """Ask; where nobody is there, only what replaces no older version and no shipped judgement goes into force."""
    if sys.stdin.isatty():
        return typer.confirm(_("启用这一版吗？"), default=False)
    return not old and not card.on_top


def _read_file(
    file: Path, text: str | None, label: str, title: str | None, encoding: str | None, sheet: str | None
) -> tuple[list[Told], dict[str, str]]:
    from tingsu.intake.labelled import digest_of, read_labelled

    with _stages() as stage:
        found = read_labelled(
            file, text=text, label=label, title=title, encoding=encoding, sheet=sheet,
            on_row=lambda done: stage("rows", done, 0),
        )  # fmt: skip
    console = progress_console
    console.print(f"{file.name}：" + "；".join(found.notices), markup=False, highlight=False, soft_wrap=True)
    if found.bare:
        console.print(_("{n} 行没有标注，略过").format(n=found.bare), style="yellow", markup=False)
    if found.unread:
        first = found.unread[0]
        said = _("{n} 行读不了，略过（第 {row} 行：{reason}）")
        told = said.format(n=len(found.unread), row=first.number, reason=first.reason)
        console.print(told, style="yellow", markup=False, soft_wrap=True)
    return found.told, {"kind": "file", "file": file.name, "sha256": digest_of(file), "label": label}


def _facets_to_teach(facet: str | None, person: User | None) -> list[str]:
    """The facet asked for, or every one with enough corrections. Raises CannotTeach where there is none."""
    from tingsu.cases.learning import count_corrections
    from tingsu.reading.learned.described import FEWEST_ON_TOP, JUDGED
    from tingsu.reading.learned.training import CannotTeach

    if facet is not None:
        if facet not in JUDGED:
            raise typer.BadParameter(_("--facet 只能是 {facets}").format(facets="、".join(JUDGED)))
        return [facet]
    counted = count_corrections(by=person)
    enough = [name for name, count in counted.items() if count >= FEWEST_ON_TOP]
    if not enough:
        listed = "，".join(f"{name} {count}" for name, count in counted.items())
        said = _("工单上的更正还不够：{listed}。每项至少要 {fewest} 件。")
        raise CannotTeach(said.format(listed=listed, fewest=FEWEST_ON_TOP))
    return enough


def _person(by: str | None) -> User | None:
    from tingsu.org.staff import find_person

    return find_person(by) if by else None


@contextmanager
def _stages() -> Iterator[Stage]:
    """A bar for each part of the work; gives a function that hears how far it is."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    names = {"rows": _("读文件"), "read": _("逐条研判"), "folds": _("训练与交叉验证")}
    with Progress(*columns, console=progress_console, transient=True) as progress:
        tasks: dict[str, TaskID] = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(names.get(what, what), total=total or None)
            progress.update(tasks[what], completed=done)

        yield tell


def _out() -> Console:
    """Where figures go; wide enough for a matrix when nobody's terminal sets the width."""
    console = Console()
    return console if console.is_terminal else Console(width=200, soft_wrap=False)


def _share(value: float) -> str:
    return f"{value:.3f}"
