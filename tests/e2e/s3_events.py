"""Random events in every form that S3, EventBridge and users produce, and malformed ones."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Event = dict[str, Any]


@dataclass
class Wave:
    """Messages that are sent together; `relevant` are those of an object of raw or of actions."""

    bodies: list[str] = field(default_factory=list)
    relevant: set[str] = field(default_factory=set)


def notification(key: str) -> Event:
    """A notification in S3's form, with some of the optional fields."""
    return {
        "eventVersion": "2.3",
        "eventSource": "aws:s3",
        "awsRegion": "sa-east-1",
        "eventTime": "2024-01-02T22:00:00.000Z",
        "eventName": "ObjectCreated:Put",
        "s3": {
            "s3SchemaVersion": "1.0",
            "bucket": {"name": "lake-raw", "arn": "arn:aws:s3:::lake-raw"},
            "object": {
                "key": key,
                "size": 48211,
                "eTag": "d41d8cd98f00b204e9800998ecf8427e",
                "sequencer": "00672E8A1B",
            },
        },
    }


def raw_key(date: str, source: str) -> str:
    """The raw object's key as it is in the bucket."""
    return f"raw/trade_date={date}/{source}.parquet"


def actions_key(date: str) -> str:
    return f"actions/ex_date={date}/yahoo.parquet"


def full(key: str) -> Event:
    return {"Records": [notification(quote_plus(key, safe="/"))]}


def slashes_encoded(key: str) -> Event:
    return {"Records": [notification(quote_plus(key))]}


def bare(key: str) -> Event:
    return {"Records": [{"s3": {"object": {"key": key}}}]}


def among_others(key: str) -> Event:
    return {"Records": [notification("notes.txt"), notification(key), notification(key)]}


def below_other_folders(key: str) -> Event:
    return {"Records": [notification(quote_plus(f"cotações diárias/a+b/{key}", safe="/"))]}


def eventbridge_creation(key: str) -> Event:
    return {"detail-type": "Object Created", "source": "aws.s3", "detail": {"object": {"key": key}}}


def deletion(key: str) -> Event:
    return {"Records": [{"eventName": "ObjectRemoved:Delete", "s3": {"object": {"key": quote_plus(key)}}}]}


def eventbridge_deletion(key: str) -> Event:
    return {"detail-type": "Object Deleted", "source": "aws.s3", "detail": {"object": {"key": key}}}


SHAPES: tuple[Callable[[str], Event], ...] = (
    full,
    slashes_encoded,
    bare,
    among_others,
    below_other_folders,
    eventbridge_creation,
    deletion,
    eventbridge_deletion,
)
# Events without an object of raw or of actions: no run follows them.
JUNK = (
    full("raw/_SUCCESS"),
    full("raw/trade_date=2024-13-45/cotahist.parquet"),
    full("raw_rejected/trade_date=2024-01-02/yahoo.parquet"),
    full("raw/trade_date=2024-01-02/cotahist.parquet.tmp"),
    eventbridge_creation("refined/cotacoes_diarias/data_pregao=2024-01-02/ativo=PETR4/1.parquet"),
    {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "lake-raw"},
)
# Bodies that are no event at all, or none with a key.
MALFORMED = ("not json", "{}", '{"Records": [{"eventName": "ObjectCreated:Put"}]}', '{"Records": 7}')


def waves(sessions: Sequence[str], events: int, count: int, seed: int) -> list[Wave]:
    """`events` messages in `count` waves, shuffled: 80 % relevant, 19 % `JUNK`, 1 % `MALFORMED`."""
    rng = random.Random(seed)
    all_waves = [Wave() for _ in range(count)]
    for number in range(events):
        wave = all_waves[number * count // events]
        draw = rng.random()
        if draw < 0.01:
            wave.bodies.append(rng.choice(MALFORMED))
        elif draw < 0.2:
            wave.bodies.append(json.dumps(rng.choice(JUNK)))
        else:
            date = rng.choice(sessions)
            key = rng.choice((raw_key(date, "cotahist"), raw_key(date, "yahoo-5m"), actions_key(date)))
            body = json.dumps(rng.choice(SHAPES)(key), ensure_ascii=False)
            wave.relevant.add(body)
            wave.bodies.append(body)
    for wave in all_waves:
        # 2 % more messages: S3 may send an event twice.
        wave.bodies += rng.sample(wave.bodies, len(wave.bodies) // 50)
        rng.shuffle(wave.bodies)
    return all_waves
