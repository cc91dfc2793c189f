"""The disk is full, cannot be written, is locked, or has lost its file: nothing passes the gate that cannot be written
down, what was written before stays readable, and it heals by itself.

The database lies on a small disk of its own, which only the house sees: a tmpfs in a mount namespace, which an ordinary
user may have as well where the system allows it.
"""
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading
import time

import pytest

from conftest import running_house
from house import Admin, PASSWORD, alert, eventually, sign_in
from saying import Upstream, halting

NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount"]
HAS_NAMESPACE = subprocess.run([*NAMESPACE, "true"], capture_output=True).returncode == 0 if shutil.which("unshare") else False
pytestmark = pytest.mark.skipif(not HAS_NAMESPACE, reason="this system lets users make no mount namespace, so there is no small disk")

QUESTION = "Tell me a tale of the sea"
SIZE = "6m"
LOCK = """
import select, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=10, isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
select.select([sys.stdin], [], [], float(sys.argv[2]))
"""


def on_a_small_disk(folder, size=SIZE):
    """Runs what follows it where `folder` is a disk of this size."""
    return [*NAMESPACE, "sh", "-c", 'mount -t tmpfs -o size="$1" tmpfs "$2" && shift 2 && exec "$@"', "sh", size, str(folder)]


class Disk:
    """The small disk, from outside."""

    def __init__(self, house, folder):
        self.house = house
        self.path = pathlib.Path(f"/proc/{house.program.pid}/root{folder}")

    def fill(self):
        """To its last byte, when the log has been moved into the file: there is no room to write over either."""
        eventually(self.is_filled)

    def is_filled(self):
        """False where somebody kept the log or wrote to it meanwhile."""
        self.empty()
        if self.house.query("PRAGMA wal_checkpoint(TRUNCATE)")[0]["busy"]:
            return False
        with open(self.path / "ballast", "wb", buffering=0) as ballast:
            for size in (65536, 4096, 1):
                with contextlib.suppress(OSError):
                    while True:
                        ballast.write(b"x" * size)
        return (self.path / "sluice.db-wal").stat().st_size == 0

    def empty(self):
        (self.path / "ballast").unlink(missing_ok=True)

    @contextlib.contextmanager
    def locked(self, seconds=60):
        """By another program, which keeps the write lock for so long at most."""
        program = subprocess.Popen(
            [*self.house.inside, sys.executable, "-c", LOCK, self.house.database, str(seconds)], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert program.stdout.readline() == "locked\n"
        try:
            yield
        finally:
            program.communicate(timeout=20)

    @contextlib.contextmanager
    def full(self):
        self.fill()
        try:
            yield
        finally:
            self.empty()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A house whose database is on a small disk, with its first admin."""
    data = tmp_path_factory.mktemp("disk")
    folder = data / "small"
    folder.mkdir()
    with running_house(data, inside=on_a_small_disk(folder), SLUICE_DATABASE=str(folder / "sluice.db")) as house:
        disk = Disk(house, folder)
        house.store = folder / "sluice.db"
        house.inside = ("nsenter", "--preserve-credentials", "--user", "--mount", "--target", str(house.program.pid))
        house.disk = disk
        house.admin = Admin(house)
        yield house


@pytest.fixture
def person(place):
    return place.add_person()


def call(house, key, **members):
    with house.client() as client:
        return client.post(
            "/v1/chat/completions", headers={"authorization": f"Bearer {key}"},
            json={"model": "demo-small", "messages": [{"role": "user", "content": QUESTION}], "max_tokens": 20, **members})


class Halting:
    """A model of an upstream that says some words, and comes to the end of its reply when it is let go on."""

    PIECES = 30

    def __init__(self, house):
        self.going_on = threading.Event()
        upstream = Upstream({"halting": lambda: halting(self.PIECES, self.going_on)})
        self.name = house.admin.make_model(
            "halting", upstream=house.admin.add_upstream(f"At {upstream.address}", upstream.address), encoding="o200k_base")

    def assert_charged(self, house, person, times):
        """So many replies, each to its last word, of somebody who asked nothing else. A prompt is as long elsewhere."""
        rows = person.usage()
        assert [row["completion_tokens"] for row in rows] == [self.PIECES] * times
        prompt = call(house, house.key(house.add_person().email)).json()["usage"]["prompt_tokens"]
        assert {row["prompt_tokens"] for row in rows} == {prompt}
        assert_sums_agree(house, person)


def assert_books_agree(house, person):
    """Ours and the stand-in's, request by request; our own sums; and nothing is held any more."""
    assert_sums_agree(house, person)
    for row in person.usage():
        theirs, = house.produced(row["request_id"])
        assert (row["prompt_tokens"], row["completion_tokens"]) == (theirs["prompt_tokens"], theirs["completion_tokens"])


def assert_sums_agree(house, person):
    assert eventually(lambda: person.holds() == [])
    flaws = house.rows(
        """
        SELECT id FROM account a WHERE used <> (SELECT coalesce(sum(used), 0) FROM charge WHERE account = a.id)
                                    OR held <> (SELECT coalesce(sum(held), 0) FROM charge WHERE account = a.id)
        UNION ALL SELECT id FROM usage WHERE id > 0 GROUP BY request_id HAVING count(*) > 1
        UNION ALL SELECT h.id FROM hold h JOIN usage u ON u.request_id = h.request_id
        """)
    assert flaws == []


def test_a_full_disk_lets_nothing_pass_and_keeps_nobody_from_reading(place, person):
    key = place.key(person.email)
    chat = person.ask(QUESTION).url.path
    assert call(place, key).status_code == 200
    stale = int(time.time() * 1000) - 120_000
    place.change("UPDATE session SET last_seen_at = ? WHERE person = ?", stale, person.id)
    place.change("UPDATE api_key SET last_used_at = ? WHERE person = ?", stale, person.id)
    question = {**person.question(QUESTION), "text": "What I typed is not lost"}
    before = len(place.produced())

    with place.disk.full():
        assert_refused_as_unavailable(call(place, key))
        page = person.client.post("/chat", data=question)
        assert page.status_code == 503 and int(page.headers["retry-after"]) > 0
        assert "disk is full or cannot be written" in alert(page.text)
        assert question["text"] in page.text, "the draft is lost"
        with place.client() as stranger:
            page = sign_in(stranger, person.email, PASSWORD)
            assert page.status_code == 503 and "disk is full or cannot be written" in page.text
        for path in ("/chat", "/account", "/account/usage", "/account/keys", "/sign-in", "/readyz"):
            assert person.client.get(path).status_code == 200, path
        assert "</table>" in person.client.get("/account/usage").text
        with place.client() as client:
            for path in ("/v1/models", "/v1/balance"):
                assert client.get(path, headers={"authorization": f"Bearer {key}"}).status_code == 200, path
        assert len(place.produced()) == before, "the upstream was asked"

    assert call(place, key).status_code == 200
    assert person.ask(QUESTION).status_code == 200
    assert len(person.usage()) == 4
    assert_books_agree(place, person)
    log = (place.data / "run/sluice.log").read_text()
    assert '"full"' in log, "the log does not say why"


def test_a_reply_that_ends_on_a_full_disk_is_charged_when_there_is_room(place, person):
    """The worker keeps the ending and tries again. Nothing is free meanwhile: what it took stays held."""
    key, model = place.key(person.email), Halting(place)
    replies = [Streaming(place, key, model=model.name, max_tokens=150) for _ in range(4)]
    for reply in replies:
        assert reply.has_begun.wait(20)
    with place.disk.full():
        model.going_on.set()
        for reply in replies:
            reply.join(20)
        assert all(reply.text.rstrip().endswith("data: [DONE]") for reply in replies), "a reply broke off"
        assert len(person.holds()) == 4 and person.usage() == []
        assert_refused_as_unavailable(call(place, key))
    assert eventually(lambda: len(person.usage()) == 4)
    model.assert_charged(place, person, times=4)


def test_a_stopping_worker_still_writes_down_what_ends_with_it(place, person):
    """It has been asked to end while the disk is full, and there is room again before it is gone."""
    key, model = place.key(person.email), Halting(place)
    reply = Streaming(place, key, model=model.name, max_tokens=150)
    assert reply.has_begun.wait(20)
    with place.disk.full():
        model.going_on.set()
        reply.join(20)
        worker = int(eventually(person.holds)[0]["owner"].rsplit(":", 1)[1])
        assert person.usage() == []
        os.kill(worker, signal.SIGTERM)
        # It lets the socket go first, and tries to settle for three seconds in the end.
        eventually(lambda: os.readlink(f"/proc/{worker}/fd/0") == "/dev/null")
    assert eventually(lambda: worker not in place.workers())
    assert len(person.usage()) == 1, "it ended without its books"
    model.assert_charged(place, person, times=1)
    eventually(lambda: call(place, key).status_code == 200)


def test_a_database_that_another_program_keeps_locked_is_busy_and_not_gone(place, person):
    key = place.key(person.email)
    before = len(place.produced())
    with place.disk.locked():
        began = time.monotonic()
        assert_refused_as_unavailable(call(place, key))
        assert time.monotonic() - began < 15, "it waited longer than twice the busy timeout"
        assert person.client.get("/account/usage").status_code == 200
        assert len(place.produced()) == before, "the upstream was asked"
    assert call(place, key).status_code == 200
    assert_books_agree(place, person)


def test_a_lock_that_is_given_back_in_time_is_only_waited_for(place, person):
    key = place.key(person.email)
    with place.disk.locked(seconds=2):
        assert call(place, key).status_code == 200
    assert_books_agree(place, person)


def test_nothing_is_written_into_a_database_that_was_taken_away(place, person):
    key = place.key(person.email)
    before = len(place.produced())
    (place.disk.path / "sluice.db").rename(place.disk.path / "elsewhere")
    try:
        assert_refused_as_unavailable(call(place, key))
        with place.client() as client:
            assert client.get("/readyz").status_code == 503
        assert len(place.produced()) == before, "the upstream was asked"
    finally:
        (place.disk.path / "elsewhere").rename(place.disk.path / "sluice.db")
    assert call(place, key).status_code == 200
    assert_books_agree(place, person)


# MARK: At the start


@pytest.mark.parametrize("harm, words", [
    ("cat /dev/zero >ballast 2>/dev/null || true", "The disk is full"),
    ("mount -o remount,ro .", "cannot be"),
    ("dd if=/dev/urandom of=sluice.db bs=4096 count=1 conv=notrunc status=none", "The file is damaged, or is no database"),
    ("truncate -s 20000 sluice.db", "The file is damaged"),
])
def test_a_database_that_cannot_be_used_is_named_and_nothing_starts(tmp_path, harm, words):
    said = start_on_a_small_disk(tmp_path, f"$SLUICE user add someone@example.org --invite >/dev/null; eval $FOLD; {harm}; $SLUICE serve")
    assert said.returncode == 1
    assert f"The database {tmp_path}/disk/sluice.db cannot be used." in said.stderr and words in said.stderr, said.stderr


def test_a_disk_that_fills_while_the_tables_are_made_leaves_nothing_that_is_in_the_way(tmp_path):
    """At each size in turn, until all of them fit."""
    said = start_on_a_small_disk(tmp_path, """
        for size in 20k 60k 100k 200k 300k 400k 600k 800k 1200k; do
            mount -o remount,size=$size .
            if echo "a gate of green oak" | $SLUICE user add someone@example.org --password-stdin >/dev/null 2>../said; then break; fi
            cat ../said >&2
        done
        rm -f said
        $SLUICE key list --user someone@example.org && echo whole
    """)
    assert said.returncode == 0 and said.stdout.endswith("whole\n"), said.stderr
    failures = said.stderr.strip().splitlines()
    assert len(failures) >= 3 and all("The disk is full" in line for line in failures), said.stderr


def start_on_a_small_disk(folder, script):
    disk = folder / "disk"
    disk.mkdir()
    top = pathlib.Path(__file__).parents[2]
    environment = os.environ | {
        "FOLD": f"{sys.executable} -c 'import sqlite3; sqlite3.connect(\"sluice.db\").execute(\"PRAGMA wal_checkpoint(TRUNCATE)\")'",
        "SLUICE": str(top / ".build/debug/sluice"), "SLUICE_DATABASE": str(disk / "sluice.db"),
        "SLUICE_SOCKET": str(folder / "socket"), "SLUICE_TEMPLATES": str(top / "templates"),
        "SLUICE_TABLES": os.environ.get("SLUICE_TABLES", str(top / "var/vocabulary")),
        "SLUICE_ADDRESS": "http://localhost:1", "SLUICE_PUBLIC": str(top / "public"), "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
    return subprocess.run(
        [*on_a_small_disk(disk), "sh", "-c", f"cd {disk} && {script}"], env=environment, capture_output=True, text=True,
        timeout=60)


class Streaming(threading.Thread):
    """A client that reads a stream to its end."""

    def __init__(self, house, key, **members):
        super().__init__(daemon=True)
        self.house, self.key, self.members = house, key, members
        self.has_begun, self.text = threading.Event(), ""
        self.start()

    def run(self):
        body = {"model": "demo-small", "messages": [{"role": "user", "content": QUESTION}], "stream": True, **self.members}
        with self.house.client() as client, client.stream(
                "POST", "/v1/chat/completions", json=body, headers={"authorization": f"Bearer {self.key}"}) as answer:
            for text in answer.iter_text():
                self.text += text
                if '"content"' in self.text:
                    self.has_begun.set()


def assert_refused_as_unavailable(answer):
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json()["error"].keys() >= {"message", "type", "param", "code"}
    assert answer.json()["error"]["type"] == "server_error"
