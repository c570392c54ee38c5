"""Everything that the sandbox knows at a moment. A reset makes a new one; calls still in flight end in the old one, unseen."""

import asyncio
import random
from collections.abc import Coroutine
from dataclasses import replace

from worker.sandbox.candidates import Finish, Session
from worker.sandbox.clock import Clock
from worker.sandbox.faults import FaultQueue
from worker.sandbox.interviews import Interview, Interviews
from worker.sandbox.payloads import payload
from worker.sandbox.record import Record
from worker.sandbox.settings import ForeignSpender, Key, Limiter, Organization, Seconds, Settings, Tier
from worker.sandbox.webhooks import Delivery, Webhooks
from worker.sandbox.windows import Meter, Standing


class World:
    def __init__(self, settings: Settings, public_url: str) -> None:
        self.settings = settings
        self.public_url = public_url
        self.clock = Clock(settings.speed)
        self._rng = random.Random(settings.seed)  # noqa: S311 - nothing here is secret, and a seed must repeat it
        self.started_at = self.clock.now()
        self.record = Record()
        self.faults = FaultQueue(self._rng)
        self.interviews = Interviews(public_url, self._rng)
        self.webhooks = Webhooks(self.clock, self._rng)
        self.meters: dict[tuple[str, Tier], Meter] = {}
        self._tasks: set[asyncio.Task[object]] = set()
        self._ended = False

    def new_request_id(self) -> str:
        return f"req_{self._rng.getrandbits(96):024x}"

    def drawn(self, seconds: Seconds) -> float:
        return self._rng.uniform(seconds.low, seconds.high)

    def organization(self, name: str) -> Organization | None:
        return next((one for one in self.settings.organizations if one.name == name), None)

    def put_organization(self, changed: Organization) -> None:
        """Replace the organization of that name, or add it. What others spent up to now is played by the old rates first."""
        others = [changed if one.name == changed.name else one for one in self.settings.organizations]
        known = self.organization(changed.name)
        for tier in Tier if known else ():
            self.standing(known, tier, self.clock.now())
        self.settings = replace(self.settings, organizations=tuple(others if known else [*others, changed]))

    def holder(self, secret: str) -> tuple[Organization, Key] | None:
        """Whose key this is, be it revoked or not."""
        return next(
            ((one, key) for one in self.settings.organizations for key in one.keys if key.secret == secret),
            None,
        )

    def use_limiter(self, limiter: Limiter) -> None:
        """Count by another rule from now on, all windows empty."""
        self.settings = replace(self.settings, limiter=limiter)
        self.meters.clear()

    def meter(self, organization: Organization, tier: Tier) -> Meter:
        """The counter of one tier; it begins when first asked for."""
        name = (organization.name, tier)
        if name not in self.meters:
            self.meters[name] = Meter(self.settings.limiter, self.settings.window_seconds, self.clock.now())
        return self.meters[name]

    def standing(self, organization: Organization | None, tier: Tier, now: float) -> Standing:
        """What the limits are at `now`; nobody's organization has a full, untouched window."""
        if organization is None:
            limit = Organization().limit(tier)
            return Standing(limit=limit, remaining=limit, admits=True, opens_at=now, resets_at=now, now=now)
        limit = organization.limit(tier)
        meter = self.meter(organization, tier)
        meter.let_others_spend(now, limit, _spender(organization, tier))
        return meter.standing(now, limit, self.settings.switches.reset_means)

    def later(self, work: Coroutine[object, object, object]) -> None:
        """Let something happen beside what is going on; it ends with the world, and no longer begins after that."""
        if self._ended:
            work.close()
            return
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def expect_candidates(self, interview: Interview) -> None:
        """As many people as the settings say will finish this interview by themselves."""
        for _ in range(self.settings.candidates):
            self.later(self._finish_by_itself(interview, self.drawn(self.settings.finishing)))

    async def _finish_by_itself(self, interview: Interview, seconds: float) -> None:
        await self.clock.wait(seconds)
        await self.finish(interview, Finish())

    async def finish(self, interview: Interview, finish: Finish, *, copies: int = 1, told: str = "") -> list[Delivery]:
        """End one session now and send its webhook `copies` times, one after the other, to its organization or to `told`.

        Empty where that organization has no webhook address: then nobody is told, as in the vendor's dashboard.
        """
        interview.sessions += 1
        session = Session(interview, finish, interview.sessions, self.clock.now(), self.settings.speed)
        switches = self.settings.switches
        body = payload(session, switches, self.public_url)
        organization = self.organization(told or interview.organization)
        if organization is None or not organization.webhook_url:
            return []
        return [
            await self.webhooks.deliver(organization, body, interview.id, session.id, switches) for _ in range(copies)
        ]

    async def end(self) -> None:
        """Stop everything that was to happen later."""
        self._ended = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _spender(organization: Organization, tier: Tier) -> ForeignSpender | None:
    return next((spender for spender in organization.foreign if spender.tier is tier), None)
