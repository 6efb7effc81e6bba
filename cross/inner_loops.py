"""Counts what an inner loop is made of: cross/inner_loops.py BINARY [NAME...]

BINARY holds our kernels with their names (a test program, a library before it is stripped). For each function whose name has one of the
NAMEs in it (by default the tiles) it finds the innermost loop and prints, of one round of the widest: instructions, multiply-adds and how many numbers
each adds, loads, and how many instructions touch the stack (spilled registers).
"""

import re
import subprocess
import sys

# Sums of one multiply-add instruction, by the registers it names, and how many products it adds to each of them, if not one.
WIDTHS = [("zmm", 16), ("ymm", 8), ("xmm", 4), (".4s", 4)]
PRODUCTS = {"vdpbf16ps": 2, "bfdot": 2, "bfmmla": 4}
MULTIPLY_ADD = re.compile(r"^(vfmadd\d+ps|vdpbf16ps|fmla|bfdot|bfmmla|smlal2?|sdot|vpmaddwd|vpdpwssd|vpdpbusd)$")
# On ARM only these read memory; a pair counts as two. On x86 any instruction may, and prefetches are counted apart.
ARM_LOADS = {"ldr": 1, "ldur": 1, "ldp": 2, "ld1r": 1, "ld1": 1}
BRANCH = re.compile(r"^(b|b\..*|cbz|cbnz|tbz|tbnz|j[a-z]+)$")


def functions(binary, names):
    objdump = "aarch64-linux-gnu-objdump" if b"AArch64" in subprocess.check_output(["readelf", "-h", binary]) else "objdump"
    text = subprocess.check_output([objdump, "-d", "-C", "--no-show-raw-insn", binary], text=True)
    name, lines = None, []
    for line in text.splitlines():
        if head := re.match(r"^[0-9a-f]+ <(.*)>:$", line):
            if name and any(part in name for part in names):
                yield name, lines
            name, lines = head[1], []
        elif code := re.match(r"^ *([0-9a-f]+):\t(\S+)\s*(.*)$", line):
            lines.append((int(code[1], 16), code[2], code[3]))
    if name and any(part in name for part in names):
        yield name, lines


def loops(lines):
    """The straight pieces between a backward branch and its target; of nested ones all, since the count decides."""
    at = {address: index for index, (address, _, _) in enumerate(lines)}
    for index, (address, operation, operands) in enumerate(lines):
        target = re.search(r"\b([0-9a-f]+) <", operands)
        if BRANCH.match(operation) and target and int(target[1], 16) <= address and int(target[1], 16) in at:
            yield lines[at[int(target[1], 16)]:index + 1]


def count(loop):
    total = dict(instructions=len(loop), multiply_adds=0, numbers=0, loads=0, prefetches=0, stack=0)
    for _, operation, operands in loop:
        if MULTIPLY_ADD.match(operation):
            total["multiply_adds"] += 1
            width = next((width for register, width in WIDTHS if register in operands), 0)
            total["numbers"] += width * PRODUCTS.get(operation, 1)
        total["stack"] += bool(re.search(r"\[sp|%rsp|\[x29", operands))
        if operation.startswith("prefetch"):
            total["prefetches"] += 1
        elif "%" in operands:
            # AT&T syntax: the last operand is written; stores have their memory there.
            total["loads"] += bool(re.search(r"\([^)]*\).*,", operands)) and not operation.startswith("lea")
        else:
            total["loads"] += ARM_LOADS.get(operation, 0)
    return total


def main():
    binary, names = sys.argv[1], sys.argv[2:] or ["::tile::tile", "avx2::tile", "neon::tile"]
    widest = {}
    for name, lines in functions(binary, names):
        counts = [total for total in map(count, loops(lines)) if total["multiply_adds"]]
        if counts:
            # The innermost of its loops: the one whose instructions are to the largest part multiply-adds.
            inner = max(counts, key=lambda total: (total["multiply_adds"] / total["instructions"], total["multiply_adds"]))
            name = re.sub(r"::<[0-9, ]*>$|::h[0-9a-f]{16}$|\.llvm\.\d+$", "", name)
            widest[name] = max(widest.get(name, inner), inner, key=lambda total: (total["multiply_adds"], total["loads"]))
    if not widest:
        sys.exit(f"{binary} has no function named {' or '.join(names)} with a loop of multiply-adds")
    for name, inner in sorted(widest.items()):
        adds = inner["multiply_adds"]
        print(f"{name}: {inner['instructions']} instructions ({inner['instructions'] / adds:.2f} each), {adds} multiply-adds of "
              f"{inner['numbers'] // adds}, {inner['loads']} loads ({inner['loads'] / adds:.2f} each), {inner['stack']} of the stack")



if __name__ == "__main__":
    main()
