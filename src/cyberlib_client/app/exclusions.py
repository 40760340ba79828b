"""What a source leaves out: tried before it is chosen, and changed."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Final

import msgspec

from ..core.errors import UsageError
from ..files.defaults import default_rules
from ..files.filters import Filters, Rule
from ..files.names import THIS_SYSTEM, display, to_vault_path
from ..files.preview import preview
from ..state.settings import SourceSettings, write_settings
from . import bootstrap
from .paths import compared, is_at, lies_in, native_of, native_path
from .session import Session
from .source_rules import Kind as Kind
from .source_rules import RuleDraft as RuleDraft
from .source_rules import SourceRules as SourceRules
from .sources import info_of, never_entered, preview_info, read_source
from .sources_told import Protected as Protected
from .sources_told import RulesChanged as RulesChanged
from .sources_told import RulesTried as RulesTried
from .times import iso_time

_SPECIAL: Final = re.compile(r"([\\*?\[])")


def pattern_of(draft: RuleDraft, root: str) -> str:
    """The pattern of a draft. `root`: the source, as this system writes it.

    Raises UsageError("bad_pattern", pattern=…, reason=…), ("folder_not_below", path=…, source=…).
    """
    written = draft.text.strip()
    if draft.kind == "pattern":
        made = draft.text
    elif draft.kind == "type":
        ending = written.removeprefix("*").removeprefix(".")
        if not ending or "/" in ending or os.sep in ending:
            raise UsageError("bad_pattern", pattern=draft.text, reason="empty" if not ending else "path")
        made = f"*.{_plain(ending)}"
    else:
        made = _folder(written, root)
    Filters([Rule(made, "source")])
    return made


def _folder(written: str, root: str) -> str:
    if os.path.isabs(written):
        if compared(written) == compared(root) or not lies_in(compared(written), compared(root)):
            raise UsageError("folder_not_below", path=written, source=root)
        written = os.sep + os.path.relpath(written, root)
    plain = _plain(written.replace(os.sep, "/")) if os.sep == "/" else _plain(written.replace("\\", "/"))
    plain = plain.rstrip("/")
    if not plain:
        raise UsageError("bad_pattern", pattern=written, reason="empty")
    if plain[0] in "!#":
        plain = f"\\{plain}"
    return f"/{plain.removeprefix('/')}/" if "/" in plain else f"{plain}/"


def _plain(text: str) -> str:
    """With what means something in a pattern meaning itself."""
    return _SPECIAL.sub(r"\\\1", text)


def usual_rules(session: Session, path: str) -> list[str]:
    """The exclusions that come with the program, for a source. UsageError("source_unknown", path=…)."""
    source = _known(session.settings.sources, path)
    return [rule.pattern for rule in default_rules(THIS_SYSTEM, to_vault_path(native_of(source)))]


def protected(session: Session) -> list[Protected]:
    """The sources, with when each was last in a backup. Needs no vault."""
    gone = {
        each.subject: iso_time(each.first)
        for each in session.history.incidents(open_only=True)
        if each.kind == "source_missing"
    }
    last = session.history.completed("backup")
    found = []
    for source in session.settings.sources:
        info = info_of(source)
        since = gone.get(info.path)
        found.append(Protected(info, None if last is None or since else iso_time(last.started), since))
    return found


def try_rules(session: Session, path: str, rules: SourceRules, draft: RuleDraft | None = None) -> RulesTried:
    """What a backup of a source would take and leave out by these rules; nothing is changed.

    Raises UsageError("source_unknown", path=…), as `pattern_of`, and Stopped.
    """
    source = _known(session.settings.sources, path)
    pattern = pattern_of(draft, os.fsdecode(native_of(source))) if draft is not None else ""
    written = [*rules.exclude, pattern] if pattern else rules.exclude
    tried = _with(source, msgspec.structs.replace(rules, exclude=written))
    made = read_source(native_of(source), tried, "source", refusals=session.settings.refusals)
    found = preview(
        [(made.native, made.selection)],
        listener=session.listener,
        cancel=session.cancel,
        never=never_entered(session),
    )
    return RulesTried(pattern, preview_info(found))


def change_source(session: Session, path: str, rules: SourceRules) -> RulesChanged:
    """Changes what a source leaves out. What the vault holds stays.

    Raises UsageError("source_unknown", path=…), ("bad_pattern", …), Busy("profile_busy"),
    Failed("settings_damaged").
    """
    with bootstrap.lock(session.profile):
        settings = session.fresh_settings()
        before = _known(settings.sources, path)
        after = _with(before, rules)
        read_source(native_of(before), after, "source")  # refuses a pattern that cannot work
        if after != before:
            changed = [after if each == before else each for each in settings.sources]
            write_settings(session.profile, msgspec.structs.replace(settings, sources=changed))
    session.fresh_settings()
    return RulesChanged(info_of(before), info_of(after))


def rules_with(
    session: Session,
    path: str,
    add: Sequence[str],
    drop: Sequence[str],
    *,
    one_file_system: bool | None = None,
    default_exclusions: bool | None = None,
) -> SourceRules:
    """The rules of a source with some patterns more and some less; None for what stays.

    Raises UsageError("source_unknown", path=…), ("pattern_unknown", pattern=…)."""
    source = _known(session.fresh_settings().sources, path)
    for pattern in drop:
        if pattern not in source.exclude:
            raise UsageError("pattern_unknown", pattern=pattern)
    kept = [each for each in source.exclude if each not in drop]
    return SourceRules(
        [*kept, *add],
        source.one_file_system if one_file_system is None else one_file_system,
        source.default_exclusions if default_exclusions is None else default_exclusions,
    )


def _known(sources: Sequence[SourceSettings], path: str) -> SourceSettings:
    for source in sources:
        if is_at(source, path):
            return source
    raise UsageError("source_unknown", path=display(to_vault_path(native_path(path))))


def _with(source: SourceSettings, rules: SourceRules) -> SourceSettings:
    return msgspec.structs.replace(
        source,
        exclude=list(dict.fromkeys(rules.exclude)),
        one_file_system=rules.one_file_system,
        default_exclusions=rules.default_exclusions,
    )
