"""Although requests to Glue fail, a run follows each event; runs are few and never two at once.

The runs are recorded, not carried out. A run follows an event only if it started after the event
was sent and before its message was deleted.
"""

from __future__ import annotations

import time
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from aws import CREDENTIALS
from event_source import Delivery, EventSource
from glue_proxy import GlueProxy
from queues import StandardQueue
from runtime_api import Function
from s3_events import MALFORMED, Wave, waves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aws import Moto
    from stack import Stack

EVENTS = 10_000
WAVES = 5
FIRST, LAST = date(2023, 1, 2), date(2023, 12, 28)
# How often each fault of GlueProxy happens, relative to the others.
WEIGHTS = {"none": 4, "throttle": 4, "fail": 2, "delay": 3, "repeat": 1, "lose": 1, "stall": 0.2}


def weekdays() -> list[str]:
    """The weekdays from `FIRST` to `LAST`, among them holidays."""
    days = ((FIRST + timedelta(days=number)) for number in range((LAST - FIRST).days + 1))
    return [str(day) for day in days if day.weekday() < 5]


class Storm:
    """A queue with the stack's settings, the real function, a proxy before Glue, and the runs."""

    def __init__(self, stack: Stack, moto: Moto, proxy: GlueProxy, seed: int) -> None:
        self.proxy = proxy
        self.job = stack.ref("RefineQuotes")
        self.glue = moto.client("glue")
        settings = stack.properties("RawObjects")
        self.queue = StandardQueue(settings["VisibilityTimeout"], settings["RedrivePolicy"]["maxReceiveCount"], seed)
        environment = {**CREDENTIALS, "AWS_ENDPOINT_URL": proxy.url, "GLUE_JOB_NAME": self.job}
        self.function = Function(environment)
        batch_size = stack.properties("RawObjectsMapping")["BatchSize"]
        self.source = EventSource(self.queue, self.function, batch_size, self.maybe_kill)
        self.killing = True
        self.kills = 0
        self.deliveries: list[Delivery] = []
        self.relevant: set[str] = set()
        self.ended: dict[str, float] = {}

    def maybe_kill(self) -> None:
        """In every fifth invocation kill the function when its call has reached the proxy."""
        self.proxy.reached.clear()
        if self.killing and len(self.deliveries) % 5 == 0 and self.proxy.reached.wait(2):
            self.function.kill()
            self.kills += 1

    def send(self, wave: Wave) -> None:
        for body in wave.bodies:
            self.queue.send(body)
        self.relevant |= wave.relevant

    def deliver(self) -> None:
        """Deliver one batch after the visibility time-out."""
        self.queue.now += self.queue.visibility
        delivery = self.source.deliver()
        if delivery is not None:
            self.deliveries.append(delivery)

    def deliver_throttled(self) -> None:
        """Deliver a batch with no run under way; Glue throttles every attempt."""
        self.wait_for_runs()
        self.proxy.weights, self.killing = {"throttle": 1}, False
        self.deliver()
        self.proxy.weights, self.killing = WEIGHTS, True

    def look_at_runs(self) -> int:
        """Record which runs have ended; returns how many have not."""
        going = 0
        for started in list(self.proxy.started):
            if started.run_id not in self.ended:
                # The time before the call: until the answer comes Glue may have started the next
                # run.
                asked = time.monotonic()
                state = self.glue.get_job_run(JobName=self.job, RunId=started.run_id)["JobRun"]["JobRunState"]
                if state == "SUCCEEDED":
                    self.ended[started.run_id] = asked
                else:
                    going += 1
        return going

    def wait_for_runs(self) -> None:
        """Look at the runs until all have ended; each look lets moto's runs go on."""
        while self.look_at_runs():
            pass


@pytest.fixture(scope="module")
def storm(stack: Stack, moto: Moto) -> Iterator[Storm]:
    moto.hold_job_runs(polls=2)
    with GlueProxy(moto.url, WEIGHTS, seed=36) as proxy:
        storm = Storm(stack, moto, proxy, seed=7)
        with storm.function:
            send_and_deliver(storm)
            yield storm


def send_and_deliver(storm: Storm) -> None:
    """Send the waves while runs are under way, then deliver until the queue is empty."""
    for number, wave in enumerate(waves(weekdays(), EVENTS, WAVES, seed=11)):
        storm.send(wave)
        if number == WAVES // 2:
            storm.deliver_throttled()
        for _ in range(4):
            storm.deliver()
            storm.look_at_runs()
        print(f"  sent {len(wave.bodies)}; runs so far {len(storm.proxy.started)}; queued {len(storm.queue.messages)}")
    while storm.queue.messages:
        storm.deliver()
        storm.look_at_runs()
    storm.wait_for_runs()


def test_no_event_is_deleted_before_a_later_run_has_started(storm: Storm) -> None:
    starts = [started.at for started in storm.proxy.started]
    deleted = [message for message in storm.queue.deleted if message.body in storm.relevant]
    # 80 % of the messages are relevant, see `waves`.
    assert len(deleted) > EVENTS // 2
    lost = [message for message in deleted if not any(message.sent < start < message.at for start in starts)]
    assert not lost, f"{len(lost)} events lost, first {lost[:3]}"


def test_runs_have_no_arguments_of_their_own(storm: Storm) -> None:
    assert {str(started.arguments) for started in storm.proxy.started} == {"{}"}


def test_two_runs_are_never_under_way_at_once(storm: Storm) -> None:
    runs = sorted(storm.proxy.started, key=lambda started: started.at)
    overlaps = [(one.run_id, two.run_id) for one, two in pairwise(runs) if two.at < storm.ended[one.run_id]]
    assert not overlaps


def test_number_of_runs_is_near_the_minimum(storm: Storm) -> None:
    # A wave needs one run, and one more for each start that the function does not learn of, because
    # it is killed, or the answer is lost or late, or is the refusal of the repeated request.
    unanswered = storm.proxy.faults["lose"] + storm.proxy.faults["stall"] + storm.proxy.faults["repeat"] + storm.kills
    print(f"  {len(storm.proxy.started)} runs; least possible {WAVES}, answers lost or functions killed {unanswered}")
    print(f"  faults {dict(storm.proxy.faults)}, kills {storm.kills}, invocations {len(storm.deliveries)}")
    assert WAVES <= len(storm.proxy.started) <= WAVES + unanswered


def test_all_messages_even_malformed_ones_are_deleted_and_none_is_dead(storm: Storm) -> None:
    assert storm.queue.dead == []
    assert storm.queue.messages == {}
    assert {message.body for message in storm.queue.deleted} >= set(MALFORMED)


def test_storm_had_kills_and_every_fault_except_the_rare_stall(storm: Storm) -> None:
    assert storm.kills > 0
    assert set(storm.proxy.faults) >= {"throttle", "fail", "delay", "repeat", "lose"}, storm.proxy.faults
    assert any(delivery.died for delivery in storm.deliveries)


def test_concurrent_runs_and_throttling_are_logged(storm: Storm) -> None:
    reasons = [str(line.get("reason", "")) for line in storm.function.logs()]
    assert any("ConcurrentRunsExceededException" in reason for reason in reasons)
    assert any("ThrottlingException" in reason for reason in reasons)
