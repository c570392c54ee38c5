"""The API described by OpenAPI 3.1, made from the code that serves it."""

from flask import Response, current_app, jsonify
from flask_openapi3.openapi import OpenAPI

from web.api.resource import resource

RESOURCE = resource("document", "openapi.json")


@RESOURCE.get("", doc_ui=False)
def openapi() -> Response:
    """The document."""
    app = current_app
    assert isinstance(app, OpenAPI)
    return jsonify(app.api_doc)
