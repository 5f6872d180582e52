"""The picture of a process: every stage and way in it, nothing over another, a case's path lit, and safe to embed."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import combinations

import pytest

from tingsu.packs.loader import SHIPPED, load_pack
from tingsu.packs.picture import LIT, PALE, WIDEST, draw_process
from tingsu.packs.picture_layout import BOX, HIGH, lay_out
from tingsu.packs.picture_words import width_of, wrap
from tingsu.packs.schema import Pack

PACKS = [path.parent.name for path in sorted(SHIPPED.glob("*/pack.yaml"))]
SVG = "{http://www.w3.org/2000/svg}"


def grown(count: int) -> Pack:
    """The bank's pack with more stages on its road than one row takes, and names that need escaping."""
    data = load_pack("bank").model_dump(mode="json", by_alias=True)
    for n in range(count):
        data["process"]["stages"].insert(
            2, {"id": f"s{n}", "name": {"zh": f"<第{n}步> & 复核", "en": "Checked <again>"}}
        )
    data["process"]["actions"][0]["ways"] = [{"to": "s0", "when": {"verdict": "valid"}}, {"to": "closed"}]
    return Pack.model_validate(data)


@pytest.mark.parametrize("name", PACKS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_stage_and_way_is_drawn_at_a_size_one_can_read(name: str, language: str) -> None:
    pack = load_pack(name)
    root = ET.fromstring(draw_process(pack, language=language))
    assert len(root.findall(f".//{SVG}rect")) == len(pack.process.stages)
    assert float(root.attrib["width"]) <= WIDEST
    assert min(float(text.attrib["font-size"]) for text in root.iter(f"{SVG}text")) >= 11
    drawn = {move for route in lay_out(pack).routes for move in route.moves}
    road = {stage.id for stage in pack.process.stages if not stage.side}
    ways = {(f, w.to) for a in pack.process.actions for f in a.from_ for w in a.ways if {f, w.to} <= road and f != w.to}
    assert ways <= drawn


@pytest.mark.parametrize("pack", [*map(load_pack, PACKS), grown(1), grown(9), grown(25)])
def test_no_box_lies_over_another_nor_outside(pack: Pack) -> None:
    layout = lay_out(pack)
    assert set(layout.places) == {stage.id for stage in pack.process.stages}
    for (ax, ay), (bx, by) in combinations(layout.places.values(), 2):
        assert abs(ax - bx) >= BOX or abs(ay - by) >= HIGH
    points = [point for route in layout.routes for point in route.points] + list(layout.places.values())
    assert all(0 <= x <= layout.width and 0 <= y <= layout.height for x, y in points)


def test_the_path_of_a_case_is_lit_and_told_in_words() -> None:
    plain = draw_process(load_pack("bank"))
    lit = draw_process(
        load_pack("bank"), visited=["recorded", "judged"], moves=[("recorded", "judged")], current="judged"
    )
    assert f'fill="{PALE}"' not in plain and f'stroke="{LIT}"' not in plain
    root = ET.fromstring(lit)
    fills = [rect.attrib["fill"] for rect in root.iter(f"{SVG}rect")]
    assert (fills[0], fills[1], fills[2]) == (PALE, LIT, "#ffffff")
    assert sum(path.attrib.get("stroke") == LIT for path in root.iter(f"{SVG}path")) == 1
    assert root.attrib["aria-label"].endswith("本工单经过：待判断 → 待转办；现处：待转办。")
    assert "添加记录" in plain and "添加记录" not in draw_process(load_pack("bank"), asides=False)
    assert "This case went: Recorded" in draw_process(
        load_pack("bank"), visited=["recorded"], current="judged", language="en"
    )


def test_names_are_escaped_and_nothing_in_it_is_style_or_script() -> None:
    drawn = draw_process(grown(2), visited=["s0"], current="s0")
    ET.fromstring(drawn)
    assert "<第" not in drawn and "&lt;第" in drawn
    assert not re.search(r"\bstyle=|<style|<script|\bon\w+=|href=", drawn)


def test_words_are_cut_to_their_room() -> None:
    assert wrap("投诉处理", 7) == ["投诉处理"]
    assert wrap("Under investigation", 8) == ["Under", "investigation"]
    assert wrap("一二三四五六七八九十", 4) == ["一二三四", "五六七…"]
    assert all(width_of(line) <= 4 for line in wrap("一二三四五六七八九十", 4))
