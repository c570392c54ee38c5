"""A desk: a folder with a configuration, a real ledger in it, and `sprout` as a person types it."""

import json
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from config import load
from worker import assembly, filing
from worker.assembly import Bridge
from worker.cli.sprout import main
from worker.domain.interview import Interview
from worker.domain.outcome import Attempt, Created, Outcome, Unknown
from worker.domain.request import Code, GenerationRequest, Tier
from worker.ledger import attempts, budgets, requests, settling
from worker.policy import identity

FAKE_KEY = "tsk_" + 32 * "x"
TEXT = "Night nurse at Harbour House. You walk the corridors, notice changes early and write the handover."
ORGANIZATION = """\
[organizations.{name}]
api_key = "{key}"
base_url = "{base_url}"
"""
CONFIGURATION = """\
[bridge]
database_url = "sqlite:///bridge.db"
data_dir = "var"
quarantine = "1ms"
bind = "127.0.0.1:9"

{organizations}
[sources.careers]
kind = "greenhouse"
organization = "{first}"
secret = "a-secret-of-these-tests-alone"

[sources.forms]
kind = "generic"
organization = "{first}"
secret = "another-secret-of-these-tests"
token_header = "X-Bridge-Token"
"""
INTERVIEW = "3b0c7d52-8f41-4c6e-9a2d-51f7e0c4a9b8"


@dataclass(frozen=True)
class Desk:
    """`run` is a command; `told` one with --json that succeeds; the rest works on the ledger beside the commands."""

    folder: Path

    def configure(self, *names: str, key: str = FAKE_KEY, base_url: str = "http://127.0.0.1:9/api/v1") -> None:
        """One organization, or several; nobody listens at the usual base_url."""
        organizations = "".join(ORGANIZATION.format(name=name, key=key, base_url=base_url) for name in names)
        text = CONFIGURATION.format(organizations=organizations, first=names[0])
        (self.folder / "bridge.toml").write_text(text)

    def add_target(self, url: str, name: str = "crm") -> None:
        """Of the first organization, told of everything that a candidate does and of batches."""
        lines = ("", f"[targets.{name}]", 'kind = "webhook"', 'organization = "acme"', f'url = "{url}"')
        more = ('secret = "whsec_eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4"', 'events = ["result.completed", "batch.finished"]')
        with (self.folder / "bridge.toml").open("a") as file:
            file.write("\n".join((*lines, *more, "")))
        if "bridge" in self.__dict__:  # it knows the configuration of before
            self.__dict__.pop("bridge").ledger.close()

    def run(self, *words: str, feed: str | bytes | None = None) -> Result:
        environment = {"SPROUT_CONFIG": None, "NO_COLOR": None, "FORCE_COLOR": None}
        return CliRunner().invoke(main, list(words), input=feed, env=environment, catch_exceptions=False)

    def told(self, *words: str, feed: str | bytes | None = None) -> Any:
        done = self.run(*words, "--json", feed=feed)
        assert done.exit_code == 0, done.stderr
        return json.loads(done.stdout)

    def error(self, *words: str, status: int = 1) -> dict[str, Any]:
        """The object on stderr of a command that fails with --json; stdout is empty."""
        done = self.run(*words, "--json")
        assert (done.exit_code, done.stdout) == (status, ""), done.stdout
        found = json.loads(done.stderr)
        assert isinstance(found, dict)
        return found

    def write(self, name: str, text: str = TEXT) -> str:
        (self.folder / name).write_text(text)
        return name

    @cached_property
    def bridge(self) -> Bridge:
        return assembly.assemble(load(Path("bridge.toml"), assembly.kinds()))

    def file(self, number: int = 1, title: str = "", organization: str = "acme") -> GenerationRequest:
        """A request as if it had come from elsewhere."""
        wanted = filing.Submission(organization, TEXT, title, identity=identity.brought(f"job-{number}"))
        filed = self.bridge.ledger.write(lambda tx: filing.file(tx, wanted))
        assert isinstance(filed, filing.Filed)
        return filed.request

    def attempt(self, organization: str = "acme") -> Attempt:
        """The next request in line is sent; a slot opens every microsecond, and SQLite's clock has milliseconds."""

        def unit(tx: Any) -> Attempt | None:
            budgets.prepare(tx, organization, Tier.AI, 1000, timedelta(milliseconds=1))
            claimed = attempts.claim(tx, organization, Tier.AI, "boot", timedelta(milliseconds=150))
            if isinstance(claimed, attempts.NoSlot):
                return None
            assert isinstance(claimed, attempts.Claimed)
            assert attempts.mark(tx, claimed.attempt, timedelta(hours=-1), timedelta(0))  # however slow this machine is
            return claimed.attempt

        while (made := self.bridge.ledger.write(unit)) is None:
            time.sleep(0.001)
        return made

    def settle(self, attempt: Attempt, outcome: Outcome) -> GenerationRequest:
        rules = settling.Rules(lambda most: most, timedelta(minutes=1))
        self.bridge.ledger.write(lambda tx: settling.settle(tx, attempt.id, outcome, rules))
        return self.now(attempt.request_id)

    def created(self, number: int = 1, interview_id: str = INTERVIEW) -> GenerationRequest:
        self.file(number, f"Job {number}")
        made = Interview(interview_id, f"https://www.talentsprout.ai/interview/{interview_id}", {"passing_score": 70})
        return self.settle(self.attempt(), Created(made))

    def unknown(self, number: int = 1) -> GenerationRequest:
        self.file(number, f"Job {number}")
        return self.settle(self.attempt(), Unknown(Code.NO_ANSWER))

    def now(self, request_id: str | None) -> GenerationRequest:
        found = self.bridge.ledger.read(lambda tx: requests.get(tx, request_id or ""))
        assert found is not None
        return found
