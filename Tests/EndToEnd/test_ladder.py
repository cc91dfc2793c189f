"""On the way to a limit and at it, in a real browser: a place in the queue, and another model that answers."""
import pathlib
import re

import pytest
from playwright.sync_api import expect

from conftest import running_house
from house import PASSWORD, Admin

SCREENSHOTS = pathlib.Path(__file__).parents[2] / "var/screenshots"


@pytest.fixture(scope="module")
def slow_house(tmp_path_factory):
    """Where a reply takes some seconds, or minutes."""
    with running_house(
            tmp_path_factory.mktemp("slow"), DEMO_ARGUMENTS="--tokens-per-second 25 --first-token-milliseconds 50") as house:
        yield house


@pytest.fixture(scope="module")
def slow_admin(slow_house):
    return Admin(slow_house)


def page_of(browser, house, person, scripts=True, **look):
    page = browser.new_context(base_url=house.address, java_script_enabled=scripts, **look).new_page()
    page.goto("/sign-in")
    page.fill("[name=email]", person.email)
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/chat")
    return page


def picture(page, name):
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")


def send(page, text, model="demo-small"):
    page.select_option("#model", model)
    page.fill("#text", text)
    page.click("#send")


def test_who_has_to_wait_sees_the_place_and_then_the_reply(slow_house, slow_admin, browser):
    slow_house.change("UPDATE organization SET waits_for_holds = 1")
    person = slow_house.add_person(slow_admin.make_tier(tokensPerDay=290, maxReplyTokens=300))
    endless = slow_admin.make_model("demo-fault-endless+slow")
    first, second = (page_of(browser, slow_house, person, color_scheme=look) for look in ("light", "dark"))
    send(first, "What is a sluice?", endless)
    expect(first.locator(".message.reply")).to_be_visible()
    send(second, "And who opens it?")
    place = second.locator(".composer > .note", has_text="Place 1 of 1")
    expect(place).to_be_visible()
    picture(second, "queue-dark")
    expect(second.locator("#text")).to_have_value("And who opens it?")
    first.click("#stop")
    expect(second.locator(".message.reply")).to_be_visible(timeout=30_000)
    expect(place).to_have_count(0)
    expect(second.locator(".message.reply footer")).to_contain_text("reply =", timeout=30_000)


def test_without_javascript_the_place_stands_in_the_page(slow_house, slow_admin, browser):
    slow_house.change("UPDATE organization SET waits_for_holds = 1")
    person = slow_house.add_person(slow_admin.make_tier(tokensPerDay=290, maxReplyTokens=300))
    endless = slow_admin.make_model("demo-fault-endless+slow")
    first = page_of(browser, slow_house, person)
    second = page_of(browser, slow_house, person, scripts=False, viewport={"width": 320, "height": 640})
    send(first, "What is a sluice?", endless)
    expect(first.locator(".message.reply")).to_be_visible()
    second.select_option("#model", "demo-small")
    second.fill("#text", "And who opens it?")
    second.click("#send", no_wait_after=True)
    expect(second.get_by_text("Place 1 of 1")).to_be_visible()
    picture(second, "queue-320")
    first.click("#stop")
    expect(second.locator(".message.reply footer")).to_contain_text("reply =", timeout=30_000)


@pytest.mark.parametrize("look", ["light", "dark"])
def test_at_its_limit_a_tier_is_answered_by_the_smaller_model(house, admin, browser, look):
    tier = admin.make_tier()
    large, small = admin.make_model("demo-large"), admin.make_model("demo-small")
    house.change("UPDATE tier SET downgrades = 1 WHERE name = ?", tier)
    house.change("UPDATE model SET fallback = (SELECT id FROM model WHERE name = ?) WHERE name = ?", small, large)
    house.change(
        "INSERT INTO quota_limit (id, scope, subject, model, meter, time_window, amount) "
        "SELECT lower(hex(randomblob(16))), 'tier', t.id, m.id, 'tokens', 'day', 10 "
        "FROM tier t, model m WHERE t.name = ? AND m.name = ?", tier, large)
    page = page_of(browser, house, house.add_person(tier), color_scheme=look, viewport={"width": 1280, "height": 800})
    page.select_option("#model", large)
    page.fill("#text", "What is a sluice?")
    expect(page.locator(".advice")).to_contain_text(f"{small} would answer")
    picture(page, f"downgrade-before-{look}")
    page.click("#send")
    reply = page.locator(".message.reply")
    expect(reply).to_contain_text(f"Answered by {small}, because this limit left no room", timeout=30_000)
    expect(reply.locator("h2")).to_have_text(small)
    expect(reply.locator("footer")).to_contain_text("reply =", timeout=30_000)
    picture(page, f"downgrade-{look}")
    assert re.search(r"\d reply =", reply.locator("footer").inner_text())
