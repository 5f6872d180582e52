"""Versions on disk: whole or not at all, trusted only as they were written, put in force and taken back."""

from __future__ import annotations

import json
import threading
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from tests.reading.learned.examples import told

from tingsu.base.clock import SHANGHAI
from tingsu.base.files import CannotWrite
from tingsu.reading import read
from tingsu.reading.learned.described import describe
from tingsu.reading.learned.sites import Reader, judge_by, load_reader
from tingsu.reading.learned.store import ModelRefused, Store
from tingsu.reading.learned.training import Asked, Trial, try_teaching

AT = datetime(2026, 11, 21, 10, tzinfo=SHANGHAI)
TEXT = "数字人民币钱包充不进去，没人管"


@pytest.fixture(scope="module")
def trial() -> Trial:
    return try_teaching(Asked("物业", "陈立", AT, {"kind": "file"}), told(12))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "models")


def keep(store: Store, trial: Trial) -> int:
    return store.add(trial.card, trial.model, trial.memory).version


def use(store: Store, name: str, version: int) -> None:
    store.use(name, version, by="陈立", reason="试", at=AT)


def test_an_empty_store_has_nothing_and_says_so(store: Store) -> None:
    assert store.names() == [] and store.in_force() == {} and store.stamp() == (0, 0)
    assert load_reader(store) == Reader()
    with pytest.raises(ModelRefused, match="tingsu learn"):
        store.require_in_force("物业")


def test_versions_are_kept_with_their_cards_and_come_back_as_they_were(store: Store, trial: Trial) -> None:
    assert [keep(store, trial), keep(store, trial)] == [1, 2] == store.versions("物业")
    kept = store.load("物业", 1)
    assert kept.card.report["figures"]["count"] == 36 and kept.card.made_by == "陈立"
    assert kept.memory == trial.memory
    for text in ("电梯又坏了", "车位被人占了", TEXT, ""):
        described = describe(read(text))
        assert judge_by(kept.model, described) == judge_by(trial.model, described)
    for path in (store.folder / "物业").iterdir():
        assert path.stat().st_mode & 0o077 == 0, "only the owner may read it"


def test_nothing_that_could_run_is_in_the_file(store: Store, trial: Trial) -> None:
    keep(store, trial)
    with np.load(store.folder / "物业" / "1.npz", allow_pickle=False) as stored:
        assert all(stored[name].dtype != object for name in stored.files)


def test_force_goes_forward_and_back_and_off(store: Store, trial: Trial) -> None:
    for _ in range(3):
        keep(store, trial)
    with pytest.raises(ModelRefused, match="没有启用"):
        store.require_in_force("物业")
    for version in (1, 3, 2):
        use(store, "物业", version)
    assert store.in_force()["物业"].before == (1, 3)
    back = store.go_back("物业", by="陈立", reason="不好", at=AT)
    assert back is not None and back.version == 3
    store.go_back("物业", by="陈立", reason="不好", at=AT)
    assert store.go_back("物业", by="陈立", reason="不好", at=AT) is None
    assert store.in_force() == {}
    for act in (lambda: store.go_back("物业", by="", reason="", at=AT), lambda: store.switch_off("物业")):
        with pytest.raises(ModelRefused, match="没有启用"):
            act()


@pytest.mark.parametrize("harm", ["flip", "cut", "empty", "gone", "other", "card"])
def test_a_file_that_is_not_as_it_was_written_is_refused_and_the_one_before_answers(
    store: Store, trial: Trial, harm: str
) -> None:
    keep(store, trial), keep(store, trial)
    use(store, "物业", 1)
    use(store, "物业", 2)
    path = store.folder / "物业" / "2.npz"
    whole = path.read_bytes()
    if harm == "flip":
        path.write_bytes(whole[:500] + bytes([whole[500] ^ 1]) + whole[501:])
    elif harm == "card":
        path.with_suffix(".json").write_text("{", encoding="utf-8")
    elif harm == "gone":
        path.unlink()
    else:
        path.write_bytes({"cut": whole[: len(whole) // 2], "empty": b"", "other": b"PK\x03\x04 not a model"}[harm])
    with pytest.raises(ModelRefused, match="不能用"):
        store.load("物业", 2)
    with pytest.raises(ModelRefused):
        use(store, "物业", 2)
    kept, troubles = store.load_in_force("物业")
    assert kept is not None and kept.card.version == 1 and len(troubles) == 1


def test_a_card_made_to_fit_a_broken_model_is_still_refused(store: Store, trial: Trial) -> None:
    import hashlib

    keep(store, trial)
    path = store.folder / "物业" / "1.npz"
    path.write_bytes(b"PK\x03\x04 nothing")
    card = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    card["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_suffix(".json").write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(ModelRefused, match="读不了"):
        store.load("物业", 1)


def test_a_broken_list_of_what_is_in_force_is_said(store: Store, trial: Trial) -> None:
    keep(store, trial)
    use(store, "物业", 1)
    (store.folder / "in_force.json").write_text("[1]", encoding="utf-8")
    with pytest.raises(ModelRefused, match="读不了"):
        store.in_force()


def test_without_its_memory_a_model_still_answers(store: Store, trial: Trial) -> None:
    keep(store, trial)
    (store.folder / "物业" / "1.held.npz").write_bytes(b"?")
    assert store.load("物业", 1).memory.held == {}


def test_many_at_once_each_get_a_version_of_their_own(store: Store, trial: Trial) -> None:
    numbers: list[int] = []
    threads = [threading.Thread(target=lambda: numbers.append(keep(store, trial))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == [1, 2, 3, 4, 5, 6]


def test_where_nothing_can_be_written_the_place_is_named(tmp_path: Path, trial: Trial) -> None:
    (tmp_path / "models").write_text("a file stands in the way", encoding="utf-8")
    with pytest.raises(CannotWrite, match="models"):
        keep(Store(tmp_path / "models"), trial)


def test_a_name_cannot_lead_out_of_the_folder(store: Store) -> None:
    for name in ("../x", "/etc", "a/b", ".", ".."):
        for act in (store.versions, lambda n: store.card(n, 1), lambda n: store.load(n, 1)):
            with pytest.raises(ModelRefused):
                act(name)
