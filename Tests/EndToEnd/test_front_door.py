"""What nginx and the workers do together before anybody signs in."""
import re

import httpx
import pytest


def test_it_says_that_it_is_alive_and_ready(anonymous):
    assert anonymous.get("/healthz").text == "ok\n"
    assert anonymous.get("/readyz").text == "ready\n"


def test_static_files_come_from_nginx_and_may_be_kept_for_ever(anonymous):
    page = anonymous.get("/sign-in").text
    style = re.search(r'href="(/static/[0-9a-f]{16}/sluice\.css)"', page)[1]
    answer = anonymous.get(style)
    assert answer.headers["content-type"] == "text/css"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert "x-request-id" not in answer.headers, "a worker was asked"


@pytest.mark.parametrize("path", ["/static/../templates/layout.mustache", "/static/0123456789abcdef/..%2f..%2fPackage.swift",
                                  "/static/0123456789abcdef/nothing.js", "/static/", "/nothing", "/chat/../../etc/passwd"])
def test_nothing_else_is_served(house, path):
    """Sent as it stands: a client would tidy the path first."""
    answer = raw(house, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert answer.split(b" ")[1] in (b"400", b"403", b"404", b"303"), answer[:300]
    assert b"Package" not in answer and b"root:" not in answer


@pytest.mark.parametrize("request_line", ["GET /%00 HTTP/1.1", "BREW /sign-in HTTP/1.1", "DELETE /sign-in HTTP/1.1", "GET /sign-in%0d%0aX:1 HTTP/1.1"])
def test_odd_requests_are_refused_plainly(house, request_line):
    answer = raw(house, f"{request_line}\r\nHost: localhost\r\nOrigin: http://localhost\r\nConnection: close\r\n\r\n")
    assert answer.split(b" ")[1] in (b"400", b"404", b"405"), answer[:300]


def test_a_body_that_is_too_large_is_refused_by_nginx(anonymous):
    assert anonymous.post("/sign-in", content=b"x" * 2_200_000).status_code == 413


def test_a_header_that_is_too_large_is_refused(anonymous):
    assert anonymous.get("/sign-in", headers={"x-large": "x" * 20_000}).status_code == 431


def test_every_page_has_the_headers_that_protect_it(anonymous):
    headers = anonymous.get("/sign-in").headers
    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert len(headers["x-request-id"]) == 32


def test_the_request_id_is_nginx_s_own(anonymous):
    assert anonymous.get("/sign-in", headers={"x-request-id": "mine"}).headers["x-request-id"] != "mine"


def test_a_change_that_nothing_vouches_for_is_refused(house):
    answer = raw(house, "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    assert answer.split(b" ")[1] == b"403", answer[:300]


def raw(house, request):
    import socket

    url = httpx.URL(house.address)
    with socket.create_connection((url.host, url.port), timeout=10) as connection:
        connection.sendall(request.encode("latin-1"))
        return b"".join(iter(lambda: connection.recv(65536), b""))
