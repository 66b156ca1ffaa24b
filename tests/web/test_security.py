"""Who may do what, and what hostile input gets: a clear 4xx in the one shape."""

from __future__ import annotations

import gzip
import json
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest

from sogdia.web.guard import Buckets
from sogdia.web.settings import Settings

API = "/api/v1"
Served = Callable[..., AbstractContextManager[httpx.Client]]


def refused(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The first problem of a refusal, in the one shape."""
    found = answer.json()
    assert answer.status_code == found["status"] == status, answer.text
    assert set(found["problems"][0]) == {"where", "what", "got", "allowed", "fix"}
    return found["problems"][0]


def test_every_answer_has_the_headers_of_safety(client: httpx.Client) -> None:
    for path in ("/", f"{API}/about", f"{API}/nothing", "/static/js/main.js"):
        headers = client.get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "script-src" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "access-control-allow-origin" not in headers


def test_a_page_of_another_name_that_points_here_is_refused(client: httpx.Client) -> None:
    """DNS rebinding: the name of the attacker's page stands in the header Host."""
    for host in ("evil.example", "127.0.0.1.evil.example", ""):
        refused(client.get(f"{API}/about", headers={"host": host}), 403)
    port = client.base_url.port
    assert client.get(f"{API}/about", headers={"host": f"localhost:{port}"}).status_code == 200


def test_another_site_may_not_change_anything(client: httpx.Client) -> None:
    body = {"json": {"toml": "x"}, "headers": {"origin": "https://evil.example"}}
    refused(client.put(f"{API}/scenarios/x", **body), 403)  # type: ignore[arg-type]
    answer = client.request(
        "POST", f"{API}/runs", content=b'{"scenario":"cku-railway"}',
        headers={"content-type": "text/plain"},
    )  # fmt: skip
    refused(answer, 415)
    assert (
        client.options(f"{API}/runs", headers={"origin": "https://evil.example"}).status_code == 405
    )


@pytest.mark.parametrize(
    "path",
    [
        "/static/../settings.py", "/static/%2e%2e/settings.py", "/static/..%2f..%2fcore/money.py",
        "/static//etc/passwd", "/static/%00", "/static/vendor/..%2f__init__.py",
        f"{API}/scenarios/..%2f..%2fpyproject", f"{API}/layers/..%2f..%2fsources.geojson",
        f"{API}/runs/..%2f..%2f/tables", f"{API}/runs/0000000000000000/tables/..%2fx.csv",
        f"{API}/languages/..%2fen", f"{API}/targets/..%2fplaces",
        f"{API}/jobs/..%2f..%2fetc", f"{API}/runs/0000000000000000/documents/..%2fhtml",
    ],
)  # fmt: skip
def test_no_way_out_of_the_folders(client: httpx.Client, path: str) -> None:
    with socket.create_connection(("127.0.0.1", client.base_url.port or 0)) as raw:
        # Sent as it is: a client library would tidy the path.
        raw.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: raw.recv(65536), b""))
    status = int(answer.split(b" ", 2)[1])
    assert status in (404, 422), answer[:300]
    assert b'"problems"' in answer


def test_sql_in_names_is_a_name(client: httpx.Client) -> None:
    before = client.get(f"{API}/scenarios").json()
    for name in ("x'; DROP TABLE scenario; --", '" OR "1"="1'):
        assert client.get(f"{API}/scenarios/{name}").status_code == 422
        assert client.get(f"{API}/claims", params={"q": name}).json()["total"] == 0
        assert client.get(f"{API}/claims", params={"subject": name}).json()["total"] == 0
        assert client.get(f"{API}/targets/places", params={"q": name}).json()["total"] == 0
        assert client.get(f"{API}/entities/{name}").status_code == 404
    assert client.get(f"{API}/scenarios").json() == before


def test_the_letter_nul_is_refused_wherever_a_text_comes_in(client: httpx.Client) -> None:
    """SQLite would keep it and PostgreSQL not: neither is asked."""
    texts = ('title = "a\\u0000b"', '"a\\u0000" = 1', '[[measure]]\nid = "m"\nwhy = "\\U00000000"')
    for text, where in zip(texts, ("title", "a\ufffd", "measure 1.why"), strict=True):
        toml = f'id = "x"\n{text}\n'
        for answer in (
            client.put(f"{API}/scenarios/x", json={"toml": toml}),
            client.post(f"{API}/runs", json={"scenario": toml}),
        ):
            problem = refused(answer, 422)
            assert (problem["where"], problem["what"]) == (where, "holds the letter NUL")
        assert client.post(f"{API}/scenarios/validate", json={"toml": toml}).json()["problems"]
    table = {"id": "x", "title": "a\0b"}
    for answer in (
        client.put(f"{API}/scenarios/x", json={"scenario": table}),
        client.post(f"{API}/runs", json={"scenario": table}),
        client.post(f"{API}/runs", json={"scenario": "cku\0"}),
        client.get(f"{API}/claims", params={"q": "rail\0"}),
        client.get(f"{API}/targets/places", params={"q": "\0"}),
        client.get(f"{API}/routes", params={"from": "cn.xian\0", "to": "kz.almaty"}),
        client.get(f"{API}/scenarios/x%00"),
    ):
        refused(answer, 422)


def test_script_in_a_title_stays_text(client: httpx.Client, quick: str) -> None:
    script = "<script>alert(1)</script>"
    toml = quick.replace('"quick"', '"scripted"').replace("Khorgos closes to trains", script)
    assert client.put(f"{API}/scenarios/scripted", json={"toml": toml}).status_code == 201
    answer = client.get(f"{API}/scenarios/scripted")
    assert answer.json()["title"] == script
    assert answer.headers["content-type"] == "application/json"
    problem = refused(client.get(f"{API}/routes", params={"from": script, "to": script}), 404)
    assert problem["got"] == script
    assert client.delete(f"{API}/scenarios/scripted").status_code == 204


def test_huge_bodies_are_refused_whether_or_not_they_say_so(client: httpx.Client) -> None:
    longest = Settings().body_bytes
    refused(client.put(f"{API}/scenarios/x", json={"toml": "x" * (longest + 1)}), 413)

    def pieces() -> Any:
        yield b'{"toml": "'
        for _ in range(longest // 65536 + 2):
            yield b"x" * 65536
        yield b'"}'

    headers = {"content-type": "application/json"}
    refused(client.put(f"{API}/scenarios/x", content=pieces(), headers=headers), 413)


def test_a_packed_body_is_not_unpacked(client: httpx.Client) -> None:
    bomb = gzip.compress(b"0" * 20_000_000)
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    problem = refused(client.post(f"{API}/scenarios/validate", content=bomb, headers=headers), 415)
    assert problem["got"] == "gzip"


def test_unknown_fields_and_nonsense_are_named(client: httpx.Client) -> None:
    asked = {"scenario": "cku-railway", "options": {"drawz": 5}}
    assert refused(client.post(f"{API}/runs", json=asked), 422)["where"] == "body.options.drawz"
    asked = {"scenario": "cku-railway", "options": {"draws": -1}}
    assert refused(client.post(f"{API}/runs", json=asked), 422)["where"] == "body.options.draws"
    deep = b'{"scenario":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_001
    headers = {"content-type": "application/json"}
    for body in (deep, b"{", b"\xff\xfe", b"[]", b'{"scenario": "\\ud800"}'):
        answer = client.post(f"{API}/runs", content=body, headers=headers)
        assert answer.status_code in (400, 404, 422), answer.text
        assert answer.json()["problems"]
    refused(client.post(f"{API}/runs", json={"scenario": "no-such-scenario"}), 404)


def test_no_folder_of_this_machine_is_named(client: httpx.Client) -> None:
    toml = 'id = "x"\ntitle = "x"\nbaseline = "nothing-like-it"\n'
    problems = client.post(f"{API}/scenarios/validate", json={"toml": toml}).json()["problems"]
    assert problems
    assert "/tmp" not in json.dumps(problems)
    assert "/" not in problems[0]["where"]


def test_off_loopback_without_a_token_nothing_may_be_changed(served: Served, quick: str) -> None:
    with served(host="0.0.0.0") as open_to_all:
        assert open_to_all.get(f"{API}/about").json()["read_only"] is True
        checked = open_to_all.post(f"{API}/scenarios/validate", json={"toml": quick})
        assert checked.json()["problems"] == []
        for method, path in (
            ("PUT", "scenarios/quick"), ("DELETE", "scenarios/quick"), ("POST", "runs"),
            ("DELETE", "jobs/0000000000000000"), ("POST", "jobs/0000000000000000/again"),
        ):  # fmt: skip
            problem = refused(open_to_all.request(method, f"{API}/{path}", json={}), 403)
            assert "--token" in problem["fix"]


def test_a_token_lets_change_and_a_session_stands_for_it(served: Served, quick: str) -> None:
    with served(host="0.0.0.0", token="secret") as team:
        path = f"{API}/scenarios/quick"
        assert team.get(f"{API}/about").status_code == 200
        for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": "Basic secret"}):
            answer = team.put(path, json={"toml": quick}, headers=headers)
            refused(answer, 401)
            assert answer.headers["www-authenticate"].startswith("Bearer")
        right = {"authorization": "Bearer secret"}
        assert team.put(path, json={"toml": quick}, headers=right).status_code == 201
        refused(team.post(f"{API}/session", json={"token": "wrong"}), 401)
        begun = team.post(f"{API}/session", json={"token": "secret"})
        cookie = begun.headers["set-cookie"].casefold()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert "secret" not in cookie
        assert team.get(f"{API}/session").json()["may_change"] is True
        assert team.delete(path).status_code == 204
        team.delete(f"{API}/session")
        assert team.get(f"{API}/session").json()["may_change"] is False


def test_a_closed_server_is_read_with_the_token_only(served: Served) -> None:
    with served(token="secret", closed=True) as team:
        refused(team.get(f"{API}/claims"), 401)
        refused(team.get(f"{API}/layers/rail.geojson"), 401)
        right = {"authorization": "Bearer secret"}
        assert team.get(f"{API}/about", headers=right).status_code == 200
        assert team.get("/").status_code == 200


def test_too_many_requests_wait(served: Served) -> None:
    with served(requests_per_minute=40) as slow:
        answers = [slow.get(f"{API}/session") for _ in range(14)]
        assert [a.status_code for a in answers[:10]] == [200] * 10
        refused(answers[-1], 429)
        assert int(answers[-1].headers["retry-after"]) >= 1


def test_the_bucket_fills_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("sogdia.web.guard.time.monotonic", lambda: now[0])
    buckets = Buckets(60)
    assert [buckets.wait("a") for _ in range(15)] == [0.0] * 15
    assert buckets.wait("a") > 0
    assert buckets.wait("b") == 0.0
    now[0] += 1.0
    assert buckets.wait("a") == 0.0
    assert buckets.wait("a") > 0


def test_a_database_that_cannot_be_used_is_said_at_once(served: Served, tmp_path: Path) -> None:
    from sogdia.core.errors import InvalidInput

    file = tmp_path / "file"
    file.touch()
    for url in ("nonsense", f"sqlite:///{file}/x.sqlite", "oracle9://x"):
        with pytest.raises(InvalidInput, match="--database"), served(database=url):
            pass
