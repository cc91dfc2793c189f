"""What the tests do as a person would, over HTTP: become admin, add people and tiers, sign in, ask."""
import dataclasses
import itertools
import os
import pathlib
import re
import sqlite3
import subprocess

import httpx

from forms import form_fields

PASSWORD = "a gate of green oak"
numbers = itertools.count(1)


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

    def client(self):
        return httpx.Client(
            base_url=self.address, headers={"origin": self.address}, follow_redirects=True, timeout=60)

    def add_person(self, tier=None, admin=False, password=PASSWORD):
        """From a shell, as whoever owns the machine does it."""
        email = f"person{next(numbers)}@example.org"
        options = (["--admin"] if admin else []) + (["--tier", tier] if tier else [])
        said = subprocess.run(
            [self.sluice, "user", "add", email, "--password-stdin", *options], env=self.environment, input=password + "\n",
            capture_output=True, text=True, timeout=60)
        assert said.returncode == 0, said.stderr
        return Person(self, email, password)

    @property
    def environment(self):
        return os.environ | {"SLUICE_DATABASE": str(self.database)}

    @property
    def database(self):
        return self.data / "sluice.db"

    def rows(self, query, *values):
        """What the store holds, read beside the workers."""
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)
        try:
            connection.row_factory = sqlite3.Row
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def change(self, statement, *values):
        """Changes the store behind the workers' backs: only to let time pass for a row."""
        connection = sqlite3.connect(self.database, timeout=10)
        try:
            with connection:
                assert connection.execute(statement, values).rowcount > 0, "nothing was changed"
        finally:
            connection.close()

    def workers(self):
        """Their process ids."""
        supervisor = children(self.program.pid, "sluice")
        return [worker for one in supervisor for worker in children(one)]


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


def sign_in(client, email, password):
    page = client.get("/sign-in").text
    return client.post("/sign-in", data={**form_fields(page, "/sign-in"), "email": email, "password": password})


def alert(page):
    """What a page says went wrong."""
    found = re.search(r'role="alert"[^>]*>\s*<p>(.*?)</p>', page, re.S)
    return found and found[1]


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
