"""Demands, risks and sensitivity tags as the rules hear them: the written sentences, and the traps one by one.

What the model makes of a whole text beside them is tested where the reading is.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from benchmarks.facts import golden, golden_asks, hear_rules, received_of, score_demands, see_alone

from tingsu.reading import Demand, Risk, read
from tingsu.reading.asks import find_tags
from tingsu.reading.types import Emotion

FRIDAY = date(2026, 11, 20)
ROWS = [*golden("asks_apart"), *golden("asks")]


def demand(text: str, kind: str) -> Demand | None:
    return next((one for one in hear_rules(text, FRIDAY)[0] if one.kind == kind), None)


def risk(text: str, kind: str) -> Risk | None:
    return next((one for one in hear_rules(text, FRIDAY)[1] if one.kind == kind), None)


def kinds(text: str) -> set[str]:
    return {one.kind for one in hear_rules(text, FRIDAY)[0]}


def risks(text: str) -> set[str]:
    return {one.kind for one in hear_rules(text, FRIDAY)[1]}


def tags(text: str, heat: int = 1) -> set[str]:
    return {tag.kind for tag in find_tags(see_alone(text), hear_rules(text)[1], Emotion(heat, 0.9))}


def test_demands_and_risks_of_the_written_sentences() -> None:
    wanted, threatened = score_demands(golden_asks("asks"), by_rules=True, show=None)
    assert wanted.micro >= 0.82, wanted.show("demands")
    assert threatened.micro >= 0.93, threatened.show("risks")


def test_sentences_written_before_the_rules_keep_their_share() -> None:
    wanted, threatened = score_demands(golden_asks("asks_apart"), by_rules=True, show=None)
    assert wanted.micro >= 0.86, wanted.show("demands")
    assert threatened.micro >= 0.9, threatened.show("risks")


def test_the_sentences_are_many_and_of_every_kind() -> None:
    assert len(ROWS) >= 200
    assert len({kind for row in ROWS for kind in row["demands"]}) == 11
    assert len({kind for row in ROWS for kind in row["risks"]}) == 8


def _with(key: str) -> list[Any]:
    return [pytest.param(row, id=row["text"][:16]) for row in ROWS if key in row]


@pytest.mark.parametrize("row", _with("manner"))
def test_the_finer_kind_of_an_extreme_act(row: dict[str, Any]) -> None:
    found = risk(row["text"], "过激")
    assert found is not None
    assert found.manner == row["manner"]


@pytest.mark.parametrize("row", _with("urgent"))
def test_what_someone_must_act_on_at_once(row: dict[str, Any]) -> None:
    assert any(one.urgent for one in hear_rules(row["text"])[1]) == row["urgent"]


@pytest.mark.parametrize("row", _with("tags"))
def test_sensitivity_tags(row: dict[str, Any]) -> None:
    assert tags(row["text"]) == set(row["tags"])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["text"][:16])
def test_sentences_and_evidence_are_places_in_the_text(row: dict[str, Any]) -> None:
    text, reading = row["text"], read(row["text"], received_of(row))
    demands, risks = hear_rules(row["text"], received_of(row))
    for one in (*demands, *risks, *reading.demands, *reading.risks, *reading.tags):
        for evidence in one.evidence:
            assert text[evidence.start : evidence.end] == evidence.text != ""
    for one in (*demands, *reading.demands):
        assert all(0 <= start < end <= len(text) for start, end in one.sentences)
        assert one.implied or one.sentences


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("我不要赔偿，只要你们当面道歉", "赔偿"),
        ("已经退款了，但柜员的态度实在太差，要求道歉", "退款"),
        ("手续费上周退给我了，谢谢，可是态度太差了", "退款"),
        ("银行要求我提供合同和流水，太麻烦了，折腾人", "解释"),
        ("客服让我去网点办理注销，网点又不认，来回踢皮球", "办理业务"),
        ("业务员说退保随时可以全额退，骗人的，态度还恶劣", "退款"),
        ("不买保险就不给放款，这不是强迫吗，太过分了", "办理业务"),
        ("我朋友在别的银行退了年费，你们态度太差", "退款"),
        ("要是当初退款就没这么多事，气死人了", "退款"),
        ("投诉人已与该行协商一致，退还利息后撤回投诉", "退款"),
        ("我退休金卡老是刷不出来，太差劲了", "退款"),
        ("补办了三次身份证，柜员还是不给好脸色", "退款"),
    ],
)
def test_what_is_not_asked_for_is_no_demand(text: str, kind: str) -> None:
    assert kind not in kinds(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("再不退款我就去法院告你们", "退款"),
        ("你们到现在一分钱没退", "退款"),
        ("收了我三百块的年费，不给退，态度还差", "退款"),
        ("要求：1、退还手续费；2、出具书面说明。", "解释"),
        ("停息挂账，利息太高还不起了", "减免息费"),
        ("那个柜员必须开除，太欺负人了", "处理责任人"),
        ("卡被吞了两天没人管，卡里是救命钱", "办理业务"),
        ("一天打我父母十几个电话，这是骚扰，太过分了", "停止侵扰"),
        ("登录总是闪退，请尽快修复", "修复改进"),
        ("征信上的逾期不是我造成的，请删除这条记录", "删除或更正信息"),
        ("叫你们行长出来跟我谈，态度太差了", "其他"),
        ("多扣的给我退了，凭什么乱扣", "退款"),
        ("合同拿出来给我看，凭什么扣我的钱", "解释"),
    ],
)
def test_what_is_asked_for_is_a_demand(text: str, kind: str) -> None:
    assert kind in kinds(text)


def test_repeated_wishes_are_one_demand_with_all_its_sentences() -> None:
    found = demand("必须退款！听到没有，把钱退给我。不退款我天天来。", "退款")
    assert found is not None
    assert len(found.sentences) == 3


def test_a_demand_knows_its_sum_its_day_and_who_is_to_do_it() -> None:
    text = "要求12月1日前退还多扣的一千二百元，柜员本人向我母亲当面道歉。"
    refund, apology = demand(text, "退款"), demand(text, "道歉")
    assert refund is not None
    assert apology is not None
    assert (refund.amount, refund.currency, refund.due) == (Decimal(1200), "CNY", date(2026, 12, 1))
    assert (apology.by, apology.to, apology.due) == ("柜员", "母亲", None)


def test_foreign_sums_say_so() -> None:
    found = demand("请退还多收的25美元手续费", "退款")
    assert found is not None
    assert (found.amount, found.currency) == (Decimal(25), "USD")


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("请三日内书面答复，别再敷衍我", date(2026, 11, 23)),
        ("限你们24小时内给我解释清楚，太过分了", date(2026, 11, 21)),
        ("请于本月底前书面答复，别再敷衍我", date(2026, 11, 30)),
        ("今天必须给我一个书面答复，太气人了", date(2026, 11, 20)),
        ("请书面答复，别再敷衍我", None),
    ],
)
def test_the_day_a_reply_is_wanted_by(text: str, due: date | None) -> None:
    found = demand(text, "解释")
    assert found is not None
    assert found.due == due


@pytest.mark.parametrize(
    "text",
    [
        "气死我了，排队两小时", "急死人了，钱还没到账", "利率跳楼价，骗鬼呢，退钱", "想死的心都有了，填了八张表",
        "我拼命打客服电话都打不通", "砸锅卖铁也还清了，还说我逾期", "逼得我走了三遍流程不走了流程", "我绑定不了卡，太差劲",
        "催收说要打断我的腿，太吓人了，管管他们", "我不是来闹事的，就要个说法",
    ],
)  # fmt: skip
def test_idioms_and_the_other_sides_threats_are_no_extreme_act(text: str) -> None:
    assert "过激" not in risks(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("人民银行规定不能收这个费，你们为什么收", "监管"),
        ("客服说不满意可以去12378投诉，什么态度", "监管"),
        ("律师函寄到我单位，说要起诉我，太过分", "司法"),
        ("催收冒充法院的人吓唬我", "司法"),
        ("卡因为涉案被公安冻结，你们又不解释", "司法"),
        ("抖音上刷到你们的活动，去了说没名额，骗人", "媒体舆情"),
        ("要不是工资卡在这，早换银行了，太差", "流失"),
        ("别人也有这个问题，你们的系统太差", "群体"),
        ("我朋友投诉到人行第二天就退了，你们欺负我老实", "监管"),
    ],
)
def test_what_others_do_or_say_is_no_risk(text: str, kind: str) -> None:
    assert kind not in risks(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("不处理我就打12378，说到做到", "监管"),
        ("本人将向国家金融监督管理总局投诉", "监管"),
        ("我已经报警了，派出所做了笔录", "司法"),
        ("明天就把视频发到抖音上，太欺负人了", "媒体舆情"),
        ("我们三十多户业主都被骗了，联名投诉", "群体"),
        ("准备去信访局反映，你们不管", "信访"),
        ("带着铺盖去你们大厅住着，不解决不走了", "过激"),
        ("我母亲八十岁坐轮椅，让她本人来，太没人性", "特殊群体"),
        ("户已经销了，钱全转走了，再也不来", "流失"),
    ],
)
def test_what_the_writer_does_or_threatens_is_a_risk(text: str, kind: str) -> None:
    assert kind in risks(text)


def test_the_urgent_risk_stands_first() -> None:
    first = hear_rules("我要去12378投诉你们！再不解冻我就从楼上跳下去，不想活了")[1][0]
    assert (first.kind, first.manner, first.urgent) == ("过激", "自伤", True)


def test_occupying_the_hall_is_extreme_but_not_urgent() -> None:
    found = risk("今天不退钱我就坐在大厅不走了", "过激")
    assert found is not None
    assert (found.manner, found.urgent) == ("占据场所", False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我是一名执业律师，你们乱收费，请退还三百元", True),
        ("作为一名退休教师，我对你们的服务很失望", True),
        ("客户职业：记者，反映年费乱收，要求退还", True),
        ("我爱人是现役军人，窗口不让优先，什么态度", True),
        ("我要找律师起诉你们，太过分了", False),
        ("警察让我去派出所，你们又不给解冻", False),
        ("老师让交学费，你们的系统转不了账，太差了", False),
        ("记者来了我也这么说，你们就是乱收费", False),
    ],
)
def test_occupations_count_where_the_writer_or_the_customer_has_one(text: str, expected: bool) -> None:
    assert ("特殊职业" in tags(text)) == expected


def test_tags_come_from_risks_and_heat() -> None:
    text = "客户情绪激动，在大厅大声哭喊，称老伴病重，要去信访局，还要找电视台曝光。"
    assert tags(text) == {"信访", "舆情", "情绪激动", "特殊群体"}
    assert tags("还我血汗钱", heat=3) == {"情绪激动"}
    assert tags("还我血汗钱", heat=2) == set()


def test_what_the_banks_side_says_in_a_talk_is_no_wish_of_the_customer() -> None:
    talk = "坐席：您好，请问要办理退款吗\n客户：不是，我问一下\n坐席：您可以起诉，也可以去12378投诉"
    assert hear_rules(talk) == ((), ())


def test_money_from_the_treasury_is_a_transaction() -> None:
    assert kinds("多缴的契税从国库退回来两个月了，退款一直没到账，请退给我") == {"办理业务"}


def test_praise_has_neither_demand_nor_risk() -> None:
    reading = read("服务很好，柜员耐心，非常满意，谢谢")
    assert (reading.demands, reading.risks, reading.tags) == ((), (), ())
