"""`tingsu pack check` names the form whose template is missing, or asks for what there is not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.documents.conftest import SHIPPED as TEMPLATES
from tests.documents.conftest import word
from tingsu.documents.shipped import form_mistakes
from tingsu.documents.tags import TAGS
from tingsu.packs.loader import SHIPPED, PackError, read_pack
from tingsu.packs.paper_checks import DETAILS, FILLED_BY

FORM = """forms:
  - {id: handling, name: 处理单, template: own.docx}
  - {id: handling, name: 又一张, template: handling.docx, stages: [nowhere]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copied = Path(shutil.copytree(SHIPPED / "bank", tmp_path / "bank"))
    (copied / "forms").mkdir(exist_ok=True)
    return copied


def test_the_shipped_pack_passes() -> None:
    assert len(read_pack(SHIPPED / "bank", also=form_mistakes).forms) == 10
    assert len(list(TEMPLATES.glob("*.docx"))) == 11


def test_a_missing_template_and_an_unknown_tag_are_named_with_their_place(folder: Path) -> None:
    form = "forms:\n  - {id: own, name: 自拟单, template: own.docx}\n"
    (folder / "forms.yaml").write_text(form, encoding="utf-8")
    with pytest.raises(PackError) as missing:
        read_pack(folder, also=form_mistakes)
    assert missing.value.mistakes == [("forms.yaml", 2, "forms.0.template", "找不到模板文件「own.docx」")]
    (folder / "forms/own.docx").write_bytes(word("{{ 编号 }} {{ 姓名 }}"))
    with pytest.raises(PackError) as unknown:
        read_pack(folder, also=form_mistakes)
    assert unknown.value.mistakes == [("forms.yaml", 2, "forms.0.template", "模板「own.docx」：没有名为「姓名」的标签")]
    (folder / "forms/own.docx").write_bytes(word("{{ 编号 }}"))
    assert read_pack(folder, also=form_mistakes).forms[0].id == "own"


def test_a_form_said_twice_or_in_no_stage_is_a_mistake(folder: Path) -> None:
    (folder / "forms.yaml").write_text(FORM, encoding="utf-8")
    with pytest.raises(PackError) as error:
        read_pack(folder)
    said = [(line, what) for _, line, _, what in error.value.mistakes]
    assert said == [(3, "「handling」重名"), (3, "没有名为「nowhere」的环节")]


@pytest.mark.parametrize("template", ["../../secret.docx", "a/b.docx", "macro.docm", ""])
def test_a_template_is_a_file_of_the_folder_and_nothing_else(folder: Path, template: str) -> None:
    (folder / "forms.yaml").write_text(f"forms:\n  - {{id: own, name: 单, template: '{template}'}}\n", encoding="utf-8")
    with pytest.raises(PackError):
        read_pack(folder)


def test_a_tag_nobody_fills_is_named(folder: Path) -> None:
    """Of a template of the pack's own: the shared ones leave blank what a pack does not keep."""
    (folder / "forms.yaml").write_text("forms:\n  - {id: own, name: 自拟单, template: own.docx}\n", encoding="utf-8")
    (folder / "forms/own.docx").write_bytes(word("{{ 编号 }} {% if 满意度 %}{{ 满意度 }}{% endif %}"))
    assert read_pack(folder, also=form_mistakes)
    process = folder / "process.yaml"
    text = process.read_text(encoding="utf-8")
    process.write_text(text.replace("effects: [keep_follow_up]", "effects: []"), encoding="utf-8")
    with pytest.raises(PackError) as error:
        read_pack(folder, also=form_mistakes)
    assert [what for *_, what in error.value.mistakes] == ["模板「own.docx」：没有哪个办理事项会填「满意度」"]


def test_every_tag_said_to_be_filled_is_a_tag() -> None:
    assert {*FILLED_BY, DETAILS} <= set(TAGS)
