"""People's data is sealed.

Results are sealed here; raw deliveries, which are many and large, stay as they are, are read as they are,
and are sealed by the sweep in small parts afterwards (or by `sprout keys rotate`, at once).
"""

import hmac
import secrets

import sqlalchemy as sa
from alembic import op

from worker.ledger.keyring import Keyring
from worker.ledger.sealing import ring_of
from worker.ledger.times import Instant

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

AT_ONCE = 500
SEALED = (
    "session_id",
    "candidate_id",
    "candidate_name",
    "candidate_email",
    "candidate_phone",
    "external_id",
    "evaluation",
    "transcript",
    "recording_url",
)
_DIGESTS = ("session_index", "candidate_index", "external_index", "email_index", "digest")
_RESULT = sa.table("result", *map(sa.column, ("id", *SEALED, *_DIGESTS, "sealed_with")))
_CLEAR = sa.select(_RESULT).order_by(_RESULT.c.id).limit(AT_ONCE)
_UPDATE = (
    sa.update(_RESULT)
    .where(_RESULT.c.id == sa.bindparam("row"))
    .values({name: sa.bindparam(name) for name in (*SEALED, *_DIGESTS, "sealed_with")})
)


def upgrade() -> None:
    op.add_column("event_body", sa.Column("sealed_with", sa.Text(), nullable=True))
    op.create_index("event_body_sealed", "event_body", ["sealed_with"], unique=False)
    op.create_table(
        "blinding",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sealed_with", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "erased",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("erasure", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("searched", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.execute("ALTER TABLE result RENAME COLUMN session_id TO session_index")
    for name in ("session_id", "candidate_index", "email_index", "external_index", "sealed_with"):
        op.add_column("result", sa.Column(name, sa.Text(), nullable=True))
    _seal_results(op.get_bind())
    for name, column in (
        ("result_by_session", "session_index"),
        ("result_by_candidate", "candidate_index"),
        ("result_by_email", "email_index"),
        ("result_by_external", "external_index"),
        ("result_sealed", "sealed_with"),
    ):
        op.create_index(name, "result", [column], unique=False)


def _seal_results(conn: sa.Connection) -> None:
    after, blind = "", b""
    while rows := conn.execute(_CLEAR.where(_RESULT.c.id > after)).all():
        ring = ring_of(conn.dialect)
        ring.make()
        blind = blind or _blinding_key(conn, ring)
        conn.execute(_UPDATE, [_sealed(dict(row._mapping), ring, blind) for row in rows])
        after = rows[-1].id


def _blinding_key(conn: sa.Connection, ring: Keyring) -> bytes:
    made = secrets.token_hex(32)
    sealed = {"key": ring.seal_text("blinding.key", made), "with": ring.newest()}
    conn.execute(sa.text("INSERT INTO blinding (id, key, sealed_with) VALUES (1, :key, :with)"), sealed)
    return bytes.fromhex(made)


def _sealed(row: dict[str, str | None], ring: Keyring, blind: bytes) -> dict[str, str | None]:
    row["session_id"] = row["session_index"]
    email = row["candidate_email"]
    digests = {
        "session_index": _digest(blind, "id", row["session_id"]),
        "candidate_index": _digest(blind, "id", row["candidate_id"]),
        "external_index": _digest(blind, "id", row["external_id"]),
        "email_index": _digest(blind, "email", None if email is None else email.casefold()),
        "digest": _digest(blind, "content", row["digest"]),
    }
    texts = {name: row[name] for name in SEALED}
    sealed = {name: None if text is None else ring.seal_text(f"result.{name}", text) for name, text in texts.items()}
    return {"row": row["id"], "sealed_with": ring.newest(), **digests, **sealed}


def _digest(key: bytes, kind: str, text: str | None) -> str | None:
    """As `ledger.blinding` had them when this was written."""
    if text is None:
        return None
    return hmac.digest(key, f"{kind}\0{text.strip()}".encode(errors="surrogatepass"), "sha256").hex()
