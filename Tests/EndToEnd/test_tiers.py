"""The lesson's quota, step by step over HTTP; and its tiers, made by an admin in a browser and met by three people."""
import re

import httpx
from playwright.sync_api import expect

from test_browser import ask, picture, visit, whole_reply  # noqa: F401


def chat(house, key, prompt, **more):
    """Straight to the API."""
    body = {"model": "demo-small", "messages": [{"role": "user", "content": prompt}], **more}
    return httpx.post(house.address + "/v1/chat/completions", json=body, headers={"authorization": f"Bearer {key}"}, timeout=60)


def prompt_of(person, tokens):
    """So long that the whole prompt has exactly so many tokens."""
    words = "gate" + " gate" * (tokens - person.count("gate")["total"])
    assert person.count(words)["total"] == tokens
    return words


def test_a_quota_of_500_blocks_600_and_of_two_prompts_with_300_lets_the_first_pass(house, admin, visit):  # noqa: F811
    house.change("UPDATE model SET prompt_price = 2000000000, completion_price = 8000000000 WHERE name = 'demo-small'")
    tier = admin.make_tier(tokensPerDay=500)
    person = house.add_person(tier)
    key = house.key(person.email)

    blocked = chat(house, key, prompt_of(person, 600))
    assert blocked.status_code == 400
    assert blocked.json()["error"]["code"] == "user_token_limit_exceeded"
    details = blocked.json()["error"]["details"]
    assert (details["limit"], details["used"], details["available"]) == (500, 0, 500)

    first = chat(house, key, prompt_of(person, 300), max_tokens=40)
    assert first.status_code == 200 and first.json()["usage"]["prompt_tokens"] == 300
    second = chat(house, key, prompt_of(person, 300), max_tokens=40)
    assert second.status_code == 429 and second.headers["x-should-retry"] == "false"
    details = second.json()["error"]["details"]
    assert details["used"] == first.json()["usage"]["total_tokens"] and details["available"] < 300
    assert [row["prompt_tokens"] for row in person.usage()] == [300]

    saved, = house.rows(
        "SELECT sum(requests) AS requests, sum(tokens) AS tokens, sum(cost) AS cost FROM refusal_slot WHERE person = ?", person.id)
    assert saved["requests"] == 2 and 900 < saved["tokens"] <= 900 + 2 * 4096 and saved["cost"] > 900 * 2000
    panel = visit(house, admin)
    panel.goto("/admin/usage#saved")
    row = panel.locator("#saved .level").filter(has_text=tier)
    expect(row).to_contain_text(f"{saved['tokens']:,} tokens")
    expect(row).to_contain_text("2 requests")
    expect(row).to_contain_text(re.compile(r"\$0\.\d+"))
    panel.locator("#saved").scroll_into_view_if_needed()
    picture(panel, "admin-usage-saved")


def make_tier(panel, name, tokens_per_day, models, downgrades=False):
    panel.goto("/admin/tiers?edit=new")
    panel.get_by_label("Name", exact=True).fill(name)
    panel.get_by_label("Longest prompt").fill("8000")
    panel.get_by_label("Longest reply").fill("900")
    panel.get_by_label("Tokens per day").fill(tokens_per_day)
    for model in models:
        panel.get_by_label(model, exact=True).check()
    if downgrades:
        panel.get_by_label("At a limit").select_option(label="let the smaller model answer")
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_role("status").first).to_contain_text(f"{name} was added.")


def limit_model(panel, tier, model, tokens):
    panel.goto("/admin/limits")
    panel.get_by_role("link", name="New limit").click()
    panel.get_by_label("Whom it concerns").first.select_option(label=f"each person of the tier {tier}")
    panel.get_by_label("Of which model").select_option(label=f"only of {model}")
    panel.get_by_label("Over which time").select_option(label="per day")
    panel.get_by_label("Amount", exact=True).fill(tokens)
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_role("status").first).to_contain_text("limited now.")


def test_free_pro_and_enterprise_as_the_lesson_has_them(house, admin, visit):  # noqa: F811
    small, expert = admin.make_model("demo-small"), admin.make_model("demo-large")
    panel = visit(house, admin)
    panel.goto(f"/admin/models?edit={house.rows('SELECT id FROM model WHERE name = ?', expert)[0]['id']}")
    panel.get_by_label("Answers where it has no room").select_option(label=small)
    panel.get_by_role("button", name="Save").click()
    make_tier(panel, "Lesson Free", "10,000", [small])
    make_tier(panel, "Lesson Pro", "500,000", [small, expert], downgrades=True)
    make_tier(panel, "Lesson Enterprise", "5,000,000", [small, expert])
    limit_model(panel, "Lesson Pro", expert, "1,000")

    free = visit(house, house.add_person("Lesson Free"))
    free.goto("/chat")
    assert free.get_by_label("Model", exact=True).locator("option").all_inner_texts() == [small]

    someone = house.add_person("Lesson Pro")
    pro = visit(house, someone)
    pro.goto("/chat")
    ask(pro, "Tell me all about locks", expert)
    whole_reply(pro)
    expect(pro.locator(".message.reply h2")).to_have_text(expert)
    used = house.rows("SELECT sum(prompt_tokens + completion_tokens) AS used FROM usage WHERE person = ?", someone.id)[0]["used"]
    house.change(
        "UPDATE quota_limit SET amount = ? WHERE model = (SELECT id FROM model WHERE name = ?)", used + 5, expert)
    pro.goto("/chat")
    ask(pro, "And now all about weirs", expert)
    whole_reply(pro)
    reply = pro.locator(".message.reply")
    expect(reply.locator("h2")).to_have_text(small)
    expect(reply).to_contain_text(f"Answered by {small}, because")
    picture(pro, "tier-pro-downgraded")
    rows = [(row["model_asked"], row["model"]) for row in someone.usage()]
    names = {row["id"]: row["name"] for row in house.rows("SELECT id, name FROM model")}
    assert [(asked, names[served]) for asked, served in rows] == [(expert, expert), (expert, small)]

    enterprise = visit(house, house.add_person("Lesson Enterprise"))
    enterprise.goto("/chat")
    ask(enterprise, "Tell me all about weirs", expert)
    whole_reply(enterprise)
    expect(enterprise.locator(".message.reply h2")).to_have_text(expert)
