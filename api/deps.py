"""What a route may ask for: the runtime, who is asking, a unit of work.

`UowDep` and `SignedInDep` refuse whoever is not signed in; `PublicUowDep` and `ActorDep` also let
an anonymous caller through (a token that does not hold is refused even there). `VisitorDep` looks
at no token at all: signing in must work with an old one still in the header. A route asks for
a unit of work, or for the actor when it calls a flow that opens its own: never for both.

Each of these is opened on the thread that runs the route (see `api.routing`), so that a request
holds a connection only while a thread works for it, and the commit is done before the response
leaves: a 200 is never a lie.
"""

from dataclasses import replace
from functools import partial
from typing import Annotated

from fastapi import Depends, Request

from api import auth
from api.auth import Caller
from api.routing import Opening
from instainstru_core.kernel.authority import ANONYMOUS, Actor, Door
from instainstru_core.kernel.uow import Uow
from instainstru_core.runtime import Runtime


async def runtime(request: Request) -> Runtime:
    """The runtime this process serves."""
    found: Runtime = request.app.state.runtime
    return found


RuntimeDep = Annotated[Runtime, Depends(runtime)]
CallerDep = Annotated[Caller, Depends(auth.caller)]


async def unit_of_work(runtime: RuntimeDep, caller: CallerDep) -> Opening[Uow]:
    """A unit of work of somebody who is signed in."""
    auth.require_token(caller)
    return Opening(partial(auth.work, runtime, caller))


async def public_unit_of_work(runtime: RuntimeDep, caller: CallerDep) -> Opening[Uow]:
    """A unit of work of anybody."""
    return Opening(partial(auth.work, runtime, caller))


async def signed_in(runtime: RuntimeDep, caller: CallerDep) -> Opening[Actor]:
    """Somebody who is signed in; the transaction that found out is over."""
    auth.require_token(caller)
    return Opening(partial(auth.known, runtime, caller))


async def actor(runtime: RuntimeDep, caller: CallerDep) -> Opening[Actor]:
    """Anybody; the transaction that found out is over."""
    return Opening(partial(auth.known, runtime, caller))


async def visitor(request: Request) -> Actor:
    """Anybody, as nobody: for routes where a token that does not hold must not get in the way."""
    return replace(ANONYMOUS, door=Door.API, request_id=request.state.request_id)


SIGNED_IN = frozenset({unit_of_work, signed_in})

UowDep = Annotated[Uow, Depends(unit_of_work)]
PublicUowDep = Annotated[Uow, Depends(public_unit_of_work)]
SignedInDep = Annotated[Actor, Depends(signed_in)]
ActorDep = Annotated[Actor, Depends(actor)]
VisitorDep = Annotated[Actor, Depends(visitor)]
