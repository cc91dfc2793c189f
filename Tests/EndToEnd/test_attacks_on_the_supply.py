"""The attack list, first half: who wants more tokens than their share. Each test is a row, by its number; 13 is
test_clock.py, 34 is test_disk.py, and the arithmetic of 7 is also `TariffTests`.

After each, the ledger and the stand-in's own books are asked, never the answer alone.
"""
import base64
import collections
import concurrent.futures
import json
import re
import socket
import threading

import httpx
import pytest

from forms import form_fields
from house import eventually
from test_openai import MODEL, QUESTION, Caller, png

SHORT = {"model": MODEL, "messages": QUESTION, "max_tokens": 10}
PIECE = re.compile('"content":"(?!")')


@pytest.fixture(scope="module")
def caller(house, admin):
    return Caller(house, admin.make_tier())


def at_once(count, act):
    """All of them in the same instant, each in a thread of its own."""
    start = threading.Barrier(count)

    def one(number):
        start.wait()
        return act(number)

    with concurrent.futures.ThreadPoolExecutor(count) as crowd:
        return list(crowd.map(one, range(count)))


def complete(caller, **changes):
    return caller.post("chat/completions", json.dumps({**SHORT, **changes}))


def sent_upstream(caller, row):
    """The body as the stand-in got it."""
    return httpx.get(f"{caller.house.upstream}/demo/body", params={"id": row["request_id"]}).json()


def charged(row):
    return row["prompt_tokens"] + row["completion_tokens"]


def limited(house, admin, fit):
    """Somebody for whom so many of `SHORT` fit into the day, and what each of them holds."""
    probe = Caller(house, admin.make_tier())
    complete(probe)
    each = probe.last["prompt_tokens"] + 10
    return Caller(house, admin.make_tier(tokensPerDay=fit * each)), each


def test_01_parallel_requests_do_not_overshoot(house, admin):
    caller, each = limited(house, admin, fit=7)
    answers = at_once(40, lambda _: complete(caller))
    ran = [answer for answer in answers if answer.status_code == 200]
    assert len(ran) >= 7 and {answer.status_code for answer in answers} == {200, 429}
    assert sum(charged(row) for row in caller.person.usage()) <= 7 * each
    assert len(caller.person.usage()) == len(ran)


def test_02_whoever_is_new_is_limited_from_the_first_request_on(house, admin):
    """No row of an account exists yet: eight at once must not each begin one of their own."""
    caller, each = limited(house, admin, fit=2)
    assert house.rows("SELECT 1 FROM account WHERE holder = ?", caller.person.id) == []
    at_once(8, lambda _: complete(caller))
    assert 0 < sum(charged(row) for row in caller.person.usage()) <= 2 * each
    accounts = house.rows("SELECT limit_id, window_start FROM account WHERE holder = ?", caller.person.id)
    assert len(accounts) == len(set(map(tuple, accounts))) > 0


def test_03_who_hangs_up_before_the_usage_chunk_pays_for_what_came(house, caller, admin):
    model = admin.make_model("demo-fault-endless")
    # The first event has no text. It is sent at once, the first token a little later.
    for events in (2, 4, 9):
        with httpx.stream(
                "POST", f"{house.address}/v1/chat/completions", timeout=60,
                headers={"authorization": f"Bearer {caller.key}"},
                json={"model": model, "messages": QUESTION, "stream": True}) as answer:
            request = answer.headers["x-request-id"]
            lines = (line for line in answer.iter_lines() if line.startswith("data: {"))
            read = [next(lines) for _ in range(events)]
        row = eventually(lambda: next((row for row in caller.person.usage() if row["request_id"] == request), None))
        book = eventually(lambda: (book := house.produced(request)[0])["state"] != "running" and book)
        pieces = sum(bool(PIECE.search(line)) for line in read)
        assert row["prompt_tokens"] == book["prompt_tokens"]
        assert 0 < pieces <= row["completion_tokens"] <= book["completion_tokens"]


def test_04_a_storm_of_the_same_form_is_charged_once(house, admin):
    person = house.add_person(admin.make_tier())
    question = person.question("Only once")

    def send(_):
        with house.client() as client:
            client.cookies = person.client.cookies
            return client.post("/chat", data=question).status_code

    assert set(at_once(8, send)) == {200}
    eventually(lambda: not person.holds())
    row, = person.usage()
    assert len(house.produced(row["request_id"])) == 1


@pytest.mark.parametrize("cap", ["0", "-1", "-9223372036854775808", "9223372036854775808", "1e400", "1.5", '"10"', "[]", "{}"])
@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_05_a_cap_that_is_no_cap_is_refused(house, caller, name, cap):
    before = len(caller.person.usage()), len(house.produced())
    body = json.dumps({"model": MODEL, "messages": QUESTION})[:-1] + f', "{name}": {cap}}}'
    answer = caller.post("chat/completions", body)
    assert answer.status_code == 400 and answer.json()["error"]["param"] in (name, None), answer.text
    assert (len(caller.person.usage()), len(house.produced())) == before


@pytest.mark.parametrize("cap", [None, 1, 4096, 2**31, 2**63 - 1])
def test_05_every_request_goes_upstream_with_a_cap_of_ours(house, admin, cap):
    caller = Caller(house, admin.make_tier(maxReplyTokens=30))
    asked = {"model": MODEL, "messages": QUESTION} | ({} if cap is None else {"max_tokens": cap})
    assert caller.post("chat/completions", json.dumps(asked)).status_code == 200
    body = sent_upstream(caller, caller.last)
    caps = [body[name] for name in ("max_tokens", "max_completion_tokens") if name in body]
    assert caps == [min(30, cap or 30)]
    assert caller.last["completion_tokens"] <= 30


@pytest.mark.parametrize("members", [
    {"n": 0}, {"n": -1}, {"n": 129}, {"n": 2**63 - 1}, {"n": 128, "max_tokens": 2**63 - 1}, {"n": 1.5}, {"best_of": 20},
    {"N": 50}], ids=str)
def test_06_multiplied_replies_do_not_overflow(house, caller, members):
    before = len(house.produced())
    assert complete(caller, **members).status_code == 400
    assert len(house.produced()) == before


def test_06_each_of_several_replies_is_held_and_charged(house, admin):
    caller, each = limited(house, admin, fit=2)
    refused = complete(caller, n=8)
    assert refused.status_code in (400, 429) and caller.person.usage() == []
    assert complete(caller, n=2).status_code == 200
    book, = house.produced(caller.last["request_id"])
    assert book["choices"] == 2 and caller.last["completion_tokens"] == book["completion_tokens"] <= 20


@pytest.mark.parametrize("field", ["promptPrice", "completionPrice", "cachedPromptPrice", "weight"])
@pytest.mark.parametrize("value", ["-1", "-0.0000001", "1e400", "NaN", "99999999999999999999", "0x10", "1;2"])
def test_07_no_price_and_no_weight_gives_anything_back(house, admin, field, value):
    model = house.rows("SELECT id FROM model WHERE name = ?", MODEL)[0]["id"]
    before = [tuple(row) for row in house.rows("SELECT * FROM model WHERE id = ?", model)]
    page = admin.client.get(f"/admin/models?edit={model}").text
    answer = admin.client.post(
        f"/admin/models/{model}", data={**form_fields(page, f"/admin/models/{model}#form"), field: value})
    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text
    assert [tuple(row) for row in house.rows("SELECT * FROM model WHERE id = ?", model)] == before


@pytest.mark.parametrize("report", ["no-usage", "zero-usage", "negative-usage", "absurd-usage", "double-usage"])
@pytest.mark.parametrize("stream", [True, False])
def test_08_usage_that_is_missing_or_lies_is_counted_by_us(house, caller, admin, report, stream):
    model = admin.make_model(f"demo-fault-{report}", encoding="o200k_base")
    answer = complete(caller, model=model, max_tokens=40, stream=stream)
    assert answer.status_code == 200
    row = caller.last
    book, = house.produced(row["request_id"])
    assert (row["prompt_tokens"], row["completion_tokens"]) == (book["prompt_tokens"], book["completion_tokens"])


def test_09_nobody_turns_the_meter_off(house, caller):
    forged = {
        "stream": True, "stream_options": {"include_usage": False}, "usage": {"total_tokens": 0, "completion_tokens": 0},
        "user": "somebody-else", "store": True, "metadata": {"cost": "0"}}
    assert complete(caller, **forged).status_code == 200
    row = caller.last
    book, = house.produced(row["request_id"])
    assert charged(row) == book["prompt_tokens"] + book["completion_tokens"] > 0
    assert row["person"] == caller.person.id and row["source"] == "reported"
    assert sent_upstream(caller, row)["stream_options"] == {"include_usage": True}
    for member in ({"service_tier": "priority"}, {"web_search_options": {}}, {"stream": True, "Stream": False}):
        assert complete(caller, **member).status_code == 400, member


def test_10_a_loop_of_calls_and_hidden_thought_ends_at_the_limit(house, admin):
    """An agent that answers each call with a longer conversation, with a model that thinks and does not show it."""
    model = admin.make_model("demo-fault-hidden-reasoning", encoding="o200k_base")
    caller = Caller(house, admin.make_tier(tokensPerDay=1500, maxReplyTokens=400))
    messages, statuses = list(QUESTION), []
    for _ in range(60):
        answer = caller.post("chat/completions", json.dumps({"model": model, "messages": messages, "max_tokens": 200}))
        statuses.append(answer.status_code)
        if answer.status_code != 200:
            break
        messages += [answer.json()["choices"][0]["message"], {"role": "user", "content": "Go on."}]
    assert statuses[-1] in (400, 429) and len(statuses) > 1
    rows = caller.person.usage()
    assert sum(charged(row) for row in rows) <= 1500 and all(row["reasoning_tokens"] > 0 for row in rows)
    assert [charged(row) for row in rows] == [
        (book := house.produced(row["request_id"])[0])["prompt_tokens"] + book["completion_tokens"] for row in rows]


@pytest.mark.parametrize("part", [
    {"type": "image_url", "image_url": {"url": "https://example.org/huge.png"}}, {"type": "file", "file": {"file_id": "f"}},
    {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}, {"type": "video_url", "video_url": {"url": "x"}},
    {"type": "tool_result", "content": "x"}], ids=lambda part: part["type"])
def test_11_what_has_no_price_is_not_taken_for_text(house, caller, part):
    before = len(house.produced())
    answer = complete(caller, messages=[{"role": "user", "content": [{"type": "text", "text": "What is it?"}, part]}])
    assert answer.status_code == 400 and len(house.produced()) == before, answer.text


def test_11_an_image_costs_what_its_size_says(house, caller, admin):
    sighted, costs = admin.make_model("gpt-4o"), []
    for side in (64, 1500):
        url = "data:image/png;base64," + base64.b64encode(png(side, side)).decode()
        parts = [{"type": "image_url", "image_url": {"url": url, "detail": "high"}}]
        assert complete(caller, model=sighted, messages=[{"role": "user", "content": parts}]).status_code == 200
        costs.append(caller.last["prompt_tokens"])
    assert costs[0] > 85 and costs[1] > costs[0] + 300


@pytest.mark.parametrize("path", [
    "images/generations", "audio/speech", "audio/transcriptions", "files", "fine_tuning/jobs", "batches", "assistants",
    "threads", "vector_stores", "moderations", "realtime", "chat/completions/x", "Chat/Completions",
    "engines/demo-small/completions", "../demo/requests", "responses/x/cancel", "models", ""])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_12_there_is_no_other_way_to_the_upstream(house, caller, path, method):
    before = len(house.produced()), len(caller.person.usage())
    answer = httpx.request(
        method, f"{house.address}/v1/{path}", content=json.dumps({**SHORT, "input": "x", "prompt": "x"}),
        headers={"authorization": f"Bearer {caller.key}", "content-type": "application/json"})
    assert answer.status_code in (400, 404, 405, 411), answer.status_code
    assert (len(house.produced()), len(caller.person.usage())) == before


@pytest.mark.parametrize("path", ["chat/completions/", "/chat//completions", "chat%2Fcompletions"])
def test_12_another_spelling_is_metered_or_nothing(house, caller, path):
    before = len(house.produced()), len(caller.person.usage())
    answer = caller.post(path, json.dumps(SHORT))
    reached, filed = len(house.produced()) - before[0], len(caller.person.usage()) - before[1]
    assert reached == filed == (answer.status_code == 200)


def test_14_many_accounts_and_keys_share_what_is_above_them(house, admin):
    """Two keys of one person count together; and nobody makes themselves an account."""
    caller, each = limited(house, admin, fit=5)
    keys = [caller.key, house.key(caller.person.email)]

    def ask(number):
        return httpx.post(
            f"{house.address}/v1/chat/completions", json=SHORT, timeout=60,
            headers={"authorization": f"Bearer {keys[number % 2]}"})

    # One after the other first: of those at once, all that still fit may be of one key.
    assert [ask(number).status_code for number in range(2)] == [200, 200]
    assert {answer.status_code for answer in at_once(12, ask)} == {200, 429}
    rows = caller.person.usage()
    assert len({row["api_key"] for row in rows}) == 2 and sum(charged(row) for row in rows) <= 5 * each
    with house.client() as stranger:
        for path in ("/sign-up", "/register", "/join", "/account/new", "/first-admin", "/first-admin/x"):
            assert stranger.get(path).url.path == "/sign-in" or stranger.get(path).status_code in (404, 405), path


@pytest.mark.parametrize("sends", ["its head slowly", "its body slowly", "nothing"])
def test_33_slow_clients_keep_nobody_else_waiting(house, admin, sends):
    head = b"POST /chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n"
    begun = {"its head slowly": head, "its body slowly": head + b"\r\ntext=", "nothing": b""}[sends]
    url, slow = httpx.URL(house.address), []
    try:
        for _ in range(300):
            slow.append(socket.create_connection((url.host, url.port), timeout=10))
            slow[-1].sendall(begun)
        assert admin.client.get("/admin/health").status_code == 200
        assert all(is_open(connection) for connection in slow), "some had to go first"
    finally:
        for connection in slow:
            connection.close()


def is_open(connection):
    """Whether the other end has neither said anything nor closed it."""
    connection.setblocking(False)
    try:
        connection.recv(1)
        return False
    except BlockingIOError:
        return True
    except ConnectionError:
        return False


def test_33_readers_who_take_nothing_leave_room_for_the_others(house, admin):
    """Their replies wait in the kernel and in nginx; pages come all the same."""
    model = admin.make_model("demo-fault-endless", maxReplyTokens=4096)
    caller = Caller(house, admin.make_tier())
    url, slow = httpx.URL(house.address), []
    body = json.dumps({"model": model, "messages": QUESTION, "stream": True}).encode()
    try:
        for _ in range(30):
            slow.append(socket.create_connection((url.host, url.port), timeout=10))
            slow[-1].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            slow[-1].sendall(
                b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + f"Authorization: Bearer {caller.key}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        holds = eventually(lambda: len(held := caller.person.holds()) == 30 and held)
        # What was not sent yet is given back when its reader leaves.
        assert eventually(lambda: {hold["request_id"] for hold in holds} <= {row["id"] for row in house.produced()})
        assert admin.client.get("/admin/health", timeout=10).status_code == 200
    finally:
        for connection in slow:
            connection.close()
    eventually(lambda: not caller.person.holds(), seconds=30)
    assert len(caller.person.usage()) == 30


def test_the_books_agree_after_all_of_this(house):
    eventually(lambda: not house.rows("SELECT 1 FROM hold"), seconds=60)
    mine = collections.Counter(row["request_id"] for row in house.rows("SELECT request_id FROM usage"))
    assert set(mine.values()) == {1}
    assert {row["id"] for row in house.produced() if row["state"] != "refused"} - set(mine) == set()
