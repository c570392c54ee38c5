"""What every route may use, and who is asking."""

from dataclasses import dataclass

from flask import Flask, current_app, g

from web.hinting import Hinting
from web.readiness import Readiness
from web.sessions import Session, Sessions
from worker.assembly import Bridge
from worker.events.intake import Intake
from worker.operators import Person

NAME = "sprout"


@dataclass(frozen=True)
class Context:
    """The bridge, and what belongs to this process of `web`."""

    bridge: Bridge
    hinting: Hinting
    intake: Intake
    readiness: Readiness
    sessions: Sessions


def context() -> Context:
    """That of the application which serves this request."""
    return of(current_app)


def of(app: Flask) -> Context:
    """That of an application."""
    found = app.extensions[NAME]
    assert isinstance(found, Context)
    return found


def person() -> Person:
    """Who asks, as `access` found out."""
    found = g.person
    assert isinstance(found, Person)
    return found


def session() -> Session:
    """The session of this request's page, as `access` found or began it."""
    found = g.session
    assert isinstance(found, Session)
    return found
