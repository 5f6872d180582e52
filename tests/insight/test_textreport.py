"""The figures of the report on small data counted by hand, and the page that shows them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tingsu.base.clock import SHANGHAI
from tingsu.insight.report import figures
from tingsu.insight.report.batches import build_batches, mark_repeats
from tingsu.insight.report.charts import draw_columns, nice_ceiling
from tingsu.insight.report.leads import number, percent
from tingsu.insight.report.periods import choose_unit, find_span, list_periods
from tingsu.insight.report.phrases import contrast, count_units, find_units
from tingsu.insight.report.quotes import excerpt
from tingsu.insight.report.read_texts import Named, ReadTexts
from tingsu.insight.report.rising import compare_last, pick_rising
from tingsu.insight.report.topics import count_cells, count_matrix, find_topics, scan_words
from tingsu.insight.report.trend import count_trend, cut_windows, find_risers
from tingsu.insight.textreport import FileNotes, TextReport, build_report, render_page, to_plain
from tingsu.reading import Group, find_groups

DAY = datetime(2026, 1, 5, 10, 0, tzinfo=SHANGHAI)


@dataclass(frozen=True)
class Said:
    """A message as intake hands it over."""

    text: str
    row: int = 0
    at: datetime | None = None
    channel: str = ""
    unit: str = ""
    customer: str = ""


def texts_of(*entries: Mapping[str, object]) -> ReadTexts:
    """Read texts put together by hand; what an entry leaves out is a plain complaint."""
    texts = ReadTexts(engine="by hand")
    for place, entry in enumerate(entries):
        text = str(entry.get("text", f"第{place}条投诉说的是各自不同的事情"))
        texts.rows.append(place + 2)
        texts.texts.append(text)
        texts.masked.append(str(entry.get("masked", text)))
        texts.at.append(entry.get("at"))  # type: ignore[arg-type]
        texts.channel.append(str(entry.get("channel", "")))
        texts.unit.append(str(entry.get("unit", "")))
        texts.customer.append(str(entry.get("customer", "")))
        texts.verdict.append(str(entry.get("verdict", "yes")))
        texts.business.append(str(entry.get("business", "其他")))
        texts.cause.append(str(entry.get("cause", "其他")))
        texts.confidence.append(0.8)
        texts.emotion.append(int(str(entry.get("emotion", 1))))
        texts.need.append("求解决")
        texts.personal.append(0)
    return texts


def report_on(messages: Sequence[Said]) -> TextReport:
    return build_report(messages, notes=FileNotes(source="台账.csv"))


# -- counting ----------------------------------------------------------------------------------------------------------


def test_the_overview_counts_by_verdict_and_dates_complaints_only() -> None:
    texts = texts_of(
        {"at": DAY, "customer": "甲"},
        {"at": DAY + timedelta(days=3), "customer": "甲"},
        {"verdict": "no", "at": DAY + timedelta(days=30), "customer": "乙"},
        {"verdict": "unsure"},
    )
    seen = figures.count_overview(texts)
    assert (seen.texts, seen.complaints, seen.not_complaints, seen.unsure) == (4, 2, 1, 1)
    assert (seen.first, seen.last, seen.customers) == (date(2026, 1, 5), date(2026, 1, 8), 1)


def test_channels_count_their_texts_complaints_and_anger_apart() -> None:
    texts = texts_of(
        {"channel": "电话", "emotion": 3},
        {"channel": "电话", "verdict": "no", "emotion": 3},
        {"channel": "柜面", "emotion": 1},
        {"channel": "", "emotion": 2},
        {"channel": "柜面", "emotion": 2},
    )
    found = figures.count_heard(texts, "channel")
    assert [(item.label, item.texts, item.complaints, item.angry) for item in found] == [
        ("柜面", 2, 2, 1),
        ("电话", 2, 1, 1),
        ("", 1, 1, 1),
    ]


def test_emotions_show_all_four_strengths_and_sum_to_the_complaints() -> None:
    texts = texts_of({"emotion": 1}, {"emotion": 1}, {"emotion": 3}, {"emotion": 3, "verdict": "no"})
    counts = figures.count_emotions(texts)
    assert [count.count for count in counts] == [0, 2, 0, 1]
    assert {count.base for count in counts} == {3}


def test_cells_and_matrix_agree_with_the_complaints() -> None:
    texts = texts_of(
        {"business": "信用卡", "cause": "定价收费"},
        {"business": "信用卡", "cause": "定价收费"},
        {"business": "信用卡", "cause": "其他"},
        {"business": "贷款", "cause": "定价收费", "verdict": "no"},
        {},
    )
    cells = count_cells(texts)
    assert cells[0] == ("信用卡", "定价收费", 2)
    matrix = count_matrix(cells)
    assert matrix.businesses == ["信用卡", "其他"]
    assert matrix.by_business["信用卡"] == 3
    assert sum(matrix.counts.values()) == 4


def test_demands_count_a_complaint_once_per_kind_and_keep_amounts() -> None:
    texts = texts_of({}, {}, {"verdict": "no"})
    texts.demands = [
        Named(0, "退款", Decimal(300)),
        Named(0, "退款", Decimal(200)),
        Named(1, "退款"),
        Named(1, "道歉"),
        Named(2, "退款", Decimal(9)),
        Named(1, "none"),
    ]
    refund, apology = figures.count_named(texts, texts.demands)
    assert (refund.kind, refund.places, refund.amounts) == ("退款", (0, 1), (Decimal(200), Decimal(300)))
    assert (refund.middle_amount, refund.largest_amount) == (Decimal(250), Decimal(300))
    assert apology.middle_amount is None
    assert figures.count_with_any([refund, apology]) == 2


def test_anger_is_ranked_by_what_is_sure_not_by_small_luck() -> None:
    few = [{"business": "外汇", "emotion": 3} for _ in range(10)]
    many = [{"business": "贷款", "emotion": 3 if n < 190 else 1} for n in range(200)]
    calm = [{"business": "借记卡", "emotion": 1} for _ in range(50)]
    tiny = [{"business": "国库", "emotion": 3} for _ in range(9)]
    texts = texts_of(*few, *many, *calm, *tiny)
    ranked = figures.rank_angriest(find_topics(texts, scan_words(texts)), texts)
    names = [topic.business for topic, _count in ranked]
    assert names[0] == "贷款"
    assert "国库" not in names


# -- phrases and topics ------------------------------------------------------------------------------------------------


def test_phrases_that_set_a_cell_apart_come_first() -> None:
    fees = ["信用卡年费没有告知就扣了", "年费扣了两次，客服不认", "说好免年费，还是扣了年费"] * 3
    queues = ["大厅排队排了两个小时", "只开一个窗口，排队太久", "排队叫号乱，等了很久"] * 3
    inside = count_units(find_units(text) for text in fees)
    whole = count_units(find_units(text) for text in [*fees, *queues])
    found = contrast(inside, len(fees), whole, len(fees) + len(queues))
    assert found[0].text == "年费"
    assert found[0].count == 9
    assert all("排队" not in phrase.text for phrase in found)


def test_a_vague_cell_is_opened_by_what_its_texts_share_and_loses_none() -> None:
    noise = [{"text": f"楼下广场舞每晚{n}点还在响，扰民很久了"} for n in range(12)]
    road = [{"text": f"门口{n}号路灯坏了一直没修，路灯不亮"} for n in range(9)]
    cards = [{"business": "借记卡", "cause": "设施设备系统", "text": f"吞卡第{n}次"} for n in range(6)]
    texts = texts_of(*noise, *road, *cards)
    topics = find_topics(texts, scan_words(texts))
    places = sorted(place for topic in topics for place in topic.places)
    assert places == list(range(27))
    opened = {topic.said: len(topic.places) for topic in topics if topic.said}
    assert sorted(opened.values()) == [9, 12]
    assert any("扰民" in topic.name or "广场舞" in topic.name for topic in topics)


def test_a_batch_is_one_voice_when_words_are_counted() -> None:
    copies = [{"cause": "营销方式", "text": "加群领取牛股代码稳赚不赔"} for _ in range(30)]
    others = [{"cause": "营销方式", "text": f"理财经理误导购买保险第{n}次"} for n in range(8)]
    texts = texts_of(*copies, *others)
    words = scan_words(texts, set(range(1, 30)))
    assert words.whole["牛股代码"] <= 1
    assert words.count(range(38))[1] == 9


def test_phrases_come_from_the_masked_text_only() -> None:
    entries = [{"text": "柜员王小明骂人", "masked": "柜员王**骂人"} for _ in range(9)]
    words = scan_words(texts_of(*entries))
    assert not any("小明" in unit for unit in words.whole)


# -- batches and repeats -----------------------------------------------------------------------------------------------


def test_a_batch_counts_customers_and_days_and_repeats_leave_one() -> None:
    same = "养老金发放当天系统故障取不出钱等了一上午"
    texts = texts_of(
        {"text": same, "customer": "甲", "at": DAY},
        {"text": same, "customer": "乙", "at": DAY + timedelta(days=2)},
        {"text": same, "customer": "甲", "at": DAY + timedelta(days=1)},
        {"text": "完全不同的一条投诉，说的是别的事情"},
    )
    batches = build_batches(texts, texts.complaints, find_groups([texts.texts[place] for place in texts.complaints]))
    assert [(batch.places, batch.kind, batch.customers) for batch in batches] == [([0, 1, 2], "same", 2)]
    assert (batches[0].first, batches[0].last) == (DAY, DAY + timedelta(days=2))
    mark_repeats(texts, batches)
    assert texts.repeats == {2}


def test_without_customers_only_copies_of_the_same_month_are_repeats() -> None:
    same = "手机银行转账一直提示系统繁忙请稍后"
    texts = texts_of(
        {"text": same, "at": DAY},
        {"text": same, "at": DAY + timedelta(days=5)},
        {"text": same, "at": DAY + timedelta(days=60)},
    )
    groups = [Group((0, 1, 2), "same", 0, same)]
    mark_repeats(texts, build_batches(texts, texts.complaints, groups))
    assert texts.repeats == {1}


def test_short_cries_are_no_batch() -> None:
    texts = texts_of(*({"text": "打不开"} for _ in range(20)))
    assert build_batches(texts, texts.complaints, find_groups(texts.texts)) == []


# -- time --------------------------------------------------------------------------------------------------------------


def test_periods_follow_the_calendar_and_know_what_they_cover() -> None:
    months = list_periods(date(2026, 1, 15), date(2026, 6, 10))
    assert [(period.start, period.days) for period in months][:2] == [(date(2026, 1, 1), 17), (date(2026, 2, 1), 28)]
    assert months[-1].days == 10
    assert choose_unit(date(2026, 1, 1), date(2026, 2, 15)) == "week"
    assert choose_unit(date(2026, 1, 1), date(2026, 1, 10)) == "day"


@given(st.dates(date(2015, 1, 1), date(2026, 1, 1)), st.integers(0, 900))
def test_periods_cover_every_day_once(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    periods = list_periods(first, last)
    assert sum(period.days for period in periods) == length + 1
    assert all(one.end + timedelta(days=1) == two.start for one, two in zip(periods, periods[1:], strict=False))


def test_a_stray_date_does_not_stretch_the_picture() -> None:
    days = [date(2026, 3, 1) + timedelta(days=n % 40) for n in range(400)]
    assert find_span([*days, date(2002, 1, 1), date(2031, 1, 1)]) == (date(2026, 3, 1), date(2026, 4, 9))
    assert find_span([]) is None


def test_repeats_are_merged_before_counting_over_time() -> None:
    texts = texts_of({"at": DAY}, {"at": DAY}, {"at": DAY + timedelta(days=1)}, {"at": DAY, "verdict": "no"})
    texts.repeats = {1}
    trend = count_trend(texts)
    assert trend is not None
    assert (trend.counts, trend.base) == ([1, 1], 2)
    assert count_trend(texts_of({}, {})) is None


def test_a_clear_rise_is_named_and_ordinary_ups_and_downs_are_not() -> None:
    steady = compare_last([20, 24, 18, 22, 26], [30] * 5)
    risen = compare_last([20, 24, 18, 22, 60], [30] * 5)
    wild = compare_last([2, 60, 5, 48, 60], [30] * 5)
    tiny = compare_last([0, 0, 0, 0, 3], [30] * 5)
    assert pick_rising([steady, risen, wild, tiny]) == [1]
    assert compare_last([1, 2, 3], [30] * 3) is None


def test_half_a_period_is_held_against_half_the_rate() -> None:
    change = compare_last([30, 30, 30, 30], [30, 30, 30, 10])
    assert change is not None
    assert change.expected == pytest.approx(10)
    assert pick_rising([change]) == [0]


def test_noise_alone_hardly_ever_raises_an_alarm() -> None:
    """Two hundred steady series at once: at most a few are named."""
    import numpy as np

    draws = np.random.default_rng(4).poisson(12, size=(200, 9))
    changes = [compare_last([int(n) for n in row], [30] * 9) for row in draws]
    assert len(pick_rising(changes)) <= 2


def test_the_unit_that_rose_is_found() -> None:
    steady = [
        {"at": DAY + timedelta(days=n % 300), "unit": ["城东", "城西", "高新"][n % 3], "business": "信用卡"}
        for n in range(300)
    ]
    burst = [{"at": DAY + timedelta(days=280 + n % 20), "unit": "高新", "business": "国库"} for n in range(30)]
    texts = texts_of(*steady, *burst)
    trend = count_trend(texts)
    assert trend is not None
    windows = cut_windows(trend.first, trend.last)
    assert windows is not None
    assert windows.days == 30
    words = scan_words(texts)
    risers = find_risers(texts, find_topics(texts, words), words, windows)
    assert {(riser.kind, riser.name) for riser in risers} >= {("unit", "高新"), ("topic", "国库")}
    assert all(riser.name not in ("城东", "城西", "信用卡") for riser in risers)
    assert sum(risers[0].counts) >= risers[0].change.last == len(risers[0].places)


# -- the whole report --------------------------------------------------------------------------------------------------


SECRETS = ("13812345678", "6222021234567890128", "110101199003078515", "zhangsan@example.com")


@pytest.fixture(scope="module")
def report() -> TextReport:
    private = [
        Said(
            f"我叫张三丰，手机{SECRETS[0]}，卡号{SECRETS[1]}，身份证{SECRETS[2]}，邮箱{SECRETS[3]}，扣了我{n}00元年费不退，太气人了！",
            row=n + 2,
            at=DAY + timedelta(days=n * 7),
            channel="电话",
            unit="城东支行13912345678",
            customer=f"张三丰{n % 3}",
        )
        for n in range(8)
    ]
    script = [
        Said(
            "<script>alert('x')</script>手机银行闪退，转账转不了，客服没人接，要求退款",
            row=20,
            at=DAY,
            channel="<b>柜面</b>",
        ),
        Said("服务很好，谢谢你们", row=21, at=DAY),
    ]
    return report_on([*private, *script])


def test_no_personal_data_reaches_the_page_or_the_json(report: TextReport) -> None:
    page, plain = render_page(report), json.dumps(to_plain(report), ensure_ascii=False)
    assert all(secret in report.texts.texts[0] for secret in SECRETS)  # it was there to leak
    for secret in (*SECRETS, "13912345678", "张三丰"):
        assert secret not in page
        assert secret not in plain


def test_the_page_asks_for_nothing_from_outside(report: TextReport) -> None:
    page = render_page(report)
    assert not re.search(r"(src|href|action|data|poster)\s*=\s*[\"']?\s*(https?:)?//", page)
    assert not re.search(r"url\(|@import|<link|<script|<iframe|<img|http-equiv=.refresh", page)
    assert "http://" not in page
    assert "https://" not in page


def test_what_customers_wrote_is_escaped(report: TextReport) -> None:
    page = render_page(report)
    assert "<script>" not in page
    assert "<b>柜面</b>" not in page
    assert "&lt;b&gt;柜面" in page


class Outline(HTMLParser):
    """Opened and closed tags, attributes and ids, to see that the page is whole."""

    VOID = frozenset({"meta", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: set[str] = set()
        self.targets: set[str] = set()
        self.inline_styles = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.inline_styles += "style" in found or any(name.startswith("on") for name in found)
        self.ids.add(found.get("id") or "")
        if (found.get("href") or "").startswith("#"):
            self.targets.add((found["href"] or "")[1:])
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ("rect", "line")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_well_formed_and_its_links_lead_somewhere(report: TextReport) -> None:
    outline = Outline()
    outline.feed(render_page(report))
    assert outline.open == []
    assert outline.targets <= outline.ids
    assert outline.inline_styles == 0


def test_the_conclusion_stands_first_with_its_figures(report: TextReport) -> None:
    page = render_page(report)
    assert page.index("最该先看的") < page.index("投诉最多的是什么")
    lead = report.leads[0]
    assert lead.title in page
    assert str(report.overview.complaints) in lead.text


def test_json_rows_lead_back_to_the_file(report: TextReport) -> None:
    plain = to_plain(report)
    rows = sorted(row for topic in plain["topics"] for row in topic["rows"])
    assert rows == sorted(report.texts.rows[place] for place in report.texts.complaints)
    assert plain["overview"]["complaints"] == len(rows)
    assert plain["batches"][0]["rows"] == [2, 3, 4, 5, 6, 7, 8, 9]
    assert json.loads(json.dumps(plain)) == plain


def test_dates_still_to_come_are_slips_of_the_pen_and_are_said_to_be() -> None:
    topics = ("排队两个小时没人理，态度太差了", "信用卡年费没有告知就扣了，要求退还", "手机银行转账一直失败，太气人了")
    written = [Said(f"{topics[n % 3]}，{n}号", row=n, at=DAY + timedelta(days=n)) for n in range(80)]
    ahead = [Said(f"{topics[n % 3]}，{n}号", row=n, at=datetime(2090, 5, 5, tzinfo=SHANGHAI)) for n in range(80, 120)]
    undated = [Said(f"{topics[n % 3]}，{n}号", row=n) for n in range(120, 123)]
    report = report_on([*written, *ahead, *undated])
    assert report.overview.dated == 80
    assert report.overview.last == (DAY + timedelta(days=79)).date()
    assert (report.overview.undated, report.overview.ahead) == (3, 40)
    assert report.risers == []  # nothing rose: the forty are not of the last month
    page = render_page(report)
    assert "另有 3 条没有可用的日期，没有算入。" in page
    assert "另有 40 条日期在今天之后，没有算入。" in page
    assert "2090" not in page


def test_a_file_without_dates_channels_or_complaints_says_so_plainly() -> None:
    undated = render_page(report_on([Said("排队两个小时没人理，态度太差了", row=1)]))
    assert "没有可用的日期" in undated
    assert "没有渠道、网点或机构的列" in undated
    nothing = render_page(report_on([Said("今天天气很好", row=1)]))
    assert "没有读出投诉" in nothing


# -- small things the page relies on -----------------------------------------------------------------------------------


def test_numbers_read_as_people_write_them() -> None:
    assert [percent(x) for x in (0, 0.0004, 0.042, 0.0996, 0.37, 1)] == ["0%", "<0.1%", "4.2%", "10%", "37%", "100%"]
    assert [number(x) for x in (0, 3.25, 12.4, 31467)] == ["0", "3.2", "12", "31,467"]


@given(st.integers(1, 10**7))
def test_the_scale_holds_every_column(value: int) -> None:
    top = nice_ceiling(value)
    assert value <= top <= max(2, 2.2 * value)
    assert top % 2 == 0


def test_labels_of_a_chart_are_escaped() -> None:
    assert "<x>" not in draw_columns(["<x>"], [3], [False])


@given(st.text(alphabet="投诉银行。，\n a", max_size=400))
def test_excerpts_keep_to_their_length(text: str) -> None:
    assert len(excerpt(text, [])) <= 98


def leads_of(messages: Sequence[Said]) -> dict[str, str]:
    return {lead.kind: f"{lead.title} {lead.text}" for lead in report_on(messages).leads}


def test_a_large_batch_stands_among_the_first_things_and_a_small_one_gives_way() -> None:
    fees = [
        Said(
            f"信用卡第{n}年的年费没有告知就扣了，找{'甲乙丙丁戊己庚辛壬癸'[n % 10]}经理也不解释，我要去银保监会投诉你们！",
            row=n,
        )
        for n in range(60)
    ]
    script = "养老金发放当天系统故障取不出钱，老人等了一上午没有人解释，要求道歉"
    few = leads_of([*fees, *(Said(script, row=90 + n, customer=f"客{n}") for n in range(3))])
    many = leads_of([*fees, *(Said(script, row=90 + n, customer=f"客{n}") for n in range(12))])
    assert "12 条投诉说的是同一段话" in many["batches"]
    assert "12 位客户" in many["batches"]
    assert list(few).index("risks") < (list(few).index("batches") if "batches" in few else 3)


# -- one matter in many words ------------------------------------------------------------------------------------------

WATER = (
    "望江小区停水三天了，物业说泵房坏了",
    "泵房坏了没人修，望江小区天天提水",
    "望江小区三天没有自来水，泵房坏了一直不修",
    "我们望江小区停水，泵房坏了，老人提不动水",
)


def test_one_matter_in_many_words_is_listed_with_its_rows_and_one_hand_is_told_apart() -> None:
    others = [Said(f"取号机排队太久，窗口只开了{n}个，第{n}次来还是这样慢", row=20 + n) for n in range(1, 31)]
    many = [Said(text, row=n + 2, at=DAY + timedelta(days=n), customer=f"客户{n}") for n, text in enumerate(WATER)]
    again = Said(WATER[0], row=9, at=DAY + timedelta(days=5), customer="客户0")
    plain = to_plain(report_on([*many, again, *others]))
    water = next(topic for topic in plain["topics"] if topic["kind"] == "matter" and 2 in topic["rows"])
    assert water["rows"] == [2, 3, 4, 5, 9]
    assert (water["voices"]["value"], water["customers"]) == (4, 4)
    assert water["voices"]["low"] < 4 < water["voices"]["high"]
    assert water["growth"]["risen"] is False
    assert json.dumps(plain)
    assert water in plain["batches"]
    one = [Said(text, row=n + 2, customer="同一人") for n, text in enumerate(WATER)]
    alone = to_plain(report_on([*one, *others]))
    assert not any(topic["kind"] == "matter" and 2 in topic["rows"] for topic in alone["topics"])


def test_a_matter_that_rose_is_said_to_have_risen() -> None:
    lately = [
        Said(f"{WATER[n % 4]}，我是{n}栋的", row=n + 2, at=DAY + timedelta(days=119 - n % 9), customer=f"客户{n}")
        for n in range(16)
    ]
    before = [
        Said(f"取号机排队太久，窗口只开了{n}个，第{n}次来还是慢", row=50 + n, at=DAY + timedelta(days=n))
        for n in range(1, 110)
    ]
    plain = to_plain(report_on([*lately, *before]))
    water = next(topic for topic in plain["topics"] if topic["kind"] == "matter" and 2 in topic["rows"])
    assert water["growth"]["risen"] is True
    assert water["growth"]["last"] > water["growth"]["upper"]
    assert json.dumps(plain)
