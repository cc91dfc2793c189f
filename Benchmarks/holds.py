#!/usr/bin/env python3
"""How much of a limit is used when many ask at once and nobody says how long a reply may be: holds.py. Run by `make bench`.

200 requests in the same instant over the API, release build, real nginx, two and four workers, one person with 10,000 tokens
left for the day, and no `max_tokens`; 20 replies before tell what is usual. Once with replies of 500 tokens, once with four of
five of 50 tokens and one of 500; and both again with a model whose whole reply is held at once, as the others do it. Meanwhile
the account is read all the time: what is used and held may never pass the limit.
"""
import concurrent.futures
import http.client
import json
import os
import pathlib
import random
import sys
import tempfile
import threading
import time
import urllib.parse

sys.path.insert(0, "Tests/EndToEnd")
from conftest import running_house
from house import Admin

CONFIGURATION = os.environ.get("CONFIGURATION", "release")
REQUESTS = int(os.environ.get("REQUESTS", 200))
LEFT = 10_000
HISTORY = 20
MODEL = "demo-fault-as-told"
MODES = ["the whole reply", "what is usual", "what is usual, and requests may wait"]
WORKLOADS = {"500 tokens each": [500] * 5, "50 tokens, every fifth 500": [50, 50, 50, 50, 500]}


def ask(address, key, model, tokens):
    """One question. Returns its status and why the reply ended."""
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=120)
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": f"Write {tokens}"}]})
    try:
        connection.request("POST", "/v1/chat/completions", body, {"authorization": f"Bearer {key}", "content-type": "application/json"})
        answer = connection.getresponse()
        said = json.loads(answer.read())
        return answer.status, said["choices"][0]["finish_reason"] if answer.status == 200 else None
    finally:
        connection.close()


def at_once(address, key, model, lengths):
    start = threading.Barrier(len(lengths))

    def one(tokens):
        start.wait()
        return ask(address, key, model, tokens)

    with concurrent.futures.ThreadPoolExecutor(len(lengths)) as crowd:
        return list(crowd.map(one, lengths))


class Watch:
    """Reads an account over and over."""

    def __init__(self, house, person):
        self.house, self.person = house, person
        self.most = self.looks = 0
        self.isOver = threading.Event()
        self.thread = threading.Thread(target=self.look)

    def account(self):
        rows = self.house.rows(
            "SELECT used, held FROM account JOIN quota_limit l ON l.id = limit_id WHERE account.holder = ? AND l.meter = 'tokens'"
            " AND l.time_window = 'day'", self.person.id)
        return rows[0]["used"], rows[0]["held"]

    def look(self):
        while not self.isOver.is_set():
            self.most = max(self.most, sum(self.account()))
            self.looks += 1
            time.sleep(0.002)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.isOver.set()
        self.thread.join()


def measure(house, admin, lengths, mode):
    address = urllib.parse.urlsplit(house.address)
    model = admin.make_model(MODEL, encoding="o200k_base")
    tier = admin.make_tier(tokensPerDay=10_000_000, requestsPerMinute="", concurrentRequests="", maxReplyTokens=4096)
    person = house.add_person(tier)
    key = house.key(person.email)
    house.change("UPDATE model SET holds_whole_reply = ? WHERE name = ?", int(mode == "the whole reply"), model)
    house.change(
        "UPDATE organization SET waits_for_holds = ?, queue_length = 1000, queue_seconds = 120", int(mode.endswith("may wait")))
    order = random.Random(1)
    with concurrent.futures.ThreadPoolExecutor(5) as few:
        history = order.sample(lengths * (HISTORY // len(lengths)), HISTORY)
        assert all(status == 200 for status, _ in few.map(lambda tokens: ask(address, key, model, tokens), history))
    watch = Watch(house, person)
    before = watch.account()[0]
    admin.change_tier(tier, tokensPerDay=before + LEFT)
    crowd = order.sample(lengths * (REQUESTS // len(lengths)), REQUESTS)
    with watch:
        answers = at_once(address, key, model, crowd)
    ran = [reason for status, reason in answers if status == 200]
    assert {status for status, _ in answers} <= {200, 429}, answers
    used, held = watch.account()
    assert held == 0 and watch.most <= before + LEFT, (held, watch.most - before)
    return len(ran), sum(reason == "length" for reason in ran), used - before, watch


def main():
    print("| 200 requests at once, 10,000 tokens left | workers | held at first | ran | cut | used | most used and held |")
    print("|---|---|---|---|---|---|---|")
    for workers in [2, 4]:
        arguments = "--tokens-per-second 200 --first-token-milliseconds 50 --faults"
        with tempfile.TemporaryDirectory() as folder:
            with running_house(pathlib.Path(folder) / "house", CONFIGURATION, SLUICE_WORKERS=str(workers), DEMO_ARGUMENTS=arguments) as house:
                admin = Admin(house)
                for name, lengths in WORKLOADS.items():
                    for mode in MODES:
                        ran, cut, used, watch = measure(house, admin, lengths, mode)
                        most = (watch.most - (watch.account()[0] - used)) / LEFT
                        print(
                            f"| {name} | {workers} | {mode} | {ran} | {cut} ({cut / max(1, ran):.0%}) | {used / LEFT:.0%} | "
                            f"{most:.1%} in {watch.looks} looks |", flush=True)


main()
