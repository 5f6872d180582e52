"""The watch over the facts: one alert a rise, told apart from copied texts, found by whoever watches the unit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import ibis
import numpy as np
import pyarrow as pa
import pytest

from tests.make import Bank, person
from tingsu.base.clock import SHANGHAI
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.cases.overdue_tables import Notice
from tingsu.insight.facts.columns import SCHEMA, Tree, complete
from tingsu.insight.spikes import watching
from tingsu.insight.spikes.alerts import (
    AlertChanged,
    AlertNotFound,
    BadRate,
    close_alert,
    explain_alert,
    find_alert,
    rate_of_site,
    reopen_alert,
    set_alarm_rate,
    visible_alerts,
)
from tingsu.insight.spikes.copies import share_alike
from tingsu.insight.spikes.tables import Alert
from tingsu.insight.spikes.watching import watch
from tingsu.insight.standing import open_alerts
from tingsu.org.models import AccessEntry, RoleGrant, Unit
from tingsu.org.permissions import NotAllowed

TODAY = date(2026, 11, 18)
NOON = datetime(2026, 11, 18, 23, 30, tzinfo=SHANGHAI)
DAYS = 120
QUEUE, FEE = "服务态度及质量", "定价收费"
ONE_TEXT = "我要求立即退还多收的账户管理费三百元，你们没有任何事先告知，严重侵犯了消费者知情权和公平交易权"


class Facts:
    """Complaints put in place of the facts."""

    def __init__(self) -> None:
        self.rows: list[dict[str, object]] = []
        self.chance = np.random.default_rng(8)

    def add(self, unit: str, day: date, many: int, *, cause: str = QUEUE, text: str = "", **more: object) -> None:
        for n in range(many):
            hour = int(self.chance.integers(9, 17))
            said = text or f"第{self.chance.integers(1e9)}号窗口{self.chance.integers(1e9)}排队{n}"
            moment = datetime(day.year, day.month, day.day, hour)  # noqa: DTZ001
            self.rows.append({"unit": unit, "received_at": moment, "cause": cause, "text": said, **more})

    def usual(self, units: dict[str, float], days: int = DAYS) -> None:
        for n in range(days):
            for unit, mean in units.items():
                for cause in (QUEUE, FEE):
                    self.add(unit, TODAY - timedelta(n), int(self.chance.poisson(mean / 2)), cause=cause)

    def table(self) -> object:
        tree = Tree(dict(Unit.objects.values_list("code", "path")), {})
        rows = [
            {"is_repeat": False, "lead": "", "recorded": "", "channel": "phone", "batch": "", **row, "case_id": n}
            for n, row in enumerate(self.rows)
        ]
        kept = {"case_id", "received_at", "cause", "is_repeat", "unit", "lead", "recorded", "channel", "text", "batch"}
        raw = pa.Table.from_pylist(rows, schema=pa.schema([field for field in SCHEMA if field.name in kept]))
        for field in SCHEMA:
            if field.name not in raw.column_names:
                raw = raw.append_column(field, pa.nulls(len(raw), field.type))
        batch = raw.column("batch")
        whole = complete(raw, tree)
        return ibis.memtable(whole.set_column(whole.column_names.index("batch"), "batch", batch))


@pytest.fixture
def facts(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> Iterator[Facts]:
    made = Facts()
    monkeypatch.setattr(watching, "open_facts", made.table)
    made.usual({bank.outlet.code: 3.0, bank.other_outlet.code: 2.0})
    yield made


def test_a_quiet_house_has_no_alerts(facts: Facts) -> None:
    assert watch(NOON).opened <= 1
    assert watch(NOON).series > 5


def test_a_rise_at_one_outlet_opens_one_alert_however_many_series_show_it(facts: Facts, bank: Bank) -> None:
    for n in range(2):
        facts.add(bank.outlet.code, TODAY - timedelta(n), 14, cause=QUEUE)
    done = watch(NOON)
    (alert,) = Alert.objects.filter(grain="day")
    assert done.opened == Alert.objects.count()
    assert alert.where["unit"] in {bank.outlet.code, bank.branch.code}
    assert len(alert.also) >= 2
    assert alert.kind == Alert.Kind.RISE
    assert alert.observed > alert.upper > alert.expected / 2
    assert [step.kind for step in alert.steps.all()] == ["opened"]


def test_looking_again_changes_nothing_and_the_next_day_extends(facts: Facts, bank: Bank) -> None:
    facts.add(bank.outlet.code, TODAY - timedelta(1), 15)
    yesterday = NOON - timedelta(days=1)
    watch(yesterday)
    (before,) = Alert.objects.filter(grain="day")
    notices = Notice.objects.count()
    again = watch(yesterday)
    assert (again.opened, again.extended) == (0, 0)
    facts.add(bank.outlet.code, TODAY, 15)
    later = watch(NOON)
    (after,) = Alert.objects.filter(grain="day")
    assert after.pk == before.pk
    assert later.extended >= 1
    assert (before.last_day, after.last_day) == ("2026-11-17", "2026-11-18")
    assert after.observed > before.observed
    assert Notice.objects.count() == notices


def test_a_rise_weeks_later_is_another_alert(facts: Facts, bank: Bank) -> None:
    facts.add(bank.outlet.code, TODAY - timedelta(30), 18)
    facts.add(bank.outlet.code, TODAY, 18)
    watch(NOON - timedelta(days=30))
    watch(NOON)
    assert sorted(alert.last_day for alert in Alert.objects.filter(grain="day")) == ["2026-10-19", "2026-11-18"]


def test_two_rises_at_once_are_two_alerts(facts: Facts, bank: Bank) -> None:
    facts.add(bank.outlet.code, TODAY, 16, cause=QUEUE)
    facts.add(bank.other_outlet.code, TODAY, 16, cause=FEE)
    watch(NOON)
    assert Alert.objects.filter(grain="day").count() == 2


def test_a_rise_of_what_nobody_could_name_is_told_by_its_unit(facts: Facts, bank: Bank) -> None:
    facts.add(bank.outlet.code, TODAY, 16, cause="其他")
    watch(NOON)
    (alert,) = Alert.objects.filter(grain="day")
    assert "cause" not in alert.where
    assert not any(where.get("cause") == "其他" for where in alert.also)


def test_copies_and_bundles_are_told_apart_from_real_rises(facts: Facts, bank: Bank) -> None:
    facts.add(bank.outlet.code, TODAY, 16, cause=FEE, text=ONE_TEXT)
    facts.add(bank.other_outlet.code, TODAY, 16, cause=QUEUE, batch="B7")
    watch(NOON)
    kinds = {alert.where.get("cause", alert.where.get("unit")): alert for alert in Alert.objects.filter(grain="day")}
    assert {alert.kind for alert in kinds.values()} == {"copies", "batch"}
    assert all(alert.alike > 0.6 for alert in kinds.values())
    words = [notice.words["zh"] for notice in Notice.objects.filter(kind="alert")]
    assert any("多为同一份文字" in word for word in words)


def test_notices_go_to_who_manages_the_unit_and_to_nobody_else(facts: Facts, bank: Bank) -> None:
    facts.add(bank.outlet.code, TODAY, 16)
    watch(NOON)
    told = set(Notice.objects.filter(kind="alert").values_list("to__username", flat=True))
    assert bank.executive.username in told
    assert bank.clerk.username not in told


def test_a_record_of_a_few_days_is_not_judged(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Facts()
    monkeypatch.setattr(watching, "open_facts", made.table)
    made.usual({bank.outlet.code: 3.0}, days=20)
    assert "36 天" in watch(NOON).why_none


def test_no_case_at_all_is_no_error(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "open_facts", Facts().table)
    assert watch(NOON).opened == 0


def test_a_date_long_ago_begins_no_record(facts: Facts, bank: Bank) -> None:
    facts.add(bank.outlet.code, date(2025, 1, 2), 1)
    facts.add(bank.outlet.code, TODAY + timedelta(40), 3)  # a clock set wrong
    facts.add(bank.outlet.code, TODAY, 16)
    assert watch(NOON).opened >= 1


@pytest.fixture
def alert(facts: Facts, bank: Bank) -> Alert:
    facts.add(bank.outlet.code, TODAY, 16)
    watch(NOON)
    return Alert.objects.filter(grain="day").get()


def test_an_alert_is_explained_closed_and_opened_again_each_with_its_reason(alert: Alert, bank: Bank) -> None:
    by = bank.executive
    held = explain_alert(alert, "国债发行首日排队", by=by, version=alert.version, at=NOON)
    assert held.state == Alert.State.EXPLAINED
    held = close_alert(held, "已加开窗口", by=by, version=held.version, at=NOON)
    assert open_alerts(by=by).count() == 0
    with pytest.raises(NotPossible):
        explain_alert(held, "再说", by=by, version=held.version)
    held = reopen_alert(held, "次日又排队", by=by, version=held.version, at=NOON)
    assert open_alerts(by=by).count() == 1
    steps = [(step.kind, step.words) for step in held.steps.all()][1:]
    assert steps == [("explained", "国债发行首日排队"), ("closed", "已加开窗口"), ("reopened", "次日又排队")]
    assert AccessEntry.objects.filter(what="insight_alert").count() == 3


def test_an_alert_changed_meanwhile_is_not_overwritten(alert: Alert, bank: Bank) -> None:
    explain_alert(alert, "一", by=bank.executive, version=alert.version)
    with pytest.raises(AlertChanged):
        close_alert(alert, "二", by=bank.executive, version=alert.version)


def test_a_reason_is_needed(alert: Alert, bank: Bank) -> None:
    with pytest.raises(Incomplete):
        explain_alert(alert, "  ", by=bank.executive, version=alert.version)


def test_who_may_not_manage_may_not_explain_and_others_units_are_not_seen(alert: Alert, bank: Bank) -> None:
    with pytest.raises(NotAllowed):
        explain_alert(alert, "x", by=bank.clerk, version=alert.version)
    Alert.objects.update(unit_path=bank.other_outlet.path)
    with pytest.raises((AlertNotFound, NotAllowed)):
        find_alert(alert.pk, by=bank.manager)
    assert visible_alerts(bank.executive).exists()


def test_a_reach_brought_by_another_role_does_not_manage(alert: Alert, bank: Bank) -> None:
    """Who handles cases of the whole bank and manages one branch sees the alert of another, and leaves it alone."""
    both = person("both", "handler", bank.head_office)
    RoleGrant.objects.create(user=both, role="manager", unit=bank.other_branch)
    assert find_alert(alert.pk, by=both) == alert
    with pytest.raises(NotAllowed):
        explain_alert(alert, "与我无关", by=both, version=alert.version)
    with pytest.raises(NotAllowed):
        set_alarm_rate(52, "少看一点", by=bank.manager)


def test_the_rate_of_false_alarms_is_the_sites_to_choose(bank: Bank) -> None:
    assert rate_of_site() == 12
    set_alarm_rate(52, "初期宁可多看", by=bank.executive)
    assert rate_of_site() == 52
    for wrong in (0, 1000, float("nan")):
        with pytest.raises(BadRate):
            set_alarm_rate(wrong, "x", by=bank.executive)
    with pytest.raises(NotAllowed):
        set_alarm_rate(5, "x", by=bank.clerk)
    assert AccessEntry.objects.filter(what="insight_alert_rate").count() == 1


def test_one_wording_is_seen_through_changed_names_and_numbers() -> None:
    copies = [ONE_TEXT.replace("三百", word) + f"，我叫张{word}" for word in ("三百", "五百", "八百", "一千")]
    others = ["柜台排队太久了一个多小时没人理", "手机银行转账一直失败收不到验证码", "信用卡年费没有告知就扣款要求退"]
    assert share_alike(copies) == 1.0
    assert 0.5 < share_alike(copies + others) < 0.65
    assert share_alike(others) == 0.0
    assert share_alike(copies[:2]) == 0.0
    assert share_alike(["短"] * 10) == 0.0
