#!/usr/bin/env python3
"""Measures pages and processes of a running house, release build, as `make run` starts it: pages.py. Run by `make bench`.

Server time is what the worker writes into its log for each answer; weights are what a browser loads, compressed.
"""
import gzip
import json
import pathlib
import re
import sys
import tempfile

sys.path.insert(0, "Tests/EndToEnd")
from conftest import running_house
from house import Admin

TURNS = 25
VISITS = 200


def resident_megabytes(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


def long_chat(house, admin):
    """The address of a chat with 50 messages."""
    admin.change_tier("Standard", requestsPerMinute=1000, tokensPerHour=10_000_000, tokensPerDay=10_000_000)
    admin.ask("What is a weir?")
    chat = "/chat/" + house.rows("SELECT id FROM conversation")[0]["id"]
    for turn in range(1, TURNS):
        admin.ask(f"Question {turn}: what is a weir?", chat=chat)
    assert len(house.rows("SELECT id FROM message")) == 2 * TURNS
    return chat


def server_milliseconds(house, admin, chat):
    for _ in range(VISITS):
        assert admin.client.get(chat).status_code == 200
    lines = (json.loads(line) for line in (house.data / "run/sluice.log").read_text().splitlines() if line.startswith("{"))
    routes = [l["fields"] for l in lines if re.fullmatch(r"/chat/[{:][a-z]+}?", l["fields"].get("route", ""))]
    return [int(fields["microseconds"]) / 1000 for fields in routes if fields["method"] == "GET"][-VISITS:]


def main():
    with tempfile.TemporaryDirectory() as data, running_house(pathlib.Path(data), "release") as house:
        idle = [resident_megabytes(worker) for worker in house.workers()]
        admin = Admin(house)
        chat = long_chat(house, admin)
        page = admin.client.get(chat).text
        times = sorted(server_milliseconds(house, admin, chat))
        scripts = [(f.name, len(gzip.compress(f.read_bytes()))) for f in pathlib.Path("public").glob("*.js")]
        styles = sum(len(gzip.compress(f.read_bytes())) for f in pathlib.Path("public").glob("*.css"))
        script_bytes = sum(size for _, size in scripts)
        whole = len(gzip.compress(page.encode())) + styles + script_bytes
    print("| | measured | aim |\n|---|---|---|")
    print(f"| idle worker's resident memory, each of two | {' and '.join(f'{m:.1f}' for m in idle)} MB | 40 MB |")
    print(f"| chat page with 50 messages, server time, median and 99th percentile of {len(times)} | {times[len(times) // 2]:.1f} and {times[len(times) * 99 // 100]:.1f} ms | 5 ms (median) |")
    print(f"| the same page with style and scripts, compressed | {whole / 1000:.1f} kB | 60 kB |")
    print(f"| all scripts, compressed | {script_bytes / 1000:.1f} kB | 15 kB |")


main()
