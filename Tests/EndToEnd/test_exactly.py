"""What was taken plus what is held never passes a limit, and every token is on the ledger once."""
import collections
import concurrent.futures
import contextlib
import os
import secrets
import signal
import threading

import httpx
import pytest

from house import eventually
from saying import Upstream, halting

QUESTION = "Tell me a tale of the sea"
MESSAGES = [{"role": "user", "content": QUESTION}]
REPLY = 20


def ask_at_once(house, person, count, question=QUESTION):
    """So many new chats in the same instant, each over a connection of its own. Returns the answers."""
    form = person.question(question)
    start = threading.Barrier(count)

    def ask(_):
        with house.client() as client:
            client.cookies = person.client.cookies
            start.wait()
            return client.post("/chat", data={**form, "submission": secrets.token_hex(16)})

    with concurrent.futures.ThreadPoolExecutor(count) as crowd:
        return list(crowd.map(ask, range(count)))


def assert_books_agree(house, person):
    """Ours and the stand-in's, request by request; and our own sums with our own rows."""
    for row in person.usage():
        theirs, = house.produced(row["request_id"])
        assert (row["prompt_tokens"], row["completion_tokens"]) == (theirs["prompt_tokens"], theirs["completion_tokens"])
    return assert_sums_agree(house, person)


def assert_sums_agree(house, person):
    """Our own, with our own rows."""
    total = sum(row["prompt_tokens"] + row["completion_tokens"] for row in person.usage())
    day = account(house, person, "day")
    assert (day["used"], day["held"]) == (total, 0)
    rollup = house.rows("SELECT sum(prompt_tokens + completion_tokens) FROM usage_slot WHERE person = ?", person.id)
    assert rollup[0][0] == total
    return total


def account(house, person, window):
    return accounts(house, person, "tokens", window)[0]


def accounts(house, person, meter, window):
    """One for each time that the window was open, the last first."""
    return house.rows(
        "SELECT account.*, amount FROM account JOIN quota_limit ON quota_limit.id = limit_id "
        "WHERE holder = ? AND meter = ? AND time_window = ? ORDER BY window_start DESC", person.id, meter, window)


@pytest.mark.parametrize("fit", [17, 1])
def test_of_a_hundred_at_once_exactly_as_many_run_as_fit(house, admin, fit):
    """Again with somebody else as long as one worker answers all."""
    eventually(lambda: as_many_run_as_fit(house, admin, fit) == house.workers(), seconds=100)


def as_many_run_as_fit(house, admin, fit):
    """Returns the workers that answered."""
    person = house.add_person(admin.make_tier(maxReplyTokens=REPLY, tokensPerDay=100_000))
    each = person.count(QUESTION)["total"] + REPLY
    tier = house.rows("SELECT tier.name FROM tier JOIN person ON tier.id = person.tier WHERE person.id = ?", person.id)[0][0]
    admin.change_tier(tier, tokensPerDay=fit * each)

    answers = ask_at_once(house, person, 100)

    assert collections.Counter(answer.status_code for answer in answers) == {200: fit, 429: 100 - fit}
    assert person.holds() == []
    assert assert_books_agree(house, person) == fit * each
    return {house.worker_of(answer) for answer in answers}


@pytest.mark.parametrize("model", ["demo-small", "demo-large", "demo-thinker"])
def test_the_page_counts_what_the_books_say(house, admin, model):
    """On a first run, with the stand-in: nothing is an estimate."""
    person = house.add_person(admin.make_tier())
    question = "Wie tief ist 水門 am Wehr, it's 12,345 m?\n\n- one 👩‍🌾\n- two"
    counted = person.count(question, model=model)
    assert counted["exact"] and "≈" not in counted["gauge"]["needs"]
    person.client.post("/chat", data=(form := person.question(question, model=model)))
    row, = person.usage()
    assert row["prompt_tokens"] == counted["total"]
    reply, = house.rows("SELECT text FROM message WHERE conversation = ? AND role = 'assistant'", form["submission"])
    said = person.count(reply["text"], model=model)["text"]
    assert row["completion_tokens"] - row["reasoning_tokens"] == said > 0
    assert_books_agree(house, person)


def test_of_many_at_once_as_many_run_as_are_allowed_at_once(house, admin):
    """Those that run go on until all have been answered."""
    person = house.add_person(admin.make_tier(concurrentRequests=3))
    body = {"model": admin.make_model("demo-fault-endless+slow"), "messages": MESSAGES, "stream": True}
    key, all_are_answered = house.key(person.email), threading.Barrier(20)

    def ask(_):
        with house.client() as client, client.stream(
                "POST", "/v1/chat/completions", json=body, headers={"authorization": f"Bearer {key}"}) as answer:
            all_are_answered.wait(60)
            return answer.status_code

    with concurrent.futures.ThreadPoolExecutor(20) as crowd:
        assert collections.Counter(crowd.map(ask, range(20))) == {200: 3, 429: 17}
    eventually(lambda: not person.holds())
    assert len(person.usage()) == 3
    assert_sums_agree(house, person)


def test_of_many_in_a_minute_as_many_run_as_the_minute_allows(house, admin):
    person = house.add_person(admin.make_tier(requestsPerMinute=5, maxReplyTokens=REPLY))
    answers = ask_at_once(house, person, 20)
    ran = [row["used"] for row in accounts(house, person, "requests", "minute")]
    assert max(ran) == 5, f"so many ran in each minute: {ran}"
    assert [answer.status_code for answer in answers].count(200) == len(person.usage()) == sum(ran)
    assert all(int(answer.headers["retry-after"]) <= 60 for answer in answers if answer.status_code == 429)


PIECES = 30


def test_a_killed_worker_costs_only_its_own_requests(house, admin):
    """Every reply stands still when the worker is killed, and its reader has all that came of it."""
    going_on = threading.Event()
    upstream = admin.add_upstream("Halting", Upstream({"halting": lambda: halting(PIECES, going_on)}).address)
    tier = admin.make_tier()
    model = admin.make_model("halting", upstream=upstream, encoding="o200k_base", maxReplyTokens=1_000)
    person = house.add_person(tier)
    key, before, readers = house.key(person.email), house.workers(), []

    def all_workers_read():
        readers.append(Reader(house, key, model))
        assert readers[-1].has_pieces.wait(20), "not all came"
        return {worker_of(row) for row in person.holds()} == before

    eventually(all_workers_read, seconds=60)
    holds = person.holds()
    victim = worker_of(holds[0])
    lost = {row["request_id"] for row in holds if worker_of(row) == victim}
    os.kill(victim, signal.SIGKILL)
    going_on.set()
    for reader in readers:
        reader.join()

    others = {row["request_id"]: row for row in person.usage()}
    assert set(others) == {row["request_id"] for row in holds} - lost, "others were lost with it"
    assert all((row["outcome"], row["completion_tokens"]) == ("finished", PIECES) for row in others.values())
    assert len(others) == sum(reader.is_whole for reader in readers) > 0
    held = {row["request_id"]: row for row in person.holds()}
    assert set(held) == lost, "what the worker had taken is neither held nor charged"
    assert account(house, person, "day")["held"] == sum(row["prompt_tokens"] + row["held_reply"] for row in held.values())

    eventually(lambda: len(house.workers() - {victim}) == len(before))
    assert victim not in house.workers()
    house.change("UPDATE hold SET lease_until = 0 WHERE person = ?", person.id)
    eventually(lambda: not person.holds(), seconds=30)
    settled = {row["request_id"]: row for row in person.usage() if row["request_id"] in lost}
    assert set(settled) == lost
    for request, row in settled.items():
        # What the dead worker had read, to the last piece, though it was noted with the hold only twice a second.
        assert held[request]["streamed_tokens"] <= PIECES
        assert (row["outcome"], row["prompt_tokens"], row["completion_tokens"]) == (
            "expired", held[request]["prompt_tokens"], PIECES), "read pieces were lost with the worker"
    day = account(house, person, "day")
    assert day["held"] == 0
    assert day["used"] == sum(row["prompt_tokens"] + row["completion_tokens"] for row in person.usage())


def worker_of(hold):
    return int(hold["owner"].rsplit(":", 1)[1])


class Reader(threading.Thread):
    """Asks over the API and reads the stream to its end, or until it breaks off."""

    def __init__(self, house, key, model):
        super().__init__(daemon=True)
        self.house, self.key, self.model = house, key, model
        self.has_pieces, self.is_whole = threading.Event(), False
        self.start()

    def run(self):
        body, text = {"model": self.model, "messages": MESSAGES, "stream": True}, ""
        with contextlib.suppress(httpx.TransportError), self.house.client() as client, client.stream(
                "POST", "/v1/chat/completions", json=body, headers={"authorization": f"Bearer {self.key}"}) as answer:
            for piece in answer.iter_text():
                text += piece
                if text.count('" sea"') == PIECES:
                    self.has_pieces.set()
        self.is_whole = text.rstrip().endswith("data: [DONE]")


def test_the_whole_ledger_holds_together(house):
    """After everything that the other tests did: no account is over its limit, and every sum is the sum of its parts."""
    eventually(lambda: not house.rows("SELECT 1 FROM hold"), seconds=30)
    assert house.rows(
        "SELECT account.id FROM account JOIN charge ON charge.account = account.id GROUP BY account.id "
        "HAVING account.used <> sum(charge.used) OR account.held <> sum(charge.held)") == []
    assert house.rows("SELECT request_id FROM usage GROUP BY request_id HAVING count(*) > 1") == []
    mine = {row["request_id"] for row in house.rows("SELECT request_id FROM usage")}
    theirs = {row["id"] for row in house.produced() if row["state"] != "refused"}
    assert theirs - mine == set(), "the stand-in produced something that nobody was charged for"
