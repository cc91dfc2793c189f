#!/usr/bin/env python3
"""Many readers of event streams in one loop, for Benchmarks/streams.py: stream_readers.py PORT < questions.

Each line of standard input is a JSON object {"at", "cookie", "body"}: a form to be posted to /chat, so many seconds after the
start. Prints one JSON object with what every reader saw; an event's age is counted from the moment at which its newest
marked token was due at the model.
"""
import gc
import json
import re
import select
import socket
import sys
import time

STAMP = re.compile(rb"@(\d{10})")
LAST_BYTES = 32


class Reader:
    def __init__(self, port, question):
        self.connection = socket.create_connection(("127.0.0.1", port))
        self.connection.sendall(
            f"POST /chat HTTP/1.1\r\nhost: localhost:{port}\r\norigin: http://localhost:{port}\r\nconnection: close\r\n"
            f"cookie: {question['cookie']}\r\naccept: text/event-stream\r\ncontent-type: application/x-www-form-urlencoded\r\n"
            f"content-length: {len(question['body'])}\r\n\r\n{question['body']}".encode())
        self.connection.setblocking(False)
        self.asked = time.monotonic()
        self.first = self.ended = None
        self.newest = b""
        self.ages = []
        self.tail = b""
        self.bytes = 0
        self.outcome = "cut"

    def read(self):
        """False at the end."""
        try:
            data = self.connection.recv(262144)
        except OSError:
            data = b""
        now = time.monotonic()
        if not data:
            return False
        self.bytes += len(data)
        stamps = STAMP.findall(data)
        if stamps and stamps[-1] != self.newest:
            self.newest = stamps[-1]
            self.first = self.first or now
            self.ages.append(now * 1000 - int(self.newest))
        joined = self.tail + data
        for name in ("end", "fail"):
            if f"event: {name}\n".encode() in joined:
                self.outcome, self.ended = name, now
        if b"HTTP/1.1 " in joined and b"HTTP/1.1 200" not in joined:
            self.outcome = joined.split(b"\r\n")[0].decode()
        self.tail = joined[-LAST_BYTES:]
        return True


def main():
    gc.disable()
    port = int(sys.argv[1])
    questions = [json.loads(line) for line in sys.stdin]
    readers, poll, finished = {}, select.epoll(), []
    begun = time.monotonic()
    print(begun, flush=True)
    while questions or readers:
        while questions and begun + questions[0]["at"] <= time.monotonic():
            reader = Reader(port, questions.pop(0))
            readers[reader.connection.fileno()] = reader
            poll.register(reader.connection, select.EPOLLIN)
        for descriptor, _ in poll.poll(0.005 if questions else 1):
            reader = readers[descriptor]
            if not reader.read():
                del readers[descriptor]
                reader.connection.close()
                finished.append(reader)
    print(json.dumps([
        {name: getattr(reader, name) for name in ("asked", "first", "ended", "ages", "bytes", "outcome")} for reader in finished]))


main()
