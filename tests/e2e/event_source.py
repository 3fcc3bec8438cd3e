"""What AWS runs between a queue and a function: collect a batch, invoke, delete what did not fail."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runtime_api import FunctionDiedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime_api import Function

Message = dict[str, Any]


@dataclass(frozen=True)
class Delivery:
    """One invocation: how many messages it had and how many stay in the queue."""

    messages: int
    kept: int
    died: bool = False


class EventSource:
    """An event source mapping with the template's batch size, polling one queue for one function.

    Args:
        sqs: a boto3 client.
        queue: the queue's URL.
        function: who gets the batches.
        batch_size: the most messages of a batch.
        before: called with each invocation under way, so that a test can kill the function in the middle.
    """

    def __init__(
        self,
        sqs: Any,
        queue: str,
        function: Function,
        batch_size: int,
        before: Callable[[], None] | None = None,
    ) -> None:
        self.sqs = sqs
        self.queue = queue
        self.function = function
        self.batch_size = batch_size
        self.under_way = before or (lambda: None)

    def collect(self, window: float) -> list[Message]:
        """Messages until the batch is full, or the window is over, or the queue has no more for now."""
        messages: list[Message] = []
        deadline = time.monotonic() + window
        while len(messages) < self.batch_size:
            answer = self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10, WaitTimeSeconds=0)
            found = answer.get("Messages", [])
            messages += found
            if not found and (messages or time.monotonic() > deadline):
                break
            if not found:
                time.sleep(0.05)
        return messages

    def deliver(self, window: float = 0.2) -> Delivery | None:
        """One batch through the function; None where the queue has nothing to deliver now."""
        messages = self.collect(window)
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
        self.delete([message for message in messages if message["MessageId"] not in kept])
        return Delivery(len(messages), len(kept))

    def delete(self, messages: list[Message]) -> None:
        """Forget delivered messages, ten a call."""
        for start in range(0, len(messages), 10):
            entries = [
                {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
                for number, message in enumerate(messages[start : start + 10])
            ]
            self.sqs.delete_message_batch(QueueUrl=self.queue, Entries=entries)

    def left(self) -> int:
        """Messages in the queue, those under way included."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=names)["Attributes"]
        return sum(int(attributes[name]) for name in names)


def record(message: Message) -> dict[str, Any]:
    """A received message as Lambda hands it to a function."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": {},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    }
