"""The stand-in speaks as OpenAI does: their own client, unmodified, reads every endpoint of it, and its books agree."""
import base64
import contextlib
import json
import math
import os
import pathlib
import re
import socket
import struct
import subprocess
from typing import Literal

import httpx
import openai
import pydantic
import pytest

from house import eventually

TOP = pathlib.Path(__file__).parents[2]
QUESTION = "Why does water find the lowest point?"
WEATHER = {
    "name": "get_weather", "description": "The weather at a place.",
    "parameters": {
        "type": "object", "required": ["place", "unit", "days"],
        "properties": {
            "place": {"type": "string"}, "unit": {"enum": ["celsius", "kelvin"]},
            "days": {"type": "integer", "minimum": 1, "maximum": 7}, "note": {"type": "string"}}}}


@contextlib.contextmanager
def running_stand_in(*options):
    program = subprocess.Popen(
        [TOP / ".build/debug/demo-upstream", "--port", "0", "--tokens-per-second", "0", "--first-token-milliseconds", "0",
         *options],
        stdout=subprocess.PIPE, text=True)
    try:
        yield re.search(r"http://\S+", program.stdout.readline())[0]
    finally:
        program.terminate()
        program.wait(timeout=30)


class StandIn:
    def __init__(self, address):
        self.address = address.removesuffix("/v1")
        self.client = openai.OpenAI(base_url=address, api_key="any", max_retries=0, timeout=30)
        self.asked = 0

    def named(self, script=None):
        """Headers that give the next request a name in the books, and a script."""
        self.asked += 1
        return {"x-request-id": f"asked-{self.asked}"} | ({"x-demo-script": script} if script else {})

    @property
    def book(self):
        """What the books say of the last request, once it has ended: a connection may end a little sooner."""
        def ended():
            row, = httpx.get(f"{self.address}/demo/requests", params={"id": f"asked-{self.asked}"}).json()["requests"]
            return row["state"] != "running" and row

        return eventually(ended)

    @property
    def body(self):
        return httpx.get(f"{self.address}/demo/body", params={"id": f"asked-{self.asked}"}).content

    def chat(self, question=QUESTION, script=None, model="demo-small", **options):
        messages = options.pop("messages", [{"role": "user", "content": question}])
        return self.client.chat.completions.create(
            model=model, messages=messages, extra_headers=self.named(script), **options)

    def respond(self, question=QUESTION, script=None, model="demo-small", **options):
        return self.client.responses.create(
            model=model, input=question, extra_headers=self.named(script), **options)


@pytest.fixture(scope="module", params=["its own rule", "o200k_base"])
def stand_in(request):
    """One that counts by its own rule, then one that counts by the tables."""
    tables = os.environ.get("SLUICE_TABLES", str(TOP / "var/vocabulary"))
    with running_stand_in(*(["--tables", tables] if request.param == "o200k_base" else [])) as address:
        yield StandIn(address)


def joined(chunks, choice=0):
    """The text of one choice of a stream."""
    return "".join(
        part.delta.content or "" for chunk in chunks for part in chunk.choices if part.index == choice)


def assert_usage_is_booked(usage, book):
    assert (usage.prompt_tokens, usage.completion_tokens) == (book["prompt_tokens"], book["completion_tokens"])
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    assert usage.completion_tokens_details.reasoning_tokens == book["reasoning_tokens"]
    assert usage.prompt_tokens_details.cached_tokens == book["cached_tokens"]


# Chat completions


def test_a_chat_is_the_same_in_a_stream_and_in_one_piece(stand_in):
    whole = stand_in.chat()
    assert_usage_is_booked(whole.usage, stand_in.book)
    chunks = list(stand_in.chat(stream=True, stream_options={"include_usage": True}))
    assert joined(chunks) == whole.choices[0].message.content
    assert [chunk.usage is None for chunk in chunks] == [True] * (len(chunks) - 1) + [False]
    assert chunks[-1].choices == [] and chunks[-1].usage == whole.usage
    assert chunks[-2].choices[0].finish_reason == whole.choices[0].finish_reason == "stop"
    assert_usage_is_booked(chunks[-1].usage, stand_in.book)


def test_choices_differ_take_turns_and_are_all_counted(stand_in):
    whole = stand_in.chat(n=3)
    chunks = list(stand_in.chat(n=3, stream=True, stream_options={"include_usage": True}))
    texts = [choice.message.content for choice in whole.choices]
    assert [joined(chunks, choice) for choice in range(3)] == texts and len(set(texts)) == 3
    order = [chunk.choices[0].index for chunk in chunks[3:12]]
    assert order == [0, 1, 2] * 3, "one token of each in turn"
    ends = [i for i, chunk in enumerate(chunks) if chunk.choices and chunk.choices[0].finish_reason]
    assert len(ends) == 3 and ends[0] < ends[2] - 1, "one choice ends while others go on"
    single = stand_in.chat().usage
    assert whole.usage == chunks[-1].usage and whole.usage.prompt_tokens == single.prompt_tokens
    assert whole.usage.completion_tokens > 2 * single.completion_tokens / 3
    pieces = sum(bool(chunk.choices and chunk.choices[0].delta.content) for chunk in chunks)
    assert pieces == whole.usage.completion_tokens


@pytest.mark.parametrize("options", [{"max_tokens": 7}, {"max_completion_tokens": 7}, {"max_tokens": 7, "n": 2}])
def test_a_cap_holds_exactly_and_for_each_choice(stand_in, options):
    for model in ["demo-large", "demo-thinker"]:
        reply = stand_in.chat(model=model, **options)
        assert [choice.finish_reason for choice in reply.choices] == ["length"] * options.get("n", 1)
        assert reply.usage.completion_tokens == 7 * options.get("n", 1) == stand_in.book["completion_tokens"]


def test_a_reply_stops_before_the_first_of_the_stops(stand_in):
    whole = stand_in.chat().choices[0].message.content
    stop = whole[60:64]
    cut = stand_in.chat(stop=["never in there", stop])
    assert cut.choices[0].message.content == whole[:whole.index(stop)]
    assert cut.choices[0].finish_reason == "stop"
    assert cut.choices == stand_in.chat(stop=stop).choices
    assert_usage_is_booked(cut.usage, stand_in.book)
    early = list(stand_in.chat(stop=whole[0], stream=True))
    assert joined(early) == "" and early[-1].choices[0].finish_reason == "stop"


def calls_of(chunks):
    """The tool calls of a stream, put together as clients do."""
    calls = {}
    for delta in (part.delta for chunk in chunks for part in chunk.choices):
        for piece in delta.tool_calls or []:
            call = calls.setdefault(piece.index, {"id": piece.id, "name": piece.function.name, "arguments": ""})
            assert (piece.id, piece.type) == (call["id"], "function") or piece.id is piece.type is None
            call["arguments"] += piece.function.arguments
    return list(calls.values())


def assert_is_weather(arguments):
    values = json.loads(arguments)
    assert set(values) == {"place", "unit", "days"} and isinstance(values["place"], str)
    assert values["unit"] in ["celsius", "kelvin"] and 1 <= values["days"] <= 7


def test_a_function_is_called_where_the_question_names_it_and_its_result_is_used(stand_in):
    tools = [{"type": "function", "function": WEATHER}]
    asked = [{"role": "user", "content": "Please get_weather for me"}]
    reply = stand_in.chat(messages=asked, tools=tools)
    call, = reply.choices[0].message.tool_calls
    assert reply.choices[0].finish_reason == "tool_calls" and reply.choices[0].message.content is None
    assert call.function.name == "get_weather"
    assert_is_weather(call.function.arguments)
    assert_usage_is_booked(reply.usage, stand_in.book)

    chunks = list(stand_in.chat(messages=asked, tools=tools, stream=True))
    streamed, = calls_of(chunks)
    assert (streamed["name"], streamed["arguments"]) == (call.function.name, call.function.arguments)
    assert chunks[-1].choices[0].finish_reason == "tool_calls" and joined(chunks) == ""

    answered = asked + [reply.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": "21 degrees"}]
    final = stand_in.chat(messages=answered, tools=tools)
    assert "21 degrees" in final.choices[0].message.content and final.choices[0].finish_reason == "stop"
    assert final.usage.prompt_tokens > reply.usage.prompt_tokens > stand_in.chat(messages=asked).usage.prompt_tokens


@pytest.mark.parametrize("choice, parallel, names", [
    ("none", True, []), ("auto", True, []), ("required", True, ["get_weather"]),
    ({"type": "function", "function": {"name": "open_gate"}}, True, ["open_gate"])])
def test_a_tool_choice_is_heeded(stand_in, choice, parallel, names):
    tools = [{"type": "function", "function": WEATHER}, {"type": "function", "function": {"name": "open_gate"}}]
    reply = stand_in.chat(tools=tools, tool_choice=choice)
    assert [call.function.name for call in reply.choices[0].message.tool_calls or []] == names


def test_several_functions_are_called_at_once_unless_that_is_not_wanted(stand_in):
    tools = [{"type": "function", "function": WEATHER}, {"type": "function", "function": {"name": "open_gate"}}]
    question = "First open_gate, then get_weather"
    calls = calls_of(stand_in.chat(question, tools=tools, stream=True, n=1))
    assert [call["name"] for call in calls] == ["get_weather", "open_gate"] and calls[0]["id"] != calls[1]["id"]
    assert calls[1]["arguments"] == "{}"
    assert len(stand_in.chat(question, tools=tools, parallel_tool_calls=False).choices[0].message.tool_calls) == 1


def test_a_call_can_be_cut_anywhere(stand_in):
    tools = [{"type": "function", "function": WEATHER}]
    whole = stand_in.chat("get_weather", tools=tools).usage.completion_tokens
    for cap in range(1, whole):
        reply = stand_in.chat("get_weather", tools=tools, max_completion_tokens=cap)
        assert reply.usage.completion_tokens == cap and reply.choices[0].finish_reason == "length"


class Part(pydantic.BaseModel):
    name: str
    weight: float = pydantic.Field(gt=0, le=5)


class Gate(pydantic.BaseModel):
    """With all that schemas of pydantic are made of: references, alternatives, lists, bounds."""

    title: str = pydantic.Field(min_length=3, max_length=12)
    state: Literal["open", "shut"]
    parts: list[Part]
    height: int = pydantic.Field(ge=10, le=20, multiple_of=5)
    keeper: str | None
    beside: "Gate | None"


def test_structured_replies_are_what_pydantic_expects(stand_in):
    messages = [{"role": "user", "content": QUESTION}]
    reply = stand_in.client.chat.completions.parse(model="demo-small", messages=messages, response_format=Gate)
    assert isinstance(reply.choices[0].message.parsed, Gate) and reply.choices[0].message.parsed.parts
    with stand_in.client.chat.completions.stream(model="demo-small", messages=messages, response_format=Gate) as stream:
        final = stream.get_final_completion()
    assert final.choices[0].message.parsed == reply.choices[0].message.parsed
    parsed = stand_in.client.responses.parse(model="demo-small", input=QUESTION, text_format=Gate)
    assert parsed.output_parsed == reply.choices[0].message.parsed
    assert isinstance(json.loads(stand_in.chat(response_format={"type": "json_object"}).choices[0].message.content), dict)


def test_tools_of_pydantic_are_parsed(stand_in):
    reply = stand_in.client.chat.completions.parse(
        model="demo-small", messages=[{"role": "user", "content": "Use Gate"}], tools=[openai.pydantic_function_tool(Gate)])
    assert isinstance(reply.choices[0].message.tool_calls[0].function.parsed_arguments, Gate)


def test_probabilities_come_with_every_token(stand_in):
    whole = stand_in.chat(logprobs=True, top_logprobs=3, max_tokens=20).choices[0]
    assert "".join(token.token for token in whole.logprobs.content) == whole.message.content
    assert all(bytes(token.bytes).decode() == token.token for token in whole.logprobs.content)
    assert all(len(token.top_logprobs) == 3 and token.logprob <= 0 for token in whole.logprobs.content)
    chunks = stand_in.chat(logprobs=True, top_logprobs=3, max_tokens=20, stream=True)
    parts = [part for chunk in chunks for part in chunk.choices if part.logprobs]
    assert [part.logprobs.content[0] for part in parts] == whole.logprobs.content


def test_an_image_has_one_price(stand_in):
    def tokens(*parts):
        return stand_in.chat(messages=[{"role": "user", "content": list(parts)}]).usage.prompt_tokens

    text = {"type": "text", "text": QUESTION}
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "low"}}
    assert tokens(text, image, image) - tokens(text) == 2 * 85


def test_what_it_does_not_know_arrives_and_is_shown_byte_by_byte(stand_in):
    body = b'{"model": "demo-small",\t"messages":[{"role":"user","content":"\\u00e9"}], "zebra": {"b":1, "a":[1.50]}}'
    answer = httpx.post(stand_in.address + "/v1/chat/completions", content=body, headers=stand_in.named())
    assert answer.status_code == 200 and stand_in.body == body


def test_reasoning_is_shown_or_only_counted(stand_in):
    shown = stand_in.chat(script="reasoning+cached-5")
    assert shown.choices[0].message.reasoning_content
    assert shown.usage.completion_tokens_details.reasoning_tokens > 0 and shown.usage.prompt_tokens_details.cached_tokens == 5
    assert_usage_is_booked(shown.usage, stand_in.book)
    hidden = stand_in.chat(script="hidden-reasoning")
    assert not hasattr(hidden.choices[0].message, "reasoning_content")
    assert hidden.usage.completion_tokens == shown.usage.completion_tokens


@pytest.mark.parametrize("options, error, param", [
    ({"n": 0}, openai.BadRequestError, "n"), ({"stop": ["a"] * 5}, openai.BadRequestError, "stop"),
    ({"model": "gpt-4"}, openai.NotFoundError, "model"), ({"tool_choice": "required"}, openai.BadRequestError, "tool_choice"),
    ({"top_logprobs": 2}, openai.BadRequestError, "top_logprobs"), ({"max_tokens": "many"}, openai.BadRequestError, None),
    ({"script": "error-429"}, openai.RateLimitError, None), ({"script": "error-503"}, openai.InternalServerError, None),
    ({"script": "refuse"}, openai.APIConnectionError, None)])
def test_errors_are_those_of_openai(stand_in, options, error, param):
    with pytest.raises(error) as raised:
        stand_in.chat(**options)
    assert getattr(raised.value, "param", None) == param


# Legacy completions


def test_a_completion_goes_on_from_its_prompt(stand_in):
    def complete(**options):
        return stand_in.client.completions.create(
            model="demo-small", extra_headers=stand_in.named(), **{"prompt": QUESTION, **options})

    whole = complete()
    assert whole.choices[0].finish_reason == "length" and whole.usage.completion_tokens == 16, "unless more is asked for"
    assert_usage_is_booked(whole.usage, stand_in.book)
    chunks = list(complete(stream=True, stream_options={"include_usage": True}))
    assert "".join(chunk.choices[0].text for chunk in chunks[:-1]) == whole.choices[0].text
    assert chunks[-1].usage == whole.usage and chunks[-2].choices[0].finish_reason == "length"
    echoed = complete(echo=True, logprobs=2)
    assert echoed.choices[0].text == QUESTION + whole.choices[0].text and echoed.usage == whole.usage
    told = echoed.choices[0].logprobs
    assert "".join(told.tokens) == echoed.choices[0].text and told.token_logprobs[0] is None
    assert all(echoed.choices[0].text[at:].startswith(token) for token, at in zip(told.tokens, told.text_offset, strict=True))
    assert "".join(chunk.choices[0].text for chunk in complete(echo=True, stream=True)) == echoed.choices[0].text
    assert complete(suffix=" And so on.").usage.prompt_tokens > whole.usage.prompt_tokens
    assert complete(stop="**", max_tokens=400).choices[0].text == complete(max_tokens=400).choices[0].text.split("**")[0]


def test_many_prompts_with_many_choices_are_one_request(stand_in):
    prompts = ["Gates", "Weirs and locks"]
    reply = stand_in.client.completions.create(
        model="demo-small", prompt=prompts, n=2, best_of=3, max_tokens=5, extra_headers=stand_in.named())
    assert [choice.index for choice in reply.choices] == [0, 1, 2, 3]
    assert reply.usage.completion_tokens == 2 * 3 * 5 == stand_in.book["completion_tokens"], "what is not shown counts too"
    assert stand_in.book["choices"] == 4 and stand_in.book["endpoint"] == "/v1/completions"
    for prompt in [[1, 2, 3], [[1, 2], [3]]]:
        reply = stand_in.client.completions.create(model="demo-small", prompt=prompt)
        assert reply.usage.prompt_tokens == 3


# Embeddings


def test_vectors_have_length_one_and_are_the_same_for_the_same_text(stand_in):
    def embed(given, **options):
        return stand_in.client.embeddings.create(
            model="demo-embedding", input=given, extra_headers=stand_in.named(), **options)

    ours = embed(["a gate", "a weir", "a gate"])
    assert_is_booked = stand_in.book
    assert (assert_is_booked["prompt_tokens"], assert_is_booked["choices"]) == (ours.usage.prompt_tokens, 3)
    first, second, third = [item.embedding for item in ours.data]
    assert first == third != second and len(first) == 64
    assert math.isclose(sum(x * x for x in first), 1, rel_tol=1e-5)
    assert embed("a gate", encoding_format="float").data[0].embedding == pytest.approx(first)
    coded = embed("a gate", encoding_format="base64", dimensions=8).data[0].embedding
    assert len(struct.unpack("<8f", base64.b64decode(coded))) == 8
    assert embed([1, 2, 3]).usage.total_tokens == 3 and embed([[1], [2, 3]]).usage.total_tokens == 3
    with pytest.raises(openai.BadRequestError):
        embed([""])
    with pytest.raises(openai.RateLimitError):
        stand_in.client.embeddings.create(model="demo-fault-error-429", input="a")


# Responses


def test_a_response_is_the_same_in_a_stream_and_in_one_piece(stand_in):
    whole = stand_in.respond(instructions="Be brief.", max_output_tokens=600)
    assert whole.status == "completed" and whole.output[0].type == "message" and whole.max_output_tokens == 600
    book = stand_in.book
    assert (whole.usage.input_tokens, whole.usage.output_tokens) == (book["prompt_tokens"], book["completion_tokens"])
    assert whole.usage.total_tokens == whole.usage.input_tokens + whole.usage.output_tokens
    events = list(stand_in.respond(instructions="Be brief.", max_output_tokens=600, stream=True))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    deltas = [event for event in events if event.type == "response.output_text.delta"]
    assert "".join(event.delta for event in deltas) == whole.output_text
    assert len(deltas) == whole.usage.output_tokens == stand_in.book["completion_tokens"]
    others = [event.type.removeprefix("response.") for event in events if event not in deltas]
    assert others == [
        "created", "in_progress", "output_item.added", "content_part.added", "output_text.done", "content_part.done",
        "output_item.done", "completed"]
    final = events[-1].response
    assert final.output_text == whole.output_text and final.usage == whole.usage
    assert events[2].item.id == deltas[0].item_id == final.output[0].id


def test_events_carry_their_names_and_no_done(stand_in):
    answer = httpx.post(stand_in.address + "/v1/responses", json={"model": "demo-small", "input": "Hi", "stream": True})
    events = [event.split("\n") for event in answer.text.removesuffix("\n\n").split("\n\n")]
    assert all(name == "event: " + json.loads(data.removeprefix("data: "))["type"] for name, data in events)
    # Every field of the models of the SDK that is not optional is there, with the right type.
    from openai.types.responses import ResponseStreamEvent

    adapter = pydantic.TypeAdapter(ResponseStreamEvent)
    for _, data in events:
        adapter.validate_json(data.removeprefix("data: "))


def test_a_response_that_its_cap_ends_is_incomplete(stand_in):
    whole = stand_in.respond(model="demo-large", max_output_tokens=20)
    assert whole.status == "incomplete" and whole.incomplete_details.reason == "max_output_tokens"
    assert whole.usage.output_tokens == 20 and whole.output[0].status == "incomplete"
    *_, last = stand_in.respond(model="demo-large", max_output_tokens=20, stream=True)
    assert last.type == "response.incomplete" and last.response.output_text == whole.output_text
    with pytest.raises(openai.BadRequestError):
        stand_in.respond(max_output_tokens=15)


def test_a_response_calls_functions_and_uses_their_results(stand_in):
    tools = [{"type": "function", "strict": True, **WEATHER}]
    asked = [{"role": "user", "content": "Please get_weather for me"}]
    with stand_in.client.responses.stream(model="demo-small", input=asked, tools=tools) as stream:
        types = [event.type.removeprefix("response.") for event in stream]
        final = stream.get_final_response()
    call, = final.output
    assert call.type == "function_call" and call.name == "get_weather"
    assert_is_weather(call.arguments)
    assert list(dict.fromkeys(types)) == [
        "created", "in_progress", "output_item.added", "function_call_arguments.delta", "function_call_arguments.done",
        "output_item.done", "completed"]
    answered = asked + [call.model_dump(include={"type", "name", "arguments", "call_id"})] + [
        {"type": "function_call_output", "call_id": call.call_id, "output": "21 degrees"}]
    assert "21 degrees" in stand_in.respond(answered, tools=tools).output_text


def test_a_response_reasons_first(stand_in):
    shown = stand_in.respond(script="reasoning")
    assert [item.type for item in shown.output] == ["reasoning", "message"] and shown.output[0].summary[0].text
    assert 0 < shown.usage.output_tokens_details.reasoning_tokens < shown.usage.output_tokens
    types = [event.type for event in stand_in.respond(script="reasoning", stream=True)]
    assert types.index("response.reasoning_summary_text.done") < types.index("response.output_text.delta")
    hidden = stand_in.respond(script="hidden-reasoning+cached-4")
    assert hidden.output[0].summary == [] and hidden.usage.output_tokens == shown.usage.output_tokens
    assert hidden.usage.input_tokens_details.cached_tokens == 4


def test_probabilities_of_a_response_are_sent_where_they_are_included(stand_in):
    options = {"include": ["message.output_text.logprobs"], "top_logprobs": 2, "max_output_tokens": 16}
    part = stand_in.respond(**options).output[0].content[0]
    assert "".join(token.token for token in part.logprobs) == part.text and len(part.logprobs[0].top_logprobs) == 2
    deltas = [e for e in stand_in.respond(stream=True, **options) if e.type == "response.output_text.delta"]
    assert [event.logprobs[0].token for event in deltas] == [event.delta for event in deltas]


def test_what_needs_an_earlier_response_is_refused(stand_in):
    for options in [{"previous_response_id": "resp_1"}, {"background": True}, {"conversation": "conv_1"}]:
        with pytest.raises(openai.BadRequestError):
            stand_in.respond(**options)


# Faults


STREAMS = {
    "/v1/chat/completions": {"messages": [{"role": "user", "content": QUESTION}]},
    "/v1/completions": {"prompt": QUESTION, "max_tokens": 100},
    "/v1/responses": {"input": QUESTION},
}


@pytest.mark.parametrize("path", STREAMS)
@pytest.mark.parametrize("stream", [True, False])
def test_scripts_break_every_endpoint(stand_in, path, stream):
    def ask(script):
        body = STREAMS[path] | {"model": "demo-fault-" + script, "stream": stream}
        if stream and path != "/v1/responses":
            body["stream_options"] = {"include_usage": True}
        return httpx.post(stand_in.address + path, json=body, headers=stand_in.named())

    for script in ["refuse", "reset", "cut-after-3", "reset-after-3", "garbage-after-3"]:
        with pytest.raises(httpx.RemoteProtocolError if "reset" not in script else httpx.TransportError):
            ask(script)
        assert stand_in.book["state"] == ("broken" if "after" in script else "refused")
        assert stand_in.book["completion_tokens"] == (3 if "after" in script else 0)
    assert ask("error-500").status_code == 500
    assert "<h1>" in ask("html").text and ask("redirect").status_code == 307
    assert '"usage":{' not in ask("no-usage").text
    assert '_tokens":-1' in ask("negative-usage").text
    assert stand_in.book["completion_tokens"] > 0, "the books stay honest"


@pytest.mark.parametrize("path", STREAMS)
def test_a_stream_can_end_with_an_error(stand_in, path):
    for script in ["error-after-3", "fail-after-3"]:
        lines = []
        with pytest.raises(httpx.RemoteProtocolError):
            with httpx.stream(
                    "POST", stand_in.address + path, headers=stand_in.named(script),
                    json=STREAMS[path] | {"model": "demo-small", "stream": True}) as answer:
                lines.extend(answer.iter_lines())
        last = json.loads([line for line in lines if line.startswith("data: ")][-1].removeprefix("data: "))
        if path != "/v1/responses":
            assert set(last["error"]) == {"message", "type", "param", "code"}
        elif script == "error-after-3":
            assert (last["type"], last["code"]) == ("error", "server_error")
        else:
            assert last["type"] == "response.failed" and last["response"]["error"]["code"] == "server_error"
            assert last["response"]["usage"] is None
        assert (stand_in.book["state"], stand_in.book["completion_tokens"]) == ("broken", 3)


def test_no_row_stays_open_though_its_reader_leaves_before_the_answer(stand_in):
    body = json.dumps({"model": "demo-small", "stream": True, "messages": [{"role": "user", "content": QUESTION * 20}]})
    request = f"POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nX-Request-ID: left\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    address = httpx.URL(stand_in.address)
    for _ in range(100):
        with socket.create_connection((address.host, address.port)) as connection:
            connection.sendall(request.encode())

    def states():
        rows = httpx.get(f"{stand_in.address}/demo/requests", params={"id": "left"}).json()["requests"]
        return {row["state"] for row in rows}

    eventually(lambda: "left" in (seen := states()) and "running" not in seen)
