"""The shipped scripts: whole, sourced, sayable now, and no counter-example among the wordings."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

import pytest

from tingsu.packs.answering import load_part, read_part
from tingsu.packs.loader import SHIPPED, PackError, list_packs, load_pack
from tingsu.packs.schema import Pack
from tingsu.packs.scripts import SEGMENT_VALUES, SEGMENTS, SLOTS, STEP_NAMES, Script, Scripts, slots_of

PACKS = list_packs()
SAID = {name: read_part(Scripts, "scripts", SHIPPED / name).scripts for name in (*PACKS, "common")}
ALL = [(name, script) for name, scripts in SAID.items() for script in scripts]
WORDINGS = [script for _, script in ALL if not script.counter_example]
COUNTER_EXAMPLES = [script for _, script in ALL if script.counter_example]
# What a wording never says: promises beyond anyone's power, blame, dismissal, and 但是 that takes back what was granted.
NEVER = re.compile(
    "但是|可是|不过，|绝对|百分之百|包在我身上|保证|肯定能|稳赚|物超所值|规定就是|不归我管|没办法|小孩都会|一分钱一分货"
    "|走走走|别闹|冷静|别激动|您自己弄错|您理解错|没看清楚|爱信不信|随便您|至于吗|说过了吗|尽快|亲爱的|敬请谅解|撤诉"
)
PLAYBOOKS = (  # situations of the sources that open G1; each has a sentence to say
    "运钞车晚到", "工作人员迟到 第一句", "工作人员迟到 第二句", "工作人员迟到 第三句", "国债售罄", "养老金集中发放",
    "取款机吞卡", "现金争议", "房贷提前还款", "银信通与换号", "客户去世核身", "催收拨打家人", "反洗钱", "物流延误",
    "航班延误",
)  # fmt: skip


def each(scripts: list[Script]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("script", scripts, ids=[script.id for script in scripts])


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_has_its_own_scripts_before_those_all_share(name: str) -> None:
    scripts = load_part(Scripts, "scripts", name).scripts
    own = len(SAID[name])
    assert own >= 10
    assert scripts == (*SAID[name], *SAID["common"])


def test_there_are_enough_to_find_a_sentence_and_no_id_twice() -> None:
    assert len(WORDINGS) >= 300
    assert len(COUNTER_EXAMPLES) >= 25
    ids = [script.id for _, script in ALL]
    assert len(ids) == len(set(ids))


@each(WORDINGS)
def test_a_wording_can_be_said_now(script: Script) -> None:
    assert 20 <= len(script.text) <= 120
    assert not NEVER.search(script.text)
    assert not re.search("[，。、；？！]{2}|[,;?!]", script.text), "half-width or doubled punctuation"
    assert script.text[-1] in "。？！"
    assert 4 <= len(script.words) <= 10
    assert script.steps


@each(WORDINGS)
def test_a_wording_is_better_than_the_ordinary_one(script: Script) -> None:
    assert script.why
    assert script.ordinary != script.text


@each(COUNTER_EXAMPLES)
def test_a_counter_example_says_what_is_wrong_and_what_to_say(script: Script) -> None:
    assert script.why
    assert not NEVER.search(script.instead)
    assert script.instead not in {"", script.text}
    assert all(script.text not in other.text for other in WORDINGS)


@pytest.mark.parametrize(
    "words",
    [
        "几岁小孩都会",
        "一分钱，一分货",
        "走走走，别闹",
        "嗯，嗯，是，对",
        "七天通知存款",
        "绝对的物超所值",
        "请您咨询其他部门",
    ],
)
def test_what_the_sources_forbid_is_shipped_as_a_counter_example_only(words: str) -> None:
    assert [script.id for script in COUNTER_EXAMPLES if words in script.text]
    assert not [script.id for script in WORDINGS if words in script.text]


@pytest.mark.parametrize("row", ["D1", "D2", "D3", "D4", "D5", "D6", "D7", "C2", "B2", "B3", "B4", "G1"])
def test_every_row_has_scripts_from_the_sources(row: str) -> None:
    assert [script.id for _, script in ALL if script.row.startswith(f"{row}/") and script.origin == "source"]


@pytest.mark.parametrize("situation", PLAYBOOKS)
def test_every_situation_of_the_sources_has_a_sentence_to_say(situation: str) -> None:
    assert [script.id for script in WORDINGS if script.row.startswith("G1/") and situation in script.row]


@pytest.mark.parametrize("method", ["发泄", "委婉否认", "转化", "主动认错", "转移"])
def test_every_answering_method_has_scripts(method: str) -> None:
    assert len([script for script in WORDINGS if script.method == method]) >= 2


def test_every_step_need_and_kind_of_customer_has_scripts() -> None:
    steps = set(chain.from_iterable(script.steps for script in WORDINGS))
    needs = set(chain.from_iterable(script.needs for script in WORDINGS))
    kinds = set(chain.from_iterable(script.segments for script in WORDINGS))
    assert steps == set(STEP_NAMES)
    assert needs == {"求解决", "求发泄", "求尊重", "求补偿"}
    assert kinds == {"age", "sex", "education", "region", "industry", "class"}


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_speaks_of_what_its_lists_know(name: str) -> None:
    pack = load_pack(name)
    stages = {stage.id for stage in pack.process.stages}
    for script in SAID[name]:
        assert set(script.businesses) <= ids(pack, "business"), script.id
        assert set(script.causes) <= ids(pack, "cause"), script.id
        assert set(script.demands) <= ids(pack, "demand"), script.id
        assert set(script.channels) <= ids(pack, "channel"), script.id
        assert set(script.stages) <= stages, script.id


def test_what_all_share_names_no_trade() -> None:
    channels = set[str]().union(*(ids(load_pack(name), "channel") for name in PACKS))
    demands = set[str]().union(*(ids(load_pack(name), "demand") for name in PACKS))
    for script in SAID["common"]:
        assert not (script.businesses or script.causes or script.stages), script.id
        assert set(script.channels) <= channels, script.id
        assert set(script.demands) <= demands, script.id


def ids(pack: Pack, taxonomy: str) -> set[str]:
    return {value.id for value in pack.taxonomy(taxonomy).values}


def test_slots_are_told_in_order_each_once() -> None:
    assert slots_of("{客户称呼}，{承诺日期}前答复，编号{工单号}。{客户称呼}") == ("客户称呼", "承诺日期", "工单号")
    assert {slot for script in WORDINGS for slot in slots_of(script.text)} <= SLOTS


# What a bank writes itself is checked before it is used.
GOOD = """
  - id: {id}
    title: 排队久
    text: 让您久等了，前面还有几位，大约{{等候时间}}到您。
    origin: ours
"""


def write(folder: Path, file: str, text: str) -> None:
    target = folder / "answering" / "scripts"
    target.mkdir(parents=True, exist_ok=True)
    (target / file).write_text("scripts:" + text, encoding="utf-8")


def refusal(folder: Path) -> PackError:
    with pytest.raises(PackError) as error:
        read_part(Scripts, "scripts", folder)
    return error.value


def test_a_list_goes_on_in_another_file(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", GOOD.format(id="one"))
    write(tmp_path, "b.yaml", GOOD.format(id="two"))
    assert [script.id for script in read_part(Scripts, "scripts", tmp_path).scripts] == ["one", "two"]


def test_an_id_written_in_two_files_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", GOOD.format(id="one"))
    write(tmp_path, "b.yaml", GOOD.format(id="one"))
    assert "one" in refusal(tmp_path).message


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("    text: 请{姓名}稍等。\n    origin: ours", "没有「{姓名}」这个空位"),
        ("    text: 请稍等。\n    origin: ours\n    steps: [smile]", "只能是"),
        ("    text: 请稍等。\n    origin: ours\n    needs: [求财]", "只能是"),
        ("    text: 请稍等。\n    origin: ours\n    segments: {age: [古人]}", "古人"),
        ("    text: 请稍等。\n    origin: ours\n    counter_example: true", "反例要在 why 里说明"),
        ("    text: 请稍等。\n    origin: ours\n    ordinary: 等着。", "说明好在哪里"),
        ("    text: 请稍等。", "出处"),
        ("    text: 请稍等。\n    row: 第四页", "row"),
    ],
)
def test_a_mistake_is_named_by_file_and_line(tmp_path: Path, wrong: str, said: str) -> None:
    write(tmp_path, "a.yaml", GOOD.format(id="one"))
    write(tmp_path, "b.yaml", f"\n  - id: two\n    title: 二\n{wrong}\n")
    error = refusal(tmp_path)
    assert said in error.message
    file, line, *_ = error.mistakes[0]
    assert file == "answering/scripts/b.yaml"
    assert line > 1


def test_every_kind_of_customer_has_its_name_in_both_languages() -> None:
    assert set(SEGMENT_VALUES) == {value for values in SEGMENTS.values() for value in values}
    assert all(name.zh and name.en for name in SEGMENT_VALUES.values())
