"""A pack may stand on another: it says what differs, and a mistake is still named by its own file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tingsu.packs.files import Unreadable, read_files


@pytest.fixture
def below(tmp_path: Path) -> Path:
    folder = tmp_path / "below"
    folder.mkdir()
    (folder / "lists.yaml").write_text(
        "roles:\n  - {id: clerk, name: 柜员}\n  - {id: head, name: 负责人}\nprocess:\n  begins: recorded\n"
        "  actions:\n    - {id: note, name: 记录}\n    - {id: merge, name: 并案}\n",
        encoding="utf-8",
    )
    return folder


def write(tmp_path: Path, text: str) -> Path:
    folder = tmp_path / "own"
    folder.mkdir(exist_ok=True)
    (folder / "pack.yaml").write_text(f"id: own\nbased_on: below\n{text}", encoding="utf-8")
    return folder


def read(folder: Path) -> tuple[dict, dict]:
    return read_files(folder, lambda name: found if (found := folder.parent / name).is_dir() else None)


def test_what_is_not_said_is_taken_over(tmp_path: Path, below: Path) -> None:
    data, lines = read(write(tmp_path, ""))
    assert [role["id"] for role in data["roles"]] == ["clerk", "head"]
    assert data["process"]["begins"] == "recorded"
    assert lines[("roles", 1)] == ("below/lists.yaml", 3)
    assert "based_on" not in data


def test_own_members_come_first_and_take_the_place_of_those_below(tmp_path: Path, below: Path) -> None:
    own = "roles:\n  - {id: keeper, name: 管家}\n  - {id: head, name: 主任}\n"
    data, lines = read(write(tmp_path, own))
    assert [(role["id"], role["name"]) for role in data["roles"]] == [
        ("keeper", "管家"),
        ("head", "主任"),
        ("clerk", "柜员"),
    ]
    assert lines[("roles", 1, "name")] == ("pack.yaml", 5)
    assert lines[("roles", 2)] == ("below/lists.yaml", 2)


def test_a_member_that_amends_changes_what_it_names_and_stays_in_its_place(tmp_path: Path, below: Path) -> None:
    own = "process:\n  actions:\n    - {id: merge, amends: true, source: 办法第三条}\n    - {id: close, name: 结案}\n"
    data, lines = read(write(tmp_path, own))
    assert data["process"]["actions"] == [
        {"id": "close", "name": "结案"},
        {"id": "note", "name": "记录"},
        {"id": "merge", "name": "并案", "source": "办法第三条"},
    ]
    assert lines[("process", "actions", 2, "source")] == ("pack.yaml", 5)


@pytest.mark.parametrize("without", ["", "without: {actions: [merge]}\n"])
def test_what_is_not_taken_over_cannot_be_amended(tmp_path: Path, below: Path, without: str) -> None:
    name = "merge" if without else "merg"
    own = f"process:\n  actions:\n    - {{id: {name}, amends: true, source: 办法}}\n{without}"
    with pytest.raises(Unreadable) as error:
        read(write(tmp_path, own))
    (row,) = error.value.rows
    assert row[:2] == ("pack.yaml", 5) and f"「{name}」" in row[3]


def test_a_mapping_is_joined_key_by_key(tmp_path: Path, below: Path) -> None:
    data, _ = read(write(tmp_path, "process:\n  begins: heard\n"))
    assert data["process"]["begins"] == "heard"
    assert [action["id"] for action in data["process"]["actions"]] == ["note", "merge"]


def test_what_is_not_wanted_is_left_out(tmp_path: Path, below: Path) -> None:
    data, _ = read(write(tmp_path, "without:\n  actions: [merge]\n  roles: [clerk]\n"))
    assert [action["id"] for action in data["process"]["actions"]] == ["note"]
    assert [role["id"] for role in data["roles"]] == ["head"]
    assert "without" not in data


@pytest.mark.parametrize(
    "text, line, said",
    [
        ("without:\n  actions: [merg]\n", 4, "「merg」"),
        ("without:\n  verbs: [merge]\n", 4, "类别"),
        ("without: merge\n", 3, "类别"),
    ],
)
def test_what_cannot_be_left_out_is_a_mistake_with_its_line(
    tmp_path: Path, below: Path, text: str, line: int, said: str
) -> None:
    with pytest.raises(Unreadable) as error:
        read(write(tmp_path, text))
    (row,) = error.value.rows
    assert row[:2] == ("pack.yaml", line)
    assert said in row[3]


@pytest.mark.parametrize("name", ["nowhere", "[a, b]", "../below"])
def test_a_pack_to_stand_on_that_is_not_there(tmp_path: Path, below: Path, name: str) -> None:
    folder = write(tmp_path, "")
    (folder / "pack.yaml").write_text(f"id: own\nbased_on: {name}\n", encoding="utf-8")
    with pytest.raises(Unreadable, match="pack.yaml"):
        read_files(folder, lambda name: None)


def test_packs_that_stand_on_each_other_end(tmp_path: Path, below: Path) -> None:
    (below / "pack.yaml").write_text("based_on: below\n", encoding="utf-8")
    with pytest.raises(Unreadable, match="找不到"):
        read(write(tmp_path, ""))
