"""A measure's life: made, carried out, its effect taken from the facts, closed, opened again."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta

import pytest

from tests.insight.measures.rows import FIRST, SERVICE, FactWriter, more_outlets
from tests.make import Bank, person
from tingsu.base.clock import SHANGHAI
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.cases.notices import notices_of
from tingsu.insight.measures.errors import MeasureChanged, MeasureNotFound, NotYours
from tingsu.insight.measures.panels import compare, overlap
from tingsu.insight.measures.seeing import find_measure, possible_owners, units_to_manage, visible_measures
from tingsu.insight.measures.tables import Measure
from tingsu.insight.measures.verbs import (
    MeasureDraft,
    add_evidence,
    assign_measure,
    check_effect,
    close_measure,
    create_measure,
    mark_done,
    note_progress,
    reopen_measure,
    set_due,
)
from tingsu.insight.measures.watch import review_in_turn, review_measures, without_owner
from tingsu.insight.measures.wording import read_effect, say_effect, say_why
from tingsu.org.models import AccessEntry, RoleGrant, Unit
from tingsu.org.permissions import NotAllowed

BEGAN = FIRST + timedelta(weeks=30)  # a Monday
NOW = datetime.combine(FIRST + timedelta(weeks=50), datetime.min.time(), SHANGHAI)
MADE = NOW - timedelta(weeks=19)


def make(bank: Bank, **changed: object) -> Measure:
    said: dict[str, object] = {
        "title": "柜面服务用语整改",
        "scope": {"cause": SERVICE},
        "units": [bank.outlet],
        "root_cause": "新柜员没有演练过",
        "what": "晨会演练，每周抽查",
        "owner": bank.lead,
        "due": MADE.date() + timedelta(days=30),
    }
    return create_measure(MeasureDraft(**{**said, **changed}), by=bank.head, at=MADE)  # type: ignore[arg-type]


@pytest.fixture
def facts(monkeypatch: pytest.MonkeyPatch) -> FactWriter:
    return FactWriter(monkeypatch)


def done(bank: Bank, began: date = BEGAN) -> Measure:
    made = make(bank)
    return mark_done(made, "全员演练完毕", by=bank.lead, version=made.version, at=MADE, started_on=began)


def compared_bank(bank: Bank, facts: FactWriter, after: int, *, recent: int | None = None) -> None:
    """30 weeks of four complaints a week, then ``after`` at the outlet; the others stay. ``recent``: the last six."""
    facts.weeks("O1", [4] * 30 + [after] * 14 + [after if recent is None else recent] * 6)
    for outlet in more_outlets(bank):
        facts.weeks(outlet.code, [3, 5] * 25)
    facts.put()


def test_a_measure_goes_round_the_circle(bank: Bank, facts: FactWriter) -> None:
    compared_bank(bank, facts, after=1)
    made = make(bank)
    assert (made.state, made.version) == ("planned", 1)
    assert notices_of(bank.lead, most=5).notices[0].about["path"] == f"/insight/measures/{made.pk}/"
    made = note_progress(made, "第一次晨会演练", by=bank.lead, version=1, at=MADE, started_on=BEGAN)
    assert made.state == "doing"
    add_evidence(made, "签到.pdf", io.BytesIO(b"%PDF-1"), by=bank.lead, at=MADE)
    made.refresh_from_db()
    made = mark_done(made, "完成", by=bank.lead, version=made.version, at=MADE)
    assert made.state == "done"
    check = check_effect(made, by=bank.lead, at=NOW)
    made.refresh_from_db()
    effect = read_effect(check.effect)
    assert (made.state, effect.verdict, effect.n_units, effect.weeks_before) == ("checked", "worked", 1, 30)
    assert effect.n_controls == 7 - 1  # the other outlet had no complaint at all
    assert check.data["left_out"] == {"O2": "no_history"}
    assert say_effect(effect).startswith("有效：投诉比对照机构少 ") and "95% 区间" in say_effect(effect)
    made = close_measure(made, by=bank.head, version=made.version, at=NOW)
    assert made.state == "closed" and made.closed_at == NOW
    assert [step.phase for step in made.steps.all()] == ["plan", "do", "do", "do", "check", "act"]
    told = AccessEntry.objects.filter(what="measure")
    assert [entry.detail["did"] for entry in told] == ["made", "begun", "evidence", "done", "checked", "closed"]
    assert told[0].by == bank.head and told[1].by == bank.lead


def test_nothing_is_claimed_for_a_whole_house(bank: Bank, facts: FactWriter) -> None:
    facts.weeks("O1", [4] * 30 + [0, 1] * 10)
    facts.put()
    made = make(bank, units=[bank.head_office])
    made = mark_done(made, "全行推行", by=bank.head, version=1, at=MADE, started_on=BEGAN)
    effect = read_effect(check_effect(made, by=bank.head, at=NOW).effect)
    assert (effect.verdict, effect.why, effect.change_pct) == ("not_shown", "no_controls", None)
    assert "没有可比的对照机构" in say_why(effect) and "120" in say_why(effect)
    made.refresh_from_db()
    with pytest.raises(Incomplete):
        close_measure(made, by=bank.head, version=made.version, at=NOW)
    assert close_measure(made, "全行已统一口径", by=bank.head, version=made.version, at=NOW).state == "closed"


def test_the_week_in_which_it_began_and_the_present_one_are_not_counted(bank: Bank, facts: FactWriter) -> None:
    compared_bank(bank, facts, after=1)
    made = done(bank, BEGAN + timedelta(days=2))
    found = compare(made, until=NOW.date() + timedelta(days=3))
    assert found is not None
    assert found.panel.start == 30
    assert found.panel.weeks[29:31] == (BEGAN - timedelta(days=7), BEGAN + timedelta(days=7))
    assert found.panel.weeks[-1] == NOW.date() - timedelta(days=7)


def test_units_with_their_own_measure_or_gone_silent_are_not_compared_with(bank: Bank, facts: FactWriter) -> None:
    facts.weeks("O1", [4] * 50)
    outlets = more_outlets(bank)
    for outlet in outlets[:4]:
        facts.weeks(outlet.code, [3, 5] * 25)
    facts.weeks("X4", [4] * 25)
    facts.weeks("X5", [0] * 40 + [4] * 10)
    facts.put()
    other = make(bank, units=[outlets[0]], scope={})
    mark_done(other, "同样整改", by=bank.head, version=1, at=MADE, started_on=BEGAN)
    found = compare(done(bank), until=NOW.date())
    assert found is not None
    assert found.left_out == {"X0": "own_measure", "X4": "silent", "X5": "no_history", "O2": "no_history"}
    assert found.controls == ("X1", "X2", "X3")


def test_a_unit_that_reports_nothing_any_more_was_not_cured(bank: Bank, facts: FactWriter) -> None:
    compared_bank(bank, facts, after=0)
    effect = read_effect(check_effect(done(bank), by=bank.lead, at=NOW).effect)
    assert (effect.verdict, effect.why, effect.change_pct) == ("not_shown", "gone_silent", None)


@pytest.mark.parametrize(("began", "ready"), [(BEGAN, BEGAN), (BEGAN + timedelta(days=1), BEGAN + timedelta(weeks=1))])
def test_nobody_judges_a_measure_before_four_whole_weeks_are_over(
    bank: Bank, facts: FactWriter, began: date, ready: date
) -> None:
    compared_bank(bank, facts, after=1)
    made, first = done(bank, began), ready + timedelta(weeks=4)
    early = datetime.combine(first - timedelta(days=1), datetime.min.time(), SHANGHAI)
    with pytest.raises(NotPossible, match=first.isoformat()):
        check_effect(made, by=bank.lead, at=early)
    made.refresh_from_db()
    assert (made.state, made.checks.count()) == ("done", 0)
    effect = read_effect(check_effect(made, by=bank.lead, at=early + timedelta(days=1)).effect)
    assert effect.weeks_after == 4 and effect.why != "short_after"


def test_repeats_are_not_counted_and_branches_hold_their_outlets(bank: Bank, facts: FactWriter) -> None:
    facts.weeks("O1", [2] * 40)
    facts.add("O1", FIRST, 30, repeat=True)
    facts.weeks("O2", [1] * 40)
    facts.put()
    made = make(bank, units=[bank.branch])
    made = mark_done(made, "完成", by=bank.head, version=1, at=MADE, started_on=BEGAN)
    found = compare(made, until=NOW.date())
    assert found is not None and found.controls == ("B2",)
    assert found.panel.counts[0].sum() == 80 and found.panel.counts[1].sum() == 40


@pytest.mark.parametrize("began", [date(1991, 1, 1), BEGAN])
def test_without_facts_there_is_a_reason(bank: Bank, facts: FactWriter, began: date) -> None:
    facts.put()
    effect = read_effect(check_effect(done(bank, began), by=bank.lead, at=NOW).effect)
    assert effect.verdict == "not_shown" and effect.why in ("short_after", "short_before")
    assert say_why(effect)


def test_complaints_that_come_back_open_the_measure_again(bank: Bank, facts: FactWriter) -> None:
    compared_bank(bank, facts, after=1, recent=6)
    made = done(bank)
    closed = close_measure(made, "已推行", by=bank.head, version=made.version, at=MADE)
    bank.lead.notices.all().delete()
    looked = review_measures(NOW)
    assert (looked.returned, looked.failed) == (1, 0)
    closed.refresh_from_db()
    assert closed.state == "reopened" and closed.closed_at is None
    step = closed.steps.last()
    assert step is not None and step.kind == "returned" and step.by.username == "tingsu-system"
    assert "最近 6 周 36 件" in step.words and "14 周共 14 件" in step.words
    assert "重新打开" in notices_of(bank.lead, most=5).notices[0].words["zh"]
    assert review_measures(NOW).returned == 0


def test_what_stays_quiet_stays_closed_and_is_looked_at_once_a_week(bank: Bank, facts: FactWriter) -> None:
    compared_bank(bank, facts, after=1)
    made = done(bank)
    close_measure(made, "已推行", by=bank.head, version=made.version, at=MADE)
    assert review_measures(NOW).watched == 1
    assert review_measures(NOW + timedelta(days=6)).watched == 0
    assert review_measures(NOW + timedelta(days=7)).watched == 1
    made.refresh_from_db()
    assert made.state == "closed"


def test_two_years_after_it_began_a_measure_is_watched_no_longer(bank: Bank, facts: FactWriter) -> None:
    """The weeks compared end then: looked at again, the same old rise would open the measure each time it is closed."""
    facts.weeks("O1", [4] * 30 + [1] * 98 + [6] * 6 + [1] * 10)
    for outlet in more_outlets(bank):
        facts.weeks(outlet.code, [3, 5] * 72)
    facts.put()
    made = done(bank)
    later = datetime.combine(BEGAN + timedelta(weeks=110), datetime.min.time(), SHANGHAI)
    close_measure(made, "已推行", by=bank.head, version=made.version, at=later)
    assert review_measures(later).watched == 0


def test_a_rise_everywhere_is_no_return(bank: Bank, facts: FactWriter) -> None:
    for code in ("O1", *(outlet.code for outlet in more_outlets(bank))):
        facts.weeks(code, [4] * 30 + [2] * 14 + [6] * 6)
    facts.put()
    done(bank)
    assert review_measures(NOW).returned == 0


def test_overdue_measures_are_chased_once_a_week(bank: Bank, facts: FactWriter) -> None:
    facts.put()
    made = make(bank)
    bank.lead.notices.all().delete()
    assert review_measures(NOW).chased == 1
    assert review_measures(NOW + timedelta(days=1)).chased == 0
    assert "已过完成期限" in notices_of(bank.lead, most=5).notices[0].words["zh"]
    made.refresh_from_db()
    moved = set_due(made, NOW.date() + timedelta(days=40), "等系统升级", by=bank.head, version=made.version, at=NOW)
    assert moved.due == NOW.date() + timedelta(days=40)
    assert review_measures(NOW + timedelta(days=8)).chased == 0


def test_an_owner_who_left_is_said_and_the_maker_is_told(bank: Bank, facts: FactWriter) -> None:
    facts.put()
    made = make(bank)
    bank.lead.is_active = False
    bank.lead.save()
    made.refresh_from_db()
    assert without_owner(made)
    review_measures(NOW)
    assert "责任人已离岗" in notices_of(bank.head, most=5).notices[0].words["zh"]
    handed = assign_measure(Measure.objects.get(), bank.manager, by=bank.head, version=Measure.objects.get().version)
    assert not without_owner(handed)


def test_one_process_looks_in_an_hour(bank: Bank, facts: FactWriter) -> None:
    facts.put()
    assert review_in_turn(NOW) is not None
    assert review_in_turn(NOW + timedelta(minutes=30)) is None
    assert review_in_turn(NOW + timedelta(minutes=61)) is not None


def test_who_may_do_what(bank: Bank) -> None:
    made = make(bank)
    with pytest.raises(NotAllowed):
        create_measure(MeasureDraft("题", {}, [bank.outlet], "因", "做", bank.lead, MADE.date()), by=bank.lead, at=MADE)
    with pytest.raises(NotYours):
        note_progress(made, "我来做", by=bank.handler, version=1)
    with pytest.raises(NotAllowed):
        close_measure(made, "不做了", by=bank.lead, version=1)
    with pytest.raises(NotAllowed):
        visible_measures(bank.clerk)
    other = person("other", "manager", bank.other_branch)
    with pytest.raises(MeasureNotFound):
        find_measure(made.pk, by=other)
    with pytest.raises(NotYours):
        close_measure(made, "不做了", by=other, version=1)
    with pytest.raises(Incomplete) as refused:
        create_measure(MeasureDraft("题", {}, [bank.outlet], "因", "做", other, MADE.date()), by=other, at=MADE)
    assert "units" in refused.value.fields
    assert find_measure(made.pk, by=bank.manager) == made  # the branch above
    assert bank.clerk not in possible_owners() and bank.lead in possible_owners()


def test_a_stale_page_changes_nothing(bank: Bank) -> None:
    made = make(bank)
    note_progress(made, "演练", by=bank.lead, version=1)
    with pytest.raises(MeasureChanged):
        mark_done(made, "完成", by=bank.lead, version=1, started_on=BEGAN)
    assert Measure.objects.get().state == "doing"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "长" * 121}, "title"),
        ({"units": []}, "units"),
        ({"root_cause": ""}, "root_cause"),
        ({"what": ""}, "what"),
        ({"due": MADE.date() - timedelta(days=1)}, "due"),
        ({"scope": {"customer": "x"}}, "scope"),
    ],
)
def test_what_is_missing_is_named(bank: Bank, changed: dict[str, object], field: str) -> None:
    with pytest.raises(Incomplete) as refused:
        make(bank, **changed)
    assert list(refused.value.fields) == [field]
    assert not Measure.objects.exists()


def test_steps_out_of_order_are_refused(bank: Bank, facts: FactWriter) -> None:
    facts.put()
    made = make(bank)
    with pytest.raises(NotPossible):
        check_effect(made, by=bank.lead, at=NOW)
    with pytest.raises(Incomplete):
        mark_done(made, "完成", by=bank.lead, version=1, at=MADE)
    with pytest.raises(Incomplete):
        note_progress(made, "从明天起", by=bank.lead, version=1, at=MADE, started_on=MADE.date() + timedelta(days=1))
    with pytest.raises(NotPossible):
        reopen_measure(made, "再来", by=bank.head, version=1)
    closed = close_measure(made, "改用别的办法", by=bank.head, version=1, at=NOW)
    with pytest.raises(NotPossible):
        note_progress(closed, "还在做", by=bank.lead, version=closed.version)
    again = reopen_measure(closed, "问题还在", by=bank.head, version=closed.version, at=NOW)
    assert again.state == "reopened"


def test_scopes_overlap_unless_a_column_differs() -> None:
    assert overlap({"cause": "a"}, {"cause": "a", "product": "b"})
    assert overlap({}, {"cause": "a"}) and overlap({"product": "b"}, {"cause": "a"})
    assert not overlap({"cause": "a"}, {"cause": "b"})


def test_a_backup_holds_the_files_of_measures(bank: Bank) -> None:
    from tingsu.keeping.backup import _named_files

    made = make(bank)
    added = add_evidence(made, "照片.jpg", io.BytesIO(b"jpg"), by=bank.lead, at=MADE)
    assert _named_files("default") == [added.sha256]


def test_a_topic_merged_into_another_is_followed(bank: Bank) -> None:
    from tingsu.insight.measures.panels import scope_now
    from tingsu.insight.topics.tables import Topic

    whole = Topic.objects.create(name="排队时间长", born_at=MADE, seen_at=MADE)
    part = Topic.objects.create(name="叫号慢", born_at=MADE, seen_at=MADE, merged_into=whole)
    assert scope_now({"topic": str(part.pk), "cause": SERVICE}) == {"topic": str(whole.pk), "cause": SERVICE}
    assert scope_now({"topic": "旧编号"}) == {"topic": "旧编号"} and scope_now({}) == {}


def test_a_reach_brought_by_another_role_does_not_manage(bank: Bank) -> None:
    """Who handles cases of the whole bank and leads one outlet manages measures at that outlet alone."""
    both = person("both", "handler", bank.head_office)
    RoleGrant.objects.create(user=both, role="manager", unit=bank.other_branch)
    made = make(bank)
    assert list(units_to_manage(both)) == list(Unit.objects.filter(path__startswith=bank.other_branch.path))
    with pytest.raises(NotYours):
        assign_measure(made, bank.head, by=both, version=made.version)
