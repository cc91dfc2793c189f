"""What the tests do as a person would, over HTTP: become admin, add people, sign in, ask."""
import dataclasses
import html
import re
import uuid

import httpx


@dataclasses.dataclass
class House:
    address: str
    """Of the stand-in, without /v1."""
    upstream: str
    data: object
    first_admin_link: str
    program: object

    def client(self):
        return httpx.Client(
            base_url=self.address, headers={"origin": self.address}, follow_redirects=True, timeout=60)

    def produced(self):
        """The stand-in's own books."""
        return httpx.get(self.upstream + "/demo/requests").json()


def fields(page, form):
    """Names and values of the hidden and filled fields of the form with this action, as a browser would send them."""
    body = re.search(rf'<form[^>]*action="{re.escape(form)}"[^>]*>(.*?)</form>', page, re.S)
    assert body, f"no form {form} on the page"
    inputs = re.findall(r"<input[^>]*>", body[1])
    named = {m[1]: html.unescape((re.search(r'value="([^"]*)"', i) or ["", ""])[1]) for i in inputs if (m := re.search(r'name="([^"]*)"', i))}
    return named


class Person:
    """Somebody who is signed in."""

    def __init__(self, house, email, password):
        self.house, self.email, self.password = house, email, password
        self.client = house.client()
        page = self.client.get("/sign-in").text
        answer = self.client.post("/sign-in", data={**fields(page, "/sign-in"), "email": email, "password": password})
        assert answer.status_code == 200 and "/chat" in str(answer.url), answer.text[:2000]


class Admin(Person):
    """The first admin, by the one-time link."""

    def __init__(self, house):
        email, password = "admin@example.org", "a sluice gate of oak"
        client = house.client()
        page = client.get(house.first_admin_link)
        assert page.status_code == 200
        action = re.search(r'<form method="post" action="([^"]*)"', page.text)[1]
        form = fields(page.text, action)
        filled = {**form, "email": email, "name": "Ada Admin", "password": password}
        assert client.post(action, data=filled).status_code == 200
        super().__init__(house, email, password)
