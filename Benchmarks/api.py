#!/usr/bin/env python3
"""What the way through Sluice adds to a call of the API, release build, real nginx, two workers: api.py. Run by `make bench`.

The same call is made straight to the upstream, through nginx's proxy_pass to it, and through nginx and the workers, in turns
within one run. The upstream is an nginx that answers each call with the same bytes at once, so that all of the time is the
way; the client is wrk. Each of the three is asked for an answer in one piece and for a stream, by 1, 8 and 64 clients.

Then, what a prompt of 500 kB costs the workers.
"""
import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, "Tests/EndToEnd")
import corpora
from conftest import free_port, running_house
from house import Admin, eventually

CONFIGURATION = os.environ.get("CONFIGURATION", "release")
CLIENTS = [int(count) for count in sys.argv[1:]] or [1, 8, 64]
ROUNDS = 5
SECONDS = 2
MODEL = "gpt-4o-mini"
REPLY = "The gate lets water pass when there is enough of it, and nobody takes more than their share.".split(" ")
PROMPT_BYTES = 500_000
PROMPTS = 50


# The upstream, and the yardstick before it.

def completion(kind, **choice):
    return {
        "id": "chatcmpl-0123456789abcdef01234567", "object": kind, "created": 1700000000, "model": MODEL,
        "choices": [{"index": 0, **choice}]}


def usage():
    return {"prompt_tokens": 40, "completion_tokens": len(REPLY) + 2, "total_tokens": len(REPLY) + 42}


def whole():
    message = {"role": "assistant", "content": " ".join(REPLY)}
    return json.dumps(completion("chat.completion", message=message, finish_reason="stop") | {"usage": usage()})


def events():
    """A reply as it is streamed, a word in each event."""
    def chunk(delta, finish=None, **more):
        return completion("chat.completion.chunk", delta=delta, finish_reason=finish) | more

    first = [chunk({"role": "assistant", "content": ""}), chunk({"content": REPLY[0]})]
    words = [chunk({"content": " " + word}) for word in REPLY[1:]]
    last = [chunk({}, "stop"), chunk({}) | {"choices": [], "usage": usage()}]
    return [f"data: {json.dumps(each, separators=(',', ':'))}\\n\\n" for each in first + words + last] + ["data: [DONE]\\n\\n"]


def nginx_configuration(folder, models, proxy):
    """A parameter of nginx may not be long: the stream is put together from its events."""
    names = [f"$event_{number}" for number in range(len(events()))]
    maps = "".join(f"map '' {name} {{ default '{event}'; }}\n" for name, event in zip(names, events()))
    user = "user root;" if os.getuid() == 0 else ""
    paths = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
    listed = json.dumps({"object": "list", "data": [{"id": MODEL, "object": "model"}]})
    return f"""{user}
worker_processes 2;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
daemon off;
events {{ worker_connections 1024; }}
http {{
    {paths}
    {maps}
    client_max_body_size 2m;
    keepalive_requests 1000000000;
    upstream model {{ server 127.0.0.1:{models}; keepalive 64; keepalive_requests 1000000000; }}
    server {{
        listen 127.0.0.1:{models} backlog=4096;
        access_log off;
        location = /v1/models {{ default_type application/json; return 200 '{listed}'; }}
        location = /v1/chat/completions {{ default_type text/event-stream; return 200 "{''.join(names)}"; }}
        location = /whole/v1/chat/completions {{ default_type application/json; return 200 '{whole()}'; }}
    }}
    server {{
        listen 127.0.0.1:{proxy} backlog=4096;
        access_log {folder}/access.log;
        location / {{
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_pass http://model;
        }}
    }}
}}
"""


@contextlib.contextmanager
def upstream_and_proxy(folder):
    """The ports of both."""
    models, proxy = free_port(), free_port()
    (folder / "nginx.conf").write_text(nginx_configuration(folder, models, proxy))
    nginx = subprocess.Popen([shutil.which("nginx") or "/usr/sbin/nginx", "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"])
    try:
        eventually(lambda: answers(models))
        yield models, proxy
    finally:
        nginx.terminate()
        nginx.wait()


def answers(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/v1/models")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


# The clients.

class Way:
    """An address, and how it is asked there."""

    def __init__(self, folder, port, key="none", whole_path="/v1"):
        self.folder, self.port, self.key = folder, port, key
        self.paths = {False: whole_path, True: "/v1"}

    def ask(self, clients, is_stream, seconds=SECONDS):
        script = self.folder / "ask.lua"
        script.write_text(self.script(is_stream))
        address = f"http://127.0.0.1:{self.port}{self.paths[is_stream]}/chat/completions"
        said = subprocess.run(
            ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "30s", "-s", script, address],
            capture_output=True, text=True, check=True).stdout
        count, duration, half, most, errors = map(int, re.search(r"said (.*)", said)[1].split())
        assert count > 0 and errors == 0, said
        return count, 1e6 * count / duration, half / 1000, most / 1000

    def script(self, is_stream):
        body = {"model": MODEL, "max_tokens": 100, "messages": [
            {"role": "system", "content": "You answer in one sentence."},
            {"role": "user", "content": "What is a sluice, and how does its gate share the water of a common channel?"}]}
        if is_stream:
            body["stream"] = True
        return f"""
wrk.method = "POST"
wrk.body = [==[{json.dumps(body)}]==]
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer {self.key}"
done = function(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format("said %d %d %d %d %d\\n", summary.requests, summary.duration, latency:percentile(50),
        latency:percentile(99), errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"""


def prepare(house):
    """A key of somebody with five limits that are never reached."""
    limits = dict.fromkeys(("tokensPerHour", "tokensPerDay", "tokensPerMonth"), 100_000_000_000)
    tier = Admin(house).make_tier(
        **limits, maxPromptTokens=1_000_000, requestsPerMinute=10_000_000, concurrentRequests=10_000)
    person = house.add_person(tier)
    return house.key(person.email)


def cpu_seconds(house):
    """Of both workers since they began."""
    return sum(
        sum(map(int, pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))
        for pid in house.workers()) / os.sysconf("SC_CLK_TCK")


# What is measured.

def compare(house, ways, clients, is_stream):
    """Rounds in turns: for each way its figures of every round."""
    figures = {name: [] for name in ways}
    microseconds = []
    for _ in range(ROUNDS):
        for name, way in ways.items():
            before = cpu_seconds(house)
            count, *figure = way.ask(clients, is_stream)
            figures[name].append(figure)
            if name == "Sluice":
                microseconds.append(1e6 * (cpu_seconds(house) - before) / count)
    return figures, statistics.median(microseconds)


def line(clients, is_stream, figures, microseconds):
    def middle(name, which):
        return statistics.median(figure[which] for figure in figures[name])

    ratios = [ours[0] / theirs[0] for ours, theirs in zip(figures["Sluice"], figures["proxy_pass"])]
    added = {
        name: statistics.median(here[1] - there[1] for here, there in zip(figures[name], figures["upstream"]))
        for name in ("proxy_pass", "Sluice")}
    rates = [f"{middle(name, 0):.0f}" for name in figures]
    waits = [f"{middle(name, 1):.2f} and {middle(name, 2):.2f}" for name in figures]
    return "| " + " | ".join([
        "stream" if is_stream else "one piece", str(clients), *rates, *waits, f"{added['proxy_pass']:.2f}", f"{added['Sluice']:.2f}",
        f"{statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})", f"{microseconds:.0f} µs"]) + " |"


def show_calls(house, ways):
    columns = [
        "answer", "clients", "upstream, a second", "proxy_pass", "Sluice", "upstream, ms (p50 and p99)", "proxy_pass", "Sluice",
        "added by proxy_pass, ms (p50)", "added by Sluice", "Sluice's rate to proxy_pass's (least to most)", "workers' CPU a call"]
    print(f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|", flush=True)
    for is_stream in (False, True):
        for way in ways.values():
            way.ask(8, is_stream, seconds=1)
        for clients in CLIENTS:
            print(line(clients, is_stream, *compare(house, ways, clients, is_stream)), flush=True)


def assert_settled(house):
    """Nothing is held any more, and what was used is what the calls took."""
    eventually(lambda: house.rows("SELECT count(*) n FROM hold")[0]["n"] == 0)
    used = house.rows("SELECT sum(prompt_tokens + completion_tokens) n FROM usage")[0]["n"]
    for account in house.rows(
            "SELECT sum(a.used) used, sum(a.held) held FROM account a JOIN quota_limit l ON l.id = a.limit_id"
            " WHERE l.meter = 'tokens' GROUP BY l.id"):
        assert (account["used"], account["held"]) == (used, 0), (tuple(account), used)


def long_prompts():
    """The same English text as one message, and as many."""
    directory = pathlib.Path("var/benchmark")
    directory.mkdir(parents=True, exist_ok=True)
    paragraphs = corpora.paragraphs(corpora.unpacked_handbook(directory), "English prose")
    text = "\n\n".join(paragraphs).encode()[:PROMPT_BYTES].decode(errors="ignore")
    parts = text.split("\n\n")
    yield "one message", [{"role": "user", "content": text}]
    yield f"{len(parts)} messages", [{"role": "user", "content": part} for part in parts]


def show_long_prompts(house, key):
    print("\n| a prompt of 500 kB of English prose | workers' CPU | aim |\n|---|---|---|")
    connection = http.client.HTTPConnection("127.0.0.1", int(house.address.rsplit(":", 1)[1]), timeout=60)
    for name, messages in long_prompts():
        body = json.dumps({"model": MODEL, "max_tokens": 100, "messages": messages}, ensure_ascii=False).encode()

        def ask():
            connection.request(
                "POST", "/v1/chat/completions", body, {"authorization": f"Bearer {key}", "content-type": "application/json"})
            answer = connection.getresponse()
            said = answer.read()
            assert answer.status == 200, said

        for _ in range(10):
            ask()
        before, begun = cpu_seconds(house), time.monotonic()
        for _ in range(PROMPTS):
            ask()
        taken = 1000 * (time.monotonic() - begun) / PROMPTS
        cpu = 1000 * (cpu_seconds(house) - before) / PROMPTS
        print(f"| as {name}, mean of {PROMPTS} | {cpu:.1f} ms ({taken:.1f} ms until the answer) | 20 ms |", flush=True)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "nginx").mkdir()
        with upstream_and_proxy(folder / "nginx") as (models, proxy), running_house(
                folder / "house", CONFIGURATION, OPENAI_BASE_URL=f"http://127.0.0.1:{models}/v1", OPENAI_API_KEY="none") as house:
            key = prepare(house)
            port = int(house.address.rsplit(":", 1)[1])
            show_calls(house, {
                "upstream": Way(folder, models, whole_path="/whole/v1"), "proxy_pass": Way(folder, proxy, whole_path="/whole/v1"),
                "Sluice": Way(folder, port, key)})
            show_long_prompts(house, key)
            assert_settled(house)


if __name__ == "__main__":
    main()
