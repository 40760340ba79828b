"""What a policy keeps, whatever the snapshots."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from cyberlib_client.core.retention import PERIODS, Dated, Policy, decide, decide_each

PARIS = ZoneInfo("Europe/Paris")
SECOND = 10**9
NOW = round(datetime(2030, 3, 31, 12, tzinfo=UTC).timestamp()) * SECOND
YEAR = 366 * 86_400 * SECOND

numbers = st.integers(-1, 12)
policies = st.builds(
    Policy,
    last=numbers,
    within=st.integers(-1, 60),
    labelled=st.booleans(),
    **dict.fromkeys(PERIODS, numbers),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Dated]:
    """Snapshots of up to three devices, in order but for a clock that was wrong."""
    found = []
    for device in range(draw(st.integers(1, 3))):
        times = sorted(draw(st.lists(st.integers(NOW - 12 * YEAR, NOW), max_size=30)))
        odd = draw(st.integers(0, 29))
        for order, time in enumerate(times):
            moved = draw(st.sampled_from([0, -YEAR, YEAR])) if order == odd else 0
            digest = bytes([device, order]) * 16
            label = "à garder" if draw(st.integers(0, 9)) == 0 else ""
            found.append(Dated(digest, bytes([device]) * 16, time + moved, order, label))
    return draw(st.permutations(found))


@given(policies, histories())
def test_every_snapshot_is_kept_or_goes(policy: Policy, history: list[Dated]) -> None:
    decision = decide(policy, history, NOW, PARIS)
    assert decision.kept.keys() | set(decision.going) == {each.digest for each in history}
    assert decision.kept.keys().isdisjoint(decision.going)
    for device in {each.device for each in history}:
        newest = max((each for each in history if each.device == device), key=lambda s: s.order)
        assert newest.digest in decision.kept


@given(policies, histories())
def test_what_was_kept_is_kept_again(policy: Policy, history: list[Dated]) -> None:
    """Applied every day of the same day, a policy does not eat on."""
    kept = decide(policy, history, NOW, PARIS).kept
    again = decide(policy, [each for each in history if each.digest in kept], NOW, PARIS)
    assert again.kept.keys() == kept.keys()
    assert not again.going


@given(policies, histories())
def test_no_rule_keeps_more_than_its_number(policy: Policy, history: list[Dated]) -> None:
    decision = decide(policy, history, NOW, PARIS)
    for device in {each.device for each in history}:
        mine = [decision.kept[e.digest] for e in history if e.device == device and e.digest in decision.kept]
        for rule in ("last", *PERIODS):
            most = getattr(policy, rule)
            if most >= 0 and not policy.keeps_all:
                assert sum(rule in reasons for reasons in mine) <= most


@given(policies, st.sampled_from(["last", *PERIODS]), histories())
def test_asking_for_more_keeps_all_that_was_kept(policy: Policy, rule: str, history: list[Dated]) -> None:
    fields = {name: getattr(policy, name) for name in policy.__struct_fields__}
    if fields[rule] < 0 or policy.keeps_all:
        return
    more = Policy(**{**fields, rule: fields[rule] + 3})
    assert decide(policy, history, NOW, PARIS).kept.keys() <= decide(more, history, NOW, PARIS).kept.keys()


@given(histories())
def test_a_device_does_not_push_out_what_others_made(history: list[Dated]) -> None:
    policy = Policy(last=3, daily=5)
    together = decide(policy, history, NOW, PARIS).kept
    for device in {each.device for each in history}:
        alone = decide(policy, [e for e in history if e.device == device], NOW, PARIS).kept
        assert alone.items() <= together.items()


@given(st.lists(st.lists(policies, min_size=1, max_size=3), min_size=3, max_size=3), histories())
def test_of_several_policies_what_any_keeps_stays(held: list[list[Policy]], history: list[Dated]) -> None:
    """Each device by its own, and none by those of others."""
    decision = decide_each(lambda device: held[device[0]], history, NOW, PARIS)
    assert decision.kept.keys().isdisjoint(decision.going)
    for device in {each.device for each in history}:
        mine = [each for each in history if each.device == device]
        kept = {digest for policy in held[device[0]] for digest in decide(policy, mine, NOW, PARIS).kept}
        assert {each.digest for each in mine} & decision.kept.keys() == kept


def test_days_end_at_midnight_of_the_practice() -> None:
    late = round(datetime(2030, 1, 10, 22, 30, tzinfo=UTC).timestamp()) * SECOND  # 23:30 in Paris
    later = late + 3600 * SECOND  # 00:30, the next day
    two = [Dated(b"1" * 32, b"d" * 16, late, 1), Dated(b"2" * 32, b"d" * 16, later, 2)]
    assert len(decide(Policy(daily=7), two, NOW, PARIS).kept) == 2
    assert len(decide(Policy(daily=7), two, NOW, UTC).kept) == 1


def test_the_hour_that_comes_twice_counts_twice() -> None:
    first = round(datetime(2029, 10, 28, 0, 30, tzinfo=UTC).timestamp()) * SECOND  # 02:30, summer
    two = [Dated(bytes([n]) * 32, b"d" * 16, first + n * 3600 * SECOND, n) for n in range(2)]
    assert len(decide(Policy(hourly=24), two, NOW, PARIS).kept) == 2
