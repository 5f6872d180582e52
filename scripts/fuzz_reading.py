"""Fuzzes reading and masking with atheris (coverage-guided): `python scripts/fuzz_reading.py -max_total_time=600`.

atheris is no dependency of the project; install it beside it, in an environment of its own with the same Python:

    python3 -m venv /tmp/fuzz && /tmp/fuzz/bin/pip install atheris
    PYTHONPATH=src:$(.venv/bin/python -c 'import site; print(site.getsitepackages()[0])') \
        /tmp/fuzz/bin/python scripts/fuzz_reading.py -max_total_time=600 -timeout=20 [FOLDER OF FOUND INPUTS]

Every input becomes a text of cue words, numbers and any characters at all, lone surrogates and invisible ones included.
A finding (an error, a span outside the text, a mask that does not stay, a planted number left readable, too much time)
ends the run and names a file; with that file as argument the run is repeated. FUZZ_PRIVACY_ONLY=1 leaves `read` out,
which is some thirty times faster.
"""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["tingsu.reading"]):
    from tingsu.reading import find_personal_data, mask, read, similarity

_LISTS = Path(__file__).resolve().parents[1] / "src" / "tingsu" / "reading" / "data"
_WORD = re.compile("[\u4e00-\u9fffa-z]{1,8}")
ATOMS = [
    *("王", "李小明", "欧阳", "阿依古丽·买买提", "13812345678", "一三八", "6222021234567894", "11010519491231002X"),
    *("a@b.cn", "E12345678", "京A12345", "0571-87654321", "转8", "3栋", "村一组", "姓名,电话\n", "Tom Li", "name "),
    *(
        "，",
        "。",
        "\n",
        "\t",
        " ",
        "、",
        "：",
        "*",
        "****",
        "138****5678",
        "‹姓名1›",
        "😀",
        "\u20e3",
        "·",
        "-",
        "@",
        ".",
    ),
    *("\u200b", "\u200d", "\u2060", "\u202e", "\ufeff", "\u00ad", "\ud800", "\udc00", "\x00", "\x1b", "<b>", "</p>"),
    *(
        "元",
        "三百五十块",
        "2026-11-21",
        "上周三",
        "国庆前",
        "%",
        "１３８",
        "一二三四五六七八九十",
        "1,",
        "支行",
        "经理",
    ),
]
# Numbers that must never be left readable, with stops around them.
PLANTED = ["13812345678", "11010519491231002X", "6222021234567894", "wangxm_77@example.com"]
_HIDDEN = ["", "", "\u200b", "\u200d", "\u2060", " ", "-"]
_PRIVACY_ONLY = bool(os.environ.get("FUZZ_PRIVACY_ONLY"))
_SECONDS = 1.0  # processor time of one input, all checks together; inputs are a few hundred characters


def _words() -> list[str]:
    """Every word of the word lists, so that cues are met at once."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(_LISTS.glob("*.yaml")))
    return [*ATOMS, *sorted({word for text in texts for word in _WORD.findall(text)})]


WORDS = _words()


def make_text(source: atheris.FuzzedDataProvider) -> tuple[str, list[str]]:
    """A text, and the values planted in it."""
    parts: list[str] = []
    planted: list[str] = []
    while source.remaining_bytes() > 3 and len(parts) < 120:
        choice = source.ConsumeIntInRange(0, 9)
        if choice < 6:
            parts.append(WORDS[source.ConsumeIntInRange(0, len(WORDS) - 1)])
        elif choice < 8:
            parts.append(source.ConsumeUnicode(source.ConsumeIntInRange(0, 8)))
        elif choice == 8:
            parts.append(parts[-1][:12] * source.ConsumeIntInRange(1, 40) if parts else "")
        else:
            value = source.PickValueInList(PLANTED)
            between = source.PickValueInList(_HIDDEN[:5] if "@" in value else _HIDDEN)
            planted.append(value)
            parts.append(f"。\n电话、证件、卡、邮箱：{between.join(value)}。\n")
    return "".join(parts), planted  # some 6,000 characters at most


def check(text: str, planted: list[str]) -> None:
    """Every promise that holds for any string."""
    end = 0
    for datum in find_personal_data(text):
        assert end <= datum.start < datum.end <= len(text), datum
        end = datum.end
    masked = mask(text)
    assert mask(masked) == masked, (text, masked)
    plain = re.sub("[^0-9A-Za-z@._]", "", masked)
    for value in planted:
        assert value not in plain, (value, masked)
    if not _PRIVACY_ONLY:
        check_reading(text, masked)


def check_reading(text: str, masked: str) -> None:
    """What `read` and `similarity` promise."""
    reading = read(text)
    assert reading.masked_text == masked
    judged = (reading.complaint, reading.business, reading.cause, reading.root, reading.failure, reading.latent)
    for item in (*judged, reading.emotion, reading.need, *reading.demands, *reading.risks, *reading.tags):
        for shown in item.evidence:
            assert 0 <= shown.start < shown.end <= len(text) and text[shown.start : shown.end] == shown.text, shown
        assert 0 <= item.confidence <= 1
    reading.as_dict()
    assert 0 <= similarity(text, masked) <= 1


def fuzz(data: bytes) -> None:
    """One input."""
    text, planted = make_text(atheris.FuzzedDataProvider(data))
    begun = time.process_time()
    check(text, planted)
    took = time.process_time() - begun
    assert took < _SECONDS, f"{took:.2f} s for {len(text)} characters: {text!r}"


def main() -> None:
    check("预热。", [])  # models and tables are loaded before the first input is timed
    atheris.Setup(sys.argv, fuzz)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
