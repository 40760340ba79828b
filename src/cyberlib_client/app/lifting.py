"""A refusal that is taken back: a patient changed their mind, or it was a slip."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from ..core.errors import UsageError
from ..core.format_v1.retired import LIFTED, Retirement
from ..files.names import to_vault_path
from ..repository.retirements import put_retirement
from ..state.refusal_settings import RefusalSettings
from ..state.refusals import RefusalLine, read_register
from ..state.settings import write_settings
from . import bootstrap
from .device_identity import device_identity
from .paths import compared, is_of_here, meant_path, native_path, shown
from .refusal_register import RefusalInfo, digest_of_paths, ids_of_path, info_of, keep
from .refused_elsewhere import ids_of, standing
from .refused_paths import refused_native
from .session import Session


class RefusalsLifted(msgspec.Struct, frozen=True):
    """`lines` of the register that hold no more; `paths` that backups save again."""

    lines: list[RefusalInfo]
    paths: list[str]


def lift(session: Session, wanted: Sequence[str]) -> RefusalsLifted:
    """Takes refusals back, by their id in the register or by a path; the register keeps them, with the date.
    Nothing comes back that was taken out of snapshots.

    Raises UsageError("refusal_unknown", text=…), Busy("profile_busy"), and as `register.keep`.
    """
    session.unlock()
    with bootstrap.lock(session.profile):
        settings = session.fresh_settings()
        lines = read_register(session.profile, session.place.id)
        going: list[RefusalSettings] = []
        named: list[RefusalLine] = []
        there: set[bytes] = set()
        for text in wanted:
            rules, found = _meant(session, text, settings.refusals, lines)
            others = _elsewhere(session, text, rules)
            if not rules and not found and not others:
                raise UsageError("refusal_unknown", text=text)
            there |= others
            going += [each for each in rules if each not in going]
            named += found
        staying = [each for each in settings.refusals if each not in going]
        named += [line for line in lines if _all_of(session, line, going, staying)]
        write_settings(session.profile, msgspec.structs.replace(settings, refusals=staying))
    session.fresh_settings()
    done = [_note(session, line) for line in {line.id: line for line in named}.values()]
    for digest in sorted(there):
        _say(session, digest)
    paths = [shown(to_vault_path(refused_native(each))) for each in going]
    return RefusalsLifted([info_of(line) for line in done], paths)


def _meant(
    session: Session, text: str, rules: Sequence[RefusalSettings], lines: Sequence[RefusalLine]
) -> tuple[list[RefusalSettings], list[RefusalLine]]:
    """Rules and lines that an id or a path means; a rule that another line wants as well goes too."""
    named = [line for line in lines if line.id == text.lower() and line.lifted is None]
    if named:
        return [rule for rule in rules for line in named if _is_of(session, rule, line)], named
    if not is_of_here(text):
        return [], []
    path = compared(native_path(text))
    return [rule for rule in rules if compared(refused_native(rule)) == path], []


def _is_of(session: Session, rule: RefusalSettings, line: RefusalLine) -> bool:
    if rule.lines:
        return line.id in rule.lines
    path = to_vault_path(refused_native(rule))  # of a time when rules did not tell
    return digest_of_paths(session, bytes.fromhex(line.salt), [path]).hex() == line.digest


def _elsewhere(session: Session, text: str, rules: Sequence[RefusalSettings]) -> set[bytes]:
    """Digests of what other machines noted of the same paths."""
    paths = [to_vault_path(refused_native(rule)) for rule in rules]
    paths += [meant_path(text)] if any(sign in text for sign in "/\\") else []
    wanted = {each for path in paths for each in ids_of_path(session, path)}
    return {record.digest for record in standing(session) if not wanted.isdisjoint(ids_of(record))}


def _all_of(
    session: Session, line: RefusalLine, going: Iterable[RefusalSettings], staying: Iterable[RefusalSettings]
) -> bool:
    """Whether none of a line's paths is left out any more."""
    return (
        line.lifted is None
        and any(_is_of(session, rule, line) for rule in going)
        and not any(_is_of(session, rule, line) for rule in staying)
    )


def _note(session: Session, line: RefusalLine) -> RefusalLine:
    """In the register, and in the vault for other machines."""
    line = msgspec.structs.replace(line, lifted=bootstrap.clock())
    keep(session, line)
    _say(session, bytes.fromhex(line.salt + line.digest))
    return line


def _say(session: Session, digest: bytes) -> None:
    vault, identity = session.vault, device_identity(session)
    said = Retirement(identity.device, LIFTED, bootstrap.clock(), digest=digest)
    put_retirement(vault.store, vault.keys, bootstrap.random, said, identity.signing)
