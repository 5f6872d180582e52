"""A pack is data anyone may edit: each kind of mistake is named with its file, line and field, all of them at once."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tingsu.cases.effects import EFFECTS
from tingsu.cases.guards import GUARDS
from tingsu.org.permissions import PERMISSIONS
from tingsu.packs.files import files_of
from tingsu.packs.loader import SHIPPED, PackError, find_pack, list_packs, load_pack, read_pack
from tingsu.packs.procedure import EffectName, GuardName, Permission
from tingsu.packs.schema import Pack

OTHERS = [name for name in list_packs() if name != "bank"]
BANKING_LAW = ("CBIRC", "CN-NFRA", "CN-PBC", "国办发〔2015〕81号")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED / "bank", tmp_path / "bank"))


def mistakes_of(folder: Path) -> list[tuple[str, int, str, str]]:
    with pytest.raises(PackError) as error:
        read_pack(folder)
    for file, line, field, what in error.value.mistakes:
        assert f"{file}:{line} {field}：{what}" in error.value.message
    return error.value.mistakes


def change(folder: Path, file: str, old: str, new: str) -> int:
    """Replace the first ``old``; the line it stood in."""
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text, "the test's pack no longer says this"
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


@pytest.mark.parametrize("pack", [path.name for path in SHIPPED.iterdir() if (path / "pack.yaml").is_file()])
def test_every_shipped_pack_is_whole(pack: str) -> None:
    assert isinstance(load_pack(pack), Pack)


def test_the_words_of_packs_are_the_words_of_the_interpreter() -> None:
    assert set(get_args(GuardName)) == set(GUARDS)
    assert set(get_args(EffectName)) == set(EFFECTS)
    assert set(get_args(Permission)) == set(PERMISSIONS)


MISTAKES = [
    ("process.yaml", "begins: recorded", "begins: nowhere", "nowhere"),
    ("process.yaml", "ways: [{to: judged}]", "ways: [{to: judgd}]", "没有名为「judgd」的环节"),
    ("process.yaml", "from: [recorded]", "from: [recorde]", "没有名为「recorde」的环节"),
    ("process.yaml", "by: [handler, desk_head]", "by: [handler, boss]", "没有名为「boss」的角色"),
    ("process.yaml", "choices: verdict}", "choices: verdicts}", "没有名为「verdicts」的分类"),
    ("process.yaml", "kind: choice, choices: verdict}", "kind: choice}", "选择类字段要写明用哪个分类"),
    ("process.yaml", "kind: longtext}", "kind: essay}", "只能是"),
    ("process.yaml", "guards: [no_direct_interest]", "guards: [no_interest]", "只能是"),
    ("process.yaml", "effects: [keep_verdict, take_ownership]", "effects: [keep_verdit]", "只能是"),
    ("process.yaml", "main: true", "mian: true", "没有这一项"),
    ("process.yaml", "main: true", "main: perhaps", "true 或 false"),
    ("process.yaml", "- {rule: CN-NFRA-1, kind: statute}", "- {rule: CN-NFRA-9, kind: statute}", "没有名为「CN-NFRA-9」的时限规则"),
    ("process.yaml", "needed_when: {responsibility: 有责投诉}", "needed_when: {responsible: 有责投诉}", "没有栏目「responsible」"),
    ("process.yaml", "- id: explain", "- id: judge", "「judge」重名"),
    ("process.yaml", "{id: judged, ", "{id: recorded, ", "「recorded」重名"),
    ("roles.yaml", "reach: unit", "reach: everything", "只能是"),
    ("roles.yaml", "permissions: [record_case, attach_evidence]", "permissions: [fly]", "只能是"),
    ("roles.yaml", "stages: [answered, followed_up]", "stages: [answerd]", "没有名为「answerd」的环节"),
    ("roles.yaml", "- id: lobby_manager", "- id: clerk", "「clerk」重名"),
    ("authority.yaml", "role: desk_head", "role: desk_hed", "没有名为「desk_hed」的角色"),
    ("authority.yaml", "- {role: executive}", "- {role: executive, up_to: 9000}", "不设上限"),
    ("authority.yaml", "up_to: 5000", "up_to: 400", "逐级升高"),
    ("authority.yaml", "up_to: 500}", "up_to: some}", ""),
    ("authority.yaml", "- {role: executive}", "- {role: manager, up_to: 50, remedies: [鲜花]}\n    - {role: executive}", "「鲜花」"),
    ("deadlines.yaml", "pause_on: [appraisal]", "pause_on: [holiday]", "没有名为「holiday」的暂停事由"),
    ("deadlines.yaml", "extend_by: [desk_head, executive]", "extend_by: [desk_hed]", "没有名为「desk_hed」的角色"),
    ("deadlines.yaml", "extends: CN-NFRA-1", "extends: CN-NFRA-0", "没有名为「CN-NFRA-0」的时限规则"),
    ("deadlines.yaml", "limit: 15", "limit: soon", ""),
    ("deadlines.yaml", "unit: calendar_day", "unit: moon", "只能是"),
    ("taxonomies.yaml", "- {id: 外汇, ", "- {id: 贷款, ", "「贷款」重名"),
    ("taxonomies.yaml", "- id: remedy", "- id: remedies", "缺少分类「remedy」"),
    ("pack.yaml", "width: 4", "width: 1", ""),
    ("pack.yaml", "sector: bank", "secter: bank", "没有这一项"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "said"), MISTAKES, ids=[m[2] for m in MISTAKES])
def test_a_mistake_is_named_with_file_and_line(folder: Path, file: str, old: str, new: str, said: str) -> None:
    line = change(folder, file, old, new)
    found = mistakes_of(folder)
    named = [m for m in found if m[0] == file and said in m[3]]
    assert named, found
    # A mistake between parts is laid at the whole list or action it stands in, which begins a little above.
    assert any(line - 16 <= m[1] <= line + 1 for m in named) or "缺少分类" in said, (line, named)


def test_all_mistakes_are_named_at_once(folder: Path) -> None:
    change(folder, "process.yaml", "main: true", "mian: true")
    change(folder, "roles.yaml", "reach: unit", "reach: everything")
    change(folder, "deadlines.yaml", "limit: 15", "limit: soon")
    assert {m[0] for m in mistakes_of(folder)} == {"process.yaml", "roles.yaml", "deadlines.yaml"}


BROKEN = [
    ("a: [1, 2", "不是合格的 YAML"),
    ("a: b: c", "不是合格的 YAML"),
    ("\ta: 1", "不是合格的 YAML"),
    ("a: 'x", "不是合格的 YAML"),
    ("a: *nowhere", "不是合格的 YAML"),
    ("a: !!python/object/apply:os.system [id]", "不是合格的 YAML"),
    ("a: \x01", "不是合格的 YAML"),
    ("--- 1\n--- 2", "不是合格的 YAML"),
    ("? [a, b]\n: c", "不是合格的 YAML"),
    ("a: &a [*a]", ""),
    ("[" * 3_000, ""),
    ("- a\n- b", "最外层"),
    ("一句话", "最外层"),
    ("roles: []\nroles: []", "写了两次"),
    ("process:\n  id: x\n  id: y", "写了两次"),
    ("a: 2026-13-45", "不成立"),
]


@pytest.mark.parametrize(("text", "said"), BROKEN, ids=range(len(BROKEN)))
def test_a_broken_file_is_named_and_never_crashes(folder: Path, text: str, said: str) -> None:
    (folder / "roles.yaml").write_text(f"# a comment\n{text}", encoding="utf-8")
    found = mistakes_of(folder)
    assert [m for m in found if m[0] == "roles.yaml" and said in m[3]], found


def test_a_file_in_another_encoding_is_named_with_its_line(folder: Path) -> None:
    (folder / "roles.yaml").write_bytes("# one\n# two\nroles: [] # 角色".encode("gbk"))
    assert mistakes_of(folder) == [("roles.yaml", 3, "", "不是 UTF-8 编码，请另存为 UTF-8")]


def test_a_byte_order_mark_does_not_hurt(folder: Path) -> None:
    for path in files_of(folder):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_pack(folder) == load_pack("bank")


def test_one_part_in_two_files_is_a_mistake(folder: Path) -> None:
    with (folder / "deadlines.yaml").open("a", encoding="utf-8") as file:
        file.write("\nauthority: {levels: []}\n")
    assert any("另一个文件" in m[3] for m in mistakes_of(folder))


@pytest.mark.parametrize("file", ["roles.yaml", "taxonomies.yaml", "process.yaml", "authority.yaml", "deadlines.yaml"])
def test_a_missing_file_is_missed(folder: Path, file: str) -> None:
    (folder / file).unlink()
    assert any("缺少" in m[3] or "没有名为「CN-NFRA-1」" in m[3] for m in mistakes_of(folder))


def test_a_pack_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="找不到这个方案包"):
        find_pack("bakery", (tmp_path,))


def test_a_sites_own_pack_goes_before_the_shipped_one(folder: Path) -> None:
    assert find_pack("bank", (folder.parent,)) == folder
    assert find_pack("bank") == SHIPPED / "bank"


WORDS = st.sampled_from(["process", "roles", ": ", "\n  ", "\n- ", "[", "]", "{", "}", "&a ", "*a", "!!int ", "'", "12", "是", "#", "\t", "? ", "| ", "---\n", "<<: "])  # fmt: skip


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(junk=st.lists(WORDS, max_size=25).map("".join))
def test_no_text_makes_the_loader_fail_otherwise_than_in_words(tmp_path: Path, junk: str) -> None:
    folder = tmp_path / "bank"
    if not folder.exists():
        shutil.copytree(SHIPPED / "bank", folder)
    (folder / "roles.yaml").write_text(junk, encoding="utf-8")
    try:
        read_pack(folder)
    except PackError as error:
        assert error.mistakes


def test_the_bank_rests_on_its_law_where_the_shared_procedure_has_no_source_of_its_own() -> None:
    pack = load_pack("bank")
    resting = [a for a in pack.process.actions if any(law in a.source for law in BANKING_LAW)]
    assert {a.id for a in resting} >= {
        "extend", "pause", "resume", "withdraw", "merge", "new_facts", "add_party", "ask_review", "decide_review",
    }  # fmt: skip
    assert all(a.origin == "source" for a in resting)


@pytest.mark.parametrize("name", OTHERS)
def test_no_other_trade_cites_the_law_of_banks_or_knows_its_review(name: str) -> None:
    pack = load_pack(name)
    said = [*pack.process.actions, *pack.process.steps, *pack.taxonomies, *pack.forms, *pack.checklists, *pack.rules]
    assert not [part for part in said for law in BANKING_LAW if law in part.source]
    assert not pack.process.actions_with("ask_review") and not pack.process.actions_with("decide_review")


@pytest.mark.parametrize("name", list_packs())
def test_whoever_brings_in_supporting_units_asks_them_and_waits_for_their_reply(name: str) -> None:
    actions = load_pack(name).process.actions
    routing = [a for a in actions if any(f.id == "support_units" for f in a.fields)]
    assert routing and all("ask_support" in a.effects for a in routing)
    finding = [a for a in actions if "keep_findings" in a.effects]
    assert finding and all("support_has_replied" in a.guards for a in finding)
