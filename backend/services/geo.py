"""Positions that customers share: read from text, and told as a straight-line distance from the empresa. Pure."""

from math import asin, cos, isfinite, radians, sin, sqrt

_EARTH_KM = 6371.0088

Position = tuple[float, float]
"""Latitude and longitude in degrees."""


def read_position(latitude: object, longitude: object) -> Position | None:
    """The position behind two texts or numbers, or None when they are none."""
    try:
        found = (float(str(latitude)), float(str(longitude)))
    except ValueError:
        return None
    usable = isfinite(found[0]) and isfinite(found[1]) and abs(found[0]) <= 90 and abs(found[1]) <= 180
    return found if usable else None


def distance_km(one: Position, other: Position) -> float:
    """Along the surface, as the crow flies (haversine)."""
    (lat1, lon1), (lat2, lon2) = [(radians(lat), radians(lon)) for lat, lon in (one, other)]
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(min(1.0, half)))


def say_distance(km: float) -> str:
    """As people say it.

    >>> say_distance(2.34), say_distance(0.18), say_distance(148.6)
    ('2,3 km', '180 m', '149 km')
    """
    if km < 0.95:
        return f"{max(10, round(km * 100) * 10)} m"
    return f"{km:.1f} km".replace(".", ",") if km < 20 else f"{km:.0f} km"
