"""Files of conversations: for who may see the conversation, and under a signed address of a few minutes for Twilio."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Header, Path, Query, Response

from api.deps import ContainerDep, Session, User
from api.routing import group
from auth.media_links import MediaLinks
from schemas.common import INT64_MAX
from services.midias import ServedFile, read_midia, serve

router = group("mídias")
public_router = group("mídias", public=True)

_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "O arquivo.", "content": {"application/octet-stream": {}}}
}
Range = Annotated[str | None, Header(alias="Range", max_length=100, include_in_schema=False)]
MidiaId = Annotated[UUID, Path(alias="id")]


@router.get("/midias/{id}", response_class=Response, responses=_FILE)
async def get_midia(midia_id: MidiaId, session: Session, user: User, range_header: Range = None) -> Response:
    """Images and audio are shown in place, anything else is a download. Takes a byte range."""
    return _response(serve(await read_midia(session, user, midia_id), range_header=range_header))


@public_router.get("/midias/{id}/publica", response_class=Response, responses=_FILE)
async def get_public_midia(
    midia_id: MidiaId,
    container: ContainerDep,
    exp: Annotated[int, Query(ge=0, le=INT64_MAX)],
    sig: Annotated[str, Query(max_length=64)],
    range_header: Range = None,
) -> Response:
    """The same file under an address we signed. A wrong or expired signature is a 404."""
    _links(container).check(midia_id, expires=exp, signature=sig)
    async with container.db.system_scope() as session:
        midia = await read_midia(session, None, midia_id)
        return _response(serve(midia, range_header=range_header, to_vendor=True))


def _links(container: ContainerDep) -> MediaLinks:
    settings = container.settings
    return MediaLinks(settings.secret_key.get_secret_value(), public_url=settings.public_url, clock=container.clock)


def _response(file: ServedFile) -> Response:
    return Response(file.content, status_code=file.status, media_type=file.content_type, headers=file.headers)
