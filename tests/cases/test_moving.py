"""What happens to running cases when a pack changes: nothing, until they are moved; and then no trace is lost."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection

from tests.make import Bank, case, steps, walk
from tests.org.test_editions import changed, with_stage_renamed
from tingsu.cases.audit import verify
from tingsu.cases.errors import Conflict, NotFound
from tingsu.cases.lifecycle import act, offers
from tingsu.cases.models import Case
from tingsu.cases.moving import CannotMove, Refused, move_all, move_case, open_cases
from tingsu.cases.packs import pack_of
from tingsu.org import pack as running
from tingsu.org.editions import BadEdition, PackChanged, put_in_force
from tingsu.org.models import PackInForce
from tingsu.org.pack import active_pack, edition_in_force, forget_packs
from tingsu.org.permissions import NotAllowed
from tingsu.packs.loader import SHIPPED, PackError, load_pack
from tingsu.packs.schema import Pack
from tingsu.web.timeline import tell


def without_stage(stage: str) -> Pack:
    """The bank's pack in which ``judged`` takes the place of a stage that is gone."""
    data = load_pack("bank").model_dump(mode="json", by_alias=True) | {"version": "3.0"}
    data["process"]["stages"] = [s for s in data["process"]["stages"] if s["id"] != stage]
    for action in data["process"]["actions"]:
        action["from"] = list(dict.fromkeys("judged" if f == stage else f for f in action["from"]))
        action["ways"] = [{**w, "to": "judged"} if w["to"] == stage else w for w in action["ways"]]
    return Pack.model_validate(data)


def test_a_moved_case_goes_on_under_the_new_edition_and_its_past_stays_whole(bank: Bank) -> None:
    old = walk(case(bank), bank, "propose")
    put_in_force(with_stage_renamed(), by=bank.admin)
    moved = move_case(old.number, by=bank.admin)
    assert pack_of(moved).version == "2.0"
    event = moved.events.last()
    assert event is not None
    assert (event.kind, event.data["left"], event.data["edition"]) == ("move_edition", old.edition, moved.edition)
    assert list(verify()) == []
    for action, who, fields in steps(bank)[4:]:
        moved = act(moved, action, fields, by=who, version=moved.version)
    assert moved.stage == "closed"
    assert list(verify()) == []


def test_what_the_new_edition_no_longer_knows_is_still_told_and_compared(bank: Bank) -> None:
    """The decision ``explain`` is gone in the new edition; before the move it was taken under the old one."""
    made = case(bank)
    judged = act(
        made,
        "judge",
        {"verdict": "not_valid", "reason": "已公示", "complexity": "simple"},
        by=bank.handler,
        version=made.version,
    )
    answered = act(
        judged, "explain", {"answer": "收费标准已公示。", "means": "phone"}, by=bank.handler, version=judged.version
    )
    put_in_force(with_stage_renamed(), by=bank.admin)
    moved = move_case(answered.number, by=bank.admin)
    assert pack_of(moved).process.action("explain") is None
    assert any(told.what == "向客户作了解释答复" for told in tell(moved, moved.events.all(), None, bank.handler))
    assert list(verify()) == []


def test_a_stage_that_is_gone_is_named_and_the_case_stays(bank: Bank) -> None:
    waiting, ahead = walk(case(bank), bank, "investigate"), walk(case(bank, name="李四"), bank, "judge")
    put_in_force(without_stage("investigated"), by=bank.admin)
    with pytest.raises(CannotMove, match="「待出方案」（investigated）") as refused:
        move_case(waiting.number, by=bank.admin)
    assert refused.value.stage == "investigated"
    results = list(move_all("bank", by=bank.admin))
    assert [r.number for r in results if isinstance(r, Refused)] == [waiting.number]
    assert [r.number for r in results if isinstance(r, Case)] == [ahead.number]
    waiting.refresh_from_db()
    assert {offer.action.id for offer in offers(waiting, by=bank.lead)} >= {"propose"}
    assert walk_on(waiting, bank).stage == "closed"


def walk_on(made: Case, bank: Bank) -> Case:
    for action, who, fields in steps(bank)[3:]:
        made = act(made, action, fields, by=who, version=made.version)
    return made


def test_a_plan_waits_for_who_was_asked(bank: Bank) -> None:
    waiting = walk(case(bank), bank, "submit")
    levels = [{"role": "manager", "up_to": "5000"}, {"role": "executive"}]
    put_in_force(changed(version="4", authority={"levels": levels}), by=bank.admin)
    with pytest.raises(CannotMove, match="待审批"):
        move_case(waiting.number, by=bank.admin)


def test_an_open_form_learns_that_the_case_was_moved(bank: Bank) -> None:
    made = case(bank)
    put_in_force(with_stage_renamed(), by=bank.admin)
    move_case(made.number, by=bank.admin)
    with pytest.raises(Conflict) as conflict:
        act(made, *steps(bank)[0][::2], by=bank.handler, version=made.version)
    assert conflict.value.changes[0]["action"] == "move_edition"
    assert "把工单转到了方案包的新版本" in conflict.value.message


def test_moving_twice_leaves_one_trace_and_only_who_may_does_it(bank: Bank) -> None:
    made, done = case(bank), walk(case(bank, name="李四"), bank)
    with pytest.raises(NotAllowed):
        move_case(made.number, by=bank.head)
    with pytest.raises(NotFound):
        move_case("99999999", by=bank.admin)
    put_in_force(with_stage_renamed(), by=bank.admin)
    with pytest.raises(CannotMove, match="已经办结"):
        move_case(done.number, by=bank.admin)
    for _ in range(2):
        move_case(made.number, by=bank.admin)
    assert made.events.filter(kind="move_edition").count() == 1
    assert list(move_all("bank", by=bank.admin)) == []


def test_how_many_cases_run_on_each_edition(bank: Bank) -> None:
    case(bank), walk(case(bank, name="李四"), bank)
    put_in_force(with_stage_renamed(), by=bank.admin)
    case(bank, name="王五"), case(bank, name="赵六")
    old, new = load_pack("bank").digest, with_stage_renamed().digest
    assert open_cases() == {("bank", old): 1, ("bank", new): 2}


def test_a_moved_edition_cannot_be_forged(bank: Bank) -> None:
    """Whoever points a case at another edition by force contradicts the seal."""
    made = case(bank)
    put_in_force(with_stage_renamed(), by=bank.admin)
    case(bank, name="李四")
    Case.objects.filter(pk=made.pk).update(edition=with_stage_renamed().digest)
    assert {finding.number for finding in verify()} == {made.number}


@pytest.fixture
def own_folder(tmp_path: Path, settings: object) -> Iterator[Path]:
    """The site's own bank pack on disk, as this process would find it after a restart."""
    folder = Path(shutil.copytree(SHIPPED / "bank", tmp_path / "bank"))
    shutil.copytree(SHIPPED / "common", tmp_path / "common")
    settings.TINGSU_PACK_PATHS = [tmp_path]  # type: ignore[attr-defined]
    restart()
    yield folder
    load_pack.cache_clear()
    restart()


def restart() -> None:
    """Forget what a process knows only until it ends."""
    running._kept.clear()
    running._stored.clear()
    load_pack.cache_clear()
    forget_packs()


def test_a_broken_file_never_breaks_the_edition_in_force(bank: Bank, own_folder: Path) -> None:
    put_in_force(with_stage_renamed(), by=bank.admin)
    made = case(bank)
    (own_folder / "process.yaml").write_text("process: [", encoding="utf-8")
    restart()
    assert active_pack().version == "2.0"
    assert walk(made, bank).stage == "closed"
    assert walk(case(bank, name="李四"), bank, "judge").stage == "judged"


def test_a_broken_file_never_breaks_a_site_that_runs_from_files(bank: Bank, own_folder: Path) -> None:
    made = case(bank)
    (own_folder / "roles.yaml").write_text("roles: []\n", encoding="utf-8")
    restart()
    assert active_pack().digest == made.edition
    assert walk(made, bank).stage == "closed"
    (own_folder / "roles.yaml").unlink()
    restart()
    assert edition_in_force("bank").digest == made.edition


def test_a_pack_never_seen_whole_is_refused_in_words(bank: Bank, own_folder: Path) -> None:
    (own_folder / "roles.yaml").write_text("roles: []\n", encoding="utf-8")
    restart()
    with pytest.raises(PackError, match="处错误"):
        active_pack()


@pytest.mark.slow
def test_of_two_who_put_a_pack_into_force_at_one_moment_one_is_told(lasting_bank: Bank) -> None:
    editions = [changed(version="7"), changed(version="8")]

    def put(pack: Pack) -> str:
        try:
            put_in_force(pack, by=lasting_bank.admin, version=0)
            return pack.version
        except Exception as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(put, editions))
    won = [result for result in results if result in ("7", "8")]
    assert len(won) == 1, results
    assert PackInForce.objects.get().edition.version == won[0]
    assert next(r for r in results if r not in won) == PackChanged.__name__


def test_a_pack_that_does_not_hold_together_never_goes_into_force(bank: Bank) -> None:
    data = load_pack("bank").model_dump(mode="json", by_alias=True) | {"version": "5"}
    data["process"]["actions"][0]["by"] = ["nobody"]
    with pytest.raises(BadEdition, match="nobody"):
        put_in_force(Pack.model_validate(data), by=bank.admin)
    assert active_pack() == load_pack("bank")
    assert not PackInForce.objects.exists()
