"""The calendars of many instructors at once, packed by the database into a few columns.

Thousands of rows would cost more to fetch than to judge, so that each kind of fact travels as
strings of bytes, which NumPy reads as they are. Days travel as one for each so many people: a
connection keeps room for the longest row that it ever read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import Date, DateTime, Integer, String

from instainstru_core.domains.availability.policy.bits import DAY_BYTES
from instainstru_core.domains.availability.policy.days import TAG_BYTES
from instainstru_core.domains.availability.policy.many import Columns
from instainstru_core.kernel.direct import Direct
from instainstru_core.kernel.time import BUSINESS_ZONE, midnight

_LOAD = text(
    """
    WITH asked AS MATERIALIZED (
        SELECT given.number::int AS number, i.id, i.timezone = :zone_name AS here,
               i.buffer_minutes, i.travel_buffer_minutes, i.overnight_protection
        FROM unnest(:ids) WITH ORDINALITY AS given (id, number)
        JOIN instructors i ON i.id = given.id
    ), days AS (
        SELECT asked.number, int4send(asked.number) || int4send(d.day - :first) || d.bits AS stored,
               int4send(asked.number) || int4send(d.day - :first) || d.tags AS tagged
        FROM asked
        JOIN availability_days d ON d.instructor_id = asked.id AND d.day BETWEEN :first AND :last
        WHERE asked.here AND NOT EXISTS (
            SELECT FROM availability_blackouts b
            WHERE b.instructor_id = d.instructor_id AND b.day = d.day
        )
    ), busy AS (
        SELECT int4send(asked.number) || int2send(o.travels::int::int2) || int2send(1::int2)
               || int8send((extract(epoch FROM lower(o.span)) * 1000000)::bigint)
               || int8send((extract(epoch FROM upper(o.span)) * 1000000)::bigint) AS taken
        FROM asked
        JOIN occupied_times o ON o.instructor_id = asked.id
             AND upper(o.span) > :start AND lower(o.span) < :end
             AND upper(o.span) < :end + interval '1 day'  -- no span is longer than that
        WHERE asked.here AND (o.expires_at IS NULL OR o.expires_at > :now)
        UNION ALL
        SELECT int4send(asked.number) || int2send(0::int2) || int2send(0::int2)
               || int8send((extract(epoch FROM lower(o.span)) * 1000000)::bigint)
               || int8send((extract(epoch FROM upper(o.span)) * 1000000)::bigint)
        FROM asked
        JOIN occupied_times o ON o.student_id = asked.id
             AND upper(o.span) > :start AND lower(o.span) < :end
             AND upper(o.span) < :end + interval '1 day'
        WHERE asked.here AND (o.expires_at IS NULL OR o.expires_at > :now)
    )
    SELECT (
               SELECT string_agg(
                   int4send(number) || int2send(buffer_minutes::int2)
                   || int2send(travel_buffer_minutes::int2) || int4send(overnight_protection::int),
                   '')
               FROM asked WHERE here
           ) AS people,
           NULL AS days, NULL AS tags,
           (SELECT string_agg(taken, '') FROM busy) AS busy,
           (SELECT array_agg(id) FROM asked WHERE NOT here) AS elsewhere
    UNION ALL
    SELECT NULL, string_agg(stored, ''), string_agg(tagged, ''), NULL, NULL
    FROM days GROUP BY number / :together
    """
).bindparams(
    bindparam("ids", type_=ARRAY(String)),
    bindparam("zone_name", type_=String),
    bindparam("first", type_=Date),
    bindparam("last", type_=Date),
    bindparam("start", type_=DateTime(timezone=True)),
    bindparam("end", type_=DateTime(timezone=True)),
    bindparam("now", type_=DateTime(timezone=True)),
    bindparam("together", type_=Integer),
)
LOAD = Direct(lambda: _LOAD)

PERSON = np.dtype([("number", ">i4"), ("usual", ">i2"), ("travel", ">i2"), ("guarded", ">i4")])
DAY = np.dtype([("number", ">i4"), ("offset", ">i4"), ("bits", "u1", (DAY_BYTES,))])
TAGGED = np.dtype([("number", ">i4"), ("offset", ">i4"), ("tags", "u1", (TAG_BYTES,))])
TAKEN = np.dtype(
    [("number", ">i4"), ("travels", ">i2"), ("taught", ">i2"), ("start", ">i8"), ("end", ">i8")]
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE_IN_MICROSECONDS = 60_000_000
ONE_DAY = timedelta(days=1)
LONGER_THAN_PAUSES = timedelta(hours=3)
TOGETHER = 32
"""The days of so many people travel as one string: some ten thousand bytes a day."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The calendars of those who live in the one zone, in columns; and who does not.

    `rows` are the places in the list that was asked about, one for each row of the columns.
    """

    columns: Columns
    rows: NDArray[np.int64]
    elsewhere: Sequence[str]


def load_many(
    session: Session, ids: Sequence[str], *, first: date, last: date, now: datetime
) -> Loaded:
    """The calendars of these instructors on the New York days `first` to `last`. One statement."""
    rows = LOAD.read(
        session,
        {
            "ids": list(ids),
            "zone_name": BUSINESS_ZONE,
            "first": first,
            "last": last,
            "start": midnight(first) - LONGER_THAN_PAUSES,
            "end": midnight(last + ONE_DAY) + LONGER_THAN_PAUSES,
            "now": now,
            "together": TOGETHER,
        },
    )
    people, *told = (b"".join(row[at] or b"" for row in rows) for at in range(4))
    elsewhere: Sequence[str] = next((row[-1] for row in rows if row[-1]), ())
    asked = np.frombuffer(people, PERSON)
    columns = _columns(asked, told, first, (last - first).days + 1)
    return Loaded(columns, asked["number"].astype(np.int64) - 1, elsewhere)


def _columns(people: NDArray[np.void], told: Sequence[bytes], first: date, count: int) -> Columns:
    """`told` are days, tags and busy times, as the statement packs them."""
    days, tags, busy = told
    places = np.full(int(people["number"].max(initial=0)) + 1, -1, dtype=np.int64)
    places[people["number"]] = np.arange(len(people))
    stored = np.frombuffer(days, DAY)
    opened = np.zeros((len(people), count, DAY_BYTES), dtype=np.uint8)
    opened[places[stored["number"]], stored["offset"]] = stored["bits"]
    marked = np.frombuffer(tags, TAGGED)
    tagged, among = np.unique(places[marked["number"]], return_inverse=True)
    planes = np.zeros((len(tagged), count, TAG_BYTES), dtype=np.uint8)
    planes[among, marked["offset"]] = marked["tags"]
    taken = np.frombuffer(busy, TAKEN)
    begins_at = (midnight(first) - EPOCH) // timedelta(microseconds=1)
    return Columns(
        zone_name=BUSINESS_ZONE,
        first=first,
        open=opened,
        tagged=tagged,
        low=planes[:, :, :DAY_BYTES],
        high=planes[:, :, DAY_BYTES:],
        usual=people["usual"].astype(np.int64),
        travel=people["travel"].astype(np.int64),
        protected=people["guarded"] != 0,
        busy=places[taken["number"]],
        starts=(taken["start"].astype(np.int64) - begins_at) // MINUTE_IN_MICROSECONDS,
        ends=-((begins_at - taken["end"].astype(np.int64)) // MINUTE_IN_MICROSECONDS),
        travels=taken["travels"] != 0,
        taught=taken["taught"] != 0,
    )
