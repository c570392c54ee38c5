"""What is the same for everybody: the style, the script, and a page for each kind of problem."""

from pathlib import Path

from flask import Response, render_template, send_from_directory

from web import problems
from web.problems import Problem

STATIC = Path(__file__).with_name("static")
FRESH_SECONDS = 300


def static(name: str) -> Response:
    """A file of the folder `static`. Raises NotFound for anything else."""
    response = send_from_directory(STATIC, name, max_age=FRESH_SECONDS)
    response.cache_control.public = True
    return response


def problem(slug: str) -> str:
    """What a kind of problem means, and what to do about it."""
    for kind in problems.ALL:
        if kind.slug == slug:
            return render_template("problem.html", kind=kind, detail="", more={}, signed_in=False)
    raise Problem(problems.NOT_FOUND)
