"""Queues to poll: moto's SQS, and an emulation that is fast enough for ten thousand messages."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from itertools import count
from typing import Any

COUNT = "ApproximateReceiveCount"


@dataclass
class Message:
    """A message as a queue delivers it.

    `received` counts its deliveries. `sent` is a value of `time.monotonic`, `visible_at` one of
    `StandardQueue.now`; an `SqsQueue` sets neither.
    """

    message_id: str
    body: str
    receipt: str = ""
    received: int = 0
    visible_at: float = 0.0
    sent: float = 0.0


@dataclass(frozen=True)
class Deleted:
    """A deleted message with the values of `time.monotonic` when it was sent and deleted."""

    body: str
    sent: float
    at: float


class SqsQueue:
    """A queue of moto or of AWS."""

    def __init__(self, sqs: Any, url: str) -> None:
        self.sqs = sqs
        self.url = url

    def receive(self) -> list[Message]:
        """Up to ten messages."""
        answer = self.sqs.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=0, AttributeNames=[COUNT]
        )
        return [
            Message(found["MessageId"], found["Body"], found["ReceiptHandle"], int(found["Attributes"][COUNT]))
            for found in answer.get("Messages", [])
        ]

    def delete(self, messages: list[Message]) -> None:
        """Delete the messages, ten in a call."""
        for start in range(0, len(messages), 10):
            entries = [
                {"Id": str(number), "ReceiptHandle": message.receipt}
                for number, message in enumerate(messages[start : start + 10])
            ]
            answer = self.sqs.delete_message_batch(QueueUrl=self.url, Entries=entries)
            assert not answer.get("Failed"), answer

    def left(self) -> int:
        """The number of messages in the queue, with the invisible ones."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)["Attributes"]
        return sum(int(attributes[name]) for name in names)


class StandardQueue:
    """An emulated standard queue of SQS; the test sets `now`, by which messages become visible.

    It has no order. One message in a hundred may be received twice although it is invisible. One
    that is not deleted is received again after the visibility time-out, and goes to `dead` after it
    was received `max_receives` times.
    """

    def __init__(self, visibility: float, max_receives: int, seed: int) -> None:
        self.visibility = visibility
        self.max_receives = max_receives
        self.random = random.Random(seed)
        self.now = 0.0
        self.numbers = count()
        self.messages: dict[str, Message] = {}
        self.dead: list[Message] = []
        self.deleted: list[Deleted] = []

    def send(self, body: str) -> None:
        message_id = f"message-{next(self.numbers)}"
        self.messages[message_id] = Message(message_id, body, sent=time.monotonic())

    def receive(self) -> list[Message]:
        """Up to ten visible messages, in random order; none only if none is visible."""
        visible = [message for message in self.messages.values() if message.visible_at <= self.now]
        self.dead += [self.messages.pop(one.message_id) for one in visible if one.received == self.max_receives]
        left = [message for message in visible if message.received < self.max_receives]
        delivered = self.random.sample(left, min(10, len(left)))
        for message in delivered:
            message.received += 1
            is_received_twice = self.random.random() < 0.01
            message.visible_at = self.now + (0 if is_received_twice else self.visibility)
        return delivered

    def delete(self, messages: list[Message]) -> None:
        """Delete messages; deleting one twice has no effect."""
        for message in messages:
            if found := self.messages.pop(message.message_id, None):
                self.deleted.append(Deleted(found.body, found.sent, time.monotonic()))
