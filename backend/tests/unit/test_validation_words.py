"""What a request that does not fit is told: whole sentences of Portuguese, with limits as people write them."""

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field, ValidationError

from api.validation import describe


class Sent(BaseModel):
    one: Annotated[str, Field(min_length=1)] = "x"
    two: Annotated[str, Field(min_length=2, max_length=3)] = "xx"
    angle: Annotated[float, Field(ge=-90, le=90)] = 0
    heat: Annotated[float, Field(le=1.5)] = 0
    status: Literal["ativo", "pausado", "inativo"] = "ativo"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("one", "", "Use pelo menos 1 caractere."),
        ("two", "x", "Use pelo menos 2 caracteres."),
        ("two", "xxxx", "Use no máximo 3 caracteres."),
        ("angle", 91, "O maior valor aceito é 90."),
        ("angle", -91, "O menor valor aceito é -90."),
        ("heat", 2, "O maior valor aceito é 1,5."),
        ("status", "outro", "Escolha um destes valores: ativo, pausado ou inativo."),
    ],
)
def test_a_limit_is_told_as_people_write_it(field: str, value: object, sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Sent.model_validate({field: value})
    [finding] = refused.value.errors()
    assert describe([{**finding, "loc": ("body", field)}]) == [(field, sentence)]
