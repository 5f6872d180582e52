"""Pages of figures over a small bank's facts: what they say, where their numbers lead, who sees what, how much is asked."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from datetime import date, timedelta

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.make import Bank, case, walk
from tests.web.conftest import words_of
from tingsu.base.clock import now, today
from tingsu.cases.models import Case
from tingsu.insight.facts.store import keep_topics, rebuild, refresh
from tingsu.insight.kept import forget_kept
from tingsu.insight.measures.tables import Measure
from tingsu.insight.spikes.tables import Alert
from tingsu.insight.standing import late_measures, open_alerts
from tingsu.insight.topics.sizes import SizeRow, set_sizes, stamp_of_sizes
from tingsu.insight.topics.tables import Topic
from tingsu.insight.units import like_units, rates_beside, typical_rate
from tingsu.insight.weeks import weeks_of
from tingsu.org.models import AccessEntry, Unit, User

SignIn = Callable[[User], Client]
RUDE = "柜员态度很差，骂人，还让我走开，我要求道歉。"
BROKEN = "手机银行又打不开了，系统维护也不通知，转账全耽误了。"


@pytest.fixture
def busy(bank: Bank) -> Bank:
    """Seven complaints about the outlet within the month, one about another branch, and facts built from them."""
    forget_kept()
    for n in range(6):
        case(
            bank,
            text=f"{RUDE}第{n}次去。",
            at=now() - timedelta(days=n + 1),
            phone=f"1391111{n:04}",
            accused_unit=bank.outlet,
        )
    case(
        bank, text=BROKEN, at=now() - timedelta(days=2), phone="13922220000", accused_unit=bank.outlet, channel="mobile"
    )
    case(
        bank,
        text=BROKEN,
        at=now() - timedelta(days=3),
        phone="13922220001",
        accused_unit=bank.other_outlet,
        by=bank.other_clerk,
    )
    rebuild(at=now())
    return bank


def links_of(page: str) -> list[str]:
    return [html.unescape(href) for href in re.findall(r'href="(/insight/cases/[^"]*)"', page)]


def count_said(client: Client, href: str) -> int:
    found = re.search(r"共 (\d+) 件", words_of(client.get(href)))
    assert found, href
    return int(found[1])


def test_the_board_names_the_unit_and_every_number_leads_to_its_cases(busy: Bank, signed_in: SignIn) -> None:
    client = signed_in(busy.executive)
    page = client.get("/insight/hot/?whole=1").content.decode()
    spot = re.search(r'<li class="spot">.*?解放路支行.*?</li>', page, re.S)
    assert spot is not None
    counts = re.findall(r'class="spot-count" href="([^"]*)"><strong>(\d+)</strong>', page)
    assert counts
    for href, count in counts[:4]:
        assert count_said(client, html.unescape(href)) == int(count)
    assert "平时多少还说不准" in page and "不足" in page  # a month of history says nothing of what is usual


def test_a_board_not_yet_worked_out_is_fetched_by_the_page(busy: Bank, signed_in: SignIn) -> None:
    client = signed_in(busy.executive)
    first = client.get("/insight/hot/").content.decode()
    assert "正在排热点" in first and 'hx-get="?part=1"' in first and "?whole=1" in first
    part = client.get("/insight/hot/?part=1").content.decode()
    assert "<!doctype" not in part and "解放路支行" in part
    assert "解放路支行" in client.get("/insight/hot/").content.decode()  # known now


def test_sizes_given_later_stand_on_a_board_already_worked_out(busy: Bank, signed_in: SignIn) -> None:
    client = signed_in(busy.executive)
    assert "每千客户" not in words_of(client.get("/insight/hot/?whole=1"))
    rows = [SizeRow(busy.outlet.code, 2000, 1), SizeRow(busy.other_outlet.code, 4000, 1)]
    set_sizes(rows, valid_from=date(2020, 1, 1), by=busy.head, at=now())
    assert "每千客户" in words_of(client.get("/insight/hot/?whole=1"))


def test_customers_moved_from_one_unit_to_another_are_another_state_of_the_sizes(busy: Bank) -> None:
    def give(here: int, there: int) -> tuple[object, ...]:
        Unit.objects.filter(pk=busy.outlet.pk).update(customers=here)
        Unit.objects.filter(pk=busy.other_outlet.pk).update(customers=there)
        return stamp_of_sizes(by=User.objects.get(pk=busy.executive.pk))

    assert give(2000, 4000) != give(4000, 2000)
    open_ = stamp_of_sizes(by=User.objects.get(pk=busy.executive.pk))
    Unit.objects.filter(pk=busy.other_outlet.pk).update(active=False)
    assert stamp_of_sizes(by=User.objects.get(pk=busy.executive.pk)) != open_


def test_the_order_is_a_link_and_an_unknown_one_is_by_count(busy: Bank, signed_in: SignIn) -> None:
    client = signed_in(busy.executive)
    page = client.get("/insight/hot/?whole=1&by=harm&days=90").content.decode()
    assert "伤害分" in page
    assert 'href="?days=90&amp;by=growth"' in page
    assert 'aria-current="true">按件数' in client.get("/insight/hot/?whole=1&by=nonsense").content.decode()


def test_a_branch_sees_its_own_complaints_only(busy: Bank, signed_in: SignIn) -> None:
    page = words_of(signed_in(busy.manager).get("/insight/hot/?whole=1"))
    assert "解放路支行" in page and "滨河支行" not in page
    assert signed_in(busy.manager).get("/insight/units/O2/").status_code == 404
    assert signed_in(busy.manager).get("/insight/units/O1/").status_code == 200
    assert count_said(signed_in(busy.manager), "/insight/cases/") == 7
    assert count_said(signed_in(busy.executive), "/insight/cases/") == 8


def test_the_list_narrows_pages_and_says_what_it_holds(busy: Bank, signed_in: SignIn) -> None:
    client = signed_in(busy.executive)
    assert count_said(client, "/insight/cases/?at=O1&phrase=骂人") == 6
    assert count_said(client, "/insight/cases/?channel=mobile") == 1
    page = client.get("/insight/cases/?at=O1&phrase=骂人").content.decode()
    assert "机构：解放路支行" in page and 'href="?phrase=%E9%AA%82%E4%BA%BA"' in page
    assert "13911110000" not in page and "张三" not in page
    none = words_of(client.get("/insight/cases/?cause=没有"))
    assert "这些条件下没有投诉" in none
    for odd in ("page=999", "page=-1", "page=²", "since=1900-01-01", f"phrase={'长' * 500}", "at=%20"):
        assert client.get(f"/insight/cases/?{odd}").status_code == 200, odd


def test_a_list_taken_out_is_masked_and_leaves_a_line(busy: Bank, signed_in: SignIn) -> None:
    client = signed_in(busy.handler)
    sent = client.get("/insight/cases/?at=O1&chart=cases&format=xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(sent.streaming_content))).worksheets[0].values)
    assert len(rows) == 8 and "1391111" not in str(rows)
    entry = AccessEntry.objects.get(what="export")
    assert entry.by == busy.handler and entry.detail["cases"] == 7


def test_a_unit_page_says_how_much_what_about_and_what_is_open(busy: Bank, signed_in: SignIn) -> None:
    busy.outlet.customers, busy.other_outlet.customers = 2000, 1000
    busy.outlet.save()
    busy.other_outlet.save()
    client = signed_in(busy.executive)
    response = client.get("/insight/units/O1/")
    page = words_of(response)
    for words in ("收到7", "每千客户3.50", "与同类机构比", "机构与周", "客户怎么说", "还没有办结"):
        assert words in page, words
    for href in links_of(response.content.decode())[:6]:
        assert client.get(href).status_code == 200
    sent = client.get("/insight/units/O1/?chart=like&format=csv")
    assert "解放路支行,7,2000,3.5" in b"".join(sent.streaming_content).decode()


def test_a_branch_page_counts_everything_below_it(busy: Bank, signed_in: SignIn) -> None:
    page = words_of(signed_in(busy.executive).get("/insight/units/B1/"))
    assert "收到7" in page and "没有登记客户数" in page
    Unit.objects.filter(code="B1").update(customers=3500)
    assert "每千客户2.00" in words_of(signed_in(busy.executive).get("/insight/units/B1/"))


def topic_of(bank: Bank, name: str) -> Topic:
    made = Topic.objects.create(name=name, phrases=[["走开", 2.0]], born_at=now(), seen_at=now())
    keep_topics({pk: str(made.pk) for pk in Case.objects.filter(accused_unit=bank.outlet).values_list("pk", flat=True)})
    refresh(at=now())
    return made


def test_a_topic_page_and_one_that_is_not_there(busy: Bank, signed_in: SignIn) -> None:
    made = topic_of(busy, "柜员让客户走开")
    client = signed_in(busy.executive)
    page = client.get(f"/insight/topics/{made.pk}/").content.decode()
    assert "柜员让客户走开" in page and "近 30 天 7 件" in page and "解放路支行" in page
    assert client.get(f"/insight/topics/{made.pk}/?chart=heat&format=csv").status_code == 200
    for missing in ("none", "999999", "²", "9" * 30):
        assert client.get(f"/insight/topics/{missing}/").status_code == 404, missing
    assert signed_in(busy.clerk).get(f"/insight/topics/{made.pk}/").status_code == 403
    elsewhere = Topic.objects.create(name="别处的话题", phrases=[["别处", 1.0]], born_at=now(), seen_at=now())
    manager = signed_in(busy.manager)
    assert manager.get(f"/insight/topics/{made.pk}/").status_code == 200
    assert (
        manager.get(f"/insight/topics/{elsewhere.pk}/").status_code == 404
    )  # its phrases are others' customers' words
    assert manager.post(f"/insight/topics/{elsewhere.pk}/", {"do": "rename", "name": "甲"}).status_code == 404


def test_a_topic_is_renamed_and_merged_by_who_may_and_nobody_else(busy: Bank, signed_in: SignIn) -> None:
    made = topic_of(busy, "柜员让客户走开")
    other = Topic.objects.create(name="柜员态度", phrases=[["态度", 1.0]], born_at=now(), seen_at=now())
    client, address = signed_in(busy.executive), f"/insight/topics/{made.pk}/"
    assert client.post(address, {"do": "rename", "name": "柜面服务态度"}).status_code == 302
    assert "柜面服务态度" in words_of(client.get(address))
    taken = client.post(address, {"do": "rename", "name": "柜员态度"})
    assert taken.status_code == 422 and "已有话题叫" in words_of(taken)
    assert client.post(address, {"do": "rename", "name": ""}).status_code == 422
    assert client.post(address, {"do": "merge", "into": "nothing"}).status_code == 422
    assert client.post(address, {"do": "nonsense"}).status_code == 422
    merged = client.post(address, {"do": "merge", "into": str(other.pk)})
    assert (merged.status_code, merged["Location"]) == (302, f"/insight/topics/{other.pk}/")
    assert "已并入：柜面服务态度" in words_of(client.get(merged["Location"]))
    assert client.get(address)["Location"] == f"/insight/topics/{other.pk}/"  # what was merged leads to where it went
    made.refresh_from_db()
    assert made.merged_into == other
    assert AccessEntry.objects.filter(what__in=("topic_renamed", "topic_merged"), by=busy.executive).count() == 2
    assert signed_in(busy.auditor).post(address, {"do": "rename", "name": "别的"}).status_code == 403


def test_why_it_changed_is_fetched_by_the_page_and_says_its_base(busy: Bank, signed_in: SignIn) -> None:
    client = signed_in(busy.executive)
    page = client.get("/insight/units/O1/?days=7").content.decode()
    assert 'hx-get="?days=7&amp;part=why"' in page
    part = client.get("/insight/units/O1/?days=7&part=why").content.decode()
    assert "hx-get" not in part and 'id="why"' in part and "投诉" in part


def test_measures_stand_where_they_belong_the_late_ones_first(busy: Bank, signed_in: SignIn) -> None:
    topic = topic_of(busy, "柜员让客户走开")
    late = measure_of(busy, "晨会演练", due=today() - timedelta(days=3), scope={"topic": str(topic.pk)})
    measure_of(busy, "换叫号机", due=today() + timedelta(days=9), scope={"cause": "设施设备系统"})
    client = signed_in(busy.executive)
    overview = words_of(client.get("/insight/"))
    assert overview.index("晨会演练") < overview.index("换叫号机") and "已超 3 天" in overview
    on_topic = words_of(client.get(f"/insight/topics/{topic.pk}/"))
    assert "晨会演练" in on_topic and "换叫号机" not in on_topic
    assert "晨会演练" in words_of(client.get("/insight/units/B1/"))  # what stands below the branch
    assert list(late_measures(by=busy.executive, today=today())) == [late]
    Case.objects.update(next_due=None, emotion=0)
    card = words_of(client.get("/insight/first/"))
    assert re.search("先催整改「晨会演练」：吴岚 负责，已超 3 天|先管「", card)


def measure_of(bank: Bank, title: str, *, due: date, scope: dict[str, str]) -> Measure:
    made = Measure.objects.create(
        title=title, scope=scope, root_cause="演练不够", what="每周演练", owner=bank.executive, due=due,
        made_by=bank.executive, made_at=now(),
    )  # fmt: skip
    made.units.set([bank.outlet])
    return made


@pytest.mark.parametrize("path", ["/insight/hot/?whole=1", "/insight/cases/", "/insight/units/O1/", "/insight/"])
def test_without_any_facts_a_page_says_so(bank: Bank, signed_in: SignIn, path: str) -> None:
    forget_kept()
    response = signed_in(bank.executive).get(path)
    assert response.status_code == 200
    assert re.search("没有|—", words_of(response))


@pytest.mark.parametrize("path", ["/insight/", "/insight/hot/?whole=1", "/insight/cases/", "/insight/units/O1/"])
def test_pages_keep_to_the_strict_policy_and_refuse_who_may_not_look(busy: Bank, signed_in: SignIn, path: str) -> None:
    page = signed_in(busy.executive).get(path).content.decode()
    assert not re.search(r"\sstyle=|\son[a-z]+=\"|javascript:", page)
    for script in re.findall(r"<script\b[^>]*>", page):
        assert " src=" in script or 'type="application/json"' in script, script
    assert signed_in(busy.clerk).get(path).status_code == 403


@pytest.mark.parametrize(
    ("path", "most"),
    [("/", 48), ("/insight/", 26), ("/insight/hot/?whole=1", 16), ("/insight/cases/", 14), ("/insight/units/O1/", 20)],
)
def test_a_page_asks_the_database_little(busy: Bank, signed_in: SignIn, path: str, most: int) -> None:
    client = signed_in(busy.executive)
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get(path)
    assert len(asked) <= most, [query["sql"][:90] for query in asked]


def test_weeks_are_whole_and_marked_only_beyond_what_is_usual() -> None:
    until = date(2026, 11, 22)  # a Sunday
    days = {until - timedelta(days=7 * week + day): 1 for week in range(30) for day in (1, 3)}
    calm = weeks_of(days, first=date(2026, 1, 1), until=until)
    assert calm.mondays[-1] == date(2026, 11, 16) and len(calm.mondays) == 26
    assert calm.marked == [] and set(calm.counts) == {2}
    days[date(2026, 11, 18)] = 30
    assert weeks_of(days, first=date(2026, 1, 1), until=until).marked == [date(2026, 11, 16)]
    cut = weeks_of(days, first=date(2026, 1, 1), until=until - timedelta(days=1))
    assert cut.mondays[-1] == date(2026, 11, 9)  # a week that is not over says nothing
    young = weeks_of(days, first=date(2026, 11, 1), until=until)
    assert young.low == [None] * 3
    assert weeks_of({}, first=until, until=until).counts == []


def test_rates_stand_beside_like_units_of_known_size(bank: Bank) -> None:
    like = like_units(bank.outlet, [bank.outlet, bank.other_outlet, bank.branch])
    counts = {bank.outlet.path: 4, bank.other_outlet.path: 6}
    rows = rates_beside(bank.outlet, like, counts, {"O1": 4000, "O2": 1000})
    assert [(row.code, row.rate) for row in rows] == [("O2", 6.0), ("O1", 1.0)]
    assert all(row.low < row.rate < row.high for row in rows if row.low is not None and row.high and row.rate)
    assert typical_rate(rows) == 2.0
    none = rates_beside(bank.outlet, like, {}, {})
    assert typical_rate(none) is None and all(row.rate is None for row in none)


def test_a_closed_case_is_still_counted(busy: Bank, signed_in: SignIn) -> None:
    made = walk(case(busy, at=now() - timedelta(days=5), phone="13933330000", accused_unit=busy.outlet), busy)
    refresh(at=now())
    page = words_of(signed_in(busy.executive).get("/insight/cases/?ended=closed"))
    assert made.number in page and "共 1 件" in page


def test_home_and_overview_say_first_what_is_overdue_with_its_reason(busy: Bank, signed_in: SignIn) -> None:
    client = signed_in(busy.executive)
    for path in ("/", "/insight/"):
        page = words_of(client.get(path))
        assert re.search(r"先办已逾期的 \d+ 件，最久的一件已超", page), path
        assert "拖得越久越容易升级" in page
        assert "正在排热点" in page  # not known yet: the page fetches it


def test_rates_of_answers_say_that_they_are_of_answered_cases(busy: Bank, signed_in: SignIn) -> None:
    made = case(busy, phone="13955550000", accused_unit=busy.outlet, at=now() - timedelta(days=20))
    walk(made, busy, at=now() - timedelta(days=20))
    rebuild(at=now())
    told = words_of(signed_in(busy.executive).get("/"))
    assert re.search(r"答复及时率 近 30 天 100% 已答复的 \d+ 件全部做到", told), told


def test_home_shows_what_hurts_most_once_it_is_known(busy: Bank, signed_in: SignIn) -> None:
    client = signed_in(busy.executive)
    part = client.get("/insight/hot/?part=short").content.decode()
    assert 'id="hot-short"' in part and "hx-get" not in part and "解放路支行" in part
    home = client.get("/").content.decode()
    assert "伤客户最重的几处" in words_of(client.get("/")) and 'href="/insight/units/O1/"' in home
    assert "正在排热点" not in home


def test_with_nothing_overdue_the_card_waits_for_the_hot_spots_and_then_names_one(
    bank: Bank, signed_in: SignIn
) -> None:
    forget_kept()
    case(bank, at=now(), accused_unit=bank.outlet)
    rebuild(at=now())
    client = signed_in(bank.executive)
    page = client.get("/").content.decode()
    assert 'hx-get="/insight/first/"' in page and "没有逾期" in page
    card = client.get("/insight/first/").content.decode()
    assert "hx-get" not in card and card.count('id="first"') == 1
    assert "没有逾期" in client.get("/").content.decode()
    assert signed_in(bank.clerk).get("/insight/first/").status_code == 403


def test_the_homes_chart_leaves_as_a_file(busy: Bank, signed_in: SignIn) -> None:
    sent = signed_in(busy.executive).get("/?chart=daily&format=csv")
    lines = b"".join(sent.streaming_content).decode().split("\r\n")
    assert len(lines) == 58 and sum(int(line.rsplit(",", 1)[1]) for line in lines[1:57]) == 8


def alert_of(bank: Bank, where: dict[str, str], observed: int, *, path: str = "") -> Alert:
    key = "|".join(f"{name}={value}" for name, value in where.items())
    return Alert.objects.create(
        key=key, where=where, unit_path=path, began=now(), last=now(), seen_at=now(), observed=observed, expected=2.4,
        upper=6, chance=1e-5, points=[["2026-11-16T00:00", observed, 2.4, 6, 1e-5]],
    )  # fmt: skip


def test_open_alerts_stand_with_what_they_are_about_the_largest_first(busy: Bank, signed_in: SignIn) -> None:
    small = alert_of(busy, {"unit": "O1"}, 9, path=busy.outlet.path)
    large = alert_of(busy, {"cause": "服务态度及质量"}, 30)
    alert_of(busy, {"unit": "O2"}, 12, path=busy.other_outlet.path)
    alert_of(busy, {"unit": "B1"}, 99, path=busy.branch.path)
    Alert.objects.filter(observed=99).update(state=Alert.State.CLOSED)
    assert list(open_alerts(by=busy.manager)) == [small]
    assert next(iter(open_alerts(by=busy.executive))) == large
    client = signed_in(busy.executive)
    overview = words_of(client.get("/insight/"))
    assert overview.index("2026-11-16 起 30 件，平时约 2.4 件") < overview.index("起 9 件")
    unit = words_of(client.get("/insight/units/O1/"))
    assert "起 9 件" in unit and "起 12 件" not in unit
    Case.objects.update(next_due=None)
    assert "先看苗头「" in words_of(client.get("/")) and "多出 28 件" in words_of(client.get("/"))
