"""What has a vector. Pure."""

from enum import StrEnum


class EmbeddingKind(StrEnum):
    """What a vector is of."""

    SERVICE = "service"
    AREA = "area"
