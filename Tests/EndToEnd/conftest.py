"""One Sluice for all end-to-end tests, as `make run` starts it: real nginx, two workers, one SQLite file, the stand-in.

Tests make people of their own, so that they do not take from each other.
"""
import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess

import httpx
import pytest
from playwright.sync_api import sync_playwright

from house import Admin, House, eventually
from ports import free_port

TOP = pathlib.Path(__file__).parents[2]


@contextlib.contextmanager
def running_house(data, configuration="debug", inside=(), **variables):
    """Starts everything, reads the one-time link from what is printed, and ends it with Ctrl-C.

    `inside` is a command that runs the rest of its arguments in its own place, as `env` does; `variables` are added to
    the environment.
    """
    port, demo_port = free_port(), free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "SLUICE_"))}
    environment |= {
        "CONFIGURATION": configuration, "PORT": str(port), "DEMO_PORT": str(demo_port), "DATA": str(data), "SIGN_INS_PER_MINUTE": "6000",
        "SLUICE_DRAIN_SECONDS": "2", "SLUICE_TABLES": os.environ.get("SLUICE_TABLES", str(TOP / "var/vocabulary")),
        "DEMO_ARGUMENTS": "--tokens-per-second 200 --first-token-milliseconds 50 --faults",
    } | variables
    # A shell's background jobs inherit that Ctrl-C is ignored, and bash cannot change that.
    program = subprocess.Popen(
        [*inside, TOP / "packaging/run"], cwd=TOP, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    try:
        yield from_its_words(program, port, demo_port, data, TOP / ".build" / configuration / "sluice")
        program.send_signal(signal.SIGINT)
        rest = program.communicate(timeout=60)[0]
        assert program.returncode == 0, f"Ctrl-C did not end it cleanly:\n{rest}"
    finally:
        program.terminate()


def from_its_words(program, port, demo_port, data, sluice):
    """The house, once it says that it serves."""
    said = []
    for line in program.stdout:
        said.append(line)
        if line.startswith("Logs are in"):
            break
    link = re.search(r"http://\S+/first-admin/\S+", "".join(said))
    assert link, "it printed no one-time link:\n" + "".join(said)
    return House(f"http://localhost:{port}", f"http://127.0.0.1:{demo_port}", data, link[0], program, sluice)


@pytest.fixture(scope="session")
def house(tmp_path_factory):
    with running_house(tmp_path_factory.mktemp("sluice")) as house:
        yield house
        eventually(lambda: not house.rows("SELECT 1 FROM hold"), seconds=100)
        assert house.run("verify").endswith("All adds up.")


@pytest.fixture
def new_house(tmp_path):
    """One that nobody administers yet."""
    with running_house(tmp_path) as house:
        yield house


@pytest.fixture(scope="session")
def admin(house):
    """The first admin, made by the one-time link."""
    return Admin(house)


@pytest.fixture(scope="session")
def browser():
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "Chromium is missing: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def anonymous(house):
    with httpx.Client(base_url=house.address, headers={"origin": house.address}) as client:
        yield client
