"""/api/v1: JSON for programs, one file a resource. What is answered is made by `worker.shown`."""

from flask_openapi3.blueprint import APIBlueprint

from web.api import (
    applications,
    batches,
    budgets,
    candidates,
    coverage,
    decisions,
    deliveries,
    document,
    events,
    interviews,
    organizations,
    requests,
    results,
    targets,
)


def resources() -> tuple[APIBlueprint, ...]:
    """Everything under /api/v1."""
    return (
        requests.RESOURCE,
        decisions.RESOURCE,
        events.RESOURCE,
        interviews.RESOURCE,
        results.RESOURCE,
        applications.RESOURCE,
        candidates.RESOURCE,
        batches.RESOURCE,
        budgets.RESOURCE,
        organizations.RESOURCE,
        deliveries.RESOURCE,
        targets.RESOURCE,
        coverage.RESOURCE,
        document.RESOURCE,
    )
