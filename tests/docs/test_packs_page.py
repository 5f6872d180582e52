"""docs/packs.md does what it says: every command run, every piece of a pack put where it is said to go."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from tests.sites import Site

from tingsu.packs.bpmn_flow import graph_of
from tingsu.packs.loader import PackError, read_pack

PAGE = Path(__file__).resolve().parents[2] / "docs/packs.md"
BLOCK = re.compile(r"```(sh|yaml|text)\n(.*?)```", re.DOTALL)
RECORD = """
import json, django; django.setup()
from tingsu.org.models import User
from tingsu.cases.recording import Draft, CustomerDraft, record_case
from tingsu.cases.lifecycle import act
from tingsu.cases.audit import verify
clerk, desk, lead, head = (User.objects.get(username=n) for n in ("clerk", "desk", "lead", "head"))
case = record_case(Draft("蛋糕坏了，要求退款。", "counter", CustomerDraft("张三", "13800001234")), by=clerk).case
options = [{"kind": "退换", "amount": "100", "text": "退款"}]
road = [("judge", desk, {"verdict": "valid", "reason": "属实", "complexity": "simple"}),
        ("send_for_test", desk, {"laboratory": "市检验所"}), ("test_done", desk, {"result": "不合格"}),
        ("propose", desk, {"options": options, "chosen": "1"}), ("approve", head, {"reason": "同意"}),
        ("answer", desk, {"answer": "经检验不合格，退款。", "means": "phone", "paid": "100"}),
        ("close", desk, {"summary": "已退款"})]
for action, who, fields in road:
    case = act(case, action, fields, by=who, version=case.version)
states = {d.kind: d.state for d in case.deadlines.all()}
print(json.dumps([case.pack, case.stage, case.details, states, len(list(verify()))]))
"""


def blocks(text: str) -> list[tuple[str, str]]:
    return BLOCK.findall(text)


def run(site: Site, line: str, folder: Path) -> str:
    words = shlex.split(line)
    assert words[0] == "tingsu"
    command = [sys.executable, "-m", "tingsu", *words[1:]]
    done = subprocess.run(command, env=site.environment, cwd=folder, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, (line, done.stderr)
    return done.stdout


def put_in(folder: Path, piece: str) -> None:
    """Put a piece where its first line says it goes."""
    first, rest = piece.split("\n", 1)
    said = re.fullmatch(r"# 加在 (\w+\.yaml) 末尾", first)
    assert said, first
    path = folder / said[1]
    path.write_text(path.read_text(encoding="utf-8") + rest, encoding="utf-8")


@pytest.mark.slow
def test_from_a_blank_folder_to_a_running_process(tmp_path: Path) -> None:
    site = Site(tmp_path / "site").create()
    own = tmp_path / "packs" / "bakery"
    for kind, text in blocks(PAGE.read_text(encoding="utf-8")):
        if kind == "sh":
            for line in text.strip().splitlines():
                run(site, line, tmp_path)
        elif kind == "yaml":
            put_in(own, text)
        else:
            assert mistake_in(own, tmp_path) == text.strip()
    pack = read_pack(own)
    assert pack.name.zh == "蛋糕店投诉处理"
    assert {"task_send_for_test_judged", "task_test_done_judged"} <= set(graph_of(pack).nodes)
    assert {"bakery.svg", "bakery.bpmn", "bakery.dmn"} <= {path.name for path in tmp_path.iterdir()}
    states = {"statute": "met", "handover": "met", "test": "met"}
    assert site.python(RECORD) == ["bakery", "closed", {"laboratory": "市检验所", "result": "不合格"}, states, 0]


def mistake_in(own: Path, tmp_path: Path) -> str:
    """What the check says once the first action added is given to somebody who is not there."""
    path = own / "process.yaml"
    kept = path.read_text(encoding="utf-8")
    before, after = kept.split("- id: send_for_test", 1)
    path.write_text(
        f"{before}- id: send_for_test{after.replace('by: [handler, desk_head]', 'by: [boss]', 1)}", encoding="utf-8"
    )
    try:
        with pytest.raises(PackError) as error:
            read_pack(own)
    finally:
        path.write_text(kept, encoding="utf-8")
    ((file, line, field, what),) = error.value.mistakes
    return f"{file}:{line} {field}：{what}"


def test_the_packs_named_are_those_shipped() -> None:
    from tingsu.packs.loader import SHIPPED

    named = set(re.findall(r"`([a-z]+)`", PAGE.read_text(encoding="utf-8").split("下面从头")[0]))
    assert named == {path.parent.name for path in SHIPPED.glob("*/pack.yaml")}
