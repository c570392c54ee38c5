"""What a fault does to the connection once its answer is made: silence, cuts, drips, resets. All of it ends the connection."""

from worker.sandbox.clock import Clock
from worker.sandbox.connection import Connection
from worker.sandbox.faults import Fault, Kind
from worker.sandbox.wire import Answer

INFORMATIONAL = b"HTTP/1.1 102 Processing\r\n\r\n"
FLOOD_SIZE = 2000
LYING_BY = 10  # bytes that Content-Length leaves out

SILENT = frozenset({Kind.HANG, Kind.CREATED_HANG, Kind.HALF_CLOSE, Kind.RESET_AFTER, Kind.GARBAGE_STATUS_LINE})


async def deliver(connection: Connection, answer: Answer, fault: Fault, clock: Clock) -> None:
    """Answer as `fault` wants it. Nothing is sent for the kinds in SILENT; the caller closes what is still open."""
    match fault.kind:
        case Kind.HANG | Kind.CREATED_HANG:
            await connection.until_peer_leaves()
        case Kind.HALF_CLOSE:
            connection.half_close()
            await connection.until_peer_leaves()
        case Kind.RESET_AFTER:
            connection.reset()
        case Kind.TRUNCATE | Kind.TRUNCATE_HANG:
            await connection.write(_cut(answer, fault))
            if fault.kind is Kind.TRUNCATE_HANG:
                await connection.until_peer_leaves()
        case Kind.DRIP_HEADERS:
            await _drip(connection, answer.head(keeps_alive=False), fault, clock)
            await connection.write(answer.body)
        case Kind.DRIP_BODY:
            await connection.write(answer.head(keeps_alive=False))
            await _drip(connection, answer.body, fault, clock)
        case Kind.GARBAGE_STATUS_LINE:
            await connection.write(b"SPROUT/9 everything fine\r\n\r\n")
        case Kind.WRONG_CONTENT_LENGTH:
            lying = Answer(answer.status, answer.body, answer.headers, max(0, len(answer.body) - LYING_BY))
            await connection.send(lying)
        case Kind.FLOOD_1XX:
            await connection.write(INFORMATIONAL * (fault.size or FLOOD_SIZE))
            await connection.send(answer)
        case _:
            await connection.send(answer)


def _cut(answer: Answer, fault: Fault) -> bytes:
    """The head as it should be, and `size` bytes of the body, half of it by default."""
    kept = len(answer.body) // 2 if fault.size is None else fault.size
    return answer.head(keeps_alive=False) + answer.body[:kept]


async def _drip(connection: Connection, data: bytes, fault: Fault, clock: Clock) -> None:
    for place in range(len(data)):
        await connection.write(data[place : place + 1])
        await clock.wait(fault.interval)
