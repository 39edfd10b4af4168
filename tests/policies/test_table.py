import pickle

from hypothesis import given
from hypothesis import strategies as st

from mas_kit.policies import Table


@given(st.lists(st.tuples(st.integers(0, 200), st.integers()), max_size=400))
def test_it_reads_like_a_dict_and_every_earlier_state_stays(writes):
    states, plain = [(Table(), {})], {}
    for name, value in writes:
        plain = {**plain, name: value}
        states.append((states[-1][0].put(name, value), plain))
    for table, expected in states:
        assert dict(table.items()) == expected
        assert table.size == len(expected)
        assert all(table.get(name) == expected.get(name) for name in range(-1, 202, 7))


def test_a_write_copies_about_the_square_root():
    table = Table()
    for name in range(10_000):
        table = table.put(name, 0)
    copied = []
    for name in range(2_000):
        after = table.put(name, 1)
        copied.append(len(after.recent) if after.base is table.base else len(after.base))
        table = after
    whole = sum(entries >= 10_000 for entries in copied)
    assert sum(copied) / len(copied) <= 3 * 10_000**0.5
    assert whole <= 2_000 / 10_000**0.5 + 1


def test_it_is_plain_data():
    table = Table()
    for name in range(100):
        table = table.put((name, "a"), (0.5, name))
    assert pickle.loads(pickle.dumps(table)) == table
