"""What the tests do as a person would, over HTTP: become admin, add people and tiers, sign in, ask."""
import dataclasses
import datetime
import html
import itertools
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import time
import zoneinfo

import httpx

from forms import form_fields

PASSWORD = "a gate of green oak"
numbers = itertools.count(1)
QUERY = """
import json, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=10, isolation_level=None)
connection.row_factory = sqlite3.Row
print(json.dumps([dict(row) for row in connection.execute(sys.argv[2], json.loads(sys.argv[3]))]))
"""


@dataclasses.dataclass
class House:
    """Of nginx."""

    address: str
    """Of the stand-in, without /v1."""
    upstream: str
    data: pathlib.Path
    first_admin_link: str
    program: subprocess.Popen
    sluice: pathlib.Path
    """Where its database is, if not in `data`."""
    store: pathlib.Path | None = None
    """A command that runs others where the house sees its files, if that is not here."""
    inside: tuple = ()

    def client(self):
        return httpx.Client(
            base_url=self.address, headers={"origin": self.address}, follow_redirects=True, timeout=60)

    def add_person(self, tier=None, admin=False, password=PASSWORD):
        """From a shell, as whoever owns the machine does it."""
        email = f"person{next(numbers)}@example.org"
        options = (["--admin"] if admin else []) + (["--tier", tier] if tier else [])
        said = subprocess.run(
            [*self.inside, self.sluice, "user", "add", email, "--password-stdin", *options], env=self.environment, input=password + "\n",
            capture_output=True, text=True, timeout=60)
        assert said.returncode == 0, said.stderr
        return Person(self, email, password)

    def run(self, *arguments):
        """A subcommand of the program, as whoever owns the machine types it. Returns what it prints."""
        said = subprocess.run(
            [*self.inside, self.sluice, *arguments], env=self.environment, capture_output=True, text=True, timeout=60)
        assert said.returncode == 0, said.stderr
        return said.stdout.strip()

    def key(self, email):
        """A new API key of this person."""
        return self.run("key", "create", "--user", email, "--name", "test")

    @property
    def environment(self):
        return os.environ | {"SLUICE_DATABASE": str(self.database)}

    @property
    def database(self):
        return self.store or self.data / "sluice.db"

    def rows(self, query, *values):
        """What the store holds, read beside the workers."""
        if self.inside:
            return self.query(query, values)
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)
        try:
            connection.row_factory = sqlite3.Row
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def change(self, statement, *values):
        """Changes the store behind the workers' backs: only to let time pass for a row."""
        if self.inside:
            self.query(statement, values)
            return
        connection = sqlite3.connect(self.database, timeout=10)
        try:
            with connection:
                assert connection.execute(statement, values).rowcount > 0, "nothing was changed"
        finally:
            connection.close()

    def query(self, statement, values=()):
        """Runs a statement where the house sees the database. SQLite follows links, so that it cannot be had by /proc."""
        said = subprocess.run(
            [*self.inside, sys.executable, "-c", QUERY, self.database, statement, json.dumps(values)],
            capture_output=True, text=True, timeout=60)
        assert said.returncode == 0, said.stderr
        return json.loads(said.stdout)

    def produced(self, request=None):
        """The stand-in's own books: of one request, or of all."""
        return httpx.get(self.upstream + "/demo/requests", params={"id": request} if request else None).json()["requests"]

    def workers(self):
        """Their process ids."""
        supervisor = children(self.program.pid, "sluice")
        return {worker for one in supervisor for worker in children(one)}

    def worked(self):
        """Seconds that the workers have had a processor, all of them together: no busy machine makes that longer."""
        return sum(time.clock_gettime(processor_clock(worker)) for worker in self.workers())

    def worker_of(self, response):
        """Which process answered: its log line has the response's request id."""
        request = response.headers["x-request-id"]

        def worker():
            with open(self.data / "run/sluice.log") as log:
                for line in log:
                    # The last one may be half written.
                    if request in line and line.endswith("\n"):
                        return json.loads(line)["pid"]

        return eventually(worker)


def eventually(look, seconds=20):
    """Looks until there is something to see."""
    end = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < end, f"still nothing after {seconds} s"
        time.sleep(0.02)
    return seen


def processor_clock(pid):
    """What clock_getcpuclockid(3) returns."""
    return ~pid << 3 | 2


def children(pid, name=None):
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        of, rest = re.match(r"\d+ \((.*)\) (.*)", text, re.S).groups()
        if int(rest.split()[1]) == pid and name in (None, of):
            found.append(int(stat.parent.name))
    return found


class Person:
    """Somebody who is signed in."""

    def __init__(self, house, email, password=PASSWORD):
        self.house, self.email, self.password = house, email, password
        self.client = house.client()
        answer = sign_in(self.client, email, password)
        assert answer.status_code == 200 and answer.url.path == "/chat", answer.text[:2000]

    @property
    def id(self):
        return self.house.rows("SELECT id FROM person WHERE email = ?", self.email)[0]["id"]

    def usage(self):
        """Their rows of the ledger, in order."""
        return self.house.rows("SELECT * FROM usage WHERE person = ? ORDER BY id", self.id)

    def holds(self):
        return self.house.rows("SELECT * FROM hold WHERE person = ? ORDER BY id", self.id)

    def question(self, text, chat="/chat", model="demo-small"):
        """The filled form of a chat's page, ready to be posted to `chat`; where it is "/chat", a new one."""
        return {**form_fields(self.client.get(chat).text, chat), "text": text, "model": model}

    def ask(self, text, chat="/chat", model="demo-small"):
        """Sends a question as a browser without scripts does, and reads the page to its end."""
        return self.client.post(chat, data=self.question(text, chat, model))

    def press(self, action):
        """Sends a form that has nothing but its button."""
        return self.client.post(action, content=b"", headers={"content-type": "application/x-www-form-urlencoded"})

    def count(self, text, model="demo-small", chat=""):
        """What `POST /tokens` says."""
        answer = self.client.post("/tokens", json={"model": model, "text": text, "chat": chat})
        assert answer.status_code == 200, answer.text
        return answer.json()


def sign_in(client, email, password):
    page = client.get("/sign-in").text
    return client.post("/sign-in", data={**form_fields(page, "/sign-in"), "email": email, "password": password})


def alert(page):
    """What a page says went wrong."""
    found = re.search(r'role="alert"[^>]*>\s*<p>(.*?)</p>', page, re.S)
    return found and html.unescape(found[1])


class Admin(Person):
    """The first admin, by the one-time link."""

    def __init__(self, house):
        email, password = "admin@example.org", "a sluice gate of oak"
        client = house.client()
        page = client.get(house.first_admin_link)
        assert page.status_code == 200
        filled = {**form_fields(page.text, "/first-admin"), "email": email, "name": "Ada Admin", "password": password}
        assert client.post("/first-admin", data=filled).status_code == 200
        super().__init__(house, email, password)
        self.put_off_tomorrow()

    def put_off_tomorrow(self):
        """Days, weeks and months begin half a day from now, so that no test sees two of them."""
        zone, = self.house.rows("SELECT time_zone FROM organization")
        hour = datetime.datetime.now(zoneinfo.ZoneInfo(zone["time_zone"])).hour
        self.house.change("UPDATE organization SET reset_hour = ?", (hour + 12) % 24)

    def make_tier(self, **values):
        """With every model. Returns its name."""
        name = f"Tier {next(numbers)}"
        filled = {
            **form_fields(self.client.get("/admin/tiers?edit=new").text, "/admin/tiers#form"), "name": name,
            "maxPromptTokens": 100_000, "maxReplyTokens": 4096, "tokensPerDay": 1_000_000,
            "models[]": [row["id"] for row in self.house.rows("SELECT id FROM model")], "intent": "save", **values}
        answer = self.client.post("/admin/tiers", data=filled)
        assert f"{name} was added." in answer.text, alert(answer.text) or answer.text[-3000:]
        return name

    def change_tier(self, name, **values):
        """As an admin edits it: the form as it is, with these values in their fields."""
        tier = self.house.rows("SELECT id FROM tier WHERE name = ?", name)[0]["id"]
        page = self.client.get(f"/admin/tiers?edit={tier}").text
        filled = {**form_fields(page, f"/admin/tiers/{tier}#form"), "intent": "save", **values}
        answer = self.client.post(f"/admin/tiers/{tier}", data=filled)
        assert f"{name} was changed." in answer.text, answer.text[-3000:]

    def make_model(self, upstream_model, **values):
        """A model of the upstream that came first, for every tier that is there already. Returns its name."""
        name = f"model-{next(numbers)}"
        first = self.house.rows("SELECT id FROM upstream ORDER BY created_at LIMIT 1")[0]["id"]
        page = self.client.get("/admin/models?edit=new").text
        filled = {
            **form_fields(page, "/admin/models#form"), "name": name, "upstream": first, "upstreamModel": upstream_model,
            "contextWindow": 128_000, "maxReplyTokens": 4096,
            "tiers[]": [row["id"] for row in self.house.rows("SELECT id FROM tier")], **values}
        answer = self.client.post("/admin/models", data=filled)
        assert answer.status_code == 200 and name in answer.text, answer.text[-3000:]
        return name

    def add_upstream(self, name, address, key=""):
        """Returns its id."""
        page = self.client.get("/admin/upstreams?edit=new").text
        filled = {**form_fields(page, "/admin/upstreams#form"), "name": name, "baseURL": address, "key": key}
        answer = self.client.post("/admin/upstreams", data=filled)
        assert answer.status_code == 200, alert(answer.text) or answer.text[-2000:]
        return self.house.rows("SELECT id FROM upstream WHERE name = ?", name)[0]["id"]
