"""What the case page shows of several units, of who stands for the customer, and of the separate decisions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.test import Client

from tests.make import MONDAY, Bank, case, walk
from tingsu.cases.evidence import attach
from tingsu.cases.lifecycle import act
from tingsu.cases.models import Case
from tingsu.org.models import User

SignIn = Callable[[User], Client]


def do(made: Case, action: str, by: User, **fields: Any) -> Case:
    return act(made, action, fields, by=by, version=made.version, at=MONDAY)


def page(signed_in: SignIn, by: User, made: Case) -> str:
    answer = signed_in(by).get(f"/cases/{made.number}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_empty_case_says_so_and_offers_what_this_person_may_do(bank: Bank, signed_in: SignIn) -> None:
    made = case(bank)
    shown = page(signed_in, bank.handler, made)
    assert "没有协办事项、立会、外部单位或关联工单。" in shown
    assert f"/cases/{made.number}/do/link/" in shown and f"/cases/{made.number}/do/reply_task/" not in shown
    assert "没有代表或代理" in shown
    desk = shown.split('id="desk"')[1].split("</section>")[0]
    assert "关联工单" not in desk and "责任申诉" not in desk  # offered in their own part


def test_tasks_transfers_meetings_and_links_are_shown_with_their_clock(bank: Bank, signed_in: SignIn) -> None:
    other = case(bank, phone="13911110000")
    made = walk(case(bank), bank, "route")
    made = do(made, "transfer", bank.handler, lead_unit="O2", reason="账户在滨河支行")
    made = do(made, "transfer", bank.handler, lead_unit="B1", reason="不归我行，张三可作证")
    made = do(
        made, "meeting", bank.head, held_at=str(MONDAY - timedelta(hours=2)), people="孙涛", agreed="三日内调监控"
    )
    due = str(MONDAY + timedelta(days=3))
    made = do(made, "give_task", bank.head, owner="lead", asked="调监控", support_due=due, meeting="1")
    made = do(made, "outside_body", bank.handler, name="鉴定中心", what="笔迹鉴定", pause="appraisal")
    made = do(made, "link", bank.handler, other=other.number, sort="batch", reason="同一批")
    shown = page(signed_in, bank.lead, made)
    for words in ("江州分行 → 滨河支行", "请防止推诿", "第 1 次", "三日内调监控", "计时暂停", "等待答复", "批量投诉"):
        assert words in shown
    assert "?task=2" in shown and "?task=1" not in shown  # his own task, not the card centre's
    assert "张三可作证" not in shown and "不归我行，张*" in shown
    form = signed_in(bank.lead).get(f"/cases/{made.number}/do/reply_task/?task=2").content.decode()
    assert 'value="2"' in form
    back = page(signed_in, bank.handler, Case.objects.get(pk=other.pk))
    assert made.number in back


def test_parties_are_masked_until_they_are_revealed(bank: Bank, signed_in: SignIn) -> None:
    made = case(bank)
    attach(made, by=bank.handler, name="委托书.txt", content=BytesIO(b"x"))
    made.refresh_from_db()
    made = do(made, "add_party", bank.clerk, part="proxy", name="欧阳建国", phone="13911112222", proof="1")
    shown = page(signed_in, bank.handler, made)
    assert "欧***" in shown and "欧阳建国" not in shown and "13911112222" not in shown
    seen = signed_in(bank.handler).post(f"/cases/{made.number}/reveal/", {"reason": "核对代理权限"}).content.decode()
    assert "欧阳建国" in seen and "13911112222" in seen


def test_accountability_is_on_the_page_of_those_allowed_only(bank: Bank, signed_in: SignIn) -> None:
    made = walk(case(bank), bank, "investigate")
    made = do(made, "appeal_responsibility", bank.manager, grounds="监控不支持")
    made = do(made, "hold_accountable", bank.executive, unit="B1", person="lead", share="12.5", study_days="2",
              grounds="疏于管理")  # fmt: skip
    allowed = page(signed_in, bank.executive, made)
    assert "扣减绩效工资 12.50%" in allowed and "下机学习 2 天" in allowed and "疏于管理" in allowed
    assert "责任判定" in allowed and "待裁定" in allowed
    own = page(signed_in, bank.lead, made)
    assert "扣减绩效工资" in own.split('id="duty"')[1]
    barred = page(signed_in, bank.handler, made)
    assert "扣减绩效工资" not in barred and "疏于管理" not in barred and "作出责任追究决定" in barred


def test_an_empty_answer_keeps_what_was_typed_and_starts_from_nothing(bank: Bank, signed_in: SignIn) -> None:
    made = walk(case(bank), bank, "investigate")
    form = signed_in(bank.head).get(f"/cases/{made.number}/do/decide_responsibility/").content.decode()
    assert "cases.Evidence.None" not in form
    sent = {"version": made.version, "grounds": "重新核对监控"}
    again = signed_in(bank.head).post(f"/cases/{made.number}/do/decide_responsibility/", sent)
    assert again.status_code == 422 and "重新核对监控" in again.content.decode()
