"""What all sections have in common: they are frozen, refuse unknown keys, and say what each key is expected to be.

The description of a field is what messages say after "expected". A field without one is no key of the file.
A field that has another name in the file (`secret` for `secrets`) has that as its validation alias; Python code uses the
field's own name.
"""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A section of the file, or a table in one."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,  # "75" is no number, and 1 is not true
        arbitrary_types_allowed=True,
        validate_default=True,  # defaults are written as they would stand in the file
        validate_by_name=True,
        validate_by_alias=True,
        hide_input_in_errors=True,  # a secret must not reach a traceback
    )

    @classmethod
    def keys(cls) -> list[str]:
        """The keys that the file may have here."""
        return list(cls._descriptions())

    @classmethod
    def expected(cls, key: str) -> str:
        """What `key` of the file is expected to be."""
        return cls._descriptions()[key]

    @classmethod
    def _descriptions(cls) -> dict[str, str]:
        fields = cls.model_fields.items()
        return {str(field.validation_alias or name): field.description for name, field in fields if field.description}
