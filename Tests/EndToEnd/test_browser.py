"""In Debian's Chromium: what a person sees and does. Every page that is opened is heard out: no error on its console,
no violation of its content security policy.

What they look like is kept in var/screenshots/.
"""
import pathlib
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from house import Person, eventually

expect.set_options(timeout=20_000)
SCREENSHOTS = pathlib.Path(__file__).parents[2] / "var/screenshots"
QUESTION = "Tell me a tale of the sea"


@pytest.fixture
def visit(browser):
    """Opens a browser window for somebody, and in the end asserts that no page complained."""
    windows, complaints = [], []

    def hear(message):
        if message.type in ("error", "warning"):
            complaints.append(f"{message.type}: {message.text} ({message.location})")

    def open_window(house, person=None, **options):
        window = browser.new_context(
            base_url=house.address, **{"viewport": {"width": 1280, "height": 800}, "locale": "en-GB", **options})
        window.set_default_timeout(20_000)
        windows.append(window)
        if person:
            window.add_cookies([
                {"name": cookie.name, "value": cookie.value, "url": house.address} for cookie in person.client.cookies.jar])
        window.add_init_script(
            "addEventListener('securitypolicyviolation', (event) => "
            "console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sample))")
        page = window.new_page()
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(f"uncaught: {error}"))
        return page

    open_window.complaints = complaints
    yield open_window
    for window in windows:
        window.close()
    assert complaints == []


def picture(page, name):
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")


def ask(page, text, model=None):
    if model:
        page.get_by_label("Model", exact=True).select_option(model)
    page.get_by_label("Your question").fill(text)
    page.get_by_role("button", name="Send").click()


def write(page, text):
    """Types, and waits until the server has counted it."""
    with page.expect_response("**/tokens"):
        page.get_by_label("Your question").fill(text)


def whole_reply(page):
    """The last reply, once it says what it used."""
    reply = page.locator(".message.reply").last
    expect(reply.locator("footer")).to_contain_text("tokens", timeout=60_000)
    return reply


def test_the_first_admin_comes_by_the_link_and_chats(new_house, visit):
    page = visit(new_house)
    page.goto(new_house.first_admin_link)
    picture(page, "first-admin")
    page.get_by_label("E-mail").fill("ada@example.org")
    page.get_by_label("Name").fill("Ada Admin")
    page.get_by_label("Password").fill("a sluice gate of oak")
    page.get_by_role("button", name="Create the account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tiers")
    page.get_by_role("link", name="Chat", exact=True).click()
    expect(page.locator("#gauge")).to_be_visible()
    picture(page, "chat-new")

    # Long enough for the button that stops it to be seen.
    new_house.change(
        "UPDATE model SET upstream_model = 'demo-fault-endless', max_reply_tokens = 2000 WHERE name = 'demo-large'")
    ask(page, QUESTION, "demo-large")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    reply = whole_reply(page)
    expect(reply.locator("table").first).to_be_visible()
    code = reply.locator(".code").first
    code.get_by_role("button", name="Copy").click()
    expect(code.get_by_role("button", name="Copied")).to_be_visible()
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    expect(page.get_by_label("Your question")).to_have_value("")
    expect(page).to_have_url(re.compile(r"/chat/[0-9a-f]{32}$"))
    expect(page.locator(".history")).to_contain_text(QUESTION)
    total = new_house.rows("SELECT sum(prompt_tokens + completion_tokens) FROM usage")[0][0]
    expect(page.locator("#total")).to_contain_text(f"{total:,} tokens")
    expect(page.locator("#today")).to_contain_text(f"{total:,} tokens")
    expect(page.locator("#gauge")).to_have_attribute("data-used", str(total))
    picture(page, "chat")


def test_the_gauge_moves_while_typing_and_becomes_exact(house, admin, visit):
    tier = admin.make_tier()
    model = "demo-small"
    person = house.add_person(tier)
    page = visit(house, person)
    page.goto("/chat")
    page.get_by_label("Model", exact=True).select_option(model)
    expect(page.locator("[data-of=needs]")).to_have_text("7")
    text = "How deep is the water above the sluice?"
    page.route("**/tokens", lambda route: None)
    page.get_by_label("Your question").press_sequentially(text[:10])
    expect(page.locator("[data-of=needs]"), "nothing moved while typing").to_have_text(re.compile("^≈"))
    page.unroute("**/tokens")
    page.get_by_label("Your question").fill(text)
    exact = person.count(text, model=model)["total"]
    assert exact > 7
    expect(page.locator("[data-of=needs]")).to_have_text(str(exact))
    assert page.locator("rect.needs").get_attribute("width") != "0"


def test_keys_send_break_lines_and_leave_composed_characters_alone(house, admin, visit):
    page = visit(house, house.add_person(admin.make_tier()))
    page.goto("/chat")
    box = page.get_by_label("Your question")
    box.press_sequentially("one")
    box.press("Shift+Enter")
    box.press_sequentially("two")
    expect(box).to_have_value("one\ntwo")
    box.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    expect(page.locator(".message")).to_have_count(0)
    box.press("Enter")
    expect(page.locator(".message.question .content")).to_have_text("one\ntwo")
    whole_reply(page)


def test_stop_really_stops_and_the_reply_can_be_asked_for_again(house, admin, visit):
    """A reply that would go on for minutes."""
    cap = 20_000
    person = house.add_person(admin.make_tier(maxReplyTokens=cap))
    endless = admin.make_model("demo-fault-endless", maxReplyTokens=cap)
    page = visit(house, person)
    page.goto("/chat")
    ask(page, QUESTION, endless)
    expect(page.locator(".message.reply [data-block]").first).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(whole_reply(page).locator("footer")).to_contain_text("You stopped it")
    request = person.usage()[0]["request_id"]
    assert eventually(lambda: [row for row in house.produced(request) if row["state"] != "running"])[0]["state"] == "left"
    picture(page, "chat-stopped")
    page.get_by_label("Model", exact=True).select_option("demo-small")
    page.get_by_role("button", name="Answer again").click()
    expect(page.locator(".message.reply")).to_have_count(1)
    expect(whole_reply(page).locator("footer")).not_to_contain_text("You stopped it")
    eventually(lambda: len(person.usage()) == 2)
    assert [row["model_asked"] for row in person.usage()] == [endless, "demo-small"]


def test_the_last_question_is_edited(house, admin, visit):
    page = visit(house, house.add_person(admin.make_tier()))
    page.goto("/chat")
    ask(page, "A first try", "demo-small")
    whole_reply(page)
    page.locator(".message.question summary").click()
    page.get_by_label("Edit the question and ask again").fill("A second try")
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator(".message.question .content")).to_have_text("A second try")
    whole_reply(page)
    expect(page.locator(".message")).to_have_count(2)


def test_a_reload_amid_a_reply_shows_what_came_and_goes_on(house, admin, visit):
    """It takes ten seconds."""
    person = house.add_person(admin.make_tier())
    model = admin.make_model("demo-fault-endless", maxReplyTokens=2_000)
    page = visit(house, person)
    page.goto("/chat")
    ask(page, QUESTION, model)
    expect(page.locator(".message.reply [data-block]").first).to_be_visible()
    page.reload()
    expect(page.locator(".message.reply [data-block]").first).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(whole_reply(page).locator("table").first).to_be_visible()
    expect(page.locator(".message")).to_have_count(2)


def test_an_admin_s_edit_blocks_says_until_when_and_is_taken_back(house, admin, visit):
    tier = admin.make_tier()
    person = house.add_person(tier)
    panel, page = visit(house, admin), visit(house, person, timezone_id="Europe/Berlin")
    page.goto("/chat")
    ask(page, QUESTION, "demo-small")
    whole_reply(page)

    edit_tier(panel, tier, tokens_per_day="100")
    picture(panel, "admin-tiers")
    page.get_by_label("Your question").fill("And now a tale of the river")
    gauge, send = page.locator("#gauge"), page.get_by_role("button", name="Send")
    expect(gauge).to_have_attribute("data-state", "blocked")
    expect(send).to_be_disabled()
    expect(gauge.locator(".advice")).to_contain_text("Your tokens today")
    expect(gauge.locator(".advice")).to_contain_text("Your draft is kept")
    expect(gauge.locator("time[data-countdown]")).to_have_text(re.compile(r"\(\d+ (h|min|s)\b.*\)"))
    picture(page, "chat-blocked")
    page.get_by_label("Your question").press("Enter")
    expect(page.locator(".message.question")).to_have_count(1)

    edit_tier(panel, tier, tokens_per_day="100000")
    page.get_by_label("Your question").press_sequentially(".")
    expect(send).to_be_enabled()
    send.click()
    expect(page.locator(".message.reply")).to_have_count(2)
    whole_reply(page)
    panel.goto("/admin/audit")
    expect(panel.locator("main")).to_contain_text(tier)


def edit_tier(panel, tier, tokens_per_day):
    panel.goto("/admin/tiers")
    panel.get_by_role("link", name=f"Edit {tier}", exact=True).click()
    panel.get_by_label("Tokens per day").fill(tokens_per_day)
    panel.get_by_role("button", name="What would change?").click()
    expect(panel.locator(".changing .note")).to_be_visible()
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_role("status").first).to_contain_text(f"{tier} was changed.")


def test_a_prompt_over_the_tier_s_maximum_is_stopped_while_typing(house, admin, visit):
    page = visit(house, house.add_person(admin.make_tier(maxPromptTokens=50)))
    page.goto("/chat")
    page.get_by_label("Your question").fill("sea " * 100)
    expect(page.get_by_role("button", name="Send")).to_be_disabled()
    expect(page.locator(".advice")).to_contain_text("This prompt is too long")
    page.get_by_label("Your question").fill("sea")
    expect(page.get_by_role("button", name="Send")).to_be_enabled()


def test_only_the_server_s_count_or_an_estimate_far_past_blocks(house, admin, visit):
    page = visit(house, house.add_person(admin.make_tier(maxPromptTokens=60)))
    page.goto("/chat")
    page.evaluate("""() => {
        window.states = [];
        const gauge = document.getElementById("gauge");
        new MutationObserver(() => window.states.push(gauge.dataset.state)).observe(gauge, {attributeFilter: ["data-state"]});
    }""")
    words = "understanding " * 20
    write(page, words)
    exact = page.locator("[data-of=needs]")
    expect(exact).to_have_text(re.compile(r"^\d+$"))
    counted = int(re.sub(r"\D", "", exact.inner_text()))
    assert counted <= 60 < 7 + len(words) / 4, "the estimate is over the maximum, and the count is not"
    assert "blocked" not in page.evaluate("window.states")
    expect(page.get_by_role("button", name="Send")).to_be_enabled()

    page.route("**/tokens", lambda route: None)
    page.get_by_label("Your question").fill("understanding " * 200)
    expect(page.get_by_role("button", name="Send")).to_be_disabled()


@pytest.mark.parametrize("look", ["light", "narrow"])
def test_a_chat_s_menu_is_in_reach_and_what_was_done_stands_above_it(house, admin, visit, look):
    person = house.add_person(admin.make_tier())
    person.client.post("/chat", data=(question := person.question(QUESTION)))
    page = visit(house, person, **LOOKS[look])
    page.goto(f"/chat/{question['submission']}")
    menu = page.locator(".head .menu")
    for label, text, button, notice in (
            ("Name", "Of the sea", "Rename", "a new name"), ("Instructions for the model", "Be brief.", "Save", "instructions hold")):
        width = page.locator("#composer").bounding_box()["width"]
        menu.locator("summary").click()
        picture(page, f"chat-menu-{look}")
        panel = menu.locator("> div").bounding_box()
        assert panel["x"] >= 0 and panel["x"] + panel["width"] <= page.viewport_size["width"]
        menu.get_by_label(label, exact=True).fill(text)
        menu.get_by_role("button", name=button, exact=True).click()
        expect(page.locator(".note.good")).to_contain_text(notice)
        picture(page, f"chat-notice-{look}")
        assert page.locator("#composer").bounding_box()["width"] == width, "the notice pushed the chat aside"
    expect(page.get_by_role("heading", level=1)).to_have_text("Of the sea")
    menu.locator("summary").click()
    page.once("dialog", lambda dialog: dialog.accept())
    menu.get_by_role("button", name="Delete this chat").click()
    expect(page.locator(".note.good")).to_contain_text("The chat was deleted.")
    picture(page, f"chat-deleted-{look}")
    assert page.locator(".note.good").bounding_box()["height"] < 100, "the notice takes the room of the chat"


def test_no_button_covers_the_code(house, admin, visit):
    person = house.add_person(admin.make_tier())
    person.client.post("/chat", data=(question := person.question(QUESTION, model="demo-large")))
    house.change(
        "UPDATE message SET text = ? WHERE conversation = ? AND role = 'assistant'",
        "```sh\n" + "echo a first line that is longer than the screen is wide; " * 3 + "\n```", question["submission"])
    for look in ("narrow", "light"):
        page = visit(house, person, **LOOKS[look])
        page.goto(f"/chat/{question['submission']}")
        code, button = page.locator("pre code"), page.get_by_role("button", name="Copy")
        picture(page, f"code-{look}")
        for offset in (0, 10_000):
            page.locator("pre").evaluate("(block, offset) => { block.scrollLeft = offset; }", offset)
            below, above = code.bounding_box(), button.bounding_box()
            assert above["y"] + above["height"] <= below["y"], "the button lies on the code"
            assert above["x"] + above["width"] <= page.viewport_size["width"], "the button scrolled away"


def test_what_the_server_refuses_is_said_and_the_draft_stays(house, admin, visit):
    tier = admin.make_tier()
    page = visit(house, house.add_person(tier))
    page.goto("/chat")
    write(page, QUESTION)
    admin.change_tier(tier, tokensPerDay=10)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("the whole limit is 10")
    expect(page.get_by_label("Your question")).to_have_value(QUESTION)
    assert "400" in visit.complaints.pop(), "Chromium itself notes a refused request"


def test_a_draft_survives_the_end_of_the_session(house, admin, visit):
    person = house.add_person(admin.make_tier())
    page = visit(house, person)
    page.goto("/chat")
    write(page, QUESTION)
    house.change("DELETE FROM session WHERE person = ?", person.id)
    page.get_by_role("button", name="Send").click()
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password").fill(person.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Your question")).to_have_value(QUESTION)
    visit.complaints[:] = [complaint for complaint in visit.complaints if "401" not in complaint]


def test_without_javascript_all_of_it_works(house, admin, visit):
    person = house.add_person(admin.make_tier())
    page = visit(house, java_script_enabled=False)
    page.goto("/chat")
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password").fill(person.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#gauge")).to_be_visible()
    ask(page, QUESTION, "demo-large")
    reply = whole_reply(page)
    expect(reply.locator("table").first).to_be_visible()
    picture(page, "chat-without-javascript")
    ask(page, "And of a river", "demo-small")
    expect(page.locator(".message.reply")).to_have_count(2)
    whole_reply(page)
    usage = sum(row["prompt_tokens"] + row["completion_tokens"] for row in person.usage())
    expect(page.locator("#gauge")).to_have_attribute("data-used", str(usage))
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_without_javascript_a_draft_survives_the_end_of_the_session(house, admin, visit):
    person = house.add_person(admin.make_tier())
    page = visit(house, person, java_script_enabled=False)
    page.goto("/chat")
    page.get_by_label("Your question").fill(QUESTION + "\nof two lines")
    house.change("DELETE FROM session WHERE person = ?", person.id)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("What you wrote is kept")).to_be_visible()
    picture(page, "sign-in-with-draft")
    for password in ("not the password", person.password):
        page.get_by_label("E-mail").fill(person.email)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Your question")).to_have_value(QUESTION + "\nof two lines")
    assert person.usage() == []
    page.get_by_role("button", name="Send").click()
    whole_reply(page)
    expect(page.locator(".message.question .content")).to_have_text(QUESTION + "\nof two lines")
    visit.complaints[:] = [complaint for complaint in visit.complaints if "401" not in complaint and "422" not in complaint]


@pytest.fixture(scope="module")
def furnished(house, admin):
    """Pages with something on them: the admin's own chat and usage, and a person near their limit."""
    admin.client.post("/chat", data=(question := admin.question(QUESTION, model="demo-large")))
    person = house.add_person(admin.make_tier(tokensPerDay=300))
    for _ in range(2):
        person.ask(QUESTION)
    tier = house.rows("SELECT id FROM tier ORDER BY name")[0]["id"]
    model = house.rows("SELECT id FROM model ORDER BY name")[0]["id"]
    upstream = house.rows("SELECT id FROM upstream")[0]["id"]
    limit = house.rows("SELECT id FROM quota_limit WHERE scope = 'tier' AND meter = 'tokens' LIMIT 1")[0]["id"]
    return {
        "admin-limits-all": "/admin/limits", "admin-limit-new": "/admin/limits?edit=new",
        "admin-limit": f"/admin/limits?edit={limit}", "admin-limits-file": "/admin/limits/file",
        "admin-projects": "/admin/projects?edit=new",
        "chat-open": f"/chat/{question['submission']}", "chat-empty": "/chat", "chat-search": "/chat?q=sea", "account": "/account",
        "account-usage": "/account/usage", "help-limits": "/help/limits", "admin-tiers-list": "/admin/tiers",
        "admin-tier": f"/admin/tiers?edit={tier}", "admin-people": "/admin/people",
        "admin-person": f"/admin/people/{person.id}", "admin-models": "/admin/models",
        "admin-model": f"/admin/models?edit={model}", "admin-upstreams": "/admin/upstreams",
        "admin-upstream": f"/admin/upstreams?edit={upstream}", "admin-organization": "/admin/organization", "admin-usage": "/admin/usage", "admin-holds": "/admin/holds", "admin-alerts": "/admin/alerts",
        "admin-health": "/admin/health", "admin-audit": "/admin/audit",
    }


LOOKS = {
    "light": {"color_scheme": "light"}, "dark": {"color_scheme": "dark"},
    "narrow": {"color_scheme": "light", "viewport": {"width": 320, "height": 640}},
}


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_accessible_and_fits(house, admin, furnished, visit, look):
    flaws = []
    for reader, pages in ((admin, furnished), (None, {"sign-in": "/sign-in"})):
        page = visit(house, reader, **LOOKS[look])
        for name, path in pages.items():
            assert page.goto(path).status == 200, path
            found = Axe().run(page)
            flaws += [f"{name}: {flaw['id']} {[node['target'] for node in flaw['nodes'][:3]]}" for flaw in found.response["violations"]]
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > page.viewport_size["width"]:
                flaws.append(f"{name} is {width} wide")
            page.screenshot(path=SCREENSHOTS / f"{name}-{look}.png", full_page=True)
    assert not flaws, "\n".join(flaws)
