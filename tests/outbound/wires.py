"""The wire, swapped for one that notes what would be sent, and to where."""

import httpx

from worker.outbound import Answer


class Wire:
    """A transport that gives every request the same answer."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.requests: list[httpx.Request] = []

    def __call__(self) -> httpx.BaseTransport:
        return httpx.MockTransport(self._give)

    def _give(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(
            self._answer.status, headers=dict(self._answer.headers), stream=httpx.ByteStream(self._answer.body)
        )
