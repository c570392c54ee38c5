"""/healthz: it lives. /readyz: receipts can be stored or spooled. /metrics: its counters, and what the ledger counts."""

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from web import gauges, problems
from web.access import is_on_loopback
from web.context import context
from web.problems import Problem
from web.readiness import WRONG_KEYS, WRONG_SCHEMA
from worker import metrics as counters

DATABASE_AWAY = "away; receipts are kept on this machine's disk until it is back"
BROKER_AWAY = "away; receipts go on, and the sweep finds the work"


def routes() -> Blueprint:
    """The three of them."""
    blueprint = Blueprint("probes", __name__)
    blueprint.add_url_rule("/healthz", view_func=healthz)
    blueprint.add_url_rule("/readyz", view_func=readyz)
    blueprint.add_url_rule("/metrics", view_func=metrics)
    return blueprint


def healthz() -> Response:
    """Asks nobody."""
    return jsonify({"alive": True})


def readyz() -> Response:
    """Answers within 3 seconds, whatever hangs. Strangers are not told what exactly fails."""
    intake, readiness = context().intake, context().readiness
    trouble = readiness.storing_trouble()
    if trouble is not None and (trouble in (WRONG_SCHEMA, WRONG_KEYS) or not intake.can_spool()):
        detail = trouble if is_on_loopback(context().bridge.settings) else "receipts can't be stored"
        raise Problem(problems.NOT_READY, f"{detail[0].upper()}{detail[1:]}.", headers=problems.RETRY_SOON)
    database = "ok" if trouble is None else DATABASE_AWAY
    broker = "ok" if readiness.broker_answers() else BROKER_AWAY
    spooling = trouble is not None or intake.spooled() > 0
    return jsonify({"ready": True, "database": database, "broker": broker, "spooling": spooling})


def metrics() -> Response:
    """A ledger that is away costs the gauges, not the counters."""
    of_ledger = CollectorRegistry(auto_describe=False)
    of_ledger.register(gauges.Gauges(context().bridge, context().readiness))
    return Response(generate_latest(counters.counted()) + generate_latest(of_ledger), content_type=CONTENT_TYPE_LATEST)
