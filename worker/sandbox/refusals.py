"""Errors as TalentSprout writes them: `{"error": {type, code, message, param, request_id, docs_url}}`.

Only the type `validation_error` is documented; the other types are invented, as are all messages. `param` is there only where
a field is at fault.
"""

from dataclasses import dataclass

DOCS = "https://www.talentsprout.ai/docs/api-reference#error-"

TYPES = {
    400: "validation_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    422: "validation_error",
    429: "rate_limit_error",
}
CODES = {
    400: "invalid_request",
    401: "invalid_api_key",
    403: "insufficient_scope",
    404: "template_not_found",
    422: "invalid_job_description",
    429: "rate_limit_exceeded",
    500: "internal_error",
    502: "upstream_error",
    504: "timeout",
}
MESSAGES = {
    401: "The API key is missing, malformed, expired or revoked.",
    403: "The API key lacks the scope that this endpoint needs.",
    404: "No template with this id is visible to the organization.",
    422: "The job description could not be processed. Add more detail about the role.",
    429: "The rate limit is exceeded. Wait for the seconds given in Retry-After.",
    500: "Something went wrong. It is safe to try again.",
    502: "The AI provider failed. It is safe to try again.",
    504: "The generation took too long. Use a more concise job description.",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    status: int
    code: str
    message: str
    param: str = ""

    def document(self, request_id: str) -> dict[str, object]:
        error: dict[str, object] = {
            "type": TYPES.get(self.status, "api_error"),
            "code": self.code,
            "message": self.message,
        }
        if self.param:
            error["param"] = self.param
        return {"error": error | {"request_id": request_id, "docs_url": DOCS + self.code}}


def refusal(status: int, *, code: str = "", message: str = "", param: str = "") -> Refusal:
    """The documented error of this status, or another code and message with it."""
    return Refusal(
        status,
        code or CODES.get(status, "internal_error"),
        message or MESSAGES.get(status, "The request cannot be answered."),
        param,
    )
