"""Texts to measure on, made where they are measured: natural text from Debian's handbook, code from this machine, and
the worst cases, made up.
"""
import html
import pathlib
import random
import re
import subprocess
import sysconfig
import unicodedata

LANGUAGES = {
    "English prose": ("en-US", ["LATIN"]),
    "Chinese": ("zh-CN", ["CJK"]),
    "Japanese": ("ja-JP", ["CJK", "HIRAGANA", "KATAKANA"]),
    "Russian": ("ru-RU", ["CYRILLIC"]),
    "Arabic": ("ar-MA", ["ARABIC"]),
}
WORST_BYTES = 1_000_000


def natural(directory):
    """Paths by name: paragraphs of the handbook that are written in the language they are filed under; and code."""
    handbook = unpacked_handbook(directory)
    texts = {}
    for name in LANGUAGES:
        texts[name] = "\n\n".join(paragraphs(handbook, name))
    texts["Code"] = code()
    return {name: saved(directory, name, text) for name, text in texts.items()}


def paragraphs(handbook, name):
    """Each one once, in order."""
    folder, scripts = LANGUAGES[name]
    return dict.fromkeys(p for page in sorted((handbook / folder).rglob("*.html")) for p in prose(page, scripts))


def unpacked_handbook(directory):
    root = directory / "handbook"
    if not root.is_dir():
        subprocess.run(["apt-get", "download", "-qq", "debian-handbook"], cwd=directory, check=True, stderr=subprocess.DEVNULL)
        package = next(directory.glob("debian-handbook_*.deb"))
        subprocess.run(["dpkg", "-x", package.name, root.name], cwd=directory, check=True)
    return root / "usr/share/doc/debian-handbook/html"


def prose(page, scripts):
    for paragraph in re.findall(r'<(?:p|div class="para")[^>]*>(.*?)</(?:p|div)>', page.read_text(errors="ignore"), re.S):
        text = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", paragraph))).strip()
        letters = [c for c in text if c.isalpha()]
        own = sum(unicodedata.name(c, "").startswith(tuple(scripts)) for c in letters)
        if len(letters) >= 40 and own >= 0.7 * len(letters):
            yield text


def code():
    python = sorted(pathlib.Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))
    headers = sorted(pathlib.Path("/usr/include").glob("*.h"))
    return "\n".join(path.read_text(errors="ignore") for path in python + headers)[:3_000_000]


def worst(directory):
    chance = random.Random(1)
    small = "abcdefghijklmnopqrstuvwxyz"
    texts = {
        "one letter": "a" * WORST_BYTES,
        "random letters": "".join(chance.choices(small, k=WORST_BYTES)),
        "random capitals": "".join(chance.choices(small.upper(), k=WORST_BYTES)),
        "words of 90 random letters": " ".join("".join(chance.choices(small, k=90)) for _ in range(WORST_BYTES // 91)),
        "spaces": " " * WORST_BYTES,
        "dashes": "-" * WORST_BYTES,
        "random punctuation": "".join(chance.choices("!\"#$%&'()*+,-.:;<=>?@[]^_`{|}~", k=WORST_BYTES)),
        "random base64": "".join(chance.choices(small + small.upper() + "0123456789+/", k=WORST_BYTES)),
        "random Han": "".join(chr(chance.randint(0x4E00, 0x9FA5)) for _ in range(WORST_BYTES // 3)),
        "random emoji": "".join(chr(chance.randint(0x1F300, 0x1F64F)) for _ in range(WORST_BYTES // 4)),
        "mixed blanks": "".join(chance.choices(" \t\n\u3000\u00a0", k=WORST_BYTES // 2)),
    }
    return {name: saved(directory, name, text) for name, text in texts.items()}


def saved(directory, name, text):
    path = directory / (name.replace(" ", "-").lower() + ".txt")
    path.write_text(text, newline="")
    return path
