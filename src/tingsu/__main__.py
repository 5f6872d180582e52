"""`python -m tingsu` is the command `tingsu`."""

from tingsu.cli.main import app

app()
