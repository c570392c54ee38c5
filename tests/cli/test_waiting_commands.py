"""`--wait`: the link alone on stdout, the reason on stderr, and no harm in stopping."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.cli.desk import INTERVIEW, Desk
from worker.domain.interview import Interview
from worker.domain.outcome import Created, NotExecuted, Remedy, Unknown
from worker.domain.request import Code

ROOT = Path(__file__).parents[2]
LINK = f"https://www.talentsprout.ai/interview/{INTERVIEW}"
MADE = Created(Interview(INTERVIEW, LINK, {}))


def test_the_link_alone_is_printed_once_the_interview_exists(desk: Desk) -> None:
    """Another thread does what a worker would, while the command waits."""
    request = desk.file()
    worker = threading.Timer(0.5, lambda: desk.settle(desk.attempt(), MADE))
    worker.start()
    done = desk.run("generate", desk.write("job.txt"), "--id", "job-1", "--wait")
    worker.join()
    assert (done.exit_code, done.stdout) == (0, f"{LINK}\n")
    assert f"Already filed, nothing is doubled: {request.label}" in done.stderr
    assert (
        f"{request.label} is waiting: No worker has reported yet. Start one: sprout up, or sprout worker."
        in done.stderr
    )


@pytest.mark.parametrize(
    ("outcome", "state", "said"),
    [
        (Unknown(Code.NO_ANSWER), "unknown", "Look for the label"),
        (NotExecuted(Code.REJECTED, Remedy.PERSON), "held", "TalentSprout rejected the request"),
    ],
)
def test_what_comes_to_rest_otherwise_ends_with_the_reason(
    desk: Desk, outcome: Unknown | NotExecuted, state: str, said: str
) -> None:
    desk.file()
    desk.settle(desk.attempt(), outcome)
    done = desk.run("generate", desk.write("job.txt"), "--id", "job-1", "--wait", "--json")
    error = json.loads(done.stderr.splitlines()[-1])
    assert (done.exit_code, done.stdout) == (1, "")
    assert (error["code"], error["request"]["state"]) == (state, state)
    assert said in error["error"]


def test_an_interruption_does_no_harm_and_says_so(desk: Desk) -> None:
    argv = [sys.executable, "-m", "worker.cli", "generate", desk.write("job.txt"), "--wait"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as waiting:
        assert waiting.stderr is not None
        said = waiting.stderr.readline() + waiting.stderr.readline()
        time.sleep(0.1)  # it is between two looks, most likely; the promise holds wherever it is
        waiting.send_signal(signal.SIGINT)
        stdout, more = waiting.communicate(timeout=30)
    assert "No worker has reported yet" in said
    assert (waiting.returncode, stdout) == (130, "")
    assert "goes on without you: sprout requests show spr-" in more
    assert [one["state"] for one in desk.told("requests", "list")["items"]] == ["waiting"]
