"""photo.py FOLDER TARGET.jpg: a 1280×960 photo with five faces, put together from the repository's fixtures in FOLDER."""
import pathlib
import sys

from PIL import Image, ImageFilter

PLACES = [("astronaut", 60, 60, 420), ("obama", 500, 40, 380), ("biden", 900, 80, 340), ("obama2", 180, 520, 400), ("obama3", 700, 500, 420)]


def main(folder, target):
    photos = {name: Image.open(pathlib.Path(folder, f"{name}.jpg")).convert("RGB") for name, *_ in PLACES}
    # A photo has texture everywhere: the background is one of them, enlarged and blurred.
    canvas = photos["astronaut"].resize((1280, 960)).filter(ImageFilter.GaussianBlur(12))
    for name, left, top, side in PLACES:
        photo = photos[name]
        photo.thumbnail((side, side))
        canvas.paste(photo, (left, top))
    canvas.save(target, quality=90)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
