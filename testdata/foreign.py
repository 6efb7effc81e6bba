"""Runs a folder of foreign photos through this library and through Pillow, and prints where they differ.

    pip install -r testdata/foreign-requirements.txt
    cargo build --release -p facecore-benches --bin decode
    python3 testdata/foreign.py fetch ../foreign        # test images of public packages, pinned below, into a folder outside the repository
    python3 testdata/foreign.py compare ../foreign [--decode target/release/decode] [--all]

What counts as equal: the same sides, and a mean difference of at most 2 of 255 (decoders round differently).
"""

import argparse
import io
import os
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections import Counter
from pathlib import Path

MOST = 2.0
SUFFIXES = {".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".apng", ".webp", ".bmp", ".dib", ".gif", ".tif", ".tiff"}
SUFFIXES |= {".heic", ".heif", ".avif", ".jp2", ".jxl"}
# Photos inside source archives; each by its registry's ordinary client.
PYPI = ["pillow==12.0.0", "imageio==2.37.0", "scikit-image==0.25.2", "tifffile==2025.5.10"]
CRATES = ["image==0.25.10", "zune-jpeg==0.5.15", "jpeg-decoder==0.3.2", "tiff==0.11.3", "png==0.18.1", "kamadak-exif==0.6.1"]
NPM = ["sharp@0.34.5", "exifr@7.1.3", "jpeg-js@0.4.4"]


def fetch(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for package in PYPI:
        run = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
        attempt(package, [*run, "--dest", str(folder / "archives"), package], folder)
    for package in NPM:
        (folder / "archives").mkdir(exist_ok=True)
        attempt(package, ["npm", "pack", "--silent", "--pack-destination", str(folder / "archives"), package], folder)
    with tempfile.TemporaryDirectory() as empty:
        manifest = Path(empty, "Cargo.toml")
        needs = "".join(f'{name} = {{ version = "={version}", default-features = false }}\n' for name, version in (p.split("==") for p in CRATES))
        manifest.write_text(f'[package]\nname = "foreign"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\n{needs}')
        Path(empty, "src").mkdir()
        Path(empty, "src/lib.rs").write_text("")
        attempt("crates", ["cargo", "vendor", "--quiet", str(folder / "crates")], Path(empty))
    for archive in sorted((folder / "archives").glob("*")):
        unpack(archive, folder / archive.name.removesuffix(".tar.gz").removesuffix(".tgz").removesuffix(".zip"))


def attempt(name, command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    print(f"{name}: {'fetched' if done.returncode == 0 else done.stderr.strip().splitlines()[-1:]}")


def unpack(archive, folder):
    """Photos only."""
    def keep(name, read):
        if Path(name).suffix.lower() in SUFFIXES and ".." not in name:
            to = folder / name
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(read())

    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as files:
            for name in files.namelist():
                keep(name, lambda: files.read(name))
    else:
        with tarfile.open(archive) as files:
            for member in files:
                if member.isfile():
                    keep(member.name, lambda: files.extractfile(member).read())


def ours(decode, file):
    """What this library says: pixels or an error, with the seconds and the kilobytes that it took."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as said:
        start = time.monotonic()
        process = subprocess.Popen([decode, str(file)], stdout=out, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = usage.ru_utime + usage.ru_stime
        said.seek(0)
        text = said.read().decode(errors="replace").strip()
        out.seek(0)
        pixels = out.read() if status == 0 else None
        crashed = "panicked" in text or os.WIFSIGNALED(status) or time.monotonic() - start > 60
        return pixels, text, seconds, usage.ru_maxrss, crashed


def theirs(file):
    """What Pillow makes of it: RGB, upright, over white."""
    import numpy
    from PIL import Image, ImageFile, ImageOps

    Image.MAX_IMAGE_PIXELS = 100_000_000
    with Image.open(file) as image:
        image.seek(0)
        image.load()
        mode = image.mode
        if mode in ("I;16", "I;16B", "I;16L", "I", "F"):
            levels = numpy.asarray(image).astype("float64")
            # Pillow cuts wide numbers off where others scale them.
            levels = levels / 257 if mode.startswith("I;16") or levels.max() > 255 else levels
            image = Image.fromarray(levels.clip(0, 255).round().astype("uint8")).convert("RGB")
            return numpy.asarray(image), mode
        image = ImageOps.exif_transpose(image)
        if "transparency" in image.info or mode in ("RGBA", "LA", "PA", "La", "RGBa"):
            over = Image.new("RGBA", image.size, "white")
            over.alpha_composite(image.convert("RGBA"))
            image = over
        return numpy.asarray(image.convert("RGB")), mode


def compare(folder, decode, everything):
    import numpy
    from PIL import Image

    # Some files say that they are huge: then Pillow raises MemoryError.
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))

    counts, slowest, largest = Counter(), (0.0, ""), (0, "")
    notes = []
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file())
    for file in files:
        name = str(file.relative_to(folder))
        pixels, text, seconds, memory, crashed = ours(decode, file)
        slowest, largest = max(slowest, (seconds, name)), max(largest, (memory, name))
        try:
            other, mode = theirs(file)
        except Exception as error:  # Pillow raises many kinds
            other, mode = None, f"{type(error).__name__}: {error}"
        if crashed:
            verdict = "panic"
            notes.append((verdict, name, text))
        elif pixels is None:
            verdict = "refused by both" if other is None else "refused by us only"
            notes.append((verdict, name, text))
        elif other is None:
            verdict = "read by us only"
            notes.append((verdict, name, mode))
        else:
            with Image.open(io.BytesIO(pixels)) as image:
                own = numpy.asarray(image)
            if own.shape != other.shape:
                verdict = "different sides"
                notes.append((verdict, name, f"{own.shape[1]}×{own.shape[0]}, Pillow {other.shape[1]}×{other.shape[0]} ({mode})"))
            else:
                mean = float(numpy.abs(own.astype("int16") - other.astype("int16")).mean())
                verdict = "equal" if mean <= MOST else "different pixels"
                if mean > MOST:
                    notes.append((verdict, name, f"mean difference {mean:.2f} ({mode})"))
        counts[verdict] += 1
    for verdict, name, text in sorted(notes):
        if everything or verdict in ("panic", "refused by us only", "different sides", "different pixels"):
            print(f"{verdict}: {name}: {text}")
    print(f"{len(files)} files: " + ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common()))
    print(f"slowest {slowest[0]:.2f} s of processor time ({slowest[1]}), most memory {largest[0] / 1000:.0f} MB ({largest[1]})")
    return 1 if counts["panic"] else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["fetch", "compare"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--decode", default="target/release/decode")
    parser.add_argument("--all", action="store_true", help="print what both refuse, and what only we read, too")
    arguments = parser.parse_args()
    if arguments.what == "fetch":
        return fetch(arguments.folder.resolve())
    return compare(arguments.folder, arguments.decode, arguments.all)


if __name__ == "__main__":
    sys.exit(main())
