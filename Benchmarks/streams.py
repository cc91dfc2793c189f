#!/usr/bin/env python3
"""A thousand chats at once, release build, through real nginx and two workers: streams.py [RATE…]. Run by `make bench`.

Real sessions, real forms, real holds; only the model is a light stand-in (token_peer.py), as two cores also have to carry
nginx, the model and the readers (stream_readers.py). Every RATE is a run of its own: so many tokens a second in each stream.
Streams begin over some seconds and each lasts so long that for a while all are open: what is printed of processes and of
other pages is from that while.
"""
import contextlib
import http.client
import json
import multiprocessing
import os
import pathlib
import re
import resource
import secrets
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, "Tests/EndToEnd")
from conftest import running_house
from house import Admin, children, eventually

HERE = pathlib.Path(__file__).parent
STREAMS = int(os.environ.get("STREAMS", 1000))
RATES = [int(rate) for rate in sys.argv[1:]] or [10, 20, 50]
PEOPLE = 10
CONFIGURATION = os.environ.get("CONFIGURATION", "release")
BEGIN_SECONDS = STREAMS / 100
TOGETHER_SECONDS = 15
PROBE_PAUSE = 0.05
LEAVE_OUT_SECONDS = 2


@contextlib.contextmanager
def light_model():
    """A running token_peer and its address; its last words are read by `last_words`."""
    program = subprocess.Popen([sys.executable, HERE / "token_peer.py"], stdout=subprocess.PIPE, text=True)
    try:
        yield program, f"http://127.0.0.1:{int(program.stdout.readline())}/v1"
    finally:
        program.kill()
        program.wait()


def last_words(program):
    program.send_signal(signal.SIGTERM)
    return json.loads(program.communicate(timeout=10)[0])


class Processes:
    """What groups of processes use."""

    def __init__(self, groups):
        self.groups = groups

    def cpu_seconds(self):
        return {name: self.cpu_of_all(name) for name in self.groups}

    def cpu_of_all(self, name):
        return sum(map(self.cpu_of, self.groups[name]))

    def megabytes(self, name):
        return sum(
            int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) for pid in self.groups[name]) / 1024

    @staticmethod
    def cpu_of(pid):
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def machine_seconds():
    """All that every process of the machine has used."""
    user, nice, system, _, _, irq, softirq, *_ = map(int, pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def probe(port, cookie, paths, results):
    """Visits pages one after another until it is told to end; times are what a browser on this machine waits."""
    connection = http.client.HTTPConnection("localhost", port, timeout=60)
    turn = 0
    while not results.poll():
        path = paths[turn % len(paths)]
        turn += 1
        begun = time.monotonic()
        connection.request("GET", path, headers={"cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, (path, answer.status)
        results.send((path, begun, time.monotonic() - begun))
        time.sleep(PROBE_PAUSE)


def cookie_of(person):
    return "; ".join(f"{name}={value}" for name, value in person.client.cookies.items())


def wanted(rate):
    """Tokens in each reply."""
    return int(rate * (BEGIN_SECONDS + TOGETHER_SECONDS))


def questions(people, rate):
    for number in range(STREAMS):
        form = {
            **people[number % len(people)].form, "submission": secrets.token_hex(16),
            "text": f"Chat {number}: please write {wanted(rate)} tokens at {rate} a second."}
        yield {
            "at": number * BEGIN_SECONDS / STREAMS, "cookie": people[number % len(people)].cookie,
            "body": urllib.parse.urlencode(form)}


def prepare(house):
    """People who may ask as much as they like, signed in."""
    admin = Admin(house)
    limits = dict.fromkeys(("tokensPerHour", "tokensPerDay", "tokensPerMonth"), 10_000_000_000)
    tier = admin.make_tier(**limits, requestsPerMinute=100_000, concurrentRequests=10_000)
    people = [house.add_person(tier) for _ in range(PEOPLE)]
    for person in people:
        person.cookie = cookie_of(person)
        person.form = person.question("", model="gpt-4o-mini")
        person.client.close()
    return people


def read(port, asked, meanwhile=None):
    readers = subprocess.Popen(
        [sys.executable, HERE / "stream_readers.py", str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    readers.stdin.write("".join(json.dumps(question) + "\n" for question in asked))
    readers.stdin.close()
    begun = float(readers.stdout.readline())
    if meanwhile:
        meanwhile(readers.pid, begun)
    seen = json.loads(readers.stdout.readline())
    readers.wait()
    return seen


def measure(rate):
    with light_model() as (model, address), tempfile.TemporaryDirectory() as data, running_house(
            pathlib.Path(data), CONFIGURATION, OPENAI_BASE_URL=address, OPENAI_API_KEY="none") as house:
        people = prepare(house)
        port = int(house.address.rsplit(":", 1)[1])
        read(port, short_questions(people))
        during = During({"workers": house.workers(), "nginx": nginx_workers(house), "model": [model.pid]}, port, people[0])
        seen = read(port, questions(people, rate), during.watch)
        during.end()
        eventually(lambda: house.rows("SELECT count(*) n FROM hold")[0]["n"] == 0)
        rows = house.rows("SELECT outcome, completion_tokens FROM usage WHERE completion_tokens > 2")
        return Result(rate, seen, rows, during, last_words(model))


def short_questions(people):
    """Workers keep what their first requests made them load: memory is counted from there on."""
    return [
        {"at": number / 20, "cookie": person.cookie, "body": urllib.parse.urlencode({
            **person.form, "submission": secrets.token_hex(16), "text": "Please write 2 tokens at 10 a second."})}
        for number, person in enumerate(people * 4)]


def nginx_workers(house):
    return [worker for master in children(house.program.pid, "nginx") for worker in children(master)]


class During:
    """What is looked at while every stream is open."""

    def __init__(self, groups, port, person):
        self.processes = Processes(groups)
        self.idle_megabytes = self.processes.megabytes("workers")
        self.idle_seconds = self.processes.cpu_seconds()["workers"]
        self.visits = []
        self.pipe, end = multiprocessing.Pipe()
        pages = ["/help/limits", "/account"]
        self.prober = multiprocessing.Process(target=probe, args=(port, person.cookie, pages, end), daemon=True)

    def watch(self, readers, begun):
        self.prober.start()
        self.processes.groups = self.processes.groups | {"readers": [readers], "probe": [self.prober.pid]}
        self.wait_until(begun + BEGIN_SECONDS + LEAVE_OUT_SECONDS)
        before, everything, self.since = self.processes.cpu_seconds(), machine_seconds(), time.monotonic()
        self.wait_until(begun + BEGIN_SECONDS + TOGETHER_SECONDS - 0.5)
        after, self.until = self.processes.cpu_seconds(), time.monotonic()
        span = self.until - self.since
        self.megabytes = self.processes.megabytes("workers")
        self.cpu = {name: (after[name] - before[name]) / span for name in before}
        self.cpu["others"] = (machine_seconds() - everything) / span - sum(self.cpu.values())

    def wait_until(self, moment):
        while time.monotonic() < moment:
            if self.pipe.poll(max(0, moment - time.monotonic())):
                with contextlib.suppress(EOFError, ConnectionResetError):
                    self.visits.append(self.pipe.recv())

    def end(self):
        self.pipe.send("end")
        while self.prober.is_alive():
            self.wait_until(time.monotonic() + 0.1)
        self.worker_seconds = self.processes.cpu_of_all("workers") - self.idle_seconds

    def waits(self):
        return sorted(seconds * 1000 for _, begun, seconds in self.visits if self.since <= begun < self.until)


class Result:
    """One row of the table."""

    def __init__(self, rate, seen, rows, during, model):
        self.rate, self.seen, self.rows, self.during, self.model = rate, seen, rows, during, model

    @property
    def ended(self):
        return sum(reader["outcome"] == "end" for reader in self.seen)

    @property
    def settled(self):
        return sum((row["outcome"], row["completion_tokens"]) == ("finished", wanted(self.rate)) for row in self.rows)

    @property
    def seconds_late(self):
        """How long after it was due the last reply ended."""
        return max((reader["ended"] or 0) - reader["asked"] for reader in self.seen) - wanted(self.rate) / self.rate

    def line(self):
        during = self.during
        ages = sorted(age for reader in self.seen for age in reader["ages"])
        waits = during.waits()
        kilobytes = (during.megabytes - during.idle_megabytes) * 1024 / STREAMS
        microseconds = 1e6 * during.worker_seconds / self.model["tokens"]
        cpu = ", ".join(f"{name} {100 * share:.0f}" for name, share in during.cpu.items())
        return "| " + " | ".join([
            f"{self.rate}", f"{self.ended} and {self.settled}", f"{self.seconds_late:.1f} s", f"{at(ages, .5):.0f} and {at(ages, .99):.0f} ms",
            f"{self.model['late_ms'][1]:.0f} ms", f"{at(waits, .5):.1f} and {at(waits, .99):.0f} ms", f"{kilobytes:.0f} kB",
            f"{microseconds:.0f} µs", cpu]) + " |"


def at(values, share):
    return values[int(share * (len(values) - 1))] if values else float("nan")


def main():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    columns = [
        "tokens a second in each", "ended, and settled exactly", "last end late by", "age of an event, p50 and p99",
        "of that the model's fault, p99", "another page meanwhile, p50 and p99", "workers' memory a stream",
        "workers' CPU a token", "CPU, % of a core"]
    print(f"{STREAMS} streams, all open for {TOGETHER_SECONDS} s\n\n| {' | '.join(columns)} |\n{'|---' * len(columns)}|", flush=True)
    for rate in RATES:
        print(measure(rate).line(), flush=True)


main()
