"""An upstream that says exactly what a test wants it to say, and remembers who asked."""
import contextlib
import http.server
import json
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
