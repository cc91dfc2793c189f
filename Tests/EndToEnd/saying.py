"""Upstreams that say exactly what a test wants them to say, and remember who asked."""
import contextlib
import http.server
import json
import socket
import threading


@contextlib.contextmanager
def saying(text, redirect=None):
    """Serves on the loopback; yields its address, with /v1, and the list of headers that it was sent."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers.get("content-length") or 0))
            asked.append(dict(self.headers))
            if redirect:
                self.send_response(307)
                self.send_header("location", redirect)
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            for piece in [{"role": "assistant", "content": text[start:start + 7]} for start in range(0, len(text), 7)]:
                self.event([{"index": 0, "delta": piece, "finish_reason": None}])
            self.event([{"index": 0, "delta": {}, "finish_reason": "stop"}])
            self.wfile.write(b"data: [DONE]\n\n")

        do_GET = do_POST

        def event(self, choices):
            chunk = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices}
            self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", asked
    finally:
        server.shutdown()
        server.server_close()


class Upstream:
    """Says what a test wants when it wants it, on a thread for each connection; the model's name chooses what that is."""

    def __init__(self, scripts, tls=None):
        self.scripts, self.tls = scripts, tls
        self.sent, self.asked = {}, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"{'https' if tls else 'http'}://127.0.0.1:{self.listener.getsockname()[1]}/v1"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=[connection], daemon=True).start()

    def serve(self, connection):
        with contextlib.suppress(OSError), connection:
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            request = self.read(connection)
            if request is None:
                return
            model = request["model"]
            self.asked.append(model)
            for piece in self.scripts[model]():
                connection.sendall(piece)
                self.sent[model] = self.sent.get(model, 0) + len(piece)

    @staticmethod
    def read(connection):
        """What is asked; nothing where the other end gave up before it had asked."""
        file = connection.makefile("rb")
        length = 0
        while (line := file.readline()) not in (b"\r\n", b""):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        body = file.read(length)
        return json.loads(body) if body and len(body) == length else None


def head(*headers):
    return ("\r\n".join(["HTTP/1.1 200 OK", "connection: close", *headers]) + "\r\n\r\n").encode()


EVENTS = head("content-type: text/event-stream")


def event(text, **more):
    return b"data: " + json.dumps({"choices": [{"index": 0, "delta": {"content": text}}], **more}).encode() + b"\n\n"


END = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'


def halting(tokens, going_on):
    """So many tokens at once, and the end as soon as the event `going_on` is set."""
    yield EVENTS
    yield from [event(" sea")] * tokens
    going_on.wait(60)
    yield END
