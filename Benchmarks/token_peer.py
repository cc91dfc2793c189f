#!/usr/bin/env python3
"""An OpenAI-compatible upstream that costs little, for Benchmarks/streams.py: token_peer.py. Prints its port.

One loop and prepared bytes, so that two cores are left for what is measured: a token costs its `send` and hardly more. A
prompt says how much it wants ("1500 tokens at 50 a second"), and each token goes out by itself when it is due. Every fifth
says when that was, in milliseconds of the machine's steady clock ("@0012345678"): a reader can tell how old its news is.

On SIGTERM it prints how many tokens it sent, how late it was itself, and its peak of open streams, as JSON.
"""
import collections
import gc
import json
import re
import select
import signal
import socket
import time

MODEL = "gpt-4o-mini"
STAMP_EVERY = 5
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"
WORDS = " the gate lets water pass when there is enough of it and nobody takes more than **their** share of what is left".split(" ")[1:]


def chunk(events):
    return b"%x\r\n%s\r\n" % (len(events), events)


def event(delta, finish=None, usage=None):
    said = {
        "id": "chatcmpl-0123456789abcdef01234567", "object": "chat.completion.chunk", "created": 1700000000, "model": MODEL,
        "system_fingerprint": "fp_0123456789", "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]}
    if usage is not None:
        said |= {"choices": [], "usage": {"prompt_tokens": 20, "completion_tokens": usage, "total_tokens": 20 + usage}}
    return b"data: " + json.dumps(said, separators=(",", ":")).encode() + b"\n\n"


def text_of_token(number):
    """Paragraphs, and every third time a list, as models write them."""
    block, place = divmod(number, 60)
    if place == 0:
        return "\n\nThe" if block % 3 else "\n\n-"
    if block % 3 == 0 and place % 12 == 0:
        return "\n-"
    return " " + WORDS[number % len(WORDS)]


class Tokens:
    """The prepared chunks of a reply."""

    def __init__(self):
        self.plain = []
        stamped = chunk(event({"content": " @0000000000"}))
        self.before, self.after = stamped.split(b"0000000000")

    def chunk(self, number, due):
        if number % STAMP_EVERY == STAMP_EVERY - 1:
            return b"%s%010d%s" % (self.before, int(due * 1000), self.after)
        while len(self.plain) <= number:
            self.plain.append(chunk(event({"content": text_of_token(len(self.plain))})))
        return self.plain[number]


class Stream:
    """One connection, which may ask for one reply after another."""

    def __init__(self, connection):
        self.connection = connection
        self.asked = b""
        self.rest = b""
        self.sent = self.wanted = 0
        self.is_open = True

    def send(self, data):
        """False: the worker has no room now, and the rest goes first the next time."""
        try:
            count = self.connection.send(data)
        except BlockingIOError:
            count = 0
        except OSError:
            self.is_open = False
            return True
        self.rest = data[count:]
        return not self.rest


class Peer:
    def __init__(self):
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.listening.setblocking(False)
        self.poll = select.epoll()
        self.poll.register(self.listening, select.EPOLLIN)
        self.streams = {}
        self.tokens = Tokens()
        self.due = collections.deque()  # (when, stream): sorted, as everyone waits equally long
        self.seconds = 1.0
        self.sent = self.stalls = self.peak = 0
        self.lateness = []

    def run(self):
        while True:
            rest = self.due[0][0] - time.monotonic() if self.due else 1
            for descriptor, _ in self.poll.poll(max(rest, 0.001)):
                if descriptor == self.listening.fileno():
                    self.accept()
                else:
                    self.read(self.streams[descriptor])
            self.produce()

    def accept(self):
        connection = self.listening.accept()[0]
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.streams[connection.fileno()] = Stream(connection)
        self.poll.register(connection, select.EPOLLIN)

    def read(self, stream):
        try:
            data = stream.connection.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            stream.is_open = False
            del self.streams[stream.connection.fileno()]
            return stream.connection.close()
        stream.asked += data
        head, end, body = stream.asked.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.I)
        if end and len(body) >= int(length[1] if length else 0):
            stream.asked = b""
            self.answer(stream, head, body)

    def answer(self, stream, head, body):
        if head.startswith(b"GET"):
            models = json.dumps({"object": "list", "data": [{"id": MODEL, "object": "model"}]}).encode()
            stream.connection.send(
                b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(models), models))
            return
        wanted, rate = map(int, re.search(rb"(\d+) tokens at (\d+) a second", body).groups())
        self.seconds = 1 / rate
        stream.wanted, stream.sent = wanted, 0
        stream.send(HEAD + chunk(event({"role": "assistant", "content": ""})))
        self.due.append((time.monotonic() + self.seconds, stream))
        self.peak = max(self.peak, len(self.due))

    def produce(self):
        due, now = self.due, time.monotonic()
        if due and due[0][0] <= now:
            self.lateness.append(now - due[0][0])
        while due and due[0][0] <= now:
            when, stream = due.popleft()
            if not stream.is_open:
                continue
            if stream.rest and not stream.send(stream.rest):
                self.stalls += 1
                due.append((when + self.seconds, stream))
                continue
            if stream.sent == stream.wanted:
                stream.send(chunk(event({}, "stop") + event(None, usage=stream.sent) + b"data: [DONE]\n\n") + b"0\r\n\r\n")
                continue
            stream.send(self.tokens.chunk(stream.sent, when))
            stream.sent += 1
            self.sent += 1
            due.append((when + self.seconds, stream))

    def report(self, *_):
        late = sorted(self.lateness) or [0]
        print(json.dumps({
            "tokens": self.sent, "stalls": self.stalls, "peak": self.peak,
            "late_ms": [round(1000 * late[int(share * (len(late) - 1))], 1) for share in (0.5, 0.99, 1)]}), flush=True)
        raise SystemExit


def main():
    gc.disable()
    peer = Peer()
    signal.signal(signal.SIGTERM, peer.report)
    print(peer.listening.getsockname()[1], flush=True)
    peer.run()


main()
