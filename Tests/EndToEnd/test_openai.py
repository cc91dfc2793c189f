"""OpenAI's own client, unmodified, through nginx and the gate: what it asks works, what it may not is the right error,
and the books are right."""
import asyncio
import base64
import concurrent.futures
import json
import struct
import zlib

import httpx
import openai
import pydantic
import pytest

from house import eventually

MODEL = "demo-small"
QUESTION = [{"role": "user", "content": "Why does water find the lowest point?"}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather", "description": "The weather at a place.",
        "parameters": {
            "type": "object", "required": ["place"], "properties": {"place": {"type": "string", "enum": ["Kiel"]}}}}}


class Caller:
    """Somebody with a key of their own."""

    def __init__(self, house, tier=None, **options):
        self.house = house
        self.person = house.add_person(tier)
        self.key = house.key(self.person.email)
        self.client = openai.OpenAI(base_url=house.address + "/v1", api_key=self.key, max_retries=0, timeout=60, **options)

    def post(self, path, content, headers=None):
        """What no client library would send."""
        return httpx.post(
            f"{self.house.address}/v1/{path}", content=content, timeout=60,
            headers={"authorization": f"Bearer {self.key}", "content-type": "application/json", **(headers or {})})

    @property
    def last(self):
        """The newest row of the ledger."""
        return self.person.usage()[-1]

    def agrees(self, usage):
        """The ledger, the stand-in's books and what the client was told are the same numbers."""
        row = self.last
        book, = self.house.produced(row["request_id"])
        told = (getattr(usage, "prompt_tokens", None) or usage.input_tokens,
                usage.total_tokens - (getattr(usage, "prompt_tokens", None) or usage.input_tokens))
        assert (row["prompt_tokens"], row["completion_tokens"]) == told
        assert (book["prompt_tokens"], book["completion_tokens"]) == told
        assert row["source"] == "reported" and row["api_key"] is not None


@pytest.fixture(scope="module")
def caller(house, admin):
    return Caller(house, admin.make_tier())


def test_a_reply_in_one_piece(caller):
    reply = caller.client.chat.completions.create(model=MODEL, messages=QUESTION)
    choice = reply.choices[0]
    assert reply.object == "chat.completion" and choice.finish_reason == "stop"
    assert choice.message.role == "assistant" and len(choice.message.content) > 20
    caller.agrees(reply.usage)


def test_a_streamed_reply_has_its_usage_for_who_asks(caller):
    chunks = list(caller.client.chat.completions.create(
        model=MODEL, messages=QUESTION, stream=True, stream_options={"include_usage": True}))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert chunks[-1].choices == [] and chunks[-2].choices[0].finish_reason == "stop"
    caller.agrees(chunks[-1].usage)


def test_a_streamed_reply_has_none_for_who_does_not(caller):
    with caller.client.chat.completions.with_streaming_response.create(
            model=MODEL, messages=QUESTION, stream=True) as answer:
        lines = [line for line in answer.iter_lines() if line.startswith("data: {")]
    assert lines and not any('"usage"' in line for line in lines)
    assert caller.last["source"] == "reported"


def test_the_document_says_what_the_stream_says(caller):
    stream = caller.client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True, n=2)
    texts = ["", ""]
    for chunk in stream:
        for choice in chunk.choices:
            texts[choice.index] += choice.delta.content or ""
    whole = caller.client.chat.completions.create(model=MODEL, messages=QUESTION, n=2)
    assert [choice.message.content for choice in whole.choices] == texts
    caller.agrees(whole.usage)


def test_a_function_is_called_and_its_answer_used(caller):
    messages = [{"role": "user", "content": "Please use get_weather."}]
    reply = caller.client.chat.completions.create(model=MODEL, messages=messages, tools=[WEATHER], tool_choice="required")
    call, = reply.choices[0].message.tool_calls
    assert reply.choices[0].finish_reason == "tool_calls" and call.function.name == "get_weather"
    assert json.loads(call.function.arguments) == {"place": "Kiel"}
    caller.agrees(reply.usage)
    messages += [reply.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": "7 degrees"}]
    after = caller.client.chat.completions.create(model=MODEL, messages=messages, tools=[WEATHER])
    assert after.choices[0].message.content
    streamed = caller.client.chat.completions.create(
        model=MODEL, messages=messages[:1], tools=[WEATHER], tool_choice="required", stream=True)
    pieces = [call.function.arguments for chunk in streamed for choice in chunk.choices for call in choice.delta.tool_calls or []]
    assert json.loads("".join(pieces)) == {"place": "Kiel"}


def test_a_structured_answer_is_parsed(caller):
    class Town(pydantic.BaseModel):
        name: str
        people: int

    reply = caller.client.chat.completions.parse(model=MODEL, messages=QUESTION, response_format=Town)
    assert isinstance(reply.choices[0].message.parsed, Town)


def test_stop_logprobs_and_unknown_fields_reach_the_upstream(caller):
    reply = caller.client.chat.completions.create(
        model=MODEL, messages=QUESTION, stop=["."], logprobs=True, top_logprobs=2, extra_body={"x_new": {"a": 1.50}})
    assert reply.choices[0].logprobs.content and "." not in reply.choices[0].message.content
    body = httpx.get(f"{caller.house.upstream}/demo/body", params={"id": caller.last["request_id"]}).text
    assert '"x_new"' in body and body.count('"model"') == 1


def test_embeddings(caller, admin):
    model = admin.make_model("demo-embedding")
    for given in ["one", ["one", "two"], [1, 2, 3], [[1, 2], [3]]]:
        reply = caller.client.embeddings.create(model=model, input=given)
        assert len(reply.data) == (2 if given in (["one", "two"], [[1, 2], [3]]) else 1) and reply.data[0].embedding
        row = caller.last
        assert (row["prompt_tokens"], row["completion_tokens"]) == (reply.usage.prompt_tokens, 0)


def test_legacy_completions(caller):
    reply = caller.client.completions.create(model=MODEL, prompt="Water runs", max_tokens=9)
    assert reply.choices[0].text and reply.choices[0].finish_reason in ("stop", "length")
    caller.agrees(reply.usage)
    streamed = list(caller.client.completions.create(model=MODEL, prompt="Water runs", max_tokens=9, stream=True))
    assert "".join(chunk.choices[0].text for chunk in streamed if chunk.choices) == reply.choices[0].text


def test_responses(caller):
    reply = caller.client.responses.create(model=MODEL, input="Why is the sky blue?", instructions="Be short.")
    assert reply.status == "completed" and reply.output_text
    caller.agrees(reply.usage)
    events = list(caller.client.responses.create(model=MODEL, input="Why is the sky blue?", instructions="Be short.", stream=True))
    assert events[0].type == "response.created" and events[-1].type == "response.completed"
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == reply.output_text
    caller.agrees(events[-1].response.usage)
    short = caller.client.responses.create(model=MODEL, input="Why is the sky blue?", max_output_tokens=16)
    assert short.status == "incomplete" and short.usage.output_tokens <= 16


def test_models_are_those_of_the_tier(caller):
    names = [model.id for model in caller.client.models.list()]
    assert MODEL in names and caller.client.models.retrieve(MODEL).id == MODEL
    with pytest.raises(openai.NotFoundError) as error:
        caller.client.models.retrieve("none")
    assert error.value.code == "model_not_found"


def test_many_at_once_from_asyncio(caller):
    async def ask():
        async with openai.AsyncOpenAI(base_url=caller.house.address + "/v1", api_key=caller.key, max_retries=0) as client:
            return await asyncio.gather(*[client.chat.completions.create(model=MODEL, messages=QUESTION) for _ in range(4)])

    before = len(caller.person.usage())
    # A thread of its own: the browser tests' library keeps a loop in this one.
    with concurrent.futures.ThreadPoolExecutor(1) as thread:
        replies = thread.submit(asyncio.run, ask()).result()
    assert len({reply.id for reply in replies}) == 4 and len(caller.person.usage()) == before + 4


def test_headers_say_what_is_left(caller):
    raw = caller.client.chat.completions.with_raw_response.create(model=MODEL, messages=QUESTION)
    headers, used = raw.headers, raw.parse().usage.total_tokens
    assert used and headers["x-request-id"] == caller.last["request_id"]
    again = caller.client.models.with_raw_response.list().headers
    assert headers["x-ratelimit-remaining-tokens"] == again["x-ratelimit-remaining-tokens"]
    balance = httpx.get(caller.house.address + "/v1/balance", headers={"x-api-key": caller.key}).json()
    binding = next(limit for limit in balance["limits"] if limit["name"] == balance["binding"])
    assert str(binding["available"]) == again["x-ratelimit-remaining-tokens"]
    assert binding["available"] == binding["limit"] - binding["used"] - binding["held"]
    assert f'"{binding["name"]}";r={binding["available"]};t=' in again["ratelimit"]
    assert f'"{binding["name"]}";q={binding["limit"]};w=' in again["ratelimit-policy"]
    page = caller.person.client.get("/account/usage").text
    assert f'{binding["available"]:,}'.replace(",", " ") in page or f'{binding["available"]:,}' in page


def test_a_wrong_key_is_told(house):
    client = openai.OpenAI(base_url=house.address + "/v1", api_key="slk_" + "x" * 43, max_retries=0)
    with pytest.raises(openai.AuthenticationError) as error:
        client.models.list()
    assert error.value.code == "invalid_api_key"


def test_a_quota_that_is_gone_is_not_tried_again(house, admin):
    tier = admin.make_tier(tokensPerDay=60, maxReplyTokens=40)
    caller = Caller(house, tier)
    caller.client.max_retries = 2
    caller.client.chat.completions.create(model=MODEL, messages=QUESTION)
    before = len(house.produced())
    with pytest.raises(openai.RateLimitError) as error:
        caller.client.chat.completions.create(model=MODEL, messages=QUESTION)
    details = error.value.body["details"]
    assert error.value.type == "insufficient_quota" and error.value.code == "user_token_limit_exceeded"
    assert details["available"] == details["limit"] - details["used"] - details["held"] < details["needed"]
    assert error.value.response.headers["x-should-retry"] == "false" and details["request_id"] == error.value.request_id
    assert len(house.produced()) == before, "it reached the upstream"


def test_what_can_never_fit_is_a_bad_request(house, admin):
    tier = admin.make_tier(tokensPerDay=60, maxReplyTokens=40)
    caller = Caller(house, tier)
    with pytest.raises(openai.BadRequestError):
        caller.client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "water " * 100}])


def test_an_error_in_the_middle_of_a_stream_is_raised(caller, admin):
    model = admin.make_model("demo-fault-cut-after-5")
    stream = caller.client.chat.completions.create(model=model, messages=QUESTION, stream=True)
    with pytest.raises(openai.APIError):
        list(stream)
    row = eventually(lambda: caller.last["outcome"] == "failed" and caller.last)
    book, = caller.house.produced(row["request_id"])
    assert row["completion_tokens"] == book["completion_tokens"]


def test_a_client_that_leaves_stops_the_upstream(caller, admin):
    model = admin.make_model("demo-fault-endless")
    stream = caller.client.chat.completions.create(model=model, messages=QUESTION, stream=True)
    next(iter(stream))
    stream.close()
    row = eventually(lambda: (rows := caller.person.usage()) and rows[-1]["outcome"] == "abandoned" and rows[-1])
    book = eventually(lambda: (book := caller.house.produced(row["request_id"])[0])["state"] != "running" and book)
    assert book["state"] == "left" and book["completion_tokens"] >= row["completion_tokens"]


def test_an_image_has_a_price_or_is_refused_by_name(caller, admin):
    def ask(model):
        picture = "data:image/png;base64," + base64.b64encode(png(512, 512)).decode()
        return caller.client.chat.completions.create(model=model, messages=[
            {"role": "user", "content": [{"type": "text", "text": "What is it?"},
                                         {"type": "image_url", "image_url": {"url": picture, "detail": "high"}}]}])

    with pytest.raises(openai.BadRequestError) as error:
        ask(MODEL)
    assert "image" in str(error.value) and error.value.code == "unsupported_value"
    sighted = admin.make_model("gpt-4o")
    assert ask(sighted).choices[0].message.content
    assert caller.last["model_asked"] == sighted


def test_every_call_is_filed(caller):
    caller.client.chat.completions.create(
        model=MODEL, messages=QUESTION, user="nobody", extra_headers={"X-Sluice-Feature": "summaries"})
    row = caller.last
    assert row["feature"] == "summaries" and row["person"] == caller.person.id
    assert '"user":"nobody"' in httpx.get(
        f"{caller.house.upstream}/demo/body", params={"id": row["request_id"]}).text.replace(": ", ":")


def test_what_nginx_refuses_has_the_same_shape(caller):
    large = caller.post("chat/completions", b" " * (3 << 20))
    assert large.status_code == 413 and large.json()["error"]["code"] == "request_too_large"
    header = caller.post("chat/completions", b"{}", {"x-long": "a" * 20000})
    assert 400 <= header.status_code < 500 and header.json()["error"]["code"] == "headers_too_large"
    for answer in [large, header]:
        assert set(answer.json()["error"]) == {"message", "type", "param", "code", "details"}


@pytest.mark.parametrize("key", ["slk_", "x" * 10000, "slk_" + "é" * 43, "slk_" + "a" * 42, "slk_" + "a" * 44])
def test_a_key_of_another_shape_is_refused(house, key):
    answer = httpx.get(house.address + "/v1/models", headers={"authorization": b"Bearer " + key.encode()})
    assert answer.status_code == 401 and answer.json()["error"]["code"] == "invalid_api_key"


def test_a_revoked_key_ends_on_every_worker(house, admin):
    caller = Caller(house)
    assert caller.client.models.list().data
    house.run("key", "revoke", house.rows("SELECT id FROM api_key WHERE person = ?", caller.person.id)[0]["id"])
    for _ in range(8):
        with pytest.raises(openai.AuthenticationError):
            caller.client.models.list()


def test_the_small_chat(caller):
    answer = caller.post("chat", json.dumps({"prompt": "Why does water flow?"}))
    assert answer.status_code == 200 and answer.json()["reply"]
    assert answer.json()["usage"]["total"] == caller.last["prompt_tokens"] + caller.last["completion_tokens"]


def png(width, height):
    """A black one."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress((b"\0" + b"\0" * width) * height)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", rows) + chunk(b"IEND", b""))
