"""What is closed to strangers, and what is handed out: tokens, the inside of the bridge, files."""

import re
from pathlib import Path

import pytest

from tests.web.houses import TWO_ORGANIZATIONS, House, make_house
from tests.web.test_every_route import PAGE, addresses
from worker.ledger import tokens


def test_s29_a_token_has_256_bits_is_shown_once_and_kept_as_a_digest(house: House) -> None:
    """Prefix and 256 bits; the database holds neither it nor its random part; revoked it is refused."""
    made = [house.token() for _ in range(20)]
    assert len(set(made)) == 20
    for token in made:
        assert re.fullmatch(r"spr_[\w-]{43,}", token)
        assert token.removeprefix("spr_") not in house.dump()
    client, headers = house.client(), {"Authorization": f"Bearer {made[0]}"}
    assert client.get("/api/v1/requests", headers=headers).status_code == 200
    for one in house.write(tokens.all_tokens):
        house.write(lambda tx, token=one: tokens.revoke(tx, token.id))
    assert client.get("/api/v1/requests", headers=headers).status_code == 401


@pytest.mark.parametrize("path", ["/metrics", "/api/v1/openapi.json", "/api/v1/requests"])
def test_s31_what_shows_the_inside_is_closed_to_strangers(house: House, sandbox_folder: Path, path: str) -> None:
    """Anonymous GET of metrics and API description: 401, unless only this machine can come."""
    assert house.client().get(path).status_code == 401
    own = make_house(sandbox_folder, TWO_ORGANIZATIONS.replace('public_url = "https://bridge.example.com"\n', ""))
    assert own.client().get(path).status_code == (401 if path.endswith("requests") else 200)
    for bound in ("0.0.0.0:8080", "192.0.2.1:8080"):
        text = TWO_ORGANIZATIONS.replace("[bridge]", f'[bridge]\nbind = "{bound}"')
        folder = sandbox_folder / bound.partition(":")[0]
        folder.mkdir()
        assert make_house(folder, text).client().get(path).status_code == 401


def test_s31_readyz_tells_strangers_no_detail(house: House) -> None:
    """The database's fault is named on loopback only."""
    house.write(lambda tx: tx.conn.exec_driver_sql("UPDATE alembic_version SET version_num = 'older'"))
    told = house.client().get("/readyz")
    assert "schema" not in told.text
    assert "alembic" not in told.text
    assert "older" not in told.text


@pytest.fixture
def sandbox_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "other"
    folder.mkdir()
    return folder


KINDS = {"text/html", "application/json", "text/css", "text/javascript", "text/plain", "image/svg+xml"}
DOWNLOADS = {"text/csv"}  # a batch's results


def test_s30_no_route_hands_out_a_file_under_a_strangers_name(sandbox: House) -> None:
    """Every type is one of a closed list, exact, not to be guessed; what is downloaded has a name of ours, made of an id."""
    headers = {"Authorization": f"Bearer {sandbox.token()}"} | PAGE
    for path in addresses(sandbox, "GET"):
        answer = sandbox.client().get(path, headers=headers)
        disposition = answer.headers.get("Content-Disposition", "")
        is_download = disposition.startswith("attachment")
        assert answer.mimetype in (DOWNLOADS if is_download else KINDS), (path, answer.mimetype)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert 'filename="' not in disposition, path
        assert not is_download or re.fullmatch(r"attachment; filename=batch-\w+\.csv", disposition), path
    for name in ("..%2fapp.py", "../app.py", "%2e%2e/app.py", "a\r\nX: y", "\u202egpj.exe", '"quoted".css'):
        assert sandbox.client().get(f"/static/{name}").status_code == 404
