"""The planned stories hang together: in order, by people who may, varied, and with everything planted in its place."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime, timedelta
from functools import cache
from itertools import combinations, pairwise

import pytest
import yaml

from tingsu.base.clock import SHANGHAI
from tingsu.demo.people import load_bank
from tingsu.demo.shape import is_pension_day
from tingsu.demo.stories import plan_stories
from tingsu.demo.story import Story
from tingsu.demo.telling import load_tellings
from tingsu.packs.loader import load_pack

UNTIL = datetime(2026, 11, 21, 22, 0, tzinfo=SHANGHAI)


@cache
def planned() -> tuple[Story, ...]:
    return tuple(plan_stories(until=UNTIL))


def tagged(tag: str) -> list[Story]:
    return [story for story in planned() if tag in story.tags]


def test_the_asked_number_comes_oldest_first_within_the_months() -> None:
    received = [story.received_at for story in planned()]
    assert len(received) == 600
    assert received == sorted(received)
    assert received[0] >= UNTIL - timedelta(days=14 * 31)
    assert len({story.key for story in planned()}) == 600


def test_the_same_arguments_plan_the_same_stories_and_another_seed_others() -> None:
    assert plan_stories(count=150, until=UNTIL) == plan_stories(count=150, until=UNTIL)
    assert plan_stories(count=150, until=UNTIL) != plan_stories(count=150, until=UNTIL, seed=7)


@pytest.mark.parametrize(
    "until",
    [
        datetime(2026, 2, 20, 9, 0, tzinfo=SHANGHAI),  # in the middle of Spring Festival
        datetime(2027, 5, 3, 8, 10, tzinfo=SHANGHAI),  # a Monday before opening, beyond the listed holidays
        datetime(2026, 11, 10, 15, 0, tzinfo=SHANGHAI),
    ],
)
def test_any_present_gives_the_count_and_nothing_after_it(until: datetime) -> None:
    stories = plan_stories(count=200, until=until)
    assert len(stories) == 200
    assert all(step.at <= until for story in stories for step in story.steps)
    assert all(story.received_at <= until for story in stories)


def test_every_step_follows_the_one_before_and_none_lies_ahead() -> None:
    for story in planned():
        moments = [story.received_at, *(step.at for step in story.steps)]
        assert all(a < b for a, b in pairwise(moments)), story.key
        assert moments[-1] <= UNTIL


def test_steps_are_taken_in_office_hours() -> None:
    for story in planned():
        for step in story.steps:
            assert (8, 45) <= (step.at.hour, step.at.minute) <= (17, 30), (story.key, step)


def test_every_step_is_taken_by_someone_the_process_lets() -> None:
    bank, process = load_bank(), load_pack("bank").process
    for story in planned():
        for step in story.steps:
            action = process.action(step.action)
            assert action is not None, step.action
            assert set(bank.person(step.by).roles) & set(action.by), (story.key, step)


def test_every_story_walks_the_process_and_ends_where_it_says() -> None:
    process = load_pack("bank").process
    for story in planned():
        stage = process.begins
        for step in story.steps:
            action = process.action(step.action)
            assert action is not None
            assert process.leads_from(action, stage), (story.key, step.action, stage)
            stage = action.ways[0].to if action.ways else stage
        assert stage == story.stage, story.key


def test_fields_are_those_of_the_process_with_values_it_offers() -> None:
    pack = load_pack("bank")
    for story in planned():
        for step in story.steps:
            action = pack.process.action(step.action)
            assert action is not None
            fields = {field.id: field for field in action.fields}
            assert set(step.fields) <= set(fields), (story.key, step.action)
            for name, value in step.fields.items():
                if fields[name].kind == "choice":
                    assert pack.taxonomy(fields[name].choices).choice(str(value)), (story.key, name, value)
            if step.fields.get("responsibility") == "有责投诉":
                assert step.fields.get("fault_code"), story.key
            for option in step.fields.get("options", []):
                assert pack.taxonomy("remedy").choice(option["kind"]), (story.key, option)


def test_nobody_judges_a_case_that_blames_him() -> None:
    for story in planned():
        blamed = {step.fields.get("responsible_person") for step in story.steps} - {None}
        assert not blamed & {step.by for step in story.steps}, story.key


def test_plans_are_approved_by_whoever_has_the_authority() -> None:
    bank, levels = load_bank(), load_pack("bank").authority.levels
    order = [level.role for level in levels]
    for story in planned():
        amount = 0
        for step in story.steps:
            if step.action == "propose":
                amount = step.fields["options"][step.fields["chosen"]]["amount"]
            if step.action in ("approve", "refuse"):
                needed = next(level.role for level in levels if level.up_to is None or amount <= level.up_to)
                held = [order.index(role) for role in bank.person(step.by).roles if role in order]
                assert max(held) >= order.index(needed), (story.key, amount, step.by)
            if step.action == "carry_out":
                assert step.fields["paid"] <= amount


def test_labels_are_those_of_the_pack() -> None:
    pack = load_pack("bank")
    for story in planned():
        assert pack.taxonomy("channel").choice(story.channel)
        for name in ("business", "cause", "need"):
            assert pack.taxonomy(name).choice(getattr(story, name)), (story.key, name)
        assert all(pack.taxonomy("demand").choice(kind) for kind, _ in story.demands if kind != "none")
        assert all(pack.taxonomy("risk").choice(risk) for risk in story.risks if risk != "none")
        assert 0 <= story.emotion <= 3
    assert len({story.business for story in planned()}) == 15
    assert len({story.cause for story in planned()}) >= 11


def test_no_mark_or_slot_is_left_in_any_words() -> None:
    left = re.compile(r"[\[\]{}|]|，。|？。|！。|。。|，，|None")
    for story in planned():
        assert not re.search(r"[{}]", story.text), story.key
        words = [story.subject, *(yaml.safe_dump(step.fields.get("findings", "")) for step in story.steps)]
        words += [str(step.fields.get(name, "")) for step in story.steps for name in ("answer", "summary", "note")]
        assert not [w for w in words if left.search(w)], story.key


def test_texts_are_as_long_as_people_write_and_subjects_fit_a_line() -> None:
    for story in planned():
        assert 12 <= len(story.text) <= 400, (story.key, len(story.text))
        assert 0 < len(story.subject) <= 20


def test_every_complaint_is_told_in_words_of_its_own() -> None:
    stories = [s for s in planned() if "batch" not in s.tags]
    assert max(Counter(s.text for s in stories).values()) == 1
    told = Counter(s.telling for s in stories)
    assert told.pop("again") == 10
    assert set(told.values()) == {1} and len(told) >= 560
    alike = {key for a, b in combinations(stories, 2) if _overlap(a, b) > 0.5 for key in (a.key, b.key)}
    assert len(alike) <= 10, "only those who come a second time for the same matter"


def test_the_record_agrees_with_what_the_text_says_of_its_customer() -> None:
    tellings = {one.id: one for one in load_tellings()}
    said = [(s, tellings[s.telling].who) for s in planned() if s.telling in tellings and tellings[s.telling].who]
    assert len(said) >= 80
    for story, who in said:
        assert story.customer.name.startswith(who.get("surname", ""))
        assert story.customer.sex == who.get("sex", story.customer.sex)
        assert story.customer.phone == who.get("phone", story.customer.phone)
        youngest, oldest = who.get("ages", (0, 120))
        assert youngest <= story.customer.age_on(UNTIL.date()) <= oldest


def test_a_text_comes_by_the_way_it_is_written_for() -> None:
    tellings = {one.id: one for one in load_tellings()}
    assert all(s.channel == tellings[s.telling].channel for s in planned() if s.telling in tellings)
    assert len({s.channel for s in planned()}) >= 11


def test_many_matters_feelings_and_wishes_are_among_them() -> None:
    stories = planned()
    assert len({(s.business, s.cause) for s in stories}) >= 80
    assert min(Counter(s.emotion for s in stories).values()) >= 10
    assert min(Counter(s.need for s in stories).values()) >= 15
    assert len({kind for s in stories for kind, _ in s.demands}) == 12
    assert len({risk for s in stories for risk in s.risks}) == 9


def _overlap(a: Story, b: Story) -> float:
    one, two = _shingles(a.text), _shingles(b.text)
    return len(one & two) / (len(one | two) or 1)


@cache
def _shingles(text: str) -> frozenset[str]:
    plain = re.sub(r"[\W\d]", "", text)
    return frozenset(plain[i : i + 4] for i in range(len(plain) - 3))


# --- what is planted ------------------------------------------------------------------------------------------------


def test_about_forty_five_cases_are_open_at_every_stage() -> None:
    stages = Counter(story.stage for story in planned() if story.is_open)
    assert 42 <= sum(stages.values()) <= 50
    assert set(stages) == {
        "recorded", "judged", "routed", "investigated", "proposed", "approving",
        "approved", "carried_out", "answered", "followed_up",
    }  # fmt: skip


def test_some_open_cases_are_due_today_some_near_and_some_overdue() -> None:
    waiting = [s for s in planned() if s.is_open and s.stage not in ("answered", "followed_up")]
    simple = [(UNTIL.date() - s.received_at.date()).days for s in waiting if s.complexity == "simple"]
    hard = [(UNTIL.date() - s.received_at.date()).days for s in waiting if s.complexity != "simple"]
    assert simple.count(15) == 4
    assert 4 <= sum(age > 15 for age in simple) + sum(age > 30 for age in hard) <= 6
    assert sum(12 <= age <= 14 for age in simple) >= 4


def test_approvals_wait_for_head_executive_and_manager() -> None:
    waiting = [story for story in planned() if story.stage == "approving"]
    tags = Counter(tag for story in waiting for tag in story.tags)
    assert tags["open:head"] >= 3
    assert tags["open:executive"] >= 3
    assert tags["open:manager"] >= 1
    (again,) = [s for s in waiting if "open:refused_then_again" in s.tags]
    assert [s.action for s in again.steps if s.action in ("submit", "refuse")] == ["submit", "refuse", "submit"]


def test_login_failures_rise_after_the_release() -> None:
    weeks = Counter((UNTIL.date() - s.received_at.date()).days // 7 for s in planned() if s.matter == "app_login")
    assert len(tagged("rise:app_login")) >= 30
    assert sum(weeks[w] for w in range(4)) / 4 > 10 * sum(weeks[w] for w in range(4, 60)) / 56


def test_one_outlet_has_its_pension_days() -> None:
    rise = [s for s in tagged("rise:pension_queue") if "open:working" not in s.tags]
    assert len(rise) == 16
    assert {s.unit for s in rise} == {"JZ01"}
    assert all((UNTIL.date() - s.received_at.date()).days <= 44 for s in rise)
    on_the_day = [s for s in rise if is_pension_day(s.received_at.date())]
    assert len(on_the_day) >= 12


@pytest.mark.parametrize(("mould", "letters"), [("a08-010", 12), ("a11-168", 6)])
def test_two_agents_letters_come_from_strangers_within_ten_days(mould: str, letters: int) -> None:
    batch = tagged(f"batch:{mould}")
    days = [story.received_at.date() for story in batch]
    assert len(batch) == letters
    assert (max(days) - min(days)).days <= 10
    assert len({story.customer.id_no for story in batch}) == letters == len({story.text for story in batch})
    assert all(_overlap(batch[0], other) > 0.6 for other in batch[1:])
    assert all(story.customer.name in story.text for story in batch)
    assert mould != "a11-168" or all("13300000417" in story.text for story in batch), "the agent's own telephone"


def test_duplicates_are_merged_into_the_case_they_repeat() -> None:
    by_key = {story.key: story for story in planned()}
    duplicates = tagged("duplicate")
    assert len(duplicates) == 10
    for story in duplicates:
        assert story.duplicate_of is not None
        first = by_key[story.duplicate_of]
        assert first.customer == story.customer
        assert first.received_at < story.received_at
        assert [step.action for step in story.steps] == ["merge"]
        assert story.steps[0].fields["into"] == first.key


def test_some_customers_come_again_and_again() -> None:
    often = Counter(s.customer.id_no for s in planned() if "duplicate" not in s.tags)
    assert sum(times >= 2 for times in often.values()) >= 10
    assert max(often.values()) >= 4


def test_unusual_turns_are_planted() -> None:
    assert len(tagged("withdrawn")) >= 10
    assert all(story.stage == "withdrawn" for story in tagged("withdrawn"))
    assert len([s for s in tagged("reopened") if "reopen" in {x.action for x in s.steps}]) >= 8
    assert len([s for s in tagged("refused") if "refuse" in {x.action for x in s.steps}]) >= 15
    assert len(tagged("regulator")) >= 10
    assert all(s.source and s.external_id for s in tagged("regulator"))
    outside = [(s.source, s.external_id) for s in tagged("regulator")]
    assert len(set(outside)) == len(outside)


def test_the_major_case_is_identity_misuse_waiting_for_the_executive() -> None:
    (major,) = tagged("major")
    assert major.complexity == "major"
    assert major.business == "个人金融信息"
    assert major.stage == "approving"


def test_late_answers_say_why() -> None:
    late = [s for s in tagged("late") if _days_to_answer(s) > 15]
    assert len(late) >= 10
    assert all(any("逾期说明" in str(x.fields.get("text", "")) for x in s.steps) for s in late)


def _days_to_answer(story: Story) -> float:
    answered = next(step.at for step in story.steps if step.action == "answer")
    return (answered - story.received_at).total_seconds() / 86400


def test_closing_takes_about_six_days_and_sometimes_over_fifteen() -> None:
    closed = [s for s in planned() if s.stage == "closed" and "reopened" not in s.tags]
    took = sorted((s.steps[-1].at - s.received_at).total_seconds() / 86400 for s in closed)
    assert 5 <= took[len(took) // 2] <= 7
    assert sum(days > 15 for days in took) >= 15


def test_spring_festival_is_quiet_and_mondays_are_not() -> None:
    days = Counter(story.received_at.date() for story in planned())
    festival = [days[date(2026, 2, 15) + timedelta(days=n)] for n in range(9)]
    assert sum(festival) / 9 < 0.5 * len(planned()) / 426
    weekdays = Counter(story.received_at.weekday() for story in planned())
    assert weekdays[0] > weekdays[5] > 0


def test_every_supporting_unit_answers_before_the_findings_in_every_round() -> None:
    """The process holds findings back until it has; one silent unit would stop the whole demonstration."""
    asked = 0
    for story in planned():
        owed = 0
        for step in story.steps:
            if step.action == "route":
                owed = len(step.fields["support_units"])
                asked += owed
            elif step.action == "reply_task":
                owed -= 1
            elif step.action == "investigate":
                assert owed == 0, story
    assert asked
