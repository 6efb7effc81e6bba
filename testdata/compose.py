#!/usr/bin/env python3
"""Writes every picture of this folder again from two public packages. Nobody needs it to build or test: its outputs are committed.

    pip download --no-deps scikit-image==0.26.0
    pip download --no-deps --no-binary :all: face_recognition==1.3.0
    pip install pillow==13.0.0 numpy==2.4.6
    python3 testdata/compose.py scikit_image-0.26.0-*.whl face_recognition-1.3.0.tar.gz

Other versions of Pillow may write other bytes for the same picture.
"""

import hashlib
import io
import struct
import sys
import tarfile
import zipfile
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

HERE = Path(__file__).resolve().parent
T = Image.Transpose
SOURCES = {
    "astronaut.png": "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
    "biden.jpg": "3c17508bb91554c637a2eabddfae790e5bb1caba93130814fc2ac50be9760c4c",
    "obama.jpg": "0930e3aa8cae5920329c0c8cbc6a2ab70f47b0e67b432875beaa95cbf7e741f6",
    "obama2.jpg": "a7efcc907375274796f39646510704aa86672d59f6d5469d69af3c85590976a6",
    "obama3.jpg": "76ac6bf97c36dc2da0ad16a537d6a5ac1b10f48d49aac29a0cca9a17cdbc3ca3",
    "obama_partial_face.jpg": "c2d1f09e7ef3042352b41e41286e6eb0522f64f88308be13886991b95db52117",
    "obama_partial_face2.jpg": "9a812347f97633542b8cd9992de22def11b74f79d82056bc3ee830f13878e028",
}
# Head and shoulders in each source: left, top, right, bottom.
HEADS = {
    "astronaut.png": (96, 0, 352, 256),
    "biden.jpg": (170, 60, 970, 1010),
    "obama.jpg": (180, 0, 820, 760),
    "obama2.jpg": (46, 150, 606, 815),
    "obama3.jpg": (310, 120, 1210, 1190),
}
IMAGE_DESCRIPTION, ORIENTATION, ARTIST, COPYRIGHT = 0x010E, 0x0112, 0x013B, 0x8298


def read_sources(wheel, sdist):
    raw = {"astronaut.png": zipfile.ZipFile(wheel).read("skimage/data/astronaut.png")}
    with tarfile.open(sdist) as archive:
        for name in SOURCES:
            if name not in raw:
                raw[name] = archive.extractfile(f"face_recognition-1.3.0/tests/test_images/{name}").read()
    for name, expected in SOURCES.items():
        if hashlib.sha256(raw[name]).hexdigest() != expected:
            sys.exit(f"{name}: not the file that the fixtures are made of (SHA-256 differs)")
    return {name: Image.open(io.BytesIO(data)) for name, data in raw.items()}


def save(image, name, **options):
    path = HERE / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".jpg":
        options = {"quality": 90, "optimize": True, **options}
    image.save(path, **options)


def credits(source):
    """The photographer's name and the notice stay in the copy."""
    kept, old = Image.Exif(), source.getexif()
    for tag in (IMAGE_DESCRIPTION, ARTIST, COPYRIGHT):
        if tag in old:
            kept[tag] = old[tag]
    return kept


def shrunk(image, long_side):
    image = image.convert("RGB")
    image.thumbnail((long_side, long_side), Image.Resampling.LANCZOS)
    return image


def head(sources, name, height):
    image = sources[name].convert("RGB").crop(HEADS[name])
    return image.resize((round(image.width * height / image.height), height), Image.Resampling.LANCZOS)


def wall(width, height, seed):
    """A lit wall: a soft gradient with grain, so that the background is not one flat colour."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    light = 190 - 70 * np.hypot((x - width * 0.4) / width, (y - height * 0.3) / height)
    grain = np.random.default_rng(seed).normal(0, 3, (height, width)).astype(np.float32)
    rgb = (light + grain)[..., None] * np.array([1.0, 0.96, 0.9], np.float32)
    return Image.fromarray(np.clip(rgb, 0, 255).astype(np.uint8))


def pin(canvas, picture, x, y, turn=0.0):
    """Puts a print with a white edge and a shadow on the wall; `turn` in degrees."""
    edge = max(2, picture.height // 40)
    print_ = Image.new("RGBA", (picture.width + 2 * edge, picture.height + 2 * edge), "white")
    print_.paste(picture, (edge, edge))
    print_ = print_.rotate(turn, Image.Resampling.BICUBIC, expand=True)
    shadow = Image.new("L", canvas.size, 0)
    shadow.paste(print_.getchannel("A").point(lambda a: a // 2), (x + edge, y + edge))
    canvas.paste("black", mask=shadow.filter(ImageFilter.GaussianBlur(edge)))
    canvas.paste(print_, (x, y), print_)


def photos(sources):
    for name, image in sources.items():
        save(shrunk(image, 800), f"photos/{Path(name).stem}.jpg", exif=credits(image))

    group = wall(1200, 800, seed=1)
    pin(group, head(sources, "obama2.jpg", 540), 60, 70, 2.5)
    pin(group, head(sources, "astronaut.png", 330), 570, 60, -3)
    pin(group, head(sources, "biden.jpg", 300), 840, 420, 4)
    save(group, "photos/group.jpg")

    # Faces from about 100 down to about 20 pixels, some mirrored, some turned.
    sheet = wall(1200, 800, seed=2)
    for row, (height, top) in enumerate([(250, 20), (190, 305), (120, 530), (80, 690)]):
        for column, name in enumerate(HEADS):
            picture = head(sources, name, height)
            if (row + column) % 2:
                picture = picture.transpose(T.FLIP_LEFT_RIGHT)
            pin(sheet, picture, 20 + 235 * column, top, (column - 2) * row * 1.5)
    save(sheet, "photos/sheet.jpg")


def people(sources):
    for person, names in {"Barack Obama": ["obama.jpg", "obama3.jpg"], "Eileen Collins": ["astronaut.png"]}.items():
        for name in names:
            # Of Eileen Collins there is one photo: the mirrored upper part, a little smaller, stands in for a second one.
            image = sources[name]
            if name == "astronaut.png":
                image = image.crop((60, 0, 420, 400)).transpose(T.FLIP_LEFT_RIGHT).resize((315, 350), Image.Resampling.LANCZOS)
            save(shrunk(image, 800), f"people/{person}/{Path(name).stem}.jpg", exif=credits(sources[name]))


def orientations(sources):
    upright = sources["astronaut.png"].convert("RGB").crop((32, 0, 352, 256))
    stored = {2: T.FLIP_LEFT_RIGHT, 3: T.ROTATE_180, 4: T.FLIP_TOP_BOTTOM, 5: T.TRANSPOSE, 6: T.ROTATE_90, 7: T.TRANSVERSE, 8: T.ROTATE_270}
    for value in range(1, 9):
        exif = Image.Exif()
        exif[ORIENTATION] = value
        image = upright.transpose(stored[value]) if value in stored else upright
        save(image, f"orientations/{value}.jpg", exif=exif, quality=92, subsampling=0)


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png16(image):
    """A 16-bit RGB PNG (Pillow writes 16 bits in grey only)."""
    wide = np.asarray(image, np.uint16) * 257
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in wide)
    header = struct.pack(">IIBBBBB", image.width, image.height, 16, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", zlib.compress(rows, 9)) + png_chunk(b"IEND", b"")


def formats(sources):
    """One picture, 128 x 128, in every kind of pixel."""
    rgb = head(sources, "astronaut.png", 128)
    grey = rgb.convert("L")
    hole = Image.new("L", rgb.size, 0)
    ImageDraw.Draw(hole).ellipse((4, 4, 123, 123), fill=255)
    rgba, grey_alpha = rgb.convert("RGBA"), grey.convert("LA")
    rgba.putalpha(hole)
    grey_alpha.putalpha(hole)
    save(rgb, "formats/rgb.png")
    save(rgb, "formats/rgb.jpg")
    save(rgb, "formats/progressive.jpg", progressive=True)
    save(rgb, "formats/rgb.webp", lossless=True)
    save(rgb, "formats/rgb.bmp")
    save(rgb, "formats/rgb.tiff", compression="tiff_lzw")
    save(grey, "formats/grey.png")
    save(grey, "formats/grey.jpg")
    save(grey_alpha, "formats/grey-alpha.png")
    save(rgba, "formats/rgba.png")
    save(Image.fromarray(np.asarray(grey, np.uint16) * 257), "formats/grey16.png")
    (HERE / "formats/rgb16.png").write_bytes(png16(rgb))
    save(rgb.convert("CMYK"), "formats/cmyk.jpg", quality=95)
    palette = rgb.quantize(256)
    save(palette, "formats/palette.png")
    save(palette, "formats/palette.gif", save_all=True, append_images=[Image.new("RGB", rgb.size, "black")], duration=100)


def hostile():
    folder = HERE / "hostile"
    folder.mkdir(exist_ok=True)
    (folder / "empty.jpg").write_bytes(b"")
    whole = (HERE / "photos/astronaut.jpg").read_bytes()
    (folder / "cut.jpg").write_bytes(whole[: len(whole) * 2 // 5])
    (folder / "header-only.jpg").write_bytes(whole[:64])
    (folder / "text.jpg").write_text("This is no photo.\n")
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    (folder / "huge.png").write_bytes(b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sources = read_sources(*sys.argv[1:])
    photos(sources)
    people(sources)
    orientations(sources)
    formats(sources)
    hostile()
