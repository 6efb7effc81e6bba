"""Makes testdata/odd: photos that are right but rare, and the kinds that are named and refused. They are committed; tests need no Python.

    apt-get install libjpeg-turbo-progs libtiff-tools libheif-examples
    pip install pillow==12.0.0 pillow-heif==1.8.1 numpy
    python3 testdata/odd.py

Every picture shows photos/group.jpg at half size (`half`, for detection) or at an eighth (`small`). odd/half.jpg and odd/small.png are what
they are compared with.
"""

import io
import struct
import subprocess
import tempfile
import zlib
from pathlib import Path

import numpy
import pillow_heif
from PIL import Image

HERE = Path(__file__).parent
OUT = HERE / "odd"
TURN_90 = 6


def run(*command, stdin=None):
    return subprocess.run(command, input=stdin, check=True, stdout=subprocess.PIPE).stdout


def ppm(image):
    out = io.BytesIO()
    image.save(out, "PPM")
    return out.getvalue()


def save(name, data):
    (OUT / name).write_bytes(data)


def exif(kind, value, big=False):
    """An EXIF block with nothing but an orientation of the given type: 1 BYTE, 3 SHORT, 4 LONG."""
    order = ">" if big else "<"
    number = {1: "B3x", 3: "H2x", 4: "I"}[kind]
    return (b"MM\0*" if big else b"II*\0") + struct.pack(f"{order}IHHHI{number}I", 8, 1, 274, kind, 1, value, 0)


def jpeg_with(segment, jpeg):
    """A JPEG with an APP1 segment behind its first marker."""
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + jpeg[2:]


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def jpegs(half):
    pixels = ppm(half)
    turned = ppm(half.transpose(Image.Transpose.ROTATE_90))
    plain = run("cjpeg", "-quality", "80", stdin=turned)
    for kind, name in [(1, "byte"), (3, "short"), (4, "long")]:
        save(f"orientation-{name}.jpg", jpeg_with(b"Exif\0\0" + exif(kind, TURN_90, big=name == "byte"), plain))
    xmp = b'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    save("orientation-xmp.jpg", jpeg_with(xmp, plain))

    def scans(name, script, *options):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(script)
            file.flush()
            save(name, run("cjpeg", "-quality", "80", *options, "-scans", file.name, stdin=pixels))

    scans("scan-per-component.jpg", "0;\n1;\n2;\n")
    scans("scan-luma-last.jpg", "1;\n2;\n0;\n")
    for name, sampling in [("luma-coarser", "1x1,2x2,2x2"), ("three-across", "3x1,1x1,1x1"), ("four-down", "1x4,1x1,1x2")]:
        save(f"sampling-{name}.jpg", run("cjpeg", "-quality", "80", "-sample", sampling, stdin=pixels))
    save("restarts.jpg", run("cjpeg", "-quality", "80", "-restart", "1", stdin=pixels))
    save("progressive.jpg", run("cjpeg", "-quality", "80", "-progressive", stdin=pixels))
    save("arithmetic.jpg", run("cjpeg", "-quality", "80", "-arithmetic", stdin=pixels))
    # A height of 0 in the frame, told behind the first scan.
    jpeg = bytearray(run("cjpeg", "-quality", "80", stdin=pixels))
    frame = jpeg.index(b"\xff\xc0")
    height = jpeg[frame + 5 : frame + 7]
    jpeg[frame + 5 : frame + 7] = b"\0\0"
    save("height-behind.jpg", bytes(jpeg[:-2]) + b"\xff\xdc\0\x04" + bytes(height) + b"\xff\xd9")


def pngs_and_webps(small):
    turned = small.transpose(Image.Transpose.ROTATE_90)
    out = io.BytesIO()
    turned.save(out, "WEBP", lossless=True, exif=exif(3, TURN_90))
    webp = out.getvalue()
    start = webp.index(b"EXIF")
    body = b"Exif\0\0" * 2 + exif(3, TURN_90)
    body_length = struct.pack("<I", len(body))
    webp = webp[:start] + b"EXIF" + body_length + body + b"\0" * (len(body) % 2)
    save("orientation-exif-twice.webp", webp[:4] + struct.pack("<I", len(webp) - 8) + webp[8:])

    out = io.BytesIO()
    turned.save(out, "PNG")
    png = out.getvalue()
    end = png.index(b"IEND") - 4
    save("orientation-behind.png", png[:end] + chunk(b"eXIf", exif(3, TURN_90)) + png[end:])
    header = 8 + 25
    profile = b"Exif\0\0" + exif(3, TURN_90, big=True)
    text = b"\nexif\n%8d\n%s\n" % (len(profile), profile.hex().encode())
    body = b"Raw profile type exif\0\0" + zlib.compress(text)
    save("orientation-profile.png", png[:header] + chunk(b"zTXt", body) + png[header:])
    body = b"XML:com.adobe.xmp\0\0\0\0\0<rdf:Description><tiff:Orientation>6</tiff:Orientation>"
    save("orientation-xmp.png", png[:header] + chunk(b"iTXt", body) + png[header:])


def tiffs(small):
    with tempfile.TemporaryDirectory() as folder:
        at = lambda name: str(Path(folder, name))
        small.save(at("rgb.tif"))
        small.convert("L").save(at("grey.tif"))
        small.convert("1").save(at("black.tif"))
        copies = {
            "tiles-planes": ["-t", "-w", "64", "-l", "48", "-p", "separate", "-c", "lzw"],
            "planes": ["-p", "separate", "-c", "zip:2"],
            "big": ["-8", "-c", "packbits"],
            "tiles-predictor": ["-t", "-w", "32", "-l", "32", "-c", "lzw:2"],
            "fill-order": ["-f", "lsb2msb", "-c", "none"],
            "big-endian": ["-B", "-c", "zip:2", "-r", "7"],
            "jpeg": ["-c", "jpeg:90", "-r", "16"],
        }
        for name, options in copies.items():
            run("tiffcp", *options, at("rgb.tif"), str(OUT / f"{name}.tif"))
        run("tiffcp", "-c", "g4", at("black.tif"), str(OUT / "fax.tif"))
        run("tiffcp", "-c", "zstd", at("rgb.tif"), str(OUT / "zstandard.tif"))
    small.quantize(16).save(OUT / "palette.tif", compression="tiff_lzw")
    small.convert("CMYK").save(OUT / "inks.tif", compression="tiff_lzw")
    alpha = small.convert("LA")
    alpha.putalpha(small.convert("L"))
    alpha.save(OUT / "grey-alpha.tif", compression="tiff_lzw")
    small.save(OUT / "orientation.tif", compression="tiff_lzw", tiffinfo={274: 3})


def heifs(small):
    # As phones write them: turned by the file's own property, which EXIF repeats; and 10 bits.
    turned = small.transpose(Image.Transpose.ROTATE_90)
    turned.save(OUT / "turned.heic", quality=60, exif=exif(3, TURN_90))
    deep = numpy.asarray(small).astype(numpy.uint16) * 257
    pillow_heif.encode("RGB;16", small.size, deep.tobytes(), OUT / "deep.heic", quality=60)
    seen = small.convert("RGBA")
    seen.paste((0, 0, 0, 0), (0, 0, small.width // 2, small.height))
    seen.save(OUT / "half-seen.avif", quality=60)
    with tempfile.TemporaryDirectory() as folder:
        source = str(Path(folder, "small.png"))
        small.save(source)
        run("heif-enc", "-q", "60", "-o", str(OUT / "photo.heic"), source)
        run("heif-enc", "-A", "-q", "60", "-o", str(OUT / "photo.avif"), source)


def main():
    pillow_heif.register_heif_opener()
    OUT.mkdir(exist_ok=True)
    group = Image.open(HERE / "photos/group.jpg").convert("RGB")
    half, small = (group.resize((group.width // n, group.height // n), Image.Resampling.LANCZOS) for n in (2, 8))
    save("half.jpg", run("cjpeg", "-quality", "80", stdin=ppm(half)))
    small.save(OUT / "small.png")
    # The pixels that libjpeg-turbo makes of a JPEG, through Pillow.
    for name, sampling in [("420", "2x2"), ("422", "2x1"), ("440", "1x2"), ("444", "1x1")]:
        jpeg = run("cjpeg", "-quality", "90", "-sample", sampling, stdin=ppm(small.crop((0, 0, 75, 61))))
        save(f"pixels-{name}.jpg", jpeg)
        Image.open(io.BytesIO(jpeg)).save(OUT / f"pixels-{name}.png")
    jpegs(half)
    pngs_and_webps(small)
    tiffs(small)
    heifs(small)


if __name__ == "__main__":
    main()
