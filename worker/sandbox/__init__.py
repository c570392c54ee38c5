"""The sandbox: TalentSprout, as far as it is documented, on this machine.

It answers the three endpoints with their limits, headers and errors, lets invented candidates finish, and fails on
demand in every way that a network can. It judges the bridge, so it shares no line of code with it.

settings    what can be chosen; `Switches` names every question that TalentSprout's pages leave open
running     `serve` (a coroutine), `run` (until a signal), `running` (a context manager with a thread of its own)
server      connections -> api (the vendor's face), control (`/_sandbox/…`), pages (what a share link opens)
windows     the limiters            faults, distortion, sabotage    what can go wrong, in the answer and on the wire
candidates  people who finish       webhooks                        how their results are sent
"""
