#!/usr/bin/env python3
"""Measures how long `sluice serve` takes until a page is served, release build: start.py. Run by `make bench`.

From exec to the first 200 of /readyz, asked over the FastCGI socket itself, on an existing database and with two workers.
Besides, what an idle worker's memory consists of.
"""
import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).parents[1]
SLUICE = TOP / ".build" / os.environ.get("CONFIGURATION", "release") / "sluice"
STARTS = 21

sys.path.insert(0, str(TOP / "Tests/EndToEnd"))
from house import children, eventually


def record(kind, content):
    return struct.pack(">BBHHBx", 1, kind, 1, len(content), 0) + content


def parameter(name, value):
    return struct.pack("BB", len(name), len(value)) + name.encode() + value.encode()


def is_ready(path):
    """Asks as nginx would; false while nobody listens or answers otherwise."""
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(path))
        except OSError:
            return False
        fields = {"REQUEST_METHOD": "GET", "REQUEST_URI": "/readyz", "REQUEST_SCHEME": "http", "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost"}
        head = b"".join(parameter(*field) for field in fields.items())
        connection.sendall(record(1, struct.pack(">HB5x", 1, 0)) + record(4, head) + record(4, b"") + record(5, b""))
        answer = b""
        while data := connection.recv(65536):
            answer += data
        return b"Status: 200" in answer


def start(folder):
    environment = os.environ | {
        "SLUICE_DATABASE": str(folder / "sluice.db"), "SLUICE_SOCKET": str(folder / "sluice.sock"),
        "SLUICE_TABLES": str(TOP / "var/vocabulary"), "SLUICE_TEMPLATES": str(TOP / "templates"),
        "SLUICE_PUBLIC": str(TOP / "public"), "OPENAI_BASE_URL": "http://127.0.0.1:9/v1", "SLUICE_DRAIN_SECONDS": "1"}
    with open(folder / "log", "a") as log:
        return subprocess.Popen([SLUICE, "serve"], env=environment, stderr=log)


def milliseconds_to_ready(folder, look=lambda program: None):
    begun = time.monotonic()
    program = start(folder)
    try:
        while not is_ready(folder / "sluice.sock"):
            assert program.poll() is None and time.monotonic() < begun + 20, (folder / "log").read_text()
            time.sleep(0.0005)
        taken = 1000 * (time.monotonic() - begun)
        look(program)
        return taken
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(timeout=20)


def show_memory(program):
    """Of each worker, half a second after it began to serve, in kB."""
    workers = eventually(lambda: len(found := children(program.pid)) == 2 and found)
    time.sleep(0.5)
    for worker in workers:
        rollup = pathlib.Path(f"/proc/{worker}/smaps_rollup").read_text()
        sizes = {name: int(size) for name, size in re.findall(r"(\w+):\s+(\d+) kB", rollup)}
        private = sizes["Private_Dirty"] + sizes["Private_Clean"]
        print(f"| worker: resident, its own of that, written to | {sizes['Rss'] / 1024:.1f}, {private / 1024:.1f},"
              f" {sizes['Anonymous'] / 1024:.1f} MB | 40 MB (resident) |")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        new = milliseconds_to_ready(folder)
        times = sorted(milliseconds_to_ready(folder) for _ in range(STARTS))
        print("| | measured | aim |\n|---|---|---|")
        print(f"| start to ready with a new database | {new:.0f} ms | |")
        print(f"| start to ready, median and most of {STARTS} | {times[STARTS // 2]:.0f} and {times[-1]:.0f} ms | 200 ms |")
        milliseconds_to_ready(folder, show_memory)


main()
