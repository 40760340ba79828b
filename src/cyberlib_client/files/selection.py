"""Which items belong to a backup: the one place that decides, for the scan and for its preview alike.

A walk asks three questions, each as late as its answer costs, and goes on only while all say None:

    judge(path, name, is_dir)           every item, before anything else is known of it
    judge_entering(device, root_device) a folder, once its status is known
    judge_listed(folder, names)         a folder, once it is listed

The root of a source is never judged: it was asked for by name.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Final, NamedTuple

from ..core.platform import Native
from .cache_tags import TAG_NAME, TAG_NAME_BYTES, is_cache_directory
from .filters import Filters, Rule
from .names import THIS_SYSTEM

CACHE_TAG_RULE: Final = Rule("CACHEDIR.TAG", "cachedir-tag")
ONE_FILE_SYSTEM_RULE: Final = Rule("one file system", "one-file-system")


REFUSED_RULE: Final = Rule("a patient refused it", "refusal")


class Elsewhere(NamedTuple):
    """What was refused on another machine. `ids`: of paths, under a key of the vault; `holds`: whether a path
    below the source is one, as the vault has it."""

    ids: frozenset[bytes]
    holds: Callable[[bytes], bool]


class Selection:
    """The choice made for one source. Safe to share between threads."""

    def __init__(
        self,
        filters: Filters,
        *,
        one_file_system: bool = False,
        cache_tags: bool = True,
        elsewhere: Elsewhere | None = None,
    ) -> None:
        self.elsewhere: Final = elsewhere
        self.filters: Final = filters
        self.one_file_system: Final = one_file_system
        self.cache_tags: Final = cache_tags

        # No function of our own around them: they are called for every item of a source.
        self.judge: Final[Callable[[str, str, bool], Rule | None]] = (
            filters.decide if elsewhere is None else self._judge
        )
        """(path, name, is_dir): the rule that leaves the item out, or None; see `Filters.decide`."""

        self.judge_bytes: Final[Callable[[bytes, bytes, bool], Rule | None]] = (
            filters.decide_bytes if elsewhere is None else self._judge_bytes
        )
        """`judge` for path and name as bytes, as they are in the vault."""

    def _judge(self, path: str, name: str, is_dir: bool) -> Rule | None:
        found = self.filters.decide(path, name, is_dir)
        if found is None and self.elsewhere is not None:
            errors = "surrogatepass" if THIS_SYSTEM == "windows" else "surrogateescape"
            return REFUSED_RULE if self.elsewhere.holds(path.encode("utf-8", errors)) else None
        return found

    def _judge_bytes(self, path: bytes, name: bytes, is_dir: bool) -> Rule | None:
        found = self.filters.decide_bytes(path, name, is_dir)
        if found is None and self.elsewhere is not None and self.elsewhere.holds(path):
            return REFUSED_RULE
        return found

    def judge_entering(self, device: int, root_device: int) -> Rule | None:
        """For a folder on `device` (st_dev) in a source on `root_device`: the rule that says not to enter."""
        if self.one_file_system and device != root_device:
            return ONE_FILE_SYSTEM_RULE
        return None

    def judge_listed(self, folder: Native | int, names: Container[str | bytes]) -> Rule | None:
        """For a folder that holds `names`, as text or bytes: the rule that leaves it out after all, with
        everything in it.

        `folder` is its path on this machine or its descriptor, looked at only when a name calls for it.
        """
        if not self.cache_tags:
            return None
        tagged = TAG_NAME_BYTES in names or TAG_NAME in names
        return CACHE_TAG_RULE if tagged and is_cache_directory(folder) else None
