"""kill -9 around the commit of a receipt: what was acknowledged is there, and what was not is asked for again."""

import signal

import pytest

from tests.faults.receiving.webs import NO_ANSWER, Web

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
BODY = b'{"action": "job_post_created", "payload": {"id": 7}}'


def killed_while_it_received(web: Web, step: str) -> None:
    program = web.arm(step)
    assert web.deliver("careers", BODY).status == NO_ANSWER
    assert program.process.wait(20) == -signal.SIGKILL


def test_f01_a_receiver_killed_after_the_commit_gives_the_retry_success_and_the_same_event(web: Web) -> None:
    """kill -9 between COMMIT and the answer: the retry is a success, `duplicate: true`, and nothing is doubled."""
    killed_while_it_received(web, "after_event_commit")
    (event_id,) = web.stored()

    web.start()
    retry = web.deliver("careers", BODY)

    assert (retry.status, retry.told) == (200, {"event_id": event_id, "duplicate": True})
    assert web.stored() == {event_id: BODY}


def test_f02_a_receiver_killed_before_the_commit_has_acknowledged_and_written_nothing(web: Web) -> None:
    """kill -9 between verification and COMMIT: no answer went out, nothing is half-written, the retry is new."""
    killed_while_it_received(web, "before_event_commit")
    assert web.stored() == {}

    web.start()
    retry = web.deliver("careers", BODY)

    assert (retry.status, retry.told["duplicate"]) == (200, False)
    assert web.stored() == {retry.told["event_id"]: BODY}
