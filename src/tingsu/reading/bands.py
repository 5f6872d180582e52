"""Keys under which near-copies of a text meet: a store that keeps them finds near-copies by plain equality."""

from __future__ import annotations

from rensa import RMinHash

from tingsu.reading.search_text import normalise

BANDS = 8
ROWS = 4  # of a band; texts that share six in ten of their pieces meet with about three chances in four
PIECE = 3  # characters
SEED = 20200301
SHORTEST = 8  # characters; shorter texts (垃圾) say too little to be near-copies of anything


def band_keys(text: str) -> list[int]:
    """The text's keys, signed 64-bit, one a band; empty for a text too short to compare."""
    plain = normalise(text).replace(" ", "")
    if len(plain) < SHORTEST:
        return []
    hashed = RMinHash(num_perm=BANDS * ROWS, seed=SEED)
    hashed.update([plain[i : i + PIECE] for i in range(len(plain) - PIECE + 1)])
    digest = hashed.digest()
    return [_key(band, digest[band * ROWS : (band + 1) * ROWS]) for band in range(BANDS)]


def _key(band: int, rows: list[int]) -> int:
    key = band
    for row in rows:
        key = (key * 0x100000001B3 ^ row) & 0xFFFFFFFFFFFFFFFF
    return key - (1 << 64) if key >= 1 << 63 else key
