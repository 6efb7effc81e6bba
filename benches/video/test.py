"""Tests of what makes and scores the clips: benches/.venv-video/bin/python benches/video/test.py (from the project's folder, after a build)."""
import json
import pathlib
import subprocess
import tempfile
import unittest

import cv2
import numpy as np

import make
import paths
import people
import picture
import score
import strangers

FACECORE, MODELS = "target/release/facecore", "models"
PHOTOS = [f"testdata/photos/{name}.jpg" for name in ("obama", "obama2", "biden")]


def shown(stands, photo, frames=3):
    """A shot of a man who stands at a place (x, y, width of the face's box) and does not move."""
    rng = np.random.default_rng(5)
    actors = []
    for who, (x, y, width) in enumerate(stands):
        still = paths.Path(*(np.full(frames, value, float) for value in (x, y, width, 0.0)))
        actors.append((who, picture.Actor([picture.Patch(photo)], still, rng)))
    scene = np.full((300, 400, 3), 90, np.uint8)
    return picture.Shot(scene, actors, frames, make.SIZE, rng)


class Clips(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.photos = [people.Photo(row) for row in people.embed(FACECORE, MODELS, PHOTOS)]

    def test_the_truth_of_a_still_face_is_where_the_detector_finds_it(self):
        for photo in self.photos:
            pixels, faces = shown([(600, 250, 100)], photo).picture(1)
            with tempfile.TemporaryDirectory() as folder:
                cv2.imwrite(f"{folder}/frame.png", pixels)
                found = people.embed(FACECORE, MODELS, [f"{folder}/frame.png"])[0]["faces"]
            self.assertEqual(len(found), 1)
            # The photo is turned upright and scaled, which moves the detector's box by a few pixels of a face 100 pixels wide.
            off = np.abs(np.array(found[0]["box"]) - faces[0][1])
            self.assertLess(off.max(), 8, photo.path)
            self.assertLess(off.mean(), 5, photo.path)

    def test_who_stands_in_front_hides_who_stands_behind(self):
        for apart, low, high in ((0, 0.0, 0.05), (60, 0.1, 0.7), (600, 0.99, 1.0)):
            faces = shown([(400, 250, 100), (400 + apart, 250, 110)], self.photos[0]).picture(0)[1]
            seen = {who: share for who, _, share in faces}
            self.assertGreaterEqual(seen[1], 0.99)
            self.assertTrue(low <= seen[0] <= high, (apart, seen[0]))

    def test_a_face_half_out_of_the_picture_is_half_visible(self):
        (_, box, _), = shown([(0, 250, 100)], self.photos[0]).picture(0)[1]
        (_, _, seen), = shown([(-(box[0] + box[2]) / 2, 250, 100)], self.photos[0]).picture(0)[1]
        self.assertAlmostEqual(seen, 0.5, delta=0.05)

    def test_the_same_seed_gives_the_same_paths_and_another_seed_others(self):
        ways = [paths.shot(6, 100, make.SIZE, make.FPS, np.random.default_rng(seed)) for seed in (1, 1, 2)]
        self.assertTrue(all(np.array_equal(a.x, b.x) and np.array_equal(a.size, b.size) for a, b in zip(ways[0], ways[1])))
        self.assertFalse(any(np.array_equal(a.x, b.x) for a, b in zip(ways[0], ways[2])))

    def test_halves_keep_families_together(self):
        self.assertEqual(len({people.half(f"F0007_MID{member}") for member in range(1, 30)}), 1)
        self.assertEqual({people.half(f"Somebody_{number}") for number in range(50)}, {0, 1})


class Scores(unittest.TestCase):
    def clip(self, frames, visible=1.0):
        """Two people side by side, who stand still."""
        faces = [[0, 100, 100, 200, 200, 1.0], [1, 500, 100, 600, 200, visible]]
        truth = {"width": 1280, "height": 720, "fps": 25, "shots": [[0, frames]], "frames": [faces] * frames,
                 "people": [{"id": 0, "name": "Ann", "family": None, "enrolled": True},
                            {"id": 1, "name": "Bob", "family": None, "enrolled": False}]}
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "00.json"
            path.write_text(json.dumps(truth))
            return score.Clip(path)

    def tracks(self, frames, swapped_from):
        ann, bob = [100, 100, 200, 200], [500, 100, 600, 200]
        sides = [(ann, bob) if frame < swapped_from else (bob, ann) for frame in range(frames)]
        return [{"track": 4 + side, "person": "Ann", "frames": [[frame, *of[side]] for frame, of in enumerate(sides)]} for side in (0, 1)]

    def measured(self, clip, tracks, which=0):
        scored = score.score(clip, tracks)
        return score.mm.metrics.create().compute(scored[which], metrics=score.METRICS, name="x").iloc[0], scored[2]

    def test_tracks_that_are_the_truth_have_no_error(self):
        row, names = self.measured(self.clip(10), self.tracks(10, 10))
        self.assertEqual((row.idf1, row.num_switches, row.recall, row.num_false_positives), (1, 0, 1, 0))
        self.assertEqual((names["tracks", "others", "right"], names["tracks", "strangers", "wrong"]), (1, 1))

    def test_two_who_are_swapped_are_two_switches(self):
        row, _ = self.measured(self.clip(10), self.tracks(10, 6))
        self.assertEqual((round(row.idf1, 6), row.num_switches), (0.6, 2))

    def test_a_hidden_face_is_neither_missed_nor_a_false_box(self):
        clip = self.clip(10, visible=0.3)
        both, one = self.tracks(10, 10), self.tracks(10, 10)[:1]
        for tracks in (both, one):
            row, _ = self.measured(clip, tracks)
            self.assertEqual((row.idf1, row.recall, row.num_false_positives), (1, 1, 0))

    def test_tracks_of_one_person_are_one_where_they_are_joined(self):
        halves = [{"track": at, "person": None, "frames": [[frame, 100, 100, 200, 200] for frame in range(5 * at, 5 * at + 5)]} for at in (0, 1)]
        clip = self.clip(10, visible=0.0)
        self.assertEqual(self.measured(clip, halves, 1)[0].num_switches, 1)
        joined = [dict(track, joined=7) for track in halves]
        self.assertEqual(self.measured(clip, joined, 1)[0].idf1, 1)

    def test_a_relatives_name_is_a_wrong_name_counted_apart(self):
        found = [("F0001_MID1", "F0001_MID2"), ("F0001_MID1", None), ("Ann", "Bob"), ("Ann", "Cid")]
        self.assertEqual(strangers.row("0.01", found), "0.01 | 4 | 3 | 1 | 2 | 0.7500")


if __name__ == "__main__":
    unittest.main()
