"""The processes of one run: the stand-in, the supervisor with its workers, nginx. Each can be ended and begun anew by itself."""
import contextlib
import ctypes
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

TOP = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(TOP / "Tests/EndToEnd"))
from ports import free_port  # noqa: E402

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
libc = ctypes.CDLL(None)


def end_with_parent():
    """In a child before it becomes another program: nothing is left behind when the harness itself is killed."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Processes:
    def __init__(self, data, build, workers=4, tokens_per_second=200):
        self.data, self.build, self.speed = pathlib.Path(data), pathlib.Path(build), tokens_per_second
        self.run = self.data / "run"
        self.run.mkdir(parents=True)
        self.port, self.upstream_port = free_port(), free_port()
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "SLUICE_"))
        } | {
            "SLUICE_DATABASE": str(self.data / "sluice.db"), "SLUICE_SOCKET": str(self.run / "sluice.sock"),
            "SLUICE_TABLES": os.environ.get("SLUICE_TABLES", str(TOP / "var/vocabulary")),
            "SLUICE_TEMPLATES": str(TOP / "templates"), "SLUICE_PUBLIC": str(TOP / "public"),
            "SLUICE_ADDRESS": self.address, "SLUICE_WORKERS": str(workers), "SLUICE_DRAIN_SECONDS": "2",
            "SLUICE_STAND_IN": "1", "OPENAI_BASE_URL": f"{self.upstream}/v1",
            # Else a crashed process is looked at for seconds before its place is free.
            "SWIFT_BACKTRACE": "enable=no",
        }
        self.stand_in = self.supervisor = self.nginx = None
        # When each worker was seen first, by process id.
        self.seen = {}
        # Orphans of a killed supervisor become children of the harness, which can then wait for them.
        libc.prctl(PR_SET_CHILD_SUBREAPER, 1)

    @property
    def address(self):
        return f"http://localhost:{self.port}"

    @property
    def upstream(self):
        return f"http://127.0.0.1:{self.upstream_port}"

    # Beginning.

    def begin(self):
        self.begin_stand_in()
        self.begin_supervisor()
        self.write_nginx_configuration()
        self.begin_nginx()
        self.await_answer(f"{self.address}/readyz")

    def start(self, name, *command):
        with open(self.run / f"{name}.log", "ab") as log:
            return subprocess.Popen(
                command, cwd=TOP, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=end_with_parent)

    def begin_stand_in(self):
        self.stand_in = self.start(
            "demo-upstream", self.build / "demo-upstream", "--port", str(self.upstream_port), "--tables",
            self.environment["SLUICE_TABLES"], "--tokens-per-second", str(self.speed), "--first-token-milliseconds", "30",
            "--faults")
        self.await_answer(f"{self.upstream}/v1/models")

    def begin_supervisor(self):
        self.supervisor = self.start("sluice", self.build / "sluice", "serve")

    def begin_nginx(self):
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        self.nginx = self.start(
            "nginx", program, "-p", self.run, "-c", self.run / "nginx.conf", "-e", self.run / "nginx.log")

    def write_nginx_configuration(self):
        values = {
            "RUN": self.run, "PORT": self.port, "PUBLIC": TOP / "public", "NGINX": TOP / "nginx",
            "USER": "user root;" if os.getuid() == 0 else "", "SIGN_INS_PER_MINUTE": 6000}
        text = (TOP / "nginx/run.conf.in").read_text()
        for name, value in values.items():
            text = text.replace(f"@{name}@", str(value))
        (self.run / "nginx.conf").write_text(text)

    def await_answer(self, address, seconds=60):
        end = time.monotonic() + seconds
        while True:
            try:
                with urllib.request.urlopen(address, timeout=2):
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                assert time.monotonic() < end, f"{address} does not answer; the logs are in {self.run}"
                time.sleep(0.05)

    def await_port(self, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=5):
                return
            time.sleep(0.02)

    # Looking.

    def workers(self):
        """Those that the supervisor has now, those that drain among them."""
        pids = children(self.supervisor.pid)
        for pid in pids:
            self.seen.setdefault(pid, time.monotonic())
        return pids

    def age(self, worker):
        return time.monotonic() - self.seen[worker]

    def is_supervised(self):
        return self.supervisor.poll() is None

    def produced(self):
        """The stand-in's own books, which are kept beside the journal."""
        with urllib.request.urlopen(f"{self.upstream}/demo/requests", timeout=600) as answer:
            text = answer.read()
        (self.data / "upstream.json").write_bytes(text)
        return json.loads(text)["requests"]

    # Ending.

    def end(self):
        """As an operator would; what does not heed that is killed. Returns what did not."""
        for pid in list(self.seen):
            signal_quietly(pid, signal.SIGCONT)
        stubborn = [program.args[0].name if isinstance(program.args[0], pathlib.Path) else "nginx"
                    for program in (self.nginx, self.supervisor, self.stand_in) if program and not ends(program)]
        for pid in list(self.seen):
            # Orphans only: whoever else has the number now is no child of the harness.
            if is_child(pid):
                signal_quietly(pid, signal.SIGKILL)
                reap(pid)
        return stubborn


def children(pid):
    try:
        return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def is_child(pid):
    return pid in children(os.getpid())


def is_alive(pid):
    """Whether it may still write: a zombie cannot."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def signal_quietly(pid, number):
    """Returns whether there was somebody to send it to."""
    try:
        os.kill(pid, number)
        return True
    except ProcessLookupError:
        return False


def reap(pid):
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:
        pass


def ends(program, seconds=30):
    program.terminate()
    try:
        program.wait(seconds)
        return True
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()
        return False
