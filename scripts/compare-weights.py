"""Compares weights that are written with weights that were just measured.

    compare-weights.py WRITTEN MEASURED NAME...

Both are folders of files as scripts/weights makes them. Prints, for each call or hook at its largest,
both weights in microseconds, reads and writes included, and how many times the measured one the
written one is. It decides nothing: how busy the machine was would.
"""

import re
import sys
from pathlib import Path

FUNCTION = re.compile(r"((?:\t///.*\n)*)(?:\t//.*\n)?\tfn (\w+)\((.*?)\) -> Weight \{\n(.*?)\n\t\}", re.S)


def number(text):
    return int(text.replace("_", ""))


def database(folder):
    """Nanoseconds of a read and of a write."""
    text = (folder / "paritydb.rs").read_text()
    return [number(re.search(rf"{what}: ([0-9_]+) \*", text)[1]) for what in ("read", "write")]


def weights(file, read, write):
    """Microseconds by name, each at its largest."""
    text = file.read_text()
    found = {}
    for name, nanoseconds in re.findall(r"pub const (\w+): Weight =\s*Weight::from_parts\(\s*([0-9_]+) \*", text):
        found[name] = number(nanoseconds) / 1e3
    for notes, name, _, body in FUNCTION.findall(text):
        most = {c: number(high) for c, high in re.findall(r"`(\w+)` is `[0-9]+` … `([0-9]+)`", notes)}
        total = number(re.search(r"Weight::from_parts\(([0-9_]+), 0\)", body)[1]) / 1e6
        for slope, component in re.findall(r"from_parts\(([0-9_]+), 0\)\.saturating_mul\((\w+)\.into", body):
            total += number(slope) * most[component] / 1e6
        for kind, count in re.findall(r"\.(reads|writes)\(([0-9]+)(?:_u64)?\)\)", body):
            total += int(count) * (read if kind == "reads" else write) / 1e3
        for kind, count, component in re.findall(r"\.(reads|writes)\(\(([0-9]+)_u64\)\.saturating_mul\((\w+)\.", body):
            total += int(count) * most[component] * (read if kind == "reads" else write) / 1e3
        found[name] = total
    return found


def main():
    written, measured, names = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
    prices = database(written)
    print(f"{'':60}{'written':>12}{'measured':>12}{'ratio':>8}")
    for name in names:
        if name == "paritydb":
            old, new = prices, database(measured)
            pairs = {what: (old[i] / 1e3, new[i] / 1e3) for i, what in enumerate(("read", "write"))}
        else:
            old = weights(written / f"{name}.rs", *prices)
            new = weights(measured / f"{name}.rs", *prices)
            pairs = {call: (old.get(call, 0), new[call]) for call in new}
        for call, (old, new) in pairs.items():
            ratio = old / new if new else float("inf")
            mark = "" if 1 <= ratio <= 2 else " <" if ratio < 1 else " >"
            print(f"{name + '::' + call:60}{old:12.1f}{new:12.1f}{ratio:8.2f}{mark}")


main()
