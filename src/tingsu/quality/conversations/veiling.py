"""Texts of one conversation masked together: a name said plainly once is masked wherever it comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tingsu.reading import mask_each
from tingsu.reading.folding import fold_each
from tingsu.reading.privacy import find_in_each
from tingsu.reading.privacy.names import NAME

SHORTEST = 2  # characters from which a name is looked for elsewhere


def names_in(texts: Sequence[str]) -> dict[str, str]:
    """Every name found in the texts → how it is shown, the longest first."""
    found = find_in_each(fold_each(list(texts)))
    names = {
        text[datum.start : datum.end]: datum.masked
        for text, data in zip(texts, found, strict=True)
        for datum in data
        if datum.kind == NAME and datum.end - datum.start >= SHORTEST
    }
    return dict(sorted(names.items(), key=lambda pair: -len(pair[0])))


def veil(texts: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """The texts with these names, and whatever else looks personal, masked."""
    return mask_each([_over(text, names) for text in texts])


def _over(text: str, names: Mapping[str, str]) -> str:
    for name, shown in names.items():
        text = text.replace(name, shown)
    return text
