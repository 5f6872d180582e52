"""How fast a text is read, on one core: `python -m benchmarks.reading_speed`.

Full reading of 100-character complaints one by one and many at once, memory, and cold start; beside jieba, snownlp, a
scikit-learn character pipeline and a hashed linear model in NumPy, which do far less. What is not installed is said.
The texts are invented here; those of a longer run are put together from their sentences.
"""

from __future__ import annotations

import argparse
import itertools
import os
import platform
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from importlib.util import find_spec
from statistics import median, quantiles

SENTENCES = [
    "我在你们解放路网点办信用卡，客户经理说首年免年费，",
    "上个月账单却扣了三百元年费，打电话问客服说以系统为准，",
    "我排了一个多小时队，柜员说材料不全让我下午再来，",
    "手机银行转账提示成功，对方两天都没有收到钱，",
    "我母亲七十多岁，被推荐买了五年期保险，一直以为是存款，",
    "提前还房贷预约了三个月没人答复，每次都说在排队，",
    "催收一天打十几个电话，还打到我单位同事那里，",
    "卡被取款机吞了，热线一直占线，没有人来处理，",
    "要求退还扣掉的钱，并且给我一个书面的答复，",
    "再没有人管，我就打12378投诉，也不在你们这里存钱了。",
    "我的电话是13812345678，姓王，麻烦尽快回电，",
    "大堂经理态度很差，当着那么多人说我没文化！",
]
LENGTH = 100  # characters
HOSTILE = {
    "支行": "支行" * 500_000,
    "one digit": "1" * 1_000_000,
    "王": "王" * 1_000_000,
    "a@": "a@" * 500_000,
    "要求退款": "要求退款，" * 200_000,
}


def make_texts(count: int, seed: int = 20200301) -> list[str]:
    """``count`` complaints of about a hundred characters, no two alike."""
    draw = random.Random(seed)
    texts = []
    for number in range(count):
        text = "".join(draw.sample(SENTENCES, 6))[: LENGTH - 7]
        texts.append(f"{text}单号{number:05d}")
    return texts


def time_each(read: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    """Milliseconds of processor time of each text."""
    times = []
    for text in texts:
        begun = time.process_time()
        read(text)
        times.append(1000 * (time.process_time() - begun))
    return times


def per_second(run: Callable[[Sequence[str]], object], texts: Sequence[str], rounds: int = 3) -> float:
    """Texts a second, the best of some rounds: on a shared machine the others only measure the neighbours."""
    best = 0.0
    for _ in range(rounds):
        begun = time.process_time()
        run(texts)
        best = max(best, len(texts) / (time.process_time() - begun))
    return best


def memory_mb() -> float:
    """Resident memory of this process at its highest."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def cold_start(rounds: int = 5) -> tuple[float, float]:
    """(seconds of processor time, MB) of a process that is started and reads one complaint; the best of some rounds."""
    code = (
        "import resource, time; from tingsu.reading import read; read('信用卡说好免年费，却扣了三百元，没人管！');"
        "print(time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    said = [
        tuple(map(float, subprocess.check_output([sys.executable, "-c", code], text=True).split()))
        for _ in range(rounds)
    ]
    seconds, megabytes = min(said)
    return seconds, megabytes


def drain(items: Iterable[object]) -> None:
    """Take every item and keep none."""
    for _ in items:
        pass


def neighbours(texts: Sequence[str]) -> Iterable[tuple[str, str]]:
    """(name, texts a second) of what else reads Chinese; each does far less than a full reading."""
    yield "jieba, cutting words", _jieba(texts)
    yield "snownlp, one sentiment", _snownlp(texts)
    yield "scikit-learn, TF-IDF of characters + linear SVC, one label", _scikit(texts)
    yield "NumPy, hashed character pairs, linear, one label (the ceiling)", _hashed(texts)


def _jieba(texts: Sequence[str]) -> str:
    if find_spec("jieba") is None:
        return "not installed (pip install 'tingsu[bench]')"
    import jieba

    jieba.setLogLevel(60)
    jieba.lcut("先把词典读进来")
    return f"{per_second(lambda many: [jieba.lcut(text) for text in many], texts):,.0f}"


def _snownlp(texts: Sequence[str]) -> str:
    if find_spec("snownlp") is None:
        return "not installed (pip install 'tingsu[bench]')"
    from snownlp import SnowNLP

    SnowNLP("先把模型读进来").sentiments  # noqa: B018 - a property that computes
    return f"{per_second(lambda many: [SnowNLP(text).sentiments for text in many], texts[:200], 1):,.0f}"


def _scikit(texts: Sequence[str]) -> str:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    pipeline = make_pipeline(TfidfVectorizer(analyzer="char", ngram_range=(1, 3)), LinearSVC())
    pipeline.fit(texts[:2000], [number % 12 for number in range(len(texts[:2000]))])
    return f"{per_second(pipeline.predict, texts):,.0f}"


def _hashed(texts: Sequence[str]) -> str:
    import numpy as np

    weights = np.random.default_rng(1).normal(size=(1 << 18, 12)).astype(np.float32)

    def judge(many: Sequence[str]) -> list[int]:
        said = []
        for text in many:
            codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
            rows = (codes[:-1] * np.uint32(0x9E3779B1) ^ codes[1:]) & np.uint32(0x3FFFF)
            said.append(int(weights[rows].sum(axis=0).argmax()))
        return said

    return f"{per_second(judge, texts):,.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reading_speed")
    parser.add_argument("--texts", type=int, default=3_000)
    asked = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # one core
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"  # NumPy is loaded after this
    load = os.getloadavg()[0]
    print(f"{date.today()}, {platform.machine()}, Python {platform.python_version()}, one core, load {load:.1f}\n")  # noqa: DTZ011
    seconds, megabytes = cold_start()
    print("Processor time throughout: on a busy machine the clock on the wall measures the neighbours.")
    print(f"cold start, new process to first reading: {seconds:.2f} s; resident memory then {megabytes:.0f} MB")
    from tingsu.reading import read, read_many

    texts = make_texts(asked.texts)
    drain(map(read, itertools.islice(texts, 200)))
    times = time_each(read, texts)
    cuts = quantiles(times, n=100)
    print(f"read, {LENGTH} characters: p50 {median(times):.2f} ms, p99 {cuts[98]:.2f} ms, longest {max(times):.1f} ms")
    print(f"read_many: {per_second(lambda many: drain(read_many(many)), texts):,.0f} texts a second of processor time")
    print(f"resident memory after {len(texts)} texts: {memory_mb():.0f} MB")
    for name, text in HOSTILE.items():
        print(f"1 MB of {name}: {time_each(read, [text])[0] / 1000:.2f} s")
    print()
    print("| beside it | texts a second |\n|---|---|")
    for name, speed in neighbours(texts):
        print(f"| {name} | {speed} |", flush=True)


if __name__ == "__main__":
    main()
