"""People who enter the panel. Passwords are hashed before the transaction opens: hashing takes its time."""

from api.deps import ContainerDep, Cursor, FilteredEmpresa, Id32, Limit, Search, Session, User, open_scope
from api.routing import CONFLICT, group
from auth.scope import require_gestor
from schemas.usuarios import CodigoOut, UsuarioIn, UsuarioOut, UsuarioPatch, UsuariosPagina
from services import usuarios as service
from services.access_codes import create_code

router = group("usuários")


@router.get("/usuarios")
async def list_usuarios(
    session: Session,
    user: User,
    empresa_id: FilteredEmpresa,
    q: Search = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> UsuariosPagina:
    """A superuser sees everyone, a gestor the people of their own empresa. Newest first."""
    items, next_cursor = await service.list_usuarios(
        session, user, empresa_id=empresa_id, search=q, limit=limit, cursor=cursor
    )
    return UsuariosPagina(items=items, next_cursor=next_cursor)


@router.post("/usuarios", status_code=201, responses=CONFLICT)
async def create_usuario(body: UsuarioIn, container: ContainerDep, user: User) -> UsuarioOut:
    """The new user is asked to change the password. Without `papel`, a user of an empresa is an atendente."""
    access = service.check_new_usuario(user, body)
    senha_hash = await container.passwords.hash(body.senha.get_secret_value())
    async with open_scope(container, user) as session:
        return await service.create_usuario(session, user, body, access, senha_hash=senha_hash)


@router.patch("/usuarios/{id}", responses=CONFLICT)
async def update_usuario(usuario_id: Id32, body: UsuarioPatch, container: ContainerDep, user: User) -> UsuarioOut:
    """A new password or a deactivation ends the user's sessions at once; other changes hold from the next request."""
    require_gestor(user)
    senha_hash = None
    if "senha" in body.model_fields_set:
        senha_hash = await container.passwords.hash(body.senha.get_secret_value())
    async with open_scope(container, user) as session:
        return await service.update_usuario(
            session, user, usuario_id, body, senha_hash=senha_hash, now=container.clock.now()
        )


@router.post("/usuarios/{id}/codigo", status_code=201, responses=CONFLICT)
async def create_codigo(usuario_id: Id32, container: ContainerDep, session: Session, user: User) -> CodigoOut:
    """A one-time code of an hour with which the person chooses a new password. Older ones stop working."""
    new = await create_code(session, user, usuario_id, now=container.clock.now())
    return CodigoOut(codigo=new.codigo, expira_em=new.expira_em)


@router.delete("/usuarios/{id}", status_code=204, responses=CONFLICT)
async def delete_usuario(usuario_id: Id32, session: Session, user: User) -> None:
    """Never oneself, never the last active superuser."""
    await service.delete_usuario(session, user, usuario_id)
