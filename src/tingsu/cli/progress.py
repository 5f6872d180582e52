"""The progress bar of commands that take a while: on the terminal, never in the output."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Tell = Callable[[int], None]


@contextmanager
def progress_bar(console: Console, what: str) -> Iterator[Callable[[int | None], Tell]]:
    """Gives a function that starts the bar for so many steps (None: unknown) and returns one that says how far it is.

    The bar goes when the block ends, so that what is printed afterwards stands alone.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=None, start=True)

        def begin(total: int | None) -> Tell:
            progress.reset(task, total=total)
            return lambda done: progress.update(task, completed=done)

        yield begin
