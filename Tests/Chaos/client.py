"""One HTTP request over a connection of its own, read as far as the plan says; light enough for a crowd on one core."""
import asyncio
import dataclasses
import json
import re
import time
import urllib.parse

# No answer takes longer: the longest stop of a worker, and then some.
PATIENCE = 180
# What a worker says that has to end before the model has answered.
GIVEN_UP = 499
PIECE = re.compile(rb'"content":"(?!")')


@dataclasses.dataclass
class Answer:
    """What became of one request, as its client saw it."""

    """`whole`, `left` (by the client), `broken` (before its end), `refused` (4xx), `sent on` (to a page), `unserved` (5xx, 499),
    `unreached`, or `endless`.
    """
    state: str = "unreached"
    status: int = 0
    request_id: str = ""
    """Events with a piece of the reply."""
    pieces: int = 0
    """What the client was told that it used: prompt and completion tokens."""
    usage: tuple | None = None
    began: float = 0.0
    ended: float = 0.0


class Caller:
    def __init__(self, port):
        self.port = port

    async def ask(self, ask, key):
        """Over the API."""
        body = {"model": ask.model, "messages": [{"role": "user", "content": ask.prompt}]}
        if ask.is_stream:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        if ask.max_tokens:
            body["max_tokens"] = ask.max_tokens
        headers = {"content-type": "application/json", "authorization": f"Bearer {key}", "x-sluice-feature": ask.tag}
        return await self.post("/v1/chat/completions", headers, json.dumps(body).encode(), ask)

    async def submit(self, ask, form, cookie):
        """By the form of the chat page."""
        headers = {
            "content-type": "application/x-www-form-urlencoded", "cookie": cookie,
            "origin": f"http://localhost:{self.port}"}
        return await self.post("/chat", headers, urllib.parse.urlencode(form).encode(), ask)

    async def post(self, path, headers, body, ask):
        answer = Answer(began=time.time())
        try:
            await asyncio.wait_for(self.exchange(path, headers, body, ask, answer), PATIENCE)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            answer.state = "broken" if answer.status == 200 else "unreached"
        except asyncio.TimeoutError:
            answer.state = "endless"
        answer.ended = time.time()
        return answer

    async def exchange(self, path, headers, body, ask, answer):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 22)
        try:
            lines = [f"POST {path} HTTP/1.1", f"host: localhost:{self.port}", "connection: close", f"content-length: {len(body)}"]
            lines += [f"{name}: {value}" for name, value in headers.items()]
            writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
            if ask.reading == "before":
                answer.state = "left"
                await asyncio.sleep(ask.leaves_after)
                writer.transport.abort()
                return
            head = await reader.readuntil(b"\r\n\r\n")
            note_head(head, answer)
            await self.read_body(reader, writer, head, ask, answer)
        finally:
            writer.close()

    async def read_body(self, reader, writer, head, ask, answer):
        body = b""
        while part := await reader.read(1 << 16):
            body += part
            events = body.count(b"\n\n" if ask.is_stream else b"\n")
            if ask.reading == "during" and answer.status == 200 and events >= ask.leaves_after:
                answer.state = "left"
                writer.transport.abort()
                break
        judge(answer, head, body, ask)


def note_head(head, answer):
    answer.status = int(head.split(b" ", 2)[1])
    found = re.search(rb"(?i)\r\nx-request-id: *(\S+)", head)
    answer.request_id = found[1].decode() if found else ""


def judge(answer, head, body, ask):
    answer.pieces = len(PIECE.findall(body)) if ask.is_stream and not ask.is_page else 0
    if answer.state == "left":
        return
    if answer.status >= 500 or answer.status == GIVEN_UP:
        answer.state = "unserved"
    elif answer.status >= 400:
        answer.state = "refused"
    elif answer.status >= 300:
        answer.state = "sent on"
    elif not is_complete(head, body):
        answer.state = "broken"
    elif ask.is_page:
        answer.state = "whole" if b"</html>" in body[-100:] else "broken"
    else:
        judge_reply(answer, dechunked(body) if b"chunked" in head.lower() else body, ask)


def is_complete(head, body):
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    return len(body) == int(length[1]) if length else body.endswith(b"0\r\n\r\n")


def judge_reply(answer, body, ask):
    """Whether an answer of the API is a reply that came to its end, and what it says of its usage."""
    if ask.is_stream:
        events = [event[6:] for event in body.split(b"\n\n") if event.startswith(b"data: ")]
        is_whole = bool(events) and events[-1] == b"[DONE]" and not any(event.startswith(b'{"error"') for event in events)
        said = next((json.loads(event) for event in reversed(events[:-1]) if b'"usage":{' in event.replace(b" ", b"")), {})
    else:
        said = json.loads(body)
        is_whole = "choices" in said
    answer.state = "whole" if is_whole else "broken"
    usage = said.get("usage")
    answer.usage = (usage["prompt_tokens"], usage["completion_tokens"]) if usage else None


def dechunked(body):
    parts, at = [], 0
    while (end := body.find(b"\r\n", at)) >= 0 and (size := int(body[at:end], 16)):
        parts.append(body[end + 2:end + 2 + size])
        at = end + size + 4
    return b"".join(parts)
