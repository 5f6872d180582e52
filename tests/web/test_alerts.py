"""The inbox of rises and the page of one: what they say, where they lead, who may do what."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.make import Bank, case
from tests.web.conftest import words_of
from tingsu.base.clock import SHANGHAI, local, now
from tingsu.insight.facts.store import rebuild
from tingsu.insight.kept import forget_kept
from tingsu.insight.spikes.tables import Alert, AlertStep
from tingsu.org.models import User
from tingsu.web.insight_alerts import cases_of

SignIn = Callable[[User], Client]
CAUSE = "服务态度及质量"


def make_alert(bank: Bank, *, days_ago: int = 0, **more: object) -> Alert:
    day = (now() - timedelta(days=days_ago)).date()
    began = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
    where = {"unit": bank.outlet.code, "cause": CAUSE}
    words = {"key": f"unit={bank.outlet.code}|{days_ago}", "where": where, "unit_path": bank.outlet.path, **more}
    alert = Alert.objects.create(
        began=began, last=began, seen_at=now(), observed=9, expected=2.4, upper=6, chance=1e-6,
        points=[[day.isoformat(), 9, 2.4, 6.0, 1e-6]], also=[{"cause": CAUSE}], **words,
    )  # fmt: skip
    AlertStep.objects.create(alert=alert, kind="opened", at=now(), data={"alpha": 0.001})
    return alert


@pytest.fixture
def alert(bank: Bank) -> Alert:
    forget_kept()
    for n in range(3):
        case(bank, at=now() - timedelta(minutes=n + 1), phone=f"1391111{n:04}", accused_unit=bank.outlet)
    case(bank, at=now() - timedelta(days=50), phone="13911119999", accused_unit=bank.outlet)
    rebuild(at=now())
    return make_alert(bank)


def test_the_inbox_says_where_when_how_many_and_leads_to_the_cases(alert: Alert, bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.executive)
    page = client.get("/insight/alerts/")
    told = words_of(page)
    assert "解放路支行" in told
    assert "预期约 2.4 件，实有 9 件" in told
    href = re.search(r'href="(/insight/cases/[^"]*)"', page.content.decode())
    assert href is not None
    assert client.get(html.unescape(href[1])).status_code == 200


def test_an_empty_inbox_says_what_it_is_for(bank: Bank, signed_in: SignIn) -> None:
    told = words_of(signed_in(bank.executive).get("/insight/alerts/"))
    assert "没有发现苗头" in told
    assert "36 天" in told


def test_the_page_of_an_alert_has_its_course_its_history_and_a_form(
    alert: Alert, bank: Bank, signed_in: SignIn
) -> None:
    page = signed_in(bank.executive).get(f"/insight/alerts/{alert.pk}/")
    told = words_of(page)
    assert "百年难遇" in told
    assert "同一次上升也见于" in told
    assert "件数与上界" in told
    assert 'name="why"' in page.content.decode()
    sheet = signed_in(bank.executive).get(f"/insight/alerts/{alert.pk}/?chart=course&format=csv")
    lines = b"".join(sheet.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert lines[0].startswith("时间,件数,预期,上界")
    assert len(lines) > 40


def test_the_page_of_an_alert_fetches_what_explains_it(alert: Alert, bank: Bank, signed_in: SignIn) -> None:
    client, address = signed_in(bank.executive), f"/insight/alerts/{alert.pk}/"
    assert 'hx-get="?' in client.get(address).content.decode()
    told = words_of(client.get(f"{address}?part=why"))
    assert "为什么变了" in told and "投诉" in told and "正在找" not in told


def test_a_copied_rise_says_so(alert: Alert, bank: Bank, signed_in: SignIn) -> None:
    Alert.objects.update(kind="copies", alike=0.82)
    client = signed_in(bank.executive)
    assert "多为同一份文字（82%）" in words_of(client.get("/insight/alerts/"))
    assert "多为同一份文字（82%）" in words_of(client.get(f"/insight/alerts/{alert.pk}/"))


def test_explaining_closing_and_reopening_move_it_between_the_tabs(alert: Alert, bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.executive)
    path = f"/insight/alerts/{alert.pk}/"
    assert client.post(path, {"do": "explain", "why": "国债发行", "version": 1}).status_code == 302
    assert "国债发行" in words_of(client.get(path))
    assert "解放路支行" not in words_of(client.get("/insight/alerts/")).partition("灵敏度")[0].partition("只看它")[2]
    assert client.post(path, {"do": "close", "why": "已加窗", "version": 2}).status_code == 302
    assert "实有 9 件" in words_of(client.get("/insight/alerts/?state=closed"))
    assert client.post(path, {"do": "reopen", "why": "又来", "version": 3}).status_code == 302
    alert.refresh_from_db()
    assert (alert.state, alert.version) == ("open", 4)


def test_a_stale_page_an_empty_reason_and_nonsense_are_refused_and_keep_what_was_typed(
    alert: Alert, bank: Bank, signed_in: SignIn
) -> None:
    client = signed_in(bank.executive)
    path = f"/insight/alerts/{alert.pk}/"
    stale = client.post(path, {"do": "explain", "why": "我的解释", "version": 7})
    assert stale.status_code == 409
    assert "我的解释" in stale.content.decode()
    assert client.post(path, {"do": "explain", "why": " ", "version": 1}).status_code == 422
    assert client.post(path, {"do": "explain", "why": "x", "version": "甲"}).status_code == 409
    assert client.get("/insight/alerts/999999/").status_code == 404
    assert client.get("/insight/alerts/?state=odd&page=甲").status_code == 200


def test_who_may_not_manage_sees_no_form_and_other_units_see_nothing(
    alert: Alert, bank: Bank, signed_in: SignIn
) -> None:
    lead = signed_in(bank.lead)
    path = f"/insight/alerts/{alert.pk}/"
    page = lead.get(path)
    if page.status_code == 200:
        assert 'name="why"' not in page.content.decode()
        assert lead.post(path, {"do": "explain", "why": "x", "version": 1}).status_code == 403
    assert signed_in(bank.clerk).get("/insight/alerts/").status_code in (200, 403)
    Alert.objects.update(unit_path=bank.other_outlet.path)
    assert signed_in(bank.manager).get(path).status_code == 404


def test_the_rate_of_false_alarms_is_set_with_a_reason(alert: Alert, bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.executive)
    assert client.post("/insight/alerts/", {"a_year": "24", "reason": "多看看"}).status_code == 302
    assert "每年容许误报约 24 次" in words_of(client.get("/insight/alerts/"))
    assert client.post("/insight/alerts/", {"a_year": "x", "reason": "多看看"}).status_code == 400
    assert client.post("/insight/alerts/", {"a_year": "24", "reason": ""}).status_code == 400


def test_many_alerts_ask_no_more_of_the_store_than_few(alert: Alert, bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.executive)
    client.get("/insight/alerts/")

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get("/insight/alerts/").status_code == 200
        return len(queries)

    few = asked()
    for n in range(1, 25):
        make_alert(bank, days_ago=n)
    assert asked() <= few + 1


@pytest.mark.parametrize("version", ["", "x", "123456789x", "９" * 3, "9" * 40])
def test_a_version_that_is_none_is_taken_for_a_stale_page(
    alert: Alert, bank: Bank, signed_in: SignIn, version: str
) -> None:
    said = {"do": "explain", "why": "排队", "version": version}
    assert signed_in(bank.head).post(f"/insight/alerts/{alert.pk}/", said).status_code == 409


def test_a_rise_of_a_day_is_held_against_four_weeks_not_four_days(bank: Bank, signed_in: SignIn) -> None:
    forget_kept()
    noon = local(now() - timedelta(days=1)).replace(hour=12, minute=0)  # minutes ago may be yesterday
    for n in range(9):
        case(bank, at=noon - timedelta(minutes=n + 1), phone=f"1391111{n:04}", accused_unit=bank.outlet)
    for n in range(7, 28):
        case(bank, at=noon - timedelta(days=n), phone=f"1392222{n:04}", accused_unit=bank.outlet)
    case(bank, at=noon - timedelta(days=60), phone="13933330000", accused_unit=bank.outlet)
    rebuild(at=now())
    alert = make_alert(bank, days_ago=1, where={"unit": bank.outlet.code})
    told = words_of(signed_in(bank.executive).get(f"/insight/alerts/{alert.pk}/?part=why"))
    assert "与此前 28 天相比" in told
    assert "平常约 0.8 件" in told  # 21 in 28 days
    assert "以前没有" not in told


def test_the_counts_of_alarming_days_and_hours_lead_to_just_their_cases(bank: Bank, signed_in: SignIn) -> None:
    forget_kept()
    morning = local(now() - timedelta(days=6)).replace(hour=9, minute=10)
    for back, many in ((0, 3), (1, 5), (2, 2)):
        for n in range(many):
            at = morning + timedelta(days=back, hours=n % 2)
            case(bank, at=at, phone=f"139{back}000{n:04}", accused_unit=bank.outlet)
    rebuild(at=now())
    first, last = morning.date(), (morning + timedelta(days=2)).date()
    where = {"unit": bank.outlet.code}
    days, hours = make_alert(bank, where=where), make_alert(bank, days_ago=1, where=where, grain="hour")
    days.points = [[day.isoformat(), 2, 0.1, 1.0, 1e-6] for day in (first, last)]
    hours.points = [[f"{first}T09:00:00", 2, 0.1, 1.0, 1e-6]]
    client = signed_in(bank.executive)
    told = words_of(client.get(cases_of(days, *(point[0] for point in days.points))))
    assert "共 5 件" in told and "只看其中 2 期" in told
    told = words_of(client.get(cases_of(hours, hours.points[0][0])))
    assert "共 2 件" in told and f"{first} 9 时" in told
    assert "共 10 件" in words_of(client.get(f"/insight/cases/?since={first}&until={last}&times=nonsense.2026-99-99T1"))


def test_what_was_done_about_a_rise_stands_on_its_page(alert: Alert, bank: Bank, signed_in: SignIn) -> None:
    page = f"/insight/alerts/{alert.pk}/"
    client = signed_in(bank.executive)
    assert "还没有因这条苗头建立的整改" in words_of(client.get(page))
    sent = {
        "title": "午间加开窗口", "cause": CAUSE, "units": [bank.outlet.code], "why": "午间只开一个窗口", "what": "弹性排班",
        "owner": "manager", "due": (now() + timedelta(days=20)).date().isoformat(), "alert": str(alert.pk),
    }  # fmt: skip
    assert client.post("/insight/measures/new/", sent).status_code == 302
    told = words_of(client.get(page))
    assert "午间加开窗口" in told and "郑海" in told
    assert "午间加开窗口" not in words_of(client.get(f"/insight/alerts/{make_alert(bank, days_ago=9).pk}/"))
