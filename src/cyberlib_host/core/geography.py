"""How far apart two places of storage are."""

from __future__ import annotations

from itertools import combinations
from math import asin, cos, radians, sin, sqrt
from typing import Final, NamedTuple

from .problems import Problem

LEAST_KM: Final = 200
"""Two zones nearer than this are one place to a flood, an earthquake or an accident of a power station."""

_EARTH_KM: Final = 6371.0088
"""Mean radius R1 of the Earth (IUGG; Moritz, "Geodetic Reference System 1980", 2000)."""


class Place(NamedTuple):
    """Where a zone stands: degrees north and east."""

    name: str
    latitude: float
    longitude: float


def distance_km(a: Place, b: Place) -> float:
    """Great-circle distance by the haversine formula; on a sphere, within half a percent of the ellipsoid."""
    north_a, north_b = radians(a.latitude), radians(b.latitude)
    half = sin((north_b - north_a) / 2) ** 2
    half += cos(north_a) * cos(north_b) * sin(radians(b.longitude - a.longitude) / 2) ** 2
    return 2 * _EARTH_KM * asin(min(1.0, sqrt(half)))


def check_apart(places: list[Place]) -> None:
    """Raises Problem("zones_too_near", first=…, second=…, km=…) when two of them are nearer than 200 km."""
    for a, b in combinations(places, 2):
        apart = distance_km(a, b)
        if apart < LEAST_KM:
            raise Problem("zones_too_near", first=a.name, second=b.name, km=int(apart))
