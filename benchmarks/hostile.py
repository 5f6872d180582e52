"""How long a megabyte of what nobody writes takes: `python -m benchmarks.hostile [--search]`.

Processor seconds for `read`, `mask` and `similarity`. A megabyte is 1,000,000 bytes of UTF-8: a character of Chinese
has three. With `--search` every word of the word lists is repeated too, and the slowest are named.
"""

from __future__ import annotations

import argparse
import base64
import random
import re
import time
from collections.abc import Callable, Iterable
from heapq import nlargest
from pathlib import Path

import tingsu.reading as reading

SIZE = 1_000_000
_LISTS = Path(reading.__file__).parent / "data"
_WORD = re.compile("[\u4e00-\u9fff]{1,4}|[a-z]{2,8}")
_REPEATED = {
    "one character": "王",
    "digits": "7",
    "支行": "支行",
    "经理": "经理",
    "先生": "先生",
    "我叫": "我叫",
    "一三八": "一三八",
    "省市区路号室": "省市区路号室",
    "元": "元",
    "要求退款": "要求退款",
    "大伯 (a title and a name)": "大伯",
    "彭姓 (every other character a name)": "彭姓",
    "accounts": "账号1",
    "groups of digits": "138 ",
    "digits and commas": "1,",
    "controls": "\x00\x07\x1b",
    "right-to-left marks": "\u202e1\u202d3",
    "zero-width joiners in words": "要\u200d求\u200b退\u2060款",
    "zero-width joiners in an identity number": "\u200d".join("11010519491231002X") + "，",
    "lone surrogates": "\ud83d",
    "HTML": "<p class='a'>客户：<b>王小明</b></p>\n",
    "nested brackets": "((((",
    "@": "@",
    "a@": "a@",
    ".": ".",
    "a.": "a.",
    "a regular-expression bomb": "(a+)+$",
    "lines": "\n",
}


def _repeat(unit: str) -> str:
    return unit * max(1, SIZE // _bytes(unit))


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def words() -> list[str]:
    """Every word of one to four characters in the word lists."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(_LISTS.glob("*.yaml")))
    return sorted({word for text in texts for word in _WORD.findall(text)})


def shapes() -> dict[str, str]:
    """A megabyte of each shape; what is random is the same in every run."""
    chance = random.Random(20261122)
    every = words()
    return {
        **{name: _repeat(unit) for name, unit in _REPEATED.items()},
        "base64 of random bytes": base64.b64encode(chance.randbytes(SIZE * 3 // 4)).decode(),
        "random Chinese characters": "".join(chr(chance.randrange(0x4E00, 0x9FA6)) for _ in range(SIZE // 3)),
        "random words of the lists": "".join(chance.choice(every) for _ in range(SIZE // 6)),
        "random characters of any kind": "".join(chr(chance.randrange(0x110000)) for _ in range(SIZE // 4)),
    }


def seconds(do: Callable[[str], object], text: str) -> float:
    """Processor seconds for a megabyte, from one run over ``text``."""
    begun = time.process_time()
    do(text)
    return (time.process_time() - begun) * 1e6 / _bytes(text)


def table(texts: dict[str, str]) -> Iterable[str]:
    """The figures as Markdown, a row at a time."""
    yield "| shape | characters | read | mask | similarity |"
    yield "|---|---|---|---|---|"
    for name, text in texts.items():
        doing = (reading.read, reading.mask, lambda one: reading.similarity(one, one[1:]))
        took = " | ".join(f"{seconds(do, text):.2f}" for do in doing)
        yield f"| {name} | {len(text):,} | {took} |"


def slowest(count: int = 10, size: int = 200_000) -> Iterable[str]:
    """The words that take longest when they fill a text of ``size`` bytes; a short look chooses whom to measure."""

    def take(word: str, size: int) -> float:
        return seconds(reading.mask, word * (size // _bytes(word)))

    likely = nlargest(4 * count, words(), key=lambda word: take(word, 6_000))
    measured = nlargest(count, ((take(word, size), word) for word in likely))
    return (f"{word}: {took:.2f} s" for took, word in measured)


def tell(*, search: bool = False) -> None:
    """Measure and print."""
    reading.read("预热")
    reading.similarity("预热", "预热了")
    print("Processor seconds for 1,000,000 bytes of UTF-8:\n", flush=True)
    for line in table(shapes()):
        print(line, flush=True)
    if search:
        print("\nThe slowest of the words of the lists, repeated, masked: " + "; ".join(slowest()))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hostile")
    parser.add_argument("--search", action="store_true", help="look for the slowest word of all lists too")
    tell(search=parser.parse_args().search)


if __name__ == "__main__":
    main()
