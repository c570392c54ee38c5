"""The API described by OpenAPI 3.1, made from the code that serves it."""

from flask import Response, current_app, jsonify
from flask_openapi3.openapi import OpenAPI

from web.api import batches
from web.api.resource import PREFIX, resource

RESOURCE = resource("document", "openapi.json")


@RESOURCE.get("", doc_ui=False)
def openapi() -> Response:
    """The document."""
    app = current_app
    assert isinstance(app, OpenAPI)
    told = app.api_doc
    told["paths"][f"{PREFIX}/batches"]["post"]["requestBody"] = batches.HANDED_IN
    return jsonify(told)
