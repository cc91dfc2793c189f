#!/usr/bin/env python3
"""Prints strings with tiktoken's ids, one JSON object a line: {"text", "o200k", "cl100k"}.

    tiktoken_reference.py VOCABULARY_DIRECTORY SEED COUNT

The strings mix scripts, blanks, marks, contractions, digits, emoji, raw pieces of the vocabulary, decoded noise and
repetitions, because each of those is a rule that can be got wrong alone or beside another.
"""
import json
import os
import pathlib
import random
import shutil
import sys
import tempfile

WORDS = (
    "the gate meters water HTMLElement camelCase XMLHttpRequest Straße naïve façade don't WE'LL it’s ſ 'ſ x'S I'M "
    "they'RE y'all rock'n'roll 'tis O'Neill's l'été Ünïcödé İstanbul ΣΊΣΥΦΟΣ ǅ ǈ Привет мир Ёлка їжак 東京 中文 漢字かな交じり "
    "ひらがな カタカナ 한국어 조선글 مرحبا بالعالم فارسی नमस्ते हिन्दी ภาษาไทย ქართული ᏣᎳᎩ ʰʷˠ ªº ⅷ ② ½ ٣٤٥ २३ 𝟘𝟙 1234567 3.14 0x1F"
).split(" ")
BLANKS = [" ", "  ", "   ", "\n", "\n\n", "\r\n", "\r", "\t", " \n", "\n ", "\u3000", "\u00a0", "\u0085", "\u2028", "\u200b", "\ufeff", "\x1c", "\v"]
SYMBOLS = list("!?.,;:-_/\\()[]{}<>@#$%^&*+=|~`\"'") + ["...", "///", "--", "!!", "/*", "*/", "->", "=>", "“", "”", "…", "。", "、", "😀", "👩‍👩‍👧", "🇩🇪", "✈️", "\u0301", "e\u0301", "\u200d", "\0", "<|endoftext|>", "<|im_start|>"]
CONTRACTIONS = ["'s", "'S", "'t", "'re", "'VE", "'m", "'ll", "'LL", "'d", "'sup", "'ſ", "’s", "'", "'x"]
CLASSES = [(0x20, 0x7E), (0xA0, 0x24F), (0x300, 0x36F), (0x370, 0x52F), (0x590, 0x6FF), (0x900, 0xDFF), (0xE00, 0xEFF), (0x1100, 0x11FF), (0x1D00, 0x1DBF), (0x2000, 0x206F), (0x2150, 0x218F), (0x3040, 0x30FF), (0x4E00, 0x9FFF), (0xA640, 0xA7FF), (0xAC00, 0xD7A3), (0xFB00, 0xFFFF), (0x1D400, 0x1D7FF), (0x1F300, 0x1FAFF), (0x20000, 0x2A6DF), (0xE0100, 0xE01EF), (0, 0x10FFFF)]


def scalar(chance):
    while True:
        value = chance.randint(*chance.choice(CLASSES))
        if not 0xD800 <= value < 0xE000:
            return chr(value)


def glued(chance, pieces):
    def part():
        kind = chance.random()
        if kind < 0.35:
            return chance.choice(WORDS)
        if kind < 0.60:
            return chance.choice(BLANKS)
        if kind < 0.75:
            return chance.choice(SYMBOLS)
        if kind < 0.85:
            return chance.choice(CONTRACTIONS)
        return chance.choice(pieces)

    return "".join(part() for _ in range(chance.randint(1, 30)))


def case_and_marks(chance, _):
    return "".join(chance.choice("aBcD\u0301\u0300ʰªǅ中'sS.! \n") for _ in range(chance.randint(1, 60)))


def any_scalars(chance, _):
    return "".join(scalar(chance) for _ in range(chance.randint(1, 60)))


def one_class(chance, _):
    low, high = chance.choice(CLASSES[:-1])
    scalars = (chr(chance.randint(low, high)) for _ in range(chance.randint(1, 120)))
    return "".join(s for s in scalars if not "\ud800" <= s <= "\udfff")


def vocabulary(chance, pieces):
    return "".join(chance.choice(pieces) for _ in range(chance.randint(1, 20)))


def blanks(chance, _):
    return "".join(chance.choice(BLANKS + ["a", "1", "."]) for _ in range(chance.randint(1, 30)))


def noise(chance, _):
    return chance.randbytes(chance.randint(1, 80)).decode(errors="replace")


def repetition(chance, pieces):
    text = chance.choice(WORDS + SYMBOLS + BLANKS + pieces[:50])
    return (text * chance.randint(2, 3000))[: chance.randint(2, 3000)]


def unbroken(chance, _):
    letters = chance.choice(["abcdefghijklmnopqrstuvwxyz", "abcXYZ", "йцукен", "的一是不了人我在有", "アイウエオ", "=-+*", "0aZ/+"])
    return "".join(chance.choices(letters, k=chance.choice([20, 60, 95, 96, 97, 120, 128, 129, 200, 400])))


def very_long(chance, _):
    letters = chance.choice(["abcdefghijklmnopqrstuvwxyz", "ab", "йц", "的一是", "=-", "éa", "ABCxyz"])
    return "".join(chance.choices(letters, k=chance.randint(4000, 30000)))


# Each kind with how often it is drawn.
KINDS = [(glued, 30), (case_and_marks, 10), (any_scalars, 12), (one_class, 10), (vocabulary, 12), (blanks, 8), (noise, 8), (repetition, 4), (unbroken, 6), (very_long, 0.05)]


def encodings(directory):
    """tiktoken reads the vocabularies from its cache, whose names are the SHA-1 of their addresses."""
    names = {"o200k_base": "fb374d419588a4632f3f557e76b4b70aebbca790", "cl100k_base": "9b5ad71b2ce5302211f9c61530b329a4922fc6a4"}
    with tempfile.TemporaryDirectory() as cache:
        for name, cached in names.items():
            shutil.copy(pathlib.Path(directory) / f"{name}.tiktoken", pathlib.Path(cache) / cached)
        os.environ["TIKTOKEN_CACHE_DIR"] = cache
        import tiktoken

        return [tiktoken.get_encoding(name) for name in names]


def main():
    directory, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    o200k, cl100k = encodings(directory)
    chance = random.Random(seed)
    pieces = [t.decode(errors="replace") for t in chance.sample(o200k.token_byte_values(), 3000)]
    kinds, weights = zip(*KINDS)
    for _ in range(count):
        text = chance.choices(kinds, weights)[0](chance, pieces)
        row = {"text": text, "o200k": o200k.encode_ordinary(text), "cl100k": cl100k.encode_ordinary(text)}
        print(json.dumps(row))


if __name__ == "__main__":
    main()
