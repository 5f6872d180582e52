"""Reviews, blind second reviews, appeals, what the machine and people agree on, samples, coaching, latent complaints."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.make import MONDAY, Bank
from tests.quality.rows import GOOD, POOR, Floor, agreeing, later, other_than
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.cases.overdue_tables import Notice
from tingsu.org.access_log import verify_access_log
from tingsu.org.models import AccessEntry
from tingsu.org.permissions import NotAllowed
from tingsu.quality.agreement.comparing import calibrate
from tingsu.quality.appeals.verbs import appeal_review, decide_review_appeal, waiting_appeals
from tingsu.quality.coaching.suggesting import scripts_for, suggest_card
from tingsu.quality.coaching.trends import trend_of
from tingsu.quality.coaching.verbs import (
    CardDraft,
    Practice,
    answer_card,
    cards_of,
    find_card,
    follow_up_card,
    make_card,
    open_cards,
)
from tingsu.quality.conversations.latent import (
    Complainant,
    calls_of,
    finish_call,
    latent_risks,
    plan_call,
    register_complaint,
    set_aside,
)
from tingsu.quality.conversations.tables import Conversation
from tingsu.quality.errors import (
    CardChanged,
    CardNotFound,
    ConversationChanged,
    ConversationNotFound,
    DrawNotFound,
    PersonNotFound,
)
from tingsu.quality.reviews.marks import machine_marks, mark_of, share_of
from tingsu.quality.reviews.stance import stance_of
from tingsu.quality.reviews.verbs import Mark, look_at_marks, review_conversation
from tingsu.quality.sampling.drawing import Item, Plan, draw
from tingsu.quality.sampling.verbs import DrawAsked, draw_sample, drawn_of, draws_seen, find_draw


@pytest.fixture
def floor(bank: Bank) -> Floor:
    return Floor(bank)


def fresh(row: Conversation) -> Conversation:
    return Conversation.objects.get(pk=row.pk)


def reviewed(floor: Floor, said: list[tuple[str, str]] = POOR, **given: str) -> Conversation:
    row = floor.one(said, **given)
    review_conversation(row, agreeing(row), by=floor.lead, version=row.version, at=MONDAY)
    return fresh(row)


def a_point(row: Conversation, mark: str = "") -> str:
    marks = machine_marks(row.points)
    return next(point for point, said in marks.items() if said in (mark or ("yes", "no")))


# --- reviews


def test_the_first_review_counts_and_the_agent_is_told(floor: Floor) -> None:
    row = floor.one()
    point = a_point(row)
    mine = other_than(machine_marks(row.points)[point])
    made = review_conversation(row, agreeing(row, **{point: mine}), by=floor.lead, version=row.version, note="总评")
    row = fresh(row)
    assert made.no == 1 and not made.blind and made.marks[point] == {"mark": mine, "reason": "听了录音"}
    assert row.final[point] == mine and row.reviewed_at and row.final_share == made.share != row.share
    assert made.machine == machine_marks(row.points)
    assert Notice.objects.get().to == floor.agent
    assert row.steps.get().data == {"no": 1, "changed": 1, "blind": False} and not list(verify_access_log())
    with pytest.raises(NotPossible):
        review_conversation(row, agreeing(row), by=floor.lead, version=row.version)


def test_a_changed_mark_needs_its_reason_and_every_point_a_mark(floor: Floor) -> None:
    row = floor.one()
    point = a_point(row)
    marks = agreeing(row) | {point: Mark(other_than(machine_marks(row.points)[point]))}
    with pytest.raises(Incomplete) as wrong:
        review_conversation(row, marks, by=floor.lead, version=row.version)
    assert "理由" in wrong.value.fields[point]
    for bad in ({}, {**agreeing(row), point: Mark("maybe", "x")}, {**agreeing(row), "invented": Mark("yes")}):
        with pytest.raises(Incomplete):
            review_conversation(row, bad, by=floor.lead, version=row.version)
    with pytest.raises(ConversationChanged):
        review_conversation(row, agreeing(row), by=floor.lead, version=row.version - 1)
    assert not row.reviews.exists()


def test_only_who_inspects_it_may_review(floor: Floor) -> None:
    row, own = floor.one(), floor.one(GOOD, agent="floor")
    for who, error in (
        (floor.stranger, ConversationNotFound),
        (floor.agent, NotAllowed),
        (floor.bank.manager, NotAllowed),
    ):
        with pytest.raises(error):
            review_conversation(row, agreeing(row), by=who, version=row.version)
    with pytest.raises(ConversationNotFound):
        review_conversation(own, agreeing(own), by=floor.lead, version=own.version)


def test_the_second_review_is_blind_and_does_not_change_what_counts(floor: Floor) -> None:
    row = reviewed(floor)
    assert stance_of(row, row.reviews.all(), by=floor.officer) == "blind"
    assert stance_of(row, row.reviews.all(), by=floor.lead) == "open"
    assert stance_of(row, row.reviews.all(), by=floor.agent) == "own"
    point = a_point(row)
    marks = agreeing(row) | {
        point: Mark(other_than(machine_marks(row.points)[point]))
    }  # no reason needed: nothing shown
    second = review_conversation(row, marks, by=floor.officer, version=row.version)
    row = fresh(row)
    assert second.no == 2 and second.blind and row.final[point] == machine_marks(row.points)[point]
    assert stance_of(row, row.reviews.all(), by=floor.officer) == "open"
    with pytest.raises(NotPossible):
        review_conversation(row, agreeing(row), by=floor.head, version=row.version)
    assert Notice.objects.count() == 1


def test_who_has_looked_cannot_review_blindly(floor: Floor) -> None:
    row = reviewed(floor)
    look_at_marks(row, by=floor.officer)
    assert stance_of(row, row.reviews.all(), by=floor.officer) == "open"
    with pytest.raises(NotPossible):
        review_conversation(row, agreeing(row), by=floor.officer, version=row.version)
    assert stance_of(row, row.reviews.all(), by=floor.head) == "blind"
    look_at_marks(row, by=floor.officer)
    assert row.steps.filter(kind="looked").count() == 1


points = st.lists(st.tuples(st.floats(0.5, 20), st.sampled_from(["yes", "part", "no", "na"])), min_size=1, max_size=16)


@given(points)
def test_marks_come_to_a_share(said: list[tuple[float, str]]) -> None:
    kept = [{"id": f"p{n}", "of": of, "got": None} for n, (of, _mark) in enumerate(said)]
    marks = {f"p{n}": mark for n, (_of, mark) in enumerate(said)}
    share = share_of(marks, kept)
    judged = [mark for mark in marks.values() if mark != "na"]
    assert (share is None) == (not judged)
    if share is not None:
        assert -1e-9 <= share <= 1 + 1e-9
        better = share_of({point: "yes" if mark == "no" else mark for point, mark in marks.items()}, kept)
        assert better is not None and better >= share - 1e-9
        assert (share > 1 - 1e-9) == all(mark == "yes" for mark in judged)


@given(st.floats(0, 10), st.floats(0.1, 10))
def test_a_score_is_one_mark(got: float, of: float) -> None:
    assert mark_of(None, of) == "na" and mark_of(of, of) == "yes" and mark_of(0, of) == "no"
    assert mark_of(min(got, of), of) in ("yes", "part", "no")


# --- appeals


def test_an_appeal_is_decided_by_somebody_else_and_changes_what_counts(floor: Floor) -> None:
    row = reviewed(floor)
    point = a_point(row, "no")
    Notice.objects.all().delete()
    appeal_review(row, [point], "客户打断了我，没有机会说", by=floor.agent, version=row.version, at=later(2))
    row = fresh(row)
    assert {notice.to for notice in Notice.objects.all()} == {floor.head, floor.officer}  # not who reviewed
    assert [one.conversation for one in waiting_appeals(floor.head)] == [row] and not waiting_appeals(floor.stranger)
    with pytest.raises(NotPossible, match="回避"):
        decide_review_appeal(row, {}, "维持", by=floor.lead, version=row.version)
    with pytest.raises(ConversationNotFound):
        decide_review_appeal(row, {}, "维持", by=floor.stranger, version=row.version)
    with pytest.raises(Incomplete):
        decide_review_appeal(row, {point: "na"}, "", by=floor.head, version=row.version)
    before = row.final_share
    decided = decide_review_appeal(row, {point: "na"}, "录音证明如此", by=floor.head, version=row.version)
    row = fresh(row)
    assert decided.outcome == "changed" and row.final[point] == "na" and row.final_share != before
    assert Notice.objects.order_by("-pk")[0].to == floor.agent
    assert row.reviews.get().marks[point]["mark"] == "no"  # what the reviewer said stays said
    with pytest.raises(NotPossible):
        decide_review_appeal(row, {}, "再议", by=floor.officer, version=row.version)
    with pytest.raises(NotPossible):
        appeal_review(row, [point], "还是不服", by=floor.agent, version=row.version, at=later(3))
    assert AccessEntry.objects.filter(detail__did="decided").exists()


def test_an_appeal_comes_from_the_agent_in_time(floor: Floor) -> None:
    row = reviewed(floor)
    point = a_point(row)
    for who in (floor.agent2, floor.lead, floor.head):
        with pytest.raises(ConversationNotFound):
            appeal_review(row, [point], "不服", by=who, version=row.version, at=later(1))
    for wanted, words in (([], "不服"), ([point], " "), (["invented"], "不服"), ([point], "长" * 2001)):
        with pytest.raises(Incomplete):
            appeal_review(row, wanted, words, by=floor.agent, version=row.version, at=later(1))
    with pytest.raises(NotPossible, match="届满"):
        appeal_review(row, [point], "不服", by=floor.agent, version=row.version, at=later(8))
    with pytest.raises(ConversationChanged):
        appeal_review(row, [point], "不服", by=floor.agent, version=0, at=later(1))
    appeal_review(row, [point], "不服", by=floor.agent, version=row.version, at=later(7))  # the seventh day whole
    kept = decide_review_appeal(fresh(row), {}, "核对无误", by=floor.head, version=fresh(row).version)
    assert kept.outcome == "upheld" and not kept.changes


# --- agreement over what was reviewed


def test_agreement_is_counted_from_reviews_within_reach(floor: Floor) -> None:
    rows = floor.take(*(GOOD if n % 2 else POOR for n in range(21)))
    point = a_point(rows[0])
    for n, row in enumerate(rows):
        mine = (
            {point: other_than(machine_marks(row.points)[point])}
            if n < 5 and machine_marks(row.points)[point] != "na"
            else {}
        )
        review_conversation(row, agreeing(row, **mine), by=floor.lead, version=row.version, at=MONDAY)
    second = fresh(rows[0])
    review_conversation(second, agreeing(second), by=floor.officer, version=second.version, at=MONDAY)
    found = calibrate(floor.head, since=MONDAY - timedelta(days=1), until=later(1))
    assert found.seen.conversations == 21 and found.seen.overall.kappa is not None
    judged = sum(mark != "na" for row in rows for mark in machine_marks(row.points).values())
    assert found.seen.overall.n == judged < sum(len(row.points) for row in rows)  # both "na" is no judgement
    changed = found.seen.overall.n - found.seen.overall.agreed
    assert changed == found.rows[0].changed > 0 and found.rows[0].reviewer == floor.lead
    assert found.blind.overall.why == found.reviewers.overall.why == "too_few" and found.reviewers.conversations == 1
    assert [split.conversation for split in found.splits] == [second] and len(found.splits[0].points) == 1
    of_point = next(one for one in found.seen.points if one.id == point)
    assert of_point.milder + of_point.stricter == changed
    assert calibrate(floor.stranger, since=MONDAY - timedelta(days=1), until=later(1)).seen.conversations == 0
    assert [row.reviewer for row in calibrate(floor.lead, since=MONDAY, until=later(1)).rows] == [floor.lead]
    with pytest.raises(NotAllowed):
        calibrate(floor.agent, since=MONDAY, until=later(1))


# --- sampling

items = st.lists(
    st.builds(Item, st.integers(1, 10_000), st.integers(0, 6), st.one_of(st.none(), st.floats(0, 1))),
    max_size=60,
    unique_by=lambda item: item.id,
)
plans = st.builds(Plan, st.integers(0, 6), st.integers(0, 100), st.integers(0, 100))


@given(items, plans, st.integers(0, 2**31 - 1), st.randoms(use_true_random=False))
def test_a_draw_is_reproducible_and_keeps_to_its_plan(pool: list[Item], plan: Plan, seed: int, luck: object) -> None:
    drawn = draw(pool, plan, seed=seed)
    shuffled = pool[:]
    luck.shuffle(shuffled)  # type: ignore[attr-defined]
    assert draw(shuffled, plan, seed=seed) == drawn  # the order of the rows in the store says nothing
    ids = [number for number, _why in drawn]
    assert len(set(ids)) == len(ids) and set(ids) <= {item.id for item in pool}
    share = -(-len(pool) * plan.random_percent // 100)
    assert sum(why == "random" for _id, why in drawn) == min(share, len(pool))
    agents = {item.id: item.agent for item in pool}
    for agent in {item.agent for item in pool} - {0}:
        have = sum(agents[number] == agent for number in ids)
        assert have >= min(plan.per_agent, sum(item.agent == agent for item in pool))


def test_risky_conversations_are_drawn_more_often() -> None:
    pool = [Item(n, 1, 0.9 if n < 10 else 0.05) for n in range(100)]
    hits = sum(number < 10 for seed in range(200) for number, _why in draw(pool, Plan(0, 10, 0), seed=seed))
    assert hits > 200 * 10 * 0.4  # a tenth of all; by chance alone a tenth of the draws


def test_a_sample_is_kept_with_its_reasons(floor: Floor) -> None:
    rows = floor.take(*([POOR] * 6), *([GOOD] * 6))
    review_conversation(rows[0], agreeing(rows[0]), by=floor.lead, version=rows[0].version)
    asked = DrawAsked("十一月", date(2026, 11, 1), date(2026, 11, 30), 2, 20, 20, seed=7)
    made = draw_sample(asked, by=floor.lead)
    listed = list(drawn_of(made, by=floor.lead))
    assert made.pool == 11 and rows[0] not in [one.conversation for one in listed]
    assert [one.why for one in listed][:3] == ["random"] * 3 and {one.why for one in listed} <= {
        "random",
        "risk",
        "agent",
    }
    again = draw_sample(asked, by=floor.head)
    assert again.pool_digest == made.pool_digest
    assert [d.conversation_id for d in again.drawn.all()] == [d.conversation_id for d in made.drawn.all()]
    assert made in draws_seen(floor.officer) and made not in draws_seen(floor.stranger)
    with pytest.raises(DrawNotFound):
        find_draw(made.pk, by=floor.stranger)
    with pytest.raises(NotAllowed):
        draw_sample(asked, by=floor.agent)
    for bad in (
        DrawAsked("", date(2026, 11, 1), date(2026, 11, 30), 2, 0, 0, 1),
        DrawAsked("空", date(2026, 10, 1), date(2026, 10, 30), 2, 0, 0, 1),
        DrawAsked("无", date(2026, 11, 1), date(2026, 11, 30), 0, 0, 0, 1),
        DrawAsked("反", date(2026, 11, 30), date(2026, 11, 1), 2, 0, 0, 1),
        DrawAsked("远", date(2026, 11, 1), date(2026, 11, 30), 2, 0, 0, 1, floor.bank.branch),
    ):
        with pytest.raises(Incomplete):
            draw_sample(bad, by=floor.lead)


# --- coaching


def card(floor: Floor, row: Conversation, **changed: object) -> CardDraft:
    said = {
        "strengths": "开场热情", "practise": [Practice("apology", "致歉", "先道歉再解释", row.pk, 3)], "action": "每天练两遍",
        "due": later(7).date(), "scripts": [script.id for script in scripts_for(["apology"], floor.centre)],
    }  # fmt: skip
    return CardDraft(**{**said, **changed})  # type: ignore[arg-type]


def test_a_card_goes_from_coach_to_agent_to_follow_up(floor: Floor) -> None:
    row = reviewed(floor)
    Notice.objects.all().delete()
    made = make_card(floor.agent, card(floor, row), by=floor.lead, at=MONDAY)
    assert made.scripts and Notice.objects.get().to == floor.agent and list(open_cards(floor.head)) == [made]
    with pytest.raises(CardNotFound):
        answer_card(made, "不是我的", by=floor.agent2, version=1)
    read = answer_card(made, "会练", by=floor.agent, version=1, at=later(1))
    assert read.read_at and read.answer == "会练"
    with pytest.raises(CardChanged):
        follow_up_card(made, "有进步", by=floor.lead, version=1)
    done = follow_up_card(made, "有进步", by=floor.lead, version=2, at=later(7))
    assert done.followed_by == floor.lead and not open_cards(floor.head)
    with pytest.raises(NotPossible):
        follow_up_card(made, "再说", by=floor.lead, version=3)
    assert not list(verify_access_log())


def test_cards_and_trends_are_for_the_person_and_who_inspects_him(floor: Floor) -> None:
    row = reviewed(floor)
    made = make_card(floor.agent, card(floor, row), by=floor.lead, at=MONDAY)
    assert list(cards_of(floor.agent, by=floor.agent)) == list(cards_of(floor.agent, by=floor.head)) == [made]
    for who, error in (
        (floor.stranger, PersonNotFound),
        (floor.agent2, NotAllowed),
        (floor.bank.executive, NotAllowed),
    ):
        with pytest.raises(error):
            cards_of(floor.agent, by=who)
        with pytest.raises(CardNotFound):
            find_card(made.pk, by=who)
        with pytest.raises(error):
            make_card(floor.agent, card(floor, row), by=who, at=MONDAY)
    with pytest.raises(PersonNotFound):  # nobody coaches himself
        make_card(floor.lead, card(floor, row, practise=[Practice("", "", "练")]), by=floor.lead, at=MONDAY)


def test_a_card_says_what_it_must(floor: Floor) -> None:
    row, other = reviewed(floor), reviewed(floor, GOOD, agent="agent2")
    unseen = floor.one(GOOD)
    for changed in (
        {"strengths": ""}, {"action": " "}, {"practise": []}, {"practise": [Practice("a", "a", "练")] * 3},
        {"due": later(-1).date()}, {"scripts": ["no-such-script"]}, {"practise": [Practice("a", "a", "练", other.pk)]},
        {"practise": [Practice("a", "a", "练", unseen.pk)]},
    ):  # fmt: skip
        with pytest.raises(Incomplete):
            make_card(floor.agent, card(floor, row, **changed), by=floor.lead, at=MONDAY)


def test_the_trend_counts_peoples_marks_first_and_the_agent_sees_only_what_was_reviewed(floor: Floor) -> None:
    rows = floor.take(POOR, POOR, POOR, GOOD)
    point = a_point(rows[0], "no")
    review_conversation(rows[0], agreeing(rows[0], **{point: "yes"}), by=floor.lead, version=rows[0].version)
    whole, own = trend_of(floor.agent, at=MONDAY), trend_of(floor.agent, at=MONDAY, reviewed_only=True)
    assert (whole.conversations, whole.reviewed) == (4, 1) and (own.conversations, own.reviewed) == (1, 1)
    assert len(whole.months) == 6 and whole.months[-1].first == date(2026, 11, 1) and whole.months[-1].n == 4
    assert whole.months[0].share is None and whole.months[-1].share == pytest.approx(sum(r.share for r in rows) / 4)  # type: ignore[misc]
    mine = next(one for one in own.points if one.id == point)
    assert mine.share == 1 and mine.n == 1
    assert not trend_of(floor.agent2, at=MONDAY).points
    found = suggest_card(floor.agent, at=MONDAY)
    assert 1 <= len(found.practise) <= 2 and all((p.share or 0) < 0.8 for p in found.practise)
    assert {p.shown[0] for p in whole.points if p.shown} == {rows[0].pk}  # the others the agent could not open
    assert not any(script.counter_example for script in found.scripts)


# --- ordinary conversations out of which a complaint may come


def test_latent_complaints_are_listed_riskiest_first_and_worked_off(floor: Floor) -> None:
    poor, good, spare, tied = floor.take(POOR, GOOD, POOR, POOR)
    listed = list(latent_risks(floor.head, at=MONDAY))
    assert poor in listed and good not in listed
    assert [row.risk for row in listed] == sorted([row.risk for row in listed], reverse=True)  # type: ignore[type-var]
    assert not latent_risks(floor.stranger, at=MONDAY) and not latent_risks(floor.head, at=later(40))
    made = register_complaint(
        poor, channel="phone", customer=Complainant("", "13800001234"), by=floor.head, version=poor.version, at=MONDAY
    )
    poor = fresh(poor)
    assert poor.case == made and poor.next_step == "case" and "快递" not in made.text and "三次电话" in made.text
    assert made.external_id == str(poor.pk) and made.received_at == MONDAY
    set_aside(spare, "客户已在柜台办好", by=floor.head, version=spare.version)
    assert list(latent_risks(floor.head, at=MONDAY)) == [tied]
    for again in (poor, fresh(spare)):
        with pytest.raises(NotPossible):
            set_aside(again, "再来", by=floor.head, version=again.version)
    with pytest.raises(NotAllowed):  # a unit's lead inspects, but the pack lets him record nothing
        register_complaint(tied, channel="phone", customer=Complainant(), by=floor.officer, version=tied.version)


def test_a_call_back_is_made_by_whom_it_was_given_to(floor: Floor) -> None:
    row = floor.one()
    for due in (later(-1), later(60)):
        with pytest.raises(Incomplete):
            plan_call(row, floor.agent2, due.date(), "", by=floor.lead, version=row.version, at=MONDAY)
    call = plan_call(row, floor.agent2, later(1).date(), "说明进度", by=floor.lead, version=row.version, at=MONDAY)
    assert list(calls_of(floor.agent2)) == [call] and Notice.objects.get().to == floor.agent2
    assert stance_of(row, [], by=floor.agent2) == "caller"
    with pytest.raises(ConversationNotFound):
        finish_call(call, "settled", "好了", by=floor.agent)
    for result, said in (("", "好"), ("settled", "")):
        with pytest.raises(Incomplete):
            finish_call(call, result, said, by=floor.agent2)
    finish_call(call, "unreached", "两次无人接听", by=floor.agent2, at=later(1))
    assert fresh(row).next_step == "" and not calls_of(floor.agent2)  # open again: nothing is settled
    with pytest.raises(NotPossible):
        finish_call(call, "settled", "好了", by=floor.agent2)
