"""What upstreams and readers do wrong, over real sockets, real nginx and real workers: what it costs, and how much
memory a worker needs for it. Every fault by itself is in Tests/WebTests/Faults.
"""
import contextlib
import gzip
import json
import pathlib
import secrets
import socket
import ssl
import subprocess
import threading
import time

import httpx
import openai
import pytest
from playwright.sync_api import expect

from conftest import running_house
from house import Admin, eventually
from saying import END, EVENTS, Upstream, event, head
from test_browser import visit, whole_reply  # noqa: F401

MEBIBYTE = 1 << 20
QUESTION = [{"role": "user", "content": "Why does water find the lowest point?"}]


def line_of(size):
    """One line of so many bytes, a mebibyte at a time."""
    yield EVENTS
    yield b'data: {"choices":[{"index":0,"delta":{"content":"'
    for _ in range(size // MEBIBYTE):
        yield b"x" * MEBIBYTE


def document_of(size):
    yield head("content-type: application/json")
    yield b'{"choices":[{"index":0,"message":{"content":"'
    for _ in range(size // MEBIBYTE):
        yield b"x" * MEBIBYTE


def bomb(size):
    yield head("content-type: text/event-stream", "content-encoding: gzip")
    yield gzip.compress(b"data: {}\n\n" * (size // 10))


def padded():
    """Little text in a lot of padding: as much as the reader takes."""
    yield EVENTS
    for _ in range(2_000):
        yield event("a", obfuscation="x" * 50_000)
    yield b"data: [DONE]\n\n"


def slowly(count=40):
    yield EVENTS
    for number in range(count):
        yield event(f"word{number} ")
        time.sleep(0.1)
    yield END


def shortly():
    yield EVENTS + event("Once only.")
    time.sleep(0.3)
    yield END


def thoughtfully(seconds):
    """Silent for a while, even about whether it takes the prompt."""
    time.sleep(seconds)
    yield from shortly()


SCRIPTS = {
    "line": lambda: line_of(100 * MEBIBYTE), "document": lambda: document_of(100 * MEBIBYTE),
    "bomb": lambda: bomb(100 * MEBIBYTE), "padded": padded, "slow": slowly, "short": shortly,
    "thoughtful": lambda: thoughtfully(3), "pensive": lambda: thoughtfully(30),
}


@pytest.fixture(scope="module")
def upstream():
    return Upstream(SCRIPTS)


@pytest.fixture(scope="module")
def strange_house(tmp_path_factory, pytestconfig):
    """One of its own, so that nothing else has used its workers' memory."""
    with running_house(tmp_path_factory.mktemp("faults"), CONFIGURATION) as house:
        yield house


CONFIGURATION = __import__("os").environ.get("SLUICE_TEST_CONFIGURATION", "debug")


class Desk:
    """An admin with an upstream that does strange things, and somebody with a key who asks it."""

    def __init__(self, house, upstream):
        self.house, self.upstream = house, upstream
        self.admin = Admin(house)
        self.id = self.admin.add_upstream("Strange", upstream.address)
        self.models = {name: self.admin.make_model(name, upstream=self.id) for name in upstream.scripts}

    def person(self, **tier):
        return self.house.add_person(self.admin.make_tier(**tier))

    def caller(self, person, **options):
        return openai.OpenAI(
            base_url=self.house.address + "/v1", api_key=self.house.key(person.email),
            **{"max_retries": 0, "timeout": 60, **options})


@pytest.fixture(scope="module")
def desk(strange_house, upstream):
    return Desk(strange_house, upstream)


def memory(house, field):
    """The most of all workers, in bytes; as the kernel counts it, in /proc/PID/status."""
    return max(
        int(line.split()[1]) * 1024 for pid in house.workers()
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith(field + ":"))


@contextlib.contextmanager
def little_memory(house, what):
    """Asserts that the workers stay below 64 MiB of their own meanwhile. Not counted is what they share with the file
    cache: the program and the token tables."""
    for pid in house.workers():
        pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")
    before, shared = memory(house, "VmHWM"), memory(house, "RssFile")
    yield
    peak = memory(house, "VmHWM")
    print(f"{what}: peak {before / MEBIBYTE:.1f} -> {peak / MEBIBYTE:.1f} MiB, of it {shared / MEBIBYTE:.1f} MiB of files")
    assert peak - shared < 64 * MEBIBYTE


# Upstreams.


@pytest.mark.parametrize("fault", ["line", "document", "bomb"])
@pytest.mark.parametrize("way", ["stream", "document", "responses", "page"])
def test_a_flood_is_cut_off_and_fits_into_little_memory(desk, fault, way):
    person, model = desk.person(), desk.models[fault]
    client = desk.caller(person)
    with little_memory(desk.house, f"{fault} by {way}"):
        if way == "page":
            answer = person.ask("Is anybody there?", model=model)
            assert "something that is no reply" in answer.text
        else:
            with pytest.raises(openai.APIError):
                if way == "responses":
                    client.responses.create(model=model, input="Hello")
                else:
                    list(client.chat.completions.create(model=model, messages=QUESTION, stream=way == "stream"))
    eventually(lambda: not person.holds())
    rows = person.usage()
    assert len(rows) == (0 if fault == "bomb" else 1)
    assert all(row["outcome"] == "failed" and row["completion_tokens"] == 0 for row in rows)


def test_a_certificate_that_nobody_vouches_for_is_not_spoken_to(desk, tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "1",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    impostor = Upstream({"short": shortly}, tls)
    model = desk.admin.make_model("short", upstream=desk.admin.add_upstream("Impostor", impostor.address))
    person = desk.person()
    answer = person.ask("Who is there?", model=model)
    assert answer.status_code == 502 and "could not be reached. Nothing was charged." in answer.text
    assert impostor.asked == [] and person.usage() == []


# Readers.


def test_a_slow_reader_makes_the_upstream_wait_and_is_cut_off(desk):
    """What waits for it is bounded in the worker, and then nothing is fetched; nginx gives up after half a minute."""
    person, model = desk.person(), desk.models["padded"]
    taken = desk.upstream.sent.get("padded", 0)
    body = {"model": model, "messages": QUESTION, "stream": True}
    with little_memory(desk.house, "a slow reader"), raw_request(desk, person, body) as reader:
        reader.recv(1000)

        def stands_still():
            before = desk.upstream.sent.get("padded", 0)
            time.sleep(1.5)
            return before > taken and desk.upstream.sent["padded"] == before

        eventually(stands_still, seconds=60)
        fetched = desk.upstream.sent["padded"] - taken
        assert fetched < 30 * MEBIBYTE, "of 100 MB"
        assert len(person.holds()) == 1
    row, = eventually(lambda: person.usage())
    assert row["outcome"] == "abandoned" and 0 < row["completion_tokens"] < 2_000


def test_who_closes_their_half_of_the_connection_has_left(desk):
    """nginx cannot tell it from leaving, and neither can we."""
    person, model = desk.person(), desk.models["slow"]
    with raw_request(desk, person, {"model": model, "messages": QUESTION, "stream": True}) as reader:
        assert b"word0" in read_until(reader, b"word0")
        reader.shutdown(socket.SHUT_WR)
        row, = eventually(lambda: person.usage())
    assert row["outcome"] == "abandoned" and 0 < row["completion_tokens"] < 60


@pytest.mark.parametrize("policy, outcome", [("cancel", "abandoned"), ("drain", "finished")])
@pytest.mark.parametrize("way", ["chat", "api"])
def test_a_reader_who_leaves_pays_what_the_tier_says(desk, policy, outcome, way):
    person, model = desk.person(disconnect=policy, graceSeconds=0), desk.models["slow"]
    body = {"model": model, "messages": QUESTION, "stream": True}
    with raw_request(desk, person, body) if way == "api" else raw_form(desk, person, model) as reader:
        read_until(reader, b"word3")
    row, = eventually(lambda: person.usage())
    assert row["outcome"] == outcome
    whole = desk.caller(person).chat.completions.create(model=model, messages=QUESTION)
    assert (row["completion_tokens"] == person.usage()[-1]["completion_tokens"]) == (policy == "drain")
    if way == "chat":
        kept, = desk.house.rows("SELECT text, state FROM message WHERE request = ? AND role = 'assistant'", row["request_id"])
        assert "word3" in kept["text"] and (kept["text"] == whole.choices[0].message.content) == (policy == "drain")


def raw_request(desk, person, body):
    content = json.dumps(body).encode()
    return raw(desk, b"POST /v1/chat/completions", content, [
        f"authorization: Bearer {desk.house.key(person.email)}", "content-type: application/json"])


def raw_form(desk, person, model):
    form = httpx.QueryParams(person.question("Why does water find the lowest point?", model=model))
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in person.client.cookies.jar)
    return raw(desk, b"POST /chat", str(form).encode(), [
        f"origin: {desk.house.address}", f"cookie: {cookies}", "accept: text/event-stream",
        "content-type: application/x-www-form-urlencoded"])


def raw(desk, line, content, headers):
    port = httpx.URL(desk.house.address).port
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    fields = [f"host: localhost:{port}", f"content-length: {len(content)}", *headers]
    connection.sendall(line + b" HTTP/1.1\r\n" + "\r\n".join(fields).encode() + b"\r\n\r\n" + content)
    return connection


def read_until(reader, mark):
    came = b""
    while mark not in came:
        piece = reader.recv(65536)
        assert piece, came[-2000:]
        came += piece
    return came


# The same request twice.


def test_a_double_click_asks_once(desk, visit):  # noqa: F811
    person, page = desk.person(), None
    page = visit(desk.house, person)
    page.goto("/chat")
    page.get_by_label("Model", exact=True).select_option(desk.models["short"])
    page.get_by_label("Your question").fill("Only once, please")
    page.get_by_role("button", name="Send").dblclick()
    expect(whole_reply(page)).to_contain_text("Once only.")
    assert len(person.usage()) == 1 and page.locator(".message").count() == 2


def test_a_double_click_without_javascript_asks_once(desk, visit):  # noqa: F811
    """The second click makes the browser leave the first."""
    person = desk.person()
    page = visit(desk.house, person, java_script_enabled=False)
    page.goto("/chat")
    page.get_by_label("Model", exact=True).select_option(desk.models["short"])
    page.get_by_label("Your question").fill("Only once, please")
    page.get_by_role("button", name="Send").dblclick(no_wait_after=True)
    reply = eventually(lambda: desk.house.rows(
        "SELECT conversation FROM message JOIN conversation ON conversation.id = conversation "
        "WHERE person = ? AND role = 'assistant' AND state <> 'streaming'", person.id))[0]
    page.goto(f"/chat/{reply['conversation']}")
    expect(page.locator(".message").last).to_contain_text("Once only.")
    assert len(person.usage()) == 1 and page.locator(".message").count() == 2
    assert len(desk.house.rows("SELECT id FROM conversation WHERE person = ?", person.id)) == 1


# While the model thinks.


def asks(desk, page, model):
    """Returns when the upstream has the question."""
    before = desk.upstream.asked.count(model)
    page.goto("/chat")
    page.get_by_label("Model", exact=True).select_option(desk.models[model])
    page.get_by_label("Your question").fill("Only once, please")
    page.get_by_role("button", name="Send").click()
    assert eventually(lambda: desk.upstream.asked.count(model) > before)


def test_a_page_that_is_loaded_again_while_the_model_thinks_finds_its_reply(desk, visit):  # noqa: F811
    person = desk.person()
    page = visit(desk.house, person)
    asks(desk, page, "thoughtful")
    page.reload()
    page.locator("#history").get_by_role("link", name="Only once, please").click()
    expect(whole_reply(page)).to_contain_text("Once only.")
    assert eventually(lambda: [row["outcome"] for row in person.usage()] == ["finished"])


def test_stop_while_the_model_thinks_stops_it_and_keeps_the_draft(desk, visit):  # noqa: F811
    person = desk.person()
    page = visit(desk.house, person)
    asks(desk, page, "pensive")
    page.get_by_role("button", name="Stop").click()
    row, = eventually(lambda: person.usage())
    assert row["outcome"] == "stopped" and row["prompt_tokens"] > 0 and row["completion_tokens"] == 0
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    expect(page.get_by_label("Your question")).to_have_value("Only once, please")
    expect(page.locator("#problem")).to_have_count(0)
    page.get_by_label("Model", exact=True).select_option(desk.models["short"])
    page.get_by_role("button", name="Send").click()
    expect(whole_reply(page)).to_contain_text("Once only.")
    assert [row["outcome"] for row in person.usage()] == ["stopped", "finished"]
    visit.complaints[:] = [complaint for complaint in visit.complaints if "status of 499" not in complaint]


def test_who_goes_back_and_sends_again_sees_the_same_reply(desk):
    person, model = desk.person(), desk.models["short"]
    form = person.question("Only once, please", model=model)
    first, second = person.client.post("/chat", data=form), person.client.post("/chat", data=form)
    assert "Once only." in first.text and "Once only." in second.text
    assert second.url.path == f"/chat/{form['submission']}" and len(person.usage()) == 1


def test_who_goes_back_and_asks_something_else_gets_an_answer_to_that(desk):
    person, model = desk.person(), desk.models["short"]
    form = person.question("The first question", model=model)
    person.client.post("/chat", data=form)
    for _ in range(2):
        other = person.client.post("/chat", data={**form, "text": "Another question"})
        assert "Another question" in other.text and "The first question</" not in other.text.split("<main")[-1].split("id=\"history\"")[0]
    assert len(person.usage()) == 2
    asked = desk.house.rows(
        "SELECT text FROM message JOIN conversation ON conversation.id = conversation WHERE person = ? AND role = 'user'",
        person.id)
    assert sorted(row["text"] for row in asked) == ["Another question", "The first question"]


def test_openai_s_client_that_tries_again_under_a_key_is_charged_once(desk):
    """The line breaks after the answer was made; the client tries again by itself, under the key that it was given."""
    person, model = desk.person(), desk.models["short"]
    lossy = Lossy()
    client = desk.caller(person, max_retries=3, http_client=httpx.Client(transport=lossy))
    key = secrets.token_hex(8)
    reply = client.chat.completions.with_raw_response.create(
        model=model, messages=QUESTION, extra_headers={"Idempotency-Key": key})
    assert lossy.lost == 1 and reply.headers["idempotency-replayed"] == "true"
    assert reply.parse().choices[0].message.content == "Once only."
    assert len(person.usage()) == 1
    with pytest.raises(openai.UnprocessableEntityError):
        client.chat.completions.create(
            model=model, messages=QUESTION, temperature=0, extra_headers={"Idempotency-Key": key})


def test_openai_s_client_waits_for_the_first_of_two(desk):
    """While the first runs the second is a conflict, which the client tries again until it has the answer."""
    person, model = desk.person(), desk.models["short"]
    client = desk.caller(person, max_retries=5)
    key, replies = {"Idempotency-Key": secrets.token_hex(8)}, []

    def ask():
        reply = client.chat.completions.create(model=model, messages=QUESTION, extra_headers=key)
        replies.append(reply.choices[0].message.content)

    both = [threading.Thread(target=ask) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert replies == ["Once only."] * 2 and len(person.usage()) == 1


class Lossy(httpx.HTTPTransport):
    """Loses the first answer."""

    lost = 0

    def handle_request(self, request):
        response = super().handle_request(request)
        if self.lost == 0:
            response.read()
            self.lost += 1
            raise httpx.ReadError("lost on the way", request=request)
        return response
