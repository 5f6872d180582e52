"""The forecast page, its calendar, and the pages of risk: who sees them, what they say, what they never do."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.make import Bank, case, walk
from tests.web.conftest import words_of
from tingsu.base.clock import now
from tingsu.insight.escalation.keeping import learn_from_history, score_open_cases
from tingsu.insight.escalation.tables import EscalationModel
from tingsu.insight.facts.store import rebuild
from tingsu.insight.forecast import asking
from tingsu.insight.forecast.asking import NoSuchSeries, foretell, series_offered
from tingsu.insight.forecast.keeping import make_forecasts
from tingsu.insight.forecast.tables import CalendarEvent
from tingsu.org.models import User

SignIn = Callable[[User], Client]
PAGE, CALENDAR, RISKS = "/insight/forecast/", "/insight/forecast/calendar/", "/insight/risks/"
ANGRY = "我要去银保监投诉你们！气死我了，骗子银行，马上退我5000元！"


@pytest.fixture
def foretold(bank: Bank) -> Bank:
    """Twenty cases over forty days at one outlet, and what they foretell."""
    for n in range(1, 41, 2):
        case(bank, at=now() - timedelta(days=n), phone=f"139{n:08}", accused_unit=bank.outlet)
    rebuild(at=now())
    make_forecasts(by=None, at=now())
    return bank


def test_shows_eight_weeks_with_their_base_their_doubt_and_files(foretold: Bank, signed_in: SignIn) -> None:
    browser = signed_in(foretold.executive)
    page = browser.get(PAGE)
    words = words_of(page)
    assert page.status_code == 200
    assert "今后八周，按周" in words and "天的记录为底" in words
    assert "看不出一年里的淡旺季" in words
    assert "还没有一次预测走完一周" in words
    assert "/insight/cases/?" in page.content.decode()
    sent = browser.get(PAGE, {"unit": "O1", "chart": "weeks", "format": "csv"})
    lines = b"".join(sent.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "一周,实际,预计,下限,上限,事件" and len(lines) >= 1 + 8
    assert browser.get(PAGE, {"chart": "nonsense"}).status_code == 404


def test_asks_the_database_no_more_for_more_series(foretold: Bank, signed_in: SignIn) -> None:
    browser = signed_in(foretold.executive)
    browser.get(PAGE)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        browser.get(PAGE)
    assert len(asked) <= 25


def test_a_manager_sees_his_own_units_and_nothing_of_others(foretold: Bank, signed_in: SignIn) -> None:
    browser = signed_in(foretold.manager)
    assert "解放路支行" in words_of(browser.get(PAGE, {"unit": "O1"}))
    assert "按业务" not in words_of(browser.get(PAGE))
    assert "全行" in words_of(browser.get(PAGE, {"by": "business", "key": "信用卡"}))
    assert signed_in(foretold.clerk).get(PAGE).status_code == 403


def test_an_empty_site_says_when_there_will_be_one(bank: Bank, signed_in: SignIn) -> None:
    words = words_of(signed_in(bank.executive).get(PAGE))
    assert "还没有预测" in words and "28 天" in words
    assert "没有节假日，也没有登记事件" in words


def test_events_are_entered_one_by_one_or_as_a_file_and_taken_back(bank: Bank, signed_in: SignIn) -> None:
    browser = signed_in(bank.head)
    typed = {"day": "2026-12-10", "kind": "国债发行", "unit": "B1 江州分行", "amount": "", "note": "第三期, 凭证式"}
    said = words_of(browser.post(CALENDAR, typed, follow=True))
    assert "已载入 1 天的事件" in said
    event = CalendarEvent.objects.get()
    assert (event.unit_code, event.note, event.by) == ("B1", "第三期, 凭证式", bank.head)
    file = io.BytesIO("每月15日,养老金发放\n".encode("gb18030"))
    file.name = "events.csv"
    browser.post(CALENDAR, {"file": file})
    assert CalendarEvent.objects.filter(kind="养老金发放").count() == 60
    browser.post(CALENDAR, {"gone": str(event.pk)})
    assert not CalendarEvent.objects.filter(kind="国债发行").exists()
    assert "已被移除" in words_of(browser.post(CALENDAR, {"gone": str(event.pk)}, follow=True))
    assert "已被移除" in words_of(browser.post(CALENDAR, {"gone": "²"}, follow=True))


def test_a_line_that_cannot_be_meant_changes_nothing(bank: Bank, signed_in: SignIn) -> None:
    said = words_of(signed_in(bank.head).post(CALENDAR, {"day": "明天", "kind": "暴雪"}, follow=True))
    assert "看不明白" in said and not CalendarEvent.objects.exists()


def test_only_who_manages_insight_changes_the_calendar(bank: Bank, signed_in: SignIn) -> None:
    browser = signed_in(bank.handler)
    said = words_of(browser.post(CALENDAR, {"day": "2026-12-10", "kind": "国债发行"}, follow=True))
    assert "没有权限" in said and not CalendarEvent.objects.exists()
    assert "登记一个事件" not in words_of(browser.get(PAGE))


def test_the_riskiest_open_cases_stand_first_with_reasons_and_a_warning(bank: Bank, signed_in: SignIn) -> None:
    case(bank, at=now() - timedelta(days=1), phone="13911112222", text="年费收得有点多，希望解释一下。")
    angry = case(bank, at=now() - timedelta(days=1), text=ANGRY)
    learn_from_history(at=now())
    score_open_cases(at=now())
    page = signed_in(bank.executive).get(RISKS)
    words = words_of(page)
    assert "未校准" in words and "不能当作概率" in words and "%" not in words.split("最可能升级")[1]
    assert words.index(angry.number) < words.index("年费") if "年费" in words else angry.number in words
    assert "表示要找监管或打官司" in words
    assert signed_in(bank.clerk).get(RISKS).status_code == 403


def test_a_calibrated_estimate_says_its_base(bank: Bank, signed_in: SignIn) -> None:
    quality = {"auc": 0.74, "ece": 0.02, "bins": [[0.01, 0.02, 0.5], [0.3, 0.28, 0.5]]}
    EscalationModel.objects.create(
        learned_at=now(), cases=900, further=80, calibrated=True, weights={"signs": []}, quality=quality
    )
    words = words_of(signed_in(bank.executive).get(RISKS))
    assert "900 件投诉校准，其中 80 件" in words and "AUC）0.74" in words and "说的与发生的" in words


def test_the_case_page_fetches_its_risk_and_a_closed_case_has_none(bank: Bank, signed_in: SignIn) -> None:
    made = case(bank, at=now() - timedelta(days=9), text=ANGRY)
    browser = signed_in(bank.clerk)
    assert f'hx-get="/cases/{made.number}/risk/"' in browser.get(f"/cases/{made.number}/").content.decode()
    part = browser.get(f"/cases/{made.number}/risk/", headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode() and "未校准" in words_of(part)
    assert "回到投诉" in words_of(browser.get(f"/cases/{made.number}/risk/"))
    assert signed_in(bank.other_clerk).get(f"/cases/{made.number}/risk/").status_code == 404
    walk(made, bank, at=now() - timedelta(days=8))
    assert "case-risk" not in browser.get(f"/cases/{made.number}/").content.decode()
    assert "不再估计" in words_of(browser.get(f"/cases/{made.number}/risk/"))


def test_a_unit_is_foretold_only_to_who_sees_all_below_it(foretold: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    branch, outlet = foretold.branch.code, foretold.outlet.code
    assert {branch, outlet} <= set(series_offered("unit", by=foretold.manager))
    monkeypatch.setattr(asking, "units_in_reach", lambda by: [branch])
    assert branch not in series_offered("unit", by=foretold.manager)
    with pytest.raises(NoSuchSeries):
        foretell("unit", branch, by=foretold.manager, at=now())
    monkeypatch.setattr(asking, "units_in_reach", lambda by: [outlet])
    assert series_offered("unit", by=foretold.manager) == [outlet]
