"""The emulated queue delivers what SQS would."""

from __future__ import annotations

from queues import StandardQueue


def test_messages_that_were_received_too_often_keep_no_other_message_back() -> None:
    queue = StandardQueue(visibility=30, max_receives=1, seed=1, duplicates=0)
    for number in range(20):
        queue.send(str(number))
    first = queue.receive()
    queue.now += queue.visibility
    second = queue.receive()
    assert (len(first), len(second)) == (10, 10)
    assert queue.dead == sorted(first, key=lambda message: int(message.body))
    assert {message.message_id for message in second} == queue.messages.keys()
