"""An admin limits one model in the panel, and a person meets that limit."""
from playwright.sync_api import expect

from test_browser import QUESTION, ask, picture, visit, whole_reply  # noqa: F401


def test_an_admin_limits_a_model_and_a_person_meets_it(house, admin, visit):  # noqa: F811
    tier = admin.make_tier()
    person = house.add_person(tier)
    panel, page = visit(house, admin), visit(house, person)
    panel.goto("/admin/limits")
    panel.get_by_role("link", name="New limit").click()
    panel.get_by_label("Whom it concerns").first.select_option(label=f"each person of the tier {tier}")
    panel.get_by_label("Of which model").select_option(label="only of demo-large")
    panel.get_by_label("Over which time").select_option(label="per week")
    panel.get_by_label("Amount", exact=True).fill("lots")
    panel.get_by_role("button", name="What would change?").click()
    expect(panel.locator(".changing .error").first).to_be_visible()
    panel.get_by_label("Amount", exact=True).fill("60")
    panel.get_by_role("button", name="What would change?").click()
    expect(panel.locator(".changing [role=status]")).to_contain_text("It concerns 1 person.")
    panel.get_by_label("Amount", exact=True).press("Enter")
    expect(panel.get_by_role("status").first).to_contain_text(f"{tier}: tokens per week of demo-large are limited now.")

    page.goto("/chat")
    ask(page, QUESTION, "demo-large")
    whole_reply(page)
    page.get_by_label("Your question").fill("And now a tale of the river, as long as you can")
    expect(page.locator("#gauge")).to_have_attribute("data-state", "blocked")
    panel.goto("/admin/limits?scope=tier&state=near")
    row = panel.locator("tr").filter(has_text=f"{tier} tokens per week of demo-large")
    expect(row.locator(".level")).to_contain_text("of 60")
    picture(panel, "admin-limits")

    row.get_by_role("button", name="Take away").click()
    expect(panel.get_by_role("status").first).to_contain_text("the limit was taken away.")
    page.get_by_label("Your question").press_sequentially(".")
    expect(page.get_by_role("button", name="Send")).to_be_enabled()
    visit.complaints[:] = [complaint for complaint in visit.complaints if "422" not in complaint]
