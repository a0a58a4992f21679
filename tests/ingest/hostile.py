"""Hostile lines: strategies that write dicts well, oddly and wrongly, and that damage lines."""

import random
from typing import Any

from hypothesis import strategies as st

SPECIALS = "'\"\\/bfnrtuxN{}[](),:#\x00\t\n\x0b\x0c\r\x1b\x7f\x85\xa0\u2028\ufeff\ufffd\U0001f600"
TEXT = st.one_of(
    st.text(max_size=12),
    st.text(alphabet=SPECIALS, max_size=12),
    st.text(alphabet=st.characters(), max_size=6),  # surrogates too
    st.sampled_from(["", "10", "Counter-Strike", "Garry's Mod", 'The "Game"', "'\"", "76561"]),
)
INTEGER = st.one_of(
    st.integers(0, 100_000),
    st.sampled_from([0, -1, 2**31 - 1, 2**31, -(2**31), 2**63 - 1, 2**63, -(2**63), 10**18]),
)
OTHER = st.one_of(
    st.none(), st.booleans(), st.floats(), st.binary(max_size=3), st.just(()), st.just([])
)


def _mostly(usual: st.SearchStrategy[Any], odd: st.SearchStrategy[Any]) -> Any:
    return st.integers(0, 39).flatmap(lambda dice: odd if dice == 0 else usual)


STRING = _mostly(TEXT, st.one_of(OTHER, INTEGER))
NUMBER = _mostly(INTEGER, st.one_of(OTHER, TEXT))
ITEMS = st.lists(
    st.fixed_dictionaries(
        {
            "item_id": STRING,
            "item_name": STRING,
            "playtime_forever": NUMBER,
            "playtime_2weeks": NUMBER,
        }
    ),
    max_size=3,
)
DICTS = st.fixed_dictionaries(
    {
        "user_id": STRING,
        "items_count": NUMBER,
        "steam_id": STRING,
        "user_url": STRING,
        "items": _mostly(ITEMS, st.one_of(OTHER, st.tuples(ITEMS), st.dictionaries(TEXT, TEXT))),
    }
)
# What repr() of a hostile dict gives: raw lone surrogates cannot stand in a file.
REPRS = DICTS.map(lambda value: repr(value).encode("utf-8", "surrogatepass"))

# Pieces of a string literal, of which repr() would write only some.
_PIECES = [
    *"aZ0 /#{}[](),:\t\x0c\x0b\x7f\x85\u00e9\u2028\ufeff\ufffd\U0001f600",
    *[r"\\", r"\'", r"\"", r"\/", r"\b", r"\f", r"\n", r"\r", r"\t", r"\a", r"\v", r"\0", r"\q"],
    *[r"\x41", r"\xa0", r"\x4", r"\101", r"\u0041", r"\u00e9", r"\u0000", r"\uFFFD", r"\u12"],
    *[r"\ud83d", r"\uDE00", r"\ud83d\ude00", r"\U0001f600", r"\N{BULLET}", r"\N{NO}", "\\\r"],
    *["'", '"', "\\", "\x00", "\r", "\x1f", "\\ud83d\\u0041", "é'", "//", "null", "\\u0022"],
]
# Mostly what both readers can read: a line with one odd piece tells most.
_WEIGHTS = [120] * 8 + [1] * (len(_PIECES) - 8)


def _literal(dice: random.Random) -> str:
    body = "".join(dice.choices(_PIECES, _WEIGHTS, k=dice.randrange(6)))
    quote = dice.choice("''\"")
    if dice.random() < 0.9:
        body = body.replace(quote, "\\" + quote) if "\\" not in body else body
    whole = quote + body + quote
    if dice.random() > 0.03:
        return whole
    return dice.choice(
        [
            *[f"u{whole}", f"b{whole}", f"r{whole}", f"f{whole}", f"{whole} 'x'", f"({whole})"],
            *[quote * 2 + whole + quote * 2, "12", "None", "null", "true", whole + "''", body],
        ]
    )


def _number(dice: random.Random) -> str:
    if dice.random() > 0.04:
        return str(dice.choice([0, 1, 7, -3, 2**31 - 1, 2**31, 10**9, 10**17]))
    return dice.choice(
        [
            *["01", "00", "+1", "--1", "-0", "1_000", "0x10", "0b1", "0o7", "1e3", "1.0", "1."],
            *["NaN", "Infinity", "-Infinity", "inf", "1e999", "True", "true", "None", "null", ".5"],
            *[
                "9" * 19,
                "9" * 400,
                "1 1",
                "- 1",
                "1+2",
                "1j",
                "(1)",
                "\u0661",
                "1,",
                "",
                "2**3",
                "'1'",
            ],
        ]
    )


def _glue(dice: random.Random, usual: str) -> str:
    if dice.random() > 0.01:
        return usual
    odd = ["", " ", "  ", "\t", ", ", ",", ",,", ":", "#", "\xa0", "\x0c", "\r", "\\\r", ";", "//"]
    return dice.choice([usual + dice.choice(odd), dice.choice(odd), usual[::-1]])


def _dict(dice: random.Random, fields: list[tuple[str, str]]) -> str:
    if dice.random() < 0.02:
        change = dice.choice(["drop", "twice", "swap", "more"])
        place = dice.randrange(len(fields))
        if change == "drop":
            del fields[place]
        elif change == "twice":
            fields.insert(dice.randrange(len(fields)), fields[place])
        elif change == "swap":
            dice.shuffle(fields)
        else:
            fields.insert(place, (dice.choice(["more", "item_id"]), dice.choice(["1", "{}", "x"])))
    parts = []
    for key, value in fields:
        quote = "'" if dice.random() > 0.01 else dice.choice(['"', "", "u'", "`"])
        parts.append(f"{quote}{key}{quote[-1:]}{_glue(dice, ': ')}{value}")
    return "{" + "".join(p if i == 0 else _glue(dice, ", ") + p for i, p in enumerate(parts)) + "}"


def written(seed: int) -> bytes:
    """A library in a literal that repr() might not have written."""
    dice = random.Random(seed)
    items = [
        _dict(
            dice,
            [
                ("item_id", _literal(dice)),
                ("item_name", _literal(dice)),
                ("playtime_forever", _number(dice)),
                ("playtime_2weeks", _number(dice)),
            ],
        )
        for _ in range(dice.randrange(3))
    ]
    line = _dict(
        dice,
        [
            ("user_id", _literal(dice)),
            ("items_count", _number(dice)),
            ("steam_id", _literal(dice)),
            ("user_url", _literal(dice)),
            (
                "items",
                "[" + "".join(_glue(dice, ", ") * bool(i) + x for i, x in enumerate(items)) + "]",
            ),
        ],
    )
    if dice.random() < 0.05:
        ends = [" ", "\t", "\r", "\x0c", "\xa0", "\ufeff", ",", ";", "#", " # x", "{}", "}", "\x00"]
        line = dice.choice([line + dice.choice(ends), dice.choice(ends) + line, line * 2])
    return line.encode("utf-8", "surrogatepass").replace(b"\n", b" ")


def mutated(lines: list[bytes], seed: int) -> bytes:
    """One of `lines`, damaged: cut, doubled, spliced, or with bytes flipped, put in or out."""
    dice = random.Random(seed)
    line = bytearray(dice.choice(lines))
    for _ in range(dice.choice([1, 1, 1, 1, 1, 2, 5])):
        here, there = sorted(dice.randrange(len(line) + 1) for _ in range(2))
        kind = dice.choice([0, 1, 2, 3, 3, 3, 4, 4, 4, 5, 6])
        if kind == 0:
            del line[here:]
        elif kind == 1:
            line[here:here] = line[here : min(there, here + 60)]
        elif kind == 2:
            other = dice.choice(lines)
            line[here:] = other[dice.randrange(len(other)) :]
        elif kind == 3 and here < len(line):
            line[here] ^= 1 << dice.randrange(8)
        elif kind == 4:
            odd = [b"\\", b"'", b'"', b"\x00", b"\xff", b"{", b"]", b"\\/", b"\\x", b",", b"\r"]
            line[here:here] = dice.choice(odd)
        elif kind == 5:
            del line[here : min(there, here + 30)]
        else:
            line[here:here] = bytes(dice.choices(range(256), k=3))
    return bytes(line).replace(b"\n", b" ")
