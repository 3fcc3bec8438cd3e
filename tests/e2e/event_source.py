"""An emulated event source mapping: it collects a batch, invokes the function, deletes messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from queues import COUNT
from runtime_api import FunctionDiedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from queues import Message, SqsQueue, StandardQueue
    from runtime_api import Function

# The largest payload of a synchronous invocation.
PAYLOAD_BYTES = 6 * 1024 * 1024


@dataclass(frozen=True)
class Delivery:
    """How many messages an invocation had and how many stay queued; whether its process died."""

    messages: int
    kept: int
    died: bool = False


class EventSource:
    """An event source mapping: it polls one queue for one function.

    Args:
        queue: the queue that is polled.
        function: the function that is invoked.
        batch_size: a batch is full with this many messages or more.
        under_way: called during each invocation, so that a test can kill the function.
    """

    def __init__(
        self,
        queue: SqsQueue | StandardQueue,
        function: Function,
        batch_size: int,
        under_way: Callable[[], None] = lambda: None,
    ) -> None:
        self.queue = queue
        self.function = function
        self.batch_size = batch_size
        self.under_way = under_way

    def collect(self) -> list[Message]:
        """Receive messages until the batch is full or the queue has no visible ones."""
        messages: list[Message] = []
        size = 0
        # A quarter of the payload is left for the records' other fields.
        while len(messages) < self.batch_size and size < PAYLOAD_BYTES * 3 // 4:
            found = self.queue.receive()
            if not found:
                break
            messages += found
            size += sum(len(message.body.encode()) for message in found)
        # A message that the queue delivered twice is once in a batch.
        return list({message.message_id: message for message in messages}.values())

    def deliver(self) -> Delivery | None:
        """Deliver one batch to the function; returns None if the queue has no visible message."""
        messages = self.collect()
        if not messages:
            return None
        invocation = self.function.send({"Records": [record(message) for message in messages]})
        self.under_way()
        try:
            self.function.wait(invocation)
        except FunctionDiedError:
            return Delivery(len(messages), len(messages), died=True)
        if invocation.error is not None:
            return Delivery(len(messages), len(messages))
        kept = {failure["itemIdentifier"] for failure in invocation.response["batchItemFailures"]}
        self.queue.delete([message for message in messages if message.message_id not in kept])
        return Delivery(len(messages), len(kept))


def record(message: Message) -> dict[str, Any]:
    """A received message as a record of a Lambda event."""
    return {
        "messageId": message.message_id,
        "receiptHandle": message.receipt,
        "body": message.body,
        "attributes": {COUNT: str(message.received)},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    }
