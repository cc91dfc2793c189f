#!/usr/bin/env python3
"""Kills workers, stops them, breaks upstreams, clients and nginx, and then compares the books: `make chaos`.

nginx, a supervisor with four workers, the stand-in that keeps books of its own, and 64 clients at the API and the chat page.
While all of it runs, the ledger is read over and over: no limit may be passed at any look. Afterwards every request is
compared with what the upstream produced, by the rules that stand in books.py.

The seed decides what is asked and what is done to whom; when exactly, is the machine's to say.
"""
import argparse
import asyncio
import contextlib
import dataclasses
import pathlib
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time

from books import Books
from breaker import Breaker
from crowd import Crowd, Journal
from havoc import EARLY, PACES, Havoc
from processes import TOP, Processes, is_alive
from recovery import in_words, killed_at_their_end, new_supervisors, noted, recoveries
from scene import Scene
from verdict import UNEXPLAINED, blames, disagreements
from watch import LEASE, Watch

# Until the holds of dead workers are settled: the lease, two looks of the others, and a busy machine.
LONGEST_LEASE = LEASE + 60


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=0, help="go on until so many workers were killed")
    parser.add_argument("--requests", type=int, default=0, help="and so many requests were answered")
    parser.add_argument("--minutes", type=float, default=600, help="but no longer")
    parser.add_argument("--rate", type=float, help="requests in a second; as many as there can be without it")
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seed", default=str(random.randrange(10**9)))
    parser.add_argument(
        "--build", type=lambda path: pathlib.Path(path).resolve(), default=TOP / ".build/debug", help="where the programs are")
    parser.add_argument("--data", type=pathlib.Path, help="where everything is kept; a new directory without it")
    parser.add_argument(
        "--hurry", action="store_true", help="let the leases of the dead run out at once, and do everything more often")
    return parser.parse_args()


# In a short run, everything has to happen at least once or twice.
HURRIED = {"kill": 2.5, "stop": 8, "long stop": 12, "reload nginx": 10, "restart nginx": 14, "renew": 20, "kill supervisor": 22}


class Run:
    def __init__(self, options):
        self.options = options
        self.data = options.data or pathlib.Path(tempfile.mkdtemp(prefix="sluice-chaos-"))
        self.processes = Processes(self.data / "house", options.build)
        self.journal = Journal(self.data / "journal.jsonl")
        self.breaker = Breaker(options.seed, self.processes.upstream_port)

    async def perform(self):
        """Returns what is wrong, in words."""
        await self.breaker.begin()
        await asyncio.to_thread(self.processes.begin)
        try:
            scene = await asyncio.to_thread(Scene, self.processes, self.breaker.port, self.options.clients)
            return await self.disturb(scene)
        finally:
            await self.breaker.end()
            stubborn = await asyncio.to_thread(self.processes.end)
            if stubborn:
                print("did not end when asked to:", *stubborn)

    async def disturb(self, scene):
        options = self.options
        paces, fewest_seconds = (HURRIED, 3) if options.hurry else (PACES, EARLY)
        havoc = Havoc(options.seed, self.processes, self.journal, paces, fewest_seconds)
        crowd = Crowd(options.seed, scene, self.processes.port, self.journal, options.rate)
        with Watch(self.processes.data / "sluice.db") as watch:
            began = time.monotonic()
            crowd.begin()
            havoc.begin()
            with contextlib.suppress(PassedALimit):
                await self.until_enough(began, havoc, crowd, watch)
            await havoc.end()
            await crowd.end()
            seconds = time.monotonic() - began
            print(f"{len(crowd.asked):,} requests and {havoc.kills():,} kills in {seconds:,.0f} s", flush=True)
            leaked = await self.until_nothing_is_held(scene.house)
        return leaked + watch.passed + await asyncio.to_thread(self.judge, scene, crowd, havoc, watch)

    async def until_enough(self, began, havoc, crowd, watch):
        options = self.options
        reported = began
        while time.monotonic() < began + 60 * options.minutes:
            await asyncio.sleep(0.2)
            if watch.passed:
                raise PassedALimit
            if (options.kills or options.requests) and havoc.kills() >= options.kills and len(crowd.asked) >= options.requests:
                return
            if time.monotonic() > reported + 60:
                reported = time.monotonic()
                print(f"  {len(crowd.asked):,} requests, {havoc.kills():,} kills, {watch.looks:,} looks", flush=True)

    async def until_nothing_is_held(self, house):
        """Polls until the workers that are left have settled for those that are gone."""
        began = time.monotonic()
        while (held := house.rows("SELECT request_id, owner, lease_until FROM hold")) and time.monotonic() < began + LONGEST_LEASE:
            if self.options.hurry:
                let_time_pass(house, held)
            await asyncio.sleep(0.5)
        print(f"nothing was held any more after {time.monotonic() - began:.0f} s" if not held else f"{len(held)} still held")
        return [f"held for ever: {dict(row)}" for row in held]

    # What came of it.

    def judge(self, scene, crowd, havoc, watch):
        books = self.books(scene, crowd, havoc, watch)
        flaws = books.compare()
        self.tell(books, havoc, watch)
        flaws += self.tell_recovery(crowd, havoc, watch, books)
        return flaws + disagreements(scene.house, self.processes) + self.still_works(scene)

    def books(self, scene, crowd, havoc, watch):
        for identity, hold in watch.silent.items():
            self.journal.write(silent=identity, **dataclasses.asdict(hold))
        for identity, call in self.breaker.calls.items():
            self.journal.write(breaker=identity, **dataclasses.asdict(call))
        stopped = {worker for _, what, worker in havoc.deeds if what in ("kill", "stop", "long stop")}
        stopped |= killed_at_their_end(self.processes.run / "sluice.log")
        return Books(scene.house, self.processes.produced(), crowd.asked, watch.silent, self.breaker.calls, stopped)

    @staticmethod
    def tell(books, havoc, watch):
        print("\n".join(books.table()))
        tokens = books.all_tokens()
        print(f"lost with workers: {books.lost:,} of {tokens:,} tokens ({books.lost / max(1, tokens):.3%})")
        print(f"dropped with broken connections: {books.dropped:,} tokens")
        print(f"no limit was passed in {watch.looks:,} looks" if not watch.passed else f"LIMITS PASSED: {len(watch.passed)}")
        if watch.excused:
            print(f"passed by what stopped workers added when they came back: {watch.excused}")
        print("what was done:", *(f"{what} {count};" for what, count in havoc.counts().items()))

    def tell_recovery(self, crowd, havoc, watch, books):
        log = self.processes.run / "sluice.log"
        kills = [(moment, worker) for moment, what, worker in havoc.deeds if what == "kill"]
        late, early = recoveries(log, kills)
        print(in_words(late, f"workers that had served for {EARLY} s"))
        print(in_words(early, "workers that had not"))
        supervisors = [moment for moment, what, _ in havoc.deeds if what == "kill supervisor"]
        print(in_words(new_supervisors(log, supervisors), "supervisors"))
        halted = {worker for _, what, worker in havoc.deeds if what in ("stop", "long stop")}
        print(noted(watch.silent, [(moment, worker) for moment, worker in kills if worker not in halted]))
        reasons = blames(crowd.asked, books, watch.silent, havoc.deeds)
        for reason, count in reasons.items():
            print(f"  {count:,} answers not whole: {reason}")
        return [f"{count} answers not whole, {reason}" for reason, count in reasons.items() if reason.startswith(UNEXPLAINED)]

    def still_works(self, scene):
        """A fresh question by the API and by the page, of somebody new."""
        person = scene.house.add_person("wide")
        key = scene.house.key(person.email)
        body = {"model": scene.models["told"], "messages": [{"role": "user", "content": "Write 12"}]}
        answer = person.client.post("/v1/chat/completions", json=body, headers={"authorization": f"Bearer {key}"})
        page = person.ask("And now 15", model=scene.models["told"])
        completion = [row["completion_tokens"] for row in person.usage()]
        return [] if (answer.status_code, page.status_code, completion) == (200, 200, [12, 15]) else [
            f"a fresh question was answered with {answer.status_code} and {page.status_code}, and charged {completion}"]


class PassedALimit(Exception):
    """The run need not go on."""


def let_time_pass(house, held):
    """The leases of those that are gone run out now instead of in a minute; whoever lives refreshes them again."""
    gone = {row["owner"] for row in held if not is_alive(int(row["owner"].rsplit(":", 1)[1]))}
    now = round(time.time() * 1000)
    connection = sqlite3.connect(house.database, timeout=30)
    with connection:
        for owner in gone:
            connection.execute("UPDATE hold SET lease_until = ? WHERE owner = ? AND lease_until > ?", (now - 1, owner, now))
    connection.close()


def main():
    options = arguments()
    run = Run(options)
    print(f"seed {options.seed}, in {run.data}", flush=True)
    flaws = asyncio.run(run.perform())
    for flaw in flaws[:40]:
        print("WRONG:", flaw)
    if flaws:
        sys.exit(f"{len(flaws)} differences; seed {options.seed}; journal and logs are in {run.data}")
    print("The books agree.")
    if not options.data:
        shutil.rmtree(run.data)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    main()
