"""Column types used by several tables: instants with a time zone, identities and foreign keys to the tenant."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import mapped_column

BigId = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
EmpresaId = Annotated[int, mapped_column(ForeignKey("empresas.id"), nullable=False)]
OwnedBy = Annotated[int, mapped_column(ForeignKey("empresas.id", ondelete="CASCADE"), nullable=False)]
"""Of configuration, which goes with its empresa."""
Instant = Annotated[datetime, mapped_column(DateTime(timezone=True))]
CreatedAt = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.now())]
Json = Annotated[dict[str, Any], mapped_column(JSONB(none_as_null=True))]


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """A named check that `column` holds one of `values`."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)
