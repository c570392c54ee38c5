"""A Secret is compared and never shown."""

import copy
import json
import pickle

import pytest

from config import Secret

TEXT = "canary-of-a-secret-ü"


def test_a_secret_matches_its_own_text_and_bytes_only() -> None:
    secret = Secret(TEXT)

    assert secret.matches(TEXT)
    assert secret.matches(TEXT.encode())
    assert not secret.matches(TEXT[:-1])
    assert not secret.matches(TEXT + " ")
    assert not secret.matches("")
    assert not secret.matches(b"\xff\xfe")
    assert not secret.matches("\udcff")


def test_a_secret_prints_as_stars_in_every_way_of_printing() -> None:
    secret = Secret(TEXT)

    assert {str(secret), repr(secret), f"{secret}", f"{secret!r}", "%s" % secret, str([secret])[1:-1]} == {"***"}  # noqa: UP031 - one of the ways
    assert f"{secret:>5}" == "  ***"
    assert not hasattr(secret, "__dict__")


def test_a_secret_travels_neither_by_pickle_nor_by_json() -> None:
    with pytest.raises(TypeError, match="never pickled"):
        pickle.dumps(Secret(TEXT))
    with pytest.raises(TypeError):
        json.dumps({"secret": Secret(TEXT)})


def test_secrets_are_equal_when_their_texts_are() -> None:
    assert Secret(TEXT) == Secret(TEXT)
    assert Secret(TEXT) != Secret("another")
    assert Secret(TEXT) != TEXT
    assert len({Secret(TEXT), Secret(TEXT)}) == 1
    assert copy.deepcopy(Secret(TEXT)) == copy.copy(Secret(TEXT)) == Secret(TEXT)


def test_only_of_an_api_key_a_beginning_is_shown() -> None:
    assert Secret("tsk_" + 32 * "x").hint() == "tsk_xxxxxxxx…"
    assert Secret(TEXT).hint() == "***"


def test_a_secret_is_revealed_by_asking_for_it() -> None:
    assert Secret(TEXT).reveal() == TEXT
