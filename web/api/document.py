"""The API described by OpenAPI 3.1, made from the code that serves it."""

from flask import Response, current_app, jsonify
from flask_openapi3 import APIBlueprint, OpenAPI

RESOURCE = APIBlueprint("document", __name__, url_prefix="/api/v1", doc_ui=False)


@RESOURCE.get("/openapi.json", doc_ui=False)
def openapi() -> Response:
    """The document."""
    app = current_app
    assert isinstance(app, OpenAPI)
    return jsonify(app.api_doc)
