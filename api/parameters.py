"""What parameters mean that are called the same wherever they occur: the document says it of each
that says nothing of itself.
"""

from typing import Any

MEANINGS = {
    "Stripe-Signature": "Stripe's signature of the body, with the time it was made.",
    "X-Checkr-Signature": "Checkr's signature of the body: HMAC-SHA256 with our key, in hex.",
    "address_id": "The address, by its id.",
    "alias_id": "The name of a place, by its id.",
    "area_key": "A display area, by its key: regions.areas lists them.",
    "batch_id": "Only invites of this batch.",
    "booking_id": "The lesson, by its id.",
    "borough": "Only in this borough.",
    "by": "What is compared: areas or services.",
    "category": "A category, by its slug.",
    "client_id": "The program, by its id.",
    "cursor": "Where to go on: `next_cursor` of the page before, with all else the same.",
    "day": "A local day of the instructor.",
    "door": "Only what came through this door.",
    "dry_run": "True tells what would happen, and does nothing.",
    "email": "Only of this e-mail address.",
    "first_on": "The first day, included.",
    "grants_founding": "Only invites with, or only those without, a founding place.",
    "history_id": "An entry of one's history, by its id.",
    "instructor_id": "The instructor, by id: the id of the person who teaches.",
    "invite_id": "The invite, by its id or its code.",
    "kind": "Only of this kind.",
    "last_on": "The last day, included.",
    "latitude": "Degrees north, between -90 and 90. Given together with the longitude.",
    "least_people": "Only what so many different people looked for.",
    "limit": "At most this many on a page.",
    "longitude": "Degrees east, between -180 and 180. Given together with the latitude.",
    "min_count": "Only what was searched this often.",
    "monday": "The Monday that the week begins with, a local day of the instructor.",
    "offering_id": "What an instructor teaches, by the id of the offering.",
    "outcome": "Only what ended so.",
    "payment_method_id": "A saved card, by our id of it.",
    "per_category": "At most this many services of each category.",
    "permission": "The permission, by its name.",
    "q": "What somebody types.",
    "reference": "What it is about, such as `booking:` and the lesson's id.",
    "request_id": "Only what this request did: the id in its `X-Request-Id`.",
    "review_id": "The review, by its id.",
    "role": "The role, by its name.",
    "search_id": "A search, by the id that its answer has.",
    "service": "A service, by its slug.",
    "stars": "Only reviews with so many stars.",
    "state": "Only in this state.",
    "status": "Only with this status.",
    "student_id": "The student, by id.",
    "subcategory": "A subcategory, by its slug.",
    "subject_id": "Only about this one, by id.",
    "subject_kind": "Only about things of this kind.",
    "top_up_id": "Credit that was bought, by its id.",
    "user_id": "The person, by id.",
}


def describe(operation: dict[str, Any]) -> None:
    """Say what each parameter means that does not say it itself."""
    for parameter in operation.get("parameters", []):
        said = parameter.get("description") or parameter.get("schema", {}).get("description")
        meaning = MEANINGS.get(parameter["name"])
        if not said and meaning is not None:
            parameter["description"] = meaning
