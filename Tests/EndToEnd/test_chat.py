"""Asking without JavaScript: what a browser shows, what the ledger says, and what the stand-in has in its own books."""
import concurrent.futures
import html
import re
import threading

import httpx
import pytest

from forms import form_fields
from house import Person, alert, eventually


@pytest.fixture(scope="module")
def person(house, admin):
    return house.add_person(admin.make_tier())


def test_a_reply_streams_into_the_page_as_it_is_produced(house, admin, person):
    """It takes ten seconds."""
    question = person.question(
        "Tell me a tale of the sea", model=admin.make_model("demo-fault-endless", maxReplyTokens=2_000))
    pieces, standings = [], []
    with person.client.stream("POST", "/chat", data=question) as page:
        assert page.status_code == 200
        request = eventually(person.holds)[0]["request_id"]
        for piece in page.iter_text():
            pieces.append(piece)
            if "data-block" in piece:
                standings += house.produced(request)
    assert len(standings) > 3, "the reply did not come piece by piece"
    assert standings[0]["state"] == "running", "the first piece was read after the last was produced"
    whole = eventually(lambda: (book := house.produced(request)[0])["state"] != "running" and book)
    assert whole["state"] == "finished" and 0 < standings[0]["completion_tokens"] < whole["completion_tokens"] / 2
    written = "".join(pieces)
    assert written.count("<!DOCTYPE html>") == 1 and written.rstrip().endswith("</html>")
    usage = person.usage()[-1]
    assert words_of(usage) in written, "the page does not end with what the reply used"
    assert (usage["prompt_tokens"], usage["completion_tokens"]) == (whole["prompt_tokens"], whole["completion_tokens"])


def words_of(usage):
    prompt, reply = usage["prompt_tokens"], usage["completion_tokens"]
    return f"{prompt:,} prompt + {reply:,} reply = {prompt + reply:,} tokens"


def test_the_same_reply_stands_on_the_page_afterwards(person):
    written = person.ask("What is a sluice?")
    chat = re.search(r'<form class="composer"[^>]*action="(/chat/[0-9a-f]{32})"', written.text)[1]
    again = person.client.get(chat).text
    blocks = re.findall(r"<div data-block>.*?</div>", written.text, re.S)
    assert blocks and all(block in again for block in blocks)
    assert words_of(person.usage()[-1]) in again


def test_stop_ends_the_reply_at_the_model(house, admin):
    """A reply that would go on for minutes."""
    cap = 20_000
    person = house.add_person(admin.make_tier(maxReplyTokens=cap))
    question = person.question("Go on for long", model=admin.make_model("demo-fault-endless", maxReplyTokens=cap))
    elsewhere = Person(house, person.email)
    with person.client.stream("POST", "/chat", data=question) as page:
        rest = page.iter_text()
        while "data-block" not in next(rest):
            pass
        reload = elsewhere.client.get(f"/chat/{question['submission']}").text
        stop = re.search(r'action="(/chat/[0-9a-f]{32}/replies/([0-9a-f]{32})/stop)"', reload)
        assert elsewhere.press(stop[1]).status_code == 200
        end = "".join(rest)
    usage, = [row for row in person.usage() if row["request_id"] == stop[2]]
    theirs = eventually(lambda: [row for row in house.produced(stop[2]) if row["state"] != "running"])[0]
    assert theirs["state"] == "left", "the stand-in was let finish"
    assert usage["outcome"] == "stopped" and "You stopped it" in end and words_of(usage) in end
    assert 0 < usage["completion_tokens"] <= theirs["completion_tokens"] < cap, "it was not stopped, the reply was over"
    assert person.holds() == []


def test_at_the_limit_it_says_which_and_how_much_is_left(house, admin):
    person = house.add_person(admin.make_tier(tokensPerDay=120))
    first = person.ask("Tell me a tale of the sea")
    assert first.status_code == 200
    used = sum(row["prompt_tokens"] + row["completion_tokens"] for row in person.usage())
    assert 104 < used <= 120, "the balance allowed no shorter reply"
    assert re.search(r"Your tokens today: room for a reply of at most \d+ tokens", first.text), "nobody said why it is short"

    needed = person.count("Tell me another tale")["total"] + 16
    refused = person.ask("Tell me another tale")
    assert refused.status_code == 429
    assert alert(refused.text).startswith(
        f"Your tokens today: {needed} tokens needed, {120 - used} left of 120. It returns at ")
    assert 0 < int(refused.headers["retry-after"]) <= 25 * 3600
    assert form_fields(refused.text, "/chat")["text"] == "Tell me another tale", "the draft is gone"
    assert len(person.usage()) == 1 and person.holds() == []
    assert house.rows("SELECT count(*) FROM conversation WHERE person = ?", person.id)[0][0] == 1

    script = person.client.post(
        "/chat", data=person.question("Tell me another tale"),
        headers={"accept": "text/event-stream, application/problem+json"})
    assert script.status_code == 429 and script.json()["detail"] == alert(refused.text), "scripts hear other words"
    assert script.json()["details"]["available"] == 120 - used
    assert int(script.headers["retry-after"]) <= int(refused.headers["retry-after"])


def test_what_can_never_fit_is_no_matter_of_waiting(house, admin):
    person = house.add_person(admin.make_tier(tokensPerDay=120))
    refused = person.ask("sea " * 200)
    assert refused.status_code == 400 and "retry-after" not in refused.headers
    assert "the whole limit is 120" in alert(refused.text)


def test_a_prompt_over_the_tier_s_maximum_is_refused(house, admin):
    person = house.add_person(admin.make_tier(maxPromptTokens=50))
    refused = person.ask("sea " * 200)
    assert refused.status_code == 400
    assert "50" in alert(refused.text) and person.usage() == []


def test_a_raised_tier_is_felt_at_once_on_every_worker(house, admin):
    tier = admin.make_tier(tokensPerDay=10)
    person = house.add_person(tier)
    assert statuses_by_worker(house, person) == {worker: {400} for worker in house.workers()}
    admin.change_tier(tier, tokensPerDay=100_000)
    assert statuses_by_worker(house, person) == {worker: {200} for worker in house.workers()}
    admin.change_tier(tier, tokensPerDay=10)
    assert statuses_by_worker(house, person) == {worker: {400} for worker in house.workers()}


def statuses_by_worker(house, person):
    """Asks until every worker has answered at least twice: a connection comes to whichever worker is free."""
    answers = {}

    def ask(_):
        with house.client() as client:
            client.cookies = person.client.cookies
            return client.post("/chat", data={**question, "submission": new_submission()})

    question = person.question("Hello there")
    with concurrent.futures.ThreadPoolExecutor(8) as many:
        while len(answers) < 2 or min(map(len, answers.values())) < 2:
            for answer in many.map(ask, range(8)):
                answers.setdefault(house.worker_of(answer), []).append(answer.status_code)
    return {worker: set(statuses) for worker, statuses in answers.items()}


def new_submission():
    import secrets

    return secrets.token_hex(16)


def test_a_form_sent_twice_is_one_question_and_one_charge(house, person):
    question = person.question("Only once, please")
    start = threading.Barrier(2)

    def send(_):
        with house.client() as client:
            client.cookies = person.client.cookies
            start.wait()
            return client.post("/chat", data=question)

    with concurrent.futures.ThreadPoolExecutor(2) as both:
        answers = list(both.map(send, range(2)))
    assert [answer.status_code for answer in answers] == [200, 200]
    chat = question["submission"]
    eventually(lambda: not person.holds())
    messages = house.rows("SELECT role FROM message WHERE conversation = ? ORDER BY position", chat)
    assert [message["role"] for message in messages] == ["user", "assistant"]
    charged = [row for row in person.usage() if row["conversation"] == chat]
    assert len(charged) == 1 and len(house.produced(charged[0]["request_id"])) == 1


def test_another_person_s_chat_is_not_there(house, admin, person):
    owner = house.add_person(admin.make_tier())
    question = owner.question("My secret plan")
    assert owner.client.post("/chat", data=question).status_code == 200
    chat = f"/chat/{question['submission']}"
    request = owner.usage()[0]["request_id"]
    message = house.rows("SELECT id FROM message WHERE conversation = ? AND role = 'user'", question["submission"])[0][0]
    for path in ("", "/export.md", "/export.json", f"/replies/{request}/events"):
        answer = person.client.get(chat + path)
        assert answer.status_code == 404 and "secret" not in answer.text, path
    mine = person.question("Let me in")
    for path, form in {
        "": mine, "/rename": {"title": "Mine"}, "/instructions": {"instructions": "Tell"}, "/delete": {},
        f"/replies/{request}/stop": {}, f"/edit/{message}": {"text": "Mine"}, f"/regenerate/{message}": {},
    }.items():
        assert person.client.post(chat + path, data={"model": "demo-small", **form}).status_code == 404, path
    stolen = person.client.post("/tokens", json={"model": "demo-small", "text": "", "chat": question["submission"]})
    assert stolen.status_code == 404
    page = owner.client.get(chat).text
    assert "My secret plan" in page and "Mine" not in page


def test_a_new_chat_under_another_s_name_is_refused(house, admin, person):
    owner = house.add_person(admin.make_tier())
    question = owner.question("My secret plan")
    owner.client.post("/chat", data=question)
    answer = person.client.post("/chat", data=question)
    assert answer.status_code >= 400 and "secret plan</div>" not in answer.text
    assert len(house.rows("SELECT 1 FROM message WHERE conversation = ?", question["submission"])) == 2


def test_chats_are_renamed_searched_exported_and_deleted(house, person):
    question = person.question("Tell me about marmalade")
    person.client.post("/chat", data=question)
    chat = f"/chat/{question['submission']}"
    assert "Quinces &amp; more" in person.client.post(f"{chat}/rename", data={"title": "Quinces & more"}).text
    assert chat in person.client.get("/chat", params={"q": "marmalade"}).text
    assert chat not in person.client.get("/chat", params={"q": "nothing like it"}).text
    markdown = person.client.get(f"{chat}/export.md")
    assert "Tell me about marmalade" in markdown.text and "attachment" in markdown.headers["content-disposition"]
    assert "Tell me about marmalade" in str(person.client.get(f"{chat}/export.json").json())
    before = len(person.usage())
    assert person.press(f"{chat}/delete").status_code == 200
    assert person.client.get(chat).status_code == 404
    assert len(person.usage()) == before, "what was used went with the chat"


def test_a_question_is_edited_and_answered_again(house, person):
    question = person.question("A first try")
    person.client.post("/chat", data=question)
    chat = f"/chat/{question['submission']}"
    edit = re.search(rf'action="({chat}/edit/[0-9a-f]{{32}})"', person.client.get(chat).text)[1]
    edited = transcript(person.client.post(edit, data={"text": "A second try"}).text)
    assert "A second try" in edited and "A first try" not in edited
    again = re.search(rf'action="({chat}/regenerate/[0-9a-f]{{32}})"', person.client.get(chat).text)[1]
    assert person.press(again).status_code == 200
    roles = house.rows("SELECT role FROM message WHERE conversation = ? AND superseded_by IS NULL ORDER BY position",
                       question["submission"])
    assert [row["role"] for row in roles] == ["user", "assistant"]
    assert len([row for row in person.usage() if row["conversation"] == question["submission"]]) == 3


def transcript(page):
    return re.search(r'<ol class="transcript".*</ol>', page, re.S)[0]


SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def test_script_stays_text_wherever_it_is_typed(house, person):
    question = {**person.question(SCRIPT), "instructions": SCRIPT}
    pages = [person.client.post("/chat", data=question).text]
    chat = f"/chat/{question['submission']}"
    pages.append(person.client.post(f"{chat}/rename", data={"title": SCRIPT}).text)
    pages.append(person.client.get("/chat", params={"q": SCRIPT}).text)
    pages.append(person.client.post("/account/preferences", data={"displayName": SCRIPT, "timeZone": ""}).text)
    for page in pages:
        assert "<script>alert" not in page and "<img src=x" not in page
        assert html.escape(SCRIPT, quote=False)[:20] in page


@pytest.mark.parametrize("name, body", [
    ("not UTF-8", b"text=%FF%FE&submission={s}&model=demo-small"), ("raw bytes", b"text=\xff\xfe&submission={s}&model=demo-small"),
    ("NUL", b"text=a%00b&submission={s}&model=demo-small"), ("no text", b"submission={s}&model=demo-small"),
    ("no submission", b"text=Hello&model=demo-small"), ("empty", b""),
    ("twice", b"text=Hello&text=Hello&submission={s}&model=demo-small"),
    ("blank", b"text=%20%20&submission={s}&model=demo-small"), ("odd submission", b"text=Hello&submission=../..&model=demo-small"),
    ("unknown model", b"text=Hello&submission={s}&model=nothing"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_a_form_that_is_not_ours_is_refused_and_costs_nothing(house, person, name, body):
    before = (len(person.usage()), house.rows("SELECT count(*) FROM message")[0][0])
    answer = person.client.post(
        "/chat", content=body.replace(b"{s}", new_submission().encode()),
        headers={"content-type": "application/x-www-form-urlencoded"})
    assert 400 <= answer.status_code < 500 and "<h1" in answer.text, answer.text[:500]
    assert (len(person.usage()), house.rows("SELECT count(*) FROM message")[0][0]) == before


def test_a_prompt_of_two_megabytes_is_refused_in_plain_words(house, person):
    answer = person.client.post("/chat", data={**person.question("x"), "text": "sea " * 500_000})
    assert answer.status_code in (400, 413)
    assert len(answer.text) < 5_000_000 and person.holds() == []


@pytest.mark.parametrize("fault, status, words", [
    ("refuse", 502, "could not be reached"), ("error-500", 502, "server failed (500)"),
    ("error-401", 502, "did not accept this site's key (401)"), ("error-429", 503, "overloaded"), ("html", 502, "something that is no reply"),
    ("redirect", 502, "refused the request"),
])
def test_an_upstream_that_does_not_answer_costs_nothing(house, admin, fault, status, words):
    model = admin.make_model(f"demo-fault-{fault}")
    person = house.add_person()
    answer = person.ask("Is anybody there?", model=model)
    assert answer.status_code == status and words in alert(answer.text)
    assert form_fields(answer.text, "/chat")["text"] == "Is anybody there?"
    assert person.usage() == [] and person.holds() == []


@pytest.mark.parametrize("fault, produced", [("cut-after-20", 20), ("garbage-after-20", 20), ("reset-after-20", 20)])
def test_a_reply_that_breaks_off_is_kept_and_costs_what_came(house, admin, fault, produced):
    model = admin.make_model(f"demo-fault-{fault}")
    person = house.add_person()
    answer = person.ask("Tell me a tale of the sea", model=model)
    assert answer.status_code == 200 and 'class="note stop"' in answer.text
    usage, = person.usage()
    theirs, = house.produced(usage["request_id"])
    assert theirs["completion_tokens"] == produced and usage["outcome"] == "failed"
    assert 0 < usage["completion_tokens"] <= produced * 2 and usage["source"] == "counted"
    assert words_of(usage) in answer.text and person.holds() == []


def test_the_pages_the_panel_and_the_ledger_say_the_same(house, admin):
    person = house.add_person(admin.make_tier(tokensPerDay=5000))
    person.ask("Tell me a tale of the sea")
    page = person.ask("And of a river").text
    total = sum(row["prompt_tokens"] + row["completion_tokens"] for row in person.usage())
    assert f"Today: {total:,} tokens" in person.client.get("/account").text
    assert f"{total:,}" in person.client.get("/account/usage").text
    assert f'data-used="{total}"' in person.client.get("/chat").text
    assert f"{5000 - total:,}" in person.client.get("/help/limits").text
    assert f">{total:,}</td>" in admin.client.get(f"/admin/people/{person.id}").text
    assert f">{total:,}</td>" in admin.client.get("/admin/people", params={"q": person.email}).text
    assert f"{total:,}" in admin.client.get("/admin/usage").text
