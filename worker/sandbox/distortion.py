"""What a fault makes of the answer: other statuses, other bodies, lying encodings. The connection is sabotage.py's."""

import json
import zlib
from functools import lru_cache

from worker.sandbox.faults import Fault, Kind
from worker.sandbox.refusals import refusal
from worker.sandbox.wire import JSON_TYPE, Answer, Headers, json_answer, text_answer

BOMB_BYTES = 32 * 1024 * 1024
GATEWAY_PAGE = "<!doctype html><html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"
GARBAGE = "<html><body>All is well, but this is no interview.</body></html>"


def distorted(answer: Answer, fault: Fault, request_id: str, public_url: str) -> Answer:
    """The answer as `fault` would have it, before its own headers are put in place of those named."""
    changed = _changed(answer, fault, request_id, public_url)
    if fault.retry_after is not None:
        changed = changed.headed({"Retry-After": [fault.retry_after]})
    if fault.content_type:
        changed = changed.headed({"Content-Type": [fault.content_type]})
    return changed.headed(fault.headers)


def _changed(answer: Answer, fault: Fault, request_id: str, public_url: str) -> Answer:
    own = tuple(pair for pair in answer.headers if pair[0] != "Content-Type")  # the limits and the request id
    match fault.kind:
        case Kind.STATUS:
            return _with_status(fault, request_id, own)
        case Kind.CREATED_500:
            return json_answer(500, refusal(500).document(request_id), own)
        case Kind.HTML_502:
            return text_answer(502, GATEWAY_PAGE.format("502 Bad Gateway"), kind="text/html")
        case Kind.HTML_504_AFTER:
            return text_answer(504, GATEWAY_PAGE.format("504 Gateway Time-out"), kind="text/html")
        case Kind.REDIRECT_307 | Kind.REDIRECT_308:
            return Answer(int(fault.kind[-3:]), headers=(("Location", fault.location or f"{public_url}/moved"),))
        case Kind.GARBAGE_200:
            return Answer(200, _garbage(fault), (JSON_TYPE, *own))
        case Kind.GZIP_BOMB:
            bomb = _bomb(_edited(answer, fault).body, fault.size or BOMB_BYTES)
            return Answer(answer.status, bomb, (*answer.headers, ("Content-Encoding", "gzip")))
        case Kind.WRONG_GZIP:
            edited = _edited(answer, fault)
            return Answer(answer.status, edited.body, (*answer.headers, ("Content-Encoding", "gzip")))
        case _:
            return _edited(answer, fault)


def _with_status(fault: Fault, request_id: str, own: Headers) -> Answer:
    if fault.body is not None:
        return Answer(fault.status, _bytes(fault.body), (("Content-Type", "text/html"), *own))
    if fault.status < 400:
        return Answer(fault.status, b"", own)
    document = refusal(fault.status, code=fault.code, message=fault.message, param=fault.param).document(request_id)
    return json_answer(fault.status, document | dict(fault.fields), own)


def _edited(answer: Answer, fault: Fault) -> Answer:
    """The JSON object with the fields that the fault names changed or gone."""
    if fault.body is not None:
        return Answer(answer.status, _bytes(fault.body), answer.headers)
    document = json.loads(answer.body)
    if fault.kind is Kind.OTHER_ID_TYPE_200:
        document["id"] = 48_151_623
    gone = {*fault.without, *(("share_link",) if fault.kind is Kind.NO_SHARE_LINK_200 else ())}
    document = {name: value for name, value in (document | dict(fault.fields)).items() if name not in gone}
    status = 200 if fault.kind in (Kind.NO_SHARE_LINK_200, Kind.OTHER_ID_TYPE_200) else answer.status
    return json_answer(status, document, tuple(pair for pair in answer.headers if pair != JSON_TYPE))


def _garbage(fault: Fault) -> bytes:
    text = _bytes(GARBAGE if fault.body is None else fault.body)
    return text if fault.size is None else (text * (fault.size // len(text) + 1))[: fault.size]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


@lru_cache(maxsize=4)
def _bomb(body: bytes, size: int) -> bytes:
    """Valid JSON before and after unpacking, with `size` spaces behind it."""
    packer = zlib.compressobj(9, wbits=31)
    packed = [packer.compress(body)]
    block = b" " * 1_048_576
    packed += [packer.compress(block[: min(len(block), size - done)]) for done in range(0, size, len(block))]
    return b"".join([*packed, packer.flush()])
