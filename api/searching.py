"""How the HTTP door searches: a stored answer, else one made in turn and shared by all who wait.

Looking for a stored answer, waiting for a turn and waiting for somebody else's answer happen on
the event loop; a thread is only taken to find out who asks with a token, and to make an answer.
"""

import asyncio
import hashlib
import time
from dataclasses import dataclass, field, replace
from functools import lru_cache

from fastapi import Response
from pydantic import TypeAdapter
from starlette.concurrency import run_in_threadpool

from api.turns import NoTurn, Together, Turns
from instainstru_core.domains.search.errors import SearchesBusy
from instainstru_core.domains.search.flows import finding
from instainstru_core.domains.search.flows.finding import Wish
from instainstru_core.domains.search.flows.measuring import REFUSED
from instainstru_core.domains.search.policy import admission, budget, caching, packing
from instainstru_core.domains.search.service.finding import Answered
from instainstru_core.domains.search.types.answers import Answer
from instainstru_core.domains.search.types.degrading import Lack
from instainstru_core.domains.search.types.recording import Noted
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.deadline import Deadline
from instainstru_core.kernel.time import local_day
from instainstru_core.runtime import Runtime

PUBLIC_SECONDS = 60
NOTED = TypeAdapter(Noted)


@dataclass(frozen=True, slots=True)
class Told:
    """An answer on its way out, and what goes on record of it then; None for a further page."""

    answer: Answer
    note: Noted | None


@dataclass(frozen=True, slots=True)
class Use:
    """What an answer is made for: to be sent in gzip or not, and, with a key and an instant from
    which on it is true, to be stored.
    """

    gzip: bool
    key: str | None = None
    since: int | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """An answer that was made, and what is known of it for the record."""

    answer: Answer
    note: Noted


@dataclass(slots=True)
class Desk:
    """Takes searches of one process."""

    runtime: Runtime
    turns: Turns
    together: Together[Made] = field(default_factory=Together[Made])

    @classmethod
    def of(cls, runtime: Runtime) -> "Desk":
        """The desk of a process with this runtime."""
        settings = runtime.settings
        return cls(
            runtime,
            Turns(
                admission.running(settings.pool_size, settings.search_running),
                waiting=admission.MOST_WAITING,
                seconds=budget.wait_seconds(settings.search_budget_ms / 1000),
            ),
        )

    async def tell(self, actor: Actor, wish: Wish, *, gzip: bool = True) -> Told:
        """The answer, stored or made, and ready to be sent in gzip if that is wanted. Raises
        SearchesBusy and what the flow refuses.
        """
        began = time.perf_counter()
        if not wish.switches.is_plain:
            made = await self._make(actor, wish, Use(gzip), began)
            return Told(made.answer, _first(wish, made.note, began))
        key = self._key(wish)
        looked = await self.runtime.answers.look(key)
        if looked.answer is not None:
            return Told(looked.answer, _again(wish, _noted(looked.answer.note), began))

        async def make() -> Made:
            return await self._make(actor, wish, Use(gzip, key, looked.since), began)

        made, is_own = await self.together.share((key, actor.id), make)
        if not is_own:
            return Told(made.answer, _again(wish, made.note, began))
        return Told(made.answer, _first(wish, made.note, began))

    async def busy(self, began: float) -> SearchesBusy:
        """The refusal of a search that cannot be made now, once it is time to tell it."""
        whole = self.runtime.settings.search_budget_ms / 1000
        left = began + budget.refuse_seconds(whole) - time.perf_counter()
        await asyncio.sleep(max(left, 0.0))
        REFUSED.inc()
        return SearchesBusy(
            "Too many people search at this moment. Search again in a few seconds.",
            retry_after=admission.RETRY_AFTER,
        )

    async def record(self, actor: Actor, wish: Wish, note: Noted) -> None:
        """Have a search written down, once its answer is on its way."""
        finder = self.runtime.finder
        who = finding.known(finder, wish, actor)
        if who is None:
            await run_in_threadpool(finding.record, finder, actor, wish, note)
        else:
            finding.record(finder, actor, wish, note, who=who)

    def _key(self, wish: Wish) -> str:
        return caching.key(
            wish.command.filters_alone,
            wish.cursor or "",
            str(wish.limit),
            self.runtime.settings.git_sha or self.runtime.settings.release,
            text=wish.command.q,
            day=local_day(self.runtime.clock()).isoformat(),
        )

    async def _make(self, actor: Actor, wish: Wish, use: Use, began: float) -> Made:
        loaded = admission.is_loaded(self.turns.in_flight, self.turns.most)
        lacks: tuple[Lack, ...] = ()
        if use.key is not None and use.since is None and self.runtime.answers.is_on:
            lacks = (Lack.CACHE_UNREACHABLE,)
        try:
            async with self.turns.turn():
                start = time.perf_counter() if loaded else began
                smaller = loaded or wish.switches.high_load
                whole = self.runtime.settings.search_budget_ms / 1000
                deadline = Deadline(start + budget.seconds(whole, loaded=smaller))
                answered, answer = await run_in_threadpool(
                    self._found, actor, wish, use, deadline, lacks
                )
        except NoTurn as failure:
            raise await self.busy(began) from failure
        if use.key is not None and use.since is not None and not answered.is_personal:
            now = self.runtime.clock()
            is_brief = answered.is_brief or bool(answered.view.degradation.reasons)
            await self.runtime.answers.keep(
                use.key,
                answer,
                since=use.since,
                tags=answered.tags,
                seconds=caching.seconds(now, brief=is_brief, dated=answered.is_dated),
            )
        return Made(answer, answered.note)

    def _found(
        self, actor: Actor, wish: Wish, use: Use, deadline: Deadline, lacks: tuple[Lack, ...]
    ) -> tuple[Answered, Answer]:
        answered = finding.found(self.runtime.finder, actor, wish, deadline=deadline, lacks=lacks)
        return answered, packed(answered, use)


def packed(answered: Answered, use: Use) -> Answer:
    """The answer in the form that is sent, and stored if it is to be."""
    document = answered.view.model_dump_json(exclude={"search_id", "next_cursor"}).encode()
    return packing.packed(
        document,
        cursor=answered.next,
        mark=hashlib.blake2b(document, digest_size=12).hexdigest(),
        is_public=not (answered.is_personal or answered.is_located),
        # Whom an answer shows is on record of the search that it was made for, which it names.
        note=b"" if use.since is None else NOTED.dump_json(_retold(answered.note)),
        deflate=use.gzip or use.since is not None,
    )


def response(answer: Answer, search_id: str, *, gzip: bool, is_public: bool) -> Response:
    """The answer over HTTP. Only its end differs from one telling to the next."""
    headers = {
        "Cache-Control": f"public, max-age={PUBLIC_SECONDS}" if is_public else "private, no-cache",
        "ETag": f'W/"{answer.mark}"',
        "Vary": "Accept-Encoding, Authorization",
    }
    if gzip:
        headers["Content-Encoding"] = "gzip"
        content = packing.gzipped(answer, search_id)
    else:
        content = packing.plain(answer, search_id)
    return Response(content, headers=headers, media_type="application/json")


def _first(wish: Wish, note: Noted, began: float) -> Noted | None:
    """What goes on record of an answer that was made for this search."""
    if wish.cursor is not None:
        return None
    return replace(note, took_ms=(time.perf_counter() - began) * 1000)


def _again(wish: Wish, note: Noted, began: float) -> Noted | None:
    """What goes on record of an answer that was told once more."""
    if wish.cursor is not None:
        return None
    took_ms = (time.perf_counter() - began) * 1000
    return replace(_retold(note), took_ms=took_ms, cache_hit=True)


def _retold(note: Noted) -> Noted:
    """What is on record of a search that is told the answer which was made for another."""
    return replace(note, search_id="", shown=(), shown_as=note.search_id or note.shown_as)


@lru_cache(maxsize=2_000)
def _noted(note: bytes) -> Noted:
    return NOTED.validate_json(note)
