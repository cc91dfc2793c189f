"""The clock jumps under a running house, and is put right again: every reply is charged, nobody is locked out, and nothing
is announced for the past.

The processes see another time by libfaketime, which reads it from a file each time; how long things take stays real.
"""
import datetime
import glob
import pathlib
import re
import shutil
import tempfile

import pytest

from conftest import running_house
from house import Admin, PASSWORD, sign_in
from test_disk import Streaming, assert_books_agree, call

LIBRARY = next(iter(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")), None)
pytestmark = pytest.mark.skipif(not LIBRARY, reason="faketime is missing: apt-get install faketime")

DAY = 86_400
JUMPS = {"+1 h": 3600, "-1 h": -3600, "+400 d": 400 * DAY, "-400 d": -400 * DAY, "beyond 2038": 13 * 365 * DAY}


class Clock:
    def __init__(self, folder):
        self.file = folder / "clock"
        self.jump(0)

    def jump(self, seconds):
        """So far from the real time, from now on."""
        new = self.file.with_suffix(".new")
        new.write_text(f"{seconds:+d}\n")
        new.rename(self.file)

    @property
    def inside(self):
        return [
            "env", f"LD_PRELOAD={LIBRARY}", f"FAKETIME_TIMESTAMP_FILE={self.file}", "FAKETIME_NO_CACHE=1",
            "FAKETIME_DONT_FAKE_MONOTONIC=1"]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    # nginx's own user has to read it.
    folder = pathlib.Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    clock = Clock(folder)
    with running_house(tmp_path_factory.mktemp("clock"), inside=clock.inside) as house:
        house.clock = clock
        house.admin = Admin(house)
        yield house
        clock.jump(0)
    shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def put_right(place):
    yield
    place.clock.jump(0)


@pytest.fixture
def person(place):
    return place.add_person(place.admin.make_tier(tokensPerDay=100_000, requestsPerMinute=50))


def seconds(duration):
    """Of `1h0m5s`."""
    hours, minutes, rest = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(\d+)s", duration).groups("0")
    return int(hours) * 3600 + int(minutes) * 60 + int(rest)


def assert_announced_for_the_future(answer):
    assert 0 < seconds(answer.headers["x-ratelimit-reset-tokens"]) <= 26 * 3600
    for reset in re.findall(r";t=(-?\d+)", answer.headers["ratelimit"]):
        assert 0 <= int(reset) <= 32 * DAY


@pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS.keys())
def test_a_reply_goes_on_over_a_jump_and_is_charged_once(place, person, jump):
    key = place.key(person.email)
    there = Streaming(place, key, max_tokens=150)
    assert there.has_begun.wait(10)
    place.clock.jump(jump)
    there.join(30)
    assert there.text.rstrip().endswith("data: [DONE]"), there.text[-500:]
    during = call(place, key)
    assert during.status_code == 200, during.text
    assert_announced_for_the_future(during)

    back = Streaming(place, key, max_tokens=150)
    assert back.has_begun.wait(10)
    place.clock.jump(0)
    back.join(30)
    assert back.text.rstrip().endswith("data: [DONE]"), back.text[-500:]
    after = call(place, key)
    assert after.status_code == 200, after.text
    assert_announced_for_the_future(after)
    assert len(person.usage()) == 4
    assert_books_agree(place, person)


@pytest.mark.parametrize("jump", [400 * DAY, -400 * DAY], ids=["+400 d", "-400 d"])
def test_nobody_is_locked_out_when_the_clock_is_right_again(place, jump):
    """Everything that can be used up or gets on somebody's nerves is, while it is wrong."""
    person = place.add_person(place.admin.make_tier(tokensPerDay=200, maxReplyTokens=20, requestsPerMinute=50))
    key = place.key(person.email)
    assert call(place, key).status_code == 200
    place.clock.jump(jump)
    while (answer := call(place, key)).status_code == 200:
        pass
    assert answer.status_code == 429 and 0 < int(answer.headers["retry-after"]) <= 26 * 3600
    with place.client() as client:
        for _ in range(8):
            sign_in(client, person.email, "not the password")
    new = place.client()

    place.clock.jump(0)
    answer = call(place, key)
    assert answer.status_code == 200, answer.text
    answer = sign_in(new, person.email, PASSWORD)
    assert answer.url.path == "/chat", "the failures of another time count"
    while (answer := call(place, key)).status_code == 200:
        pass
    assert answer.status_code == 429 and 0 < int(answer.headers["retry-after"]) <= 26 * 3600
    new.close()
    assert_books_agree(place, person)


def test_a_session_of_a_wrong_clock_goes_on_and_an_ended_one_leads_to_the_sign_in(place, person):
    place.clock.jump(400 * DAY)
    assert person.client.get("/chat").url.path == "/sign-in"
    assert sign_in(person.client, person.email, PASSWORD).url.path == "/chat"
    place.clock.jump(0)
    assert person.client.get("/chat").url.path == "/chat"
    last, = place.rows("SELECT last_seen_at FROM session WHERE person = ? ORDER BY last_seen_at DESC LIMIT 1", person.id)
    now = datetime.datetime.now(datetime.UTC).timestamp() * 1000
    assert last["last_seen_at"] <= now + 1000, "it would last for a year"


def test_a_key_is_refused_after_its_end_and_works_again_when_that_is_to_come(place, person):
    key = place.run("key", "create", "--user", person.email, "--name", "month", "--expires", "30")
    place.clock.jump(400 * DAY)
    assert call(place, key).status_code == 401
    place.clock.jump(0)
    assert call(place, key).status_code == 200


def test_the_pages_are_there_whatever_the_clock_shows(place, person):
    person.ask("Tell me a tale of the sea")
    for jump in [0, 3600, -3600, 0]:
        place.clock.jump(jump)
        for path in ("/chat", "/account", "/account/usage"):
            answer = person.client.get(path)
            assert answer.status_code == 200, path
            assert not re.search(r"-\d+ (s|min|h|seconds|minutes|hours|days)\b", answer.text), path
