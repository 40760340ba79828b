"""Options of commands that may mean an S3 bucket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from ..app.wording.language import Both
from .words import option

F = TypeVar("F", bound=Callable[..., object])

BUCKET_OPTIONS: Final = (
    option(
        "--ca",
        metavar=Both("FICHIER", "FILE"),
        help=Both(
            "S3 : se fier aux certificats de ce fichier (PEM) plutôt qu’à ceux du système.",
            "S3: trust the certificates in this file (PEM) instead of the system’s.",
        ),
    ),
    option(
        "--access-key-file",
        metavar=Both("FICHIER", "FILE"),
        help=Both(
            "S3 : lire la clé d’accès dans ce fichier (identifiant puis secret, un par ligne, ou le format"
            " « credentials » d’AWS). À défaut : AWS_ACCESS_KEY_ID et AWS_SECRET_ACCESS_KEY.",
            "S3: read the access key from this file (id then secret, one a line, or AWS’s “credentials”"
            " format). Otherwise: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
        ),
    ),
    option(
        "--region",
        default="",
        metavar=Both("RÉGION", "REGION"),
        help=Both("S3 : région du stockage, s’il en a.", "S3: the storage’s region, if it has any."),
    ),
    option(
        "--endpoint",
        default="",
        metavar=Both("ADRESSE", "ADDRESS"),
        help=Both(
            "S3 : adresse du stockage (https://…). Sans elle, celui d’Amazon dans la région donnée.",
            "S3: the storage’s address (https://…). Without it, Amazon’s in the region given.",
        ),
    ),
)


def bucket_options(function: F) -> F:
    """Options of a store in a bucket."""
    for declare in BUCKET_OPTIONS:
        function = declare(function)
    return function
