"""Pictures of a shot: people, cut out of their photos, in front of a scene, and how much of each face is seen."""
import cv2
import numpy as np

from people import EYES, POINTS, centre

# A patch has a person's head and shoulders; ORIGIN is the middle of the eyes in it.
PATCH, ORIGIN = (352, 560), np.array([176.0, 150.0])
# Frames that a photo is shown alone, and frames that the change to the next takes.
HOLD, FADE = (20, 45), (12, 25)
# The shutter is open for this share of a frame.
SHUTTER = 0.5
GRAIN = 2.5


def head_mask():
    """1 on the head and a bit of the neck, falling softly to 0."""
    mask = np.zeros(PATCH[::-1], np.float32)
    x, y = ORIGIN
    cv2.ellipse(mask, (int(x), int(y + 0.15 * EYES)), (int(1.22 * EYES), int(1.85 * EYES)), 0, 0, 360, 1, -1)
    cv2.rectangle(mask, (int(x - 0.6 * EYES), int(y + EYES)), (int(x + 0.6 * EYES), int(y + 2.3 * EYES)), 1, -1)
    return cv2.GaussianBlur(mask, (0, 0), 0.09 * EYES)


def torso(rng):
    """Shoulders and chest in some plain colour, with folds: colour and mask."""
    x, y = ORIGIN
    outline = np.array([(-0.55, 1.9), (-1.9, 2.5), (-2.5, 3.6), (-2.6, 6.5), (2.6, 6.5), (2.5, 3.6), (1.9, 2.5), (0.55, 1.9)])
    mask = np.zeros(PATCH[::-1], np.float32)
    cv2.fillPoly(mask, [np.int32(outline * EYES + (x, y))], 1)
    colour = rng.uniform(20, 170, 3) * rng.uniform(0.5, 1.1)
    folds = cv2.resize(rng.normal(0, 1, (9, 6)).astype(np.float32), PATCH, interpolation=cv2.INTER_CUBIC)
    shade = np.clip(1 + 0.12 * folds, 0.5, 1.5)
    return shade[..., None] * colour.astype(np.float32), cv2.GaussianBlur(mask, (0, 0), 0.06 * EYES)


HEAD = head_mask()


class Patch:
    """A photo with its face at its place in a patch, and the detector's box there."""

    def __init__(self, photo):
        pixels = cv2.imread(photo.path).astype(np.float32)
        move = photo.to_points.copy()
        move[:, 2] += ORIGIN
        self.pixels = cv2.warpAffine(pixels, move, PATCH, flags=cv2.INTER_AREA if move[0, 0] < 1 else cv2.INTER_CUBIC,
                                     borderMode=cv2.BORDER_REPLICATE)
        self.pixels = np.clip(self.pixels, 0, 255)
        self.mask = HEAD * self.content(photo, move)
        box, scale = np.array(photo.face["box"]), np.hypot(*move[:, 0])
        x, y = move[:, :2] @ centre(box) + move[:, 2] - ORIGIN
        width, height = (box[2:] - box[:2]) * scale
        self.box = np.array([x, y, width, height])

    @staticmethod
    def content(photo, move):
        """1 where the photo has pixels, softly falling to 0 towards its edges."""
        inside = np.zeros((photo.height, photo.width), np.float32)
        x1, y1, x2, y2 = photo.content()
        inside[y1:y2, x1:x2] = 1
        inside = cv2.warpAffine(inside, move, PATCH, flags=cv2.INTER_LINEAR)
        soft = 0.12 * EYES
        return np.clip(2 * cv2.GaussianBlur(inside, (0, 0), soft) - 1, 0, 1)


class Actor:
    """A person in a shot: patches that fade into each other, over a body, on a path."""

    def __init__(self, patches, path, rng):
        self.patches, self.path = patches, path
        self.cloth, self.body = torso(rng)
        self.light = rng.uniform(0.85, 1.1)
        self.turns, at = [], 0
        while at < len(path.x):
            hold = int(rng.integers(*HOLD)) if len(patches) > 1 else len(path.x)
            fade = int(rng.integers(*FADE))
            self.turns.append((at + hold, fade))
            at += hold + fade

    def share(self, frame):
        """Which two patches are seen, and the share of the second."""
        for turn, (start, fade) in enumerate(self.turns):
            if frame < start + fade:
                return turn % len(self.patches), (turn + 1) % len(self.patches), max(0.0, (frame - start) / fade)
        raise IndexError(frame)

    def patch(self, frame):
        """Colours times mask, the mask, and the face's box around the origin (middle x, y, width, height).

        Photos that are cut tightly have no hair and no ears: there a hood is seen, of the stuff that the rest is clad in.
        """
        first, second, share = self.share(frame)
        one, two = self.patches[first], self.patches[second]
        mix = (lambda a, b: a) if share == 0 else (lambda a, b: (1 - share) * a + share * b)
        head, mask = mix(one.pixels, two.pixels), mix(one.mask, two.mask)
        whole = np.maximum(HEAD, self.body)
        colours = (self.cloth * (whole - np.minimum(whole, mask))[..., None] + head * mask[..., None]) * self.light
        return colours, whole, mix(one.box, two.box)

    def place(self, frame):
        """The 2×3 matrix from the patch to the picture, and its scale."""
        path = self.path
        scale = path.size[frame] / self.patches[0].box[2]
        cos, sin = scale * np.cos(path.turn[frame]), scale * np.sin(path.turn[frame])
        turn = np.array([[cos, -sin], [sin, cos]])
        return np.hstack([turn, (np.array([path.x[frame], path.y[frame]]) - turn @ ORIGIN)[:, None]]), scale

    def velocity(self, frame):
        before, after = max(frame - 1, 0), min(frame + 1, len(self.path.x) - 1)
        step = max(after - before, 1)
        return np.array([self.path.x[after] - self.path.x[before], self.path.y[after] - self.path.y[before]]) / step

    def box(self, frame, around):
        """The face's box in the picture, as the detector's box of the photo is carried along."""
        move, scale = self.place(frame)
        x, y = move[:, :2] @ (around[:2] + ORIGIN) + move[:, 2]
        width, height = around[2:] * scale
        return np.array([x - width / 2, y - height / 2, x + width / 2, y + height / 2])


def blurred(layer, velocity):
    """As a shutter that is open while things move would have it."""
    length = np.hypot(*velocity) * SHUTTER
    if length < 1.5:
        return layer
    half = int(np.ceil(length / 2))
    kernel = np.zeros((2 * half + 1, 2 * half + 1), np.float32)
    along = velocity / np.hypot(*velocity) * length / 2
    ends = [tuple(int(round(v * 16)) for v in (half + sign * along[0], half + sign * along[1])) for sign in (-1, 1)]
    cv2.line(kernel, *ends, 1, 1, cv2.LINE_AA, 4)
    return cv2.filter2D(layer, -1, kernel / kernel.sum(), borderType=cv2.BORDER_CONSTANT)


def draw(picture, actor, frame, covered):
    """Paints an actor over the picture; `covered` collects what those in front hide of those behind. Returns the face's box."""
    colours, mask, around = actor.patch(frame)
    move, scale = actor.place(frame)
    height, width = picture.shape[:2]
    corners = np.array([[0, 0], [PATCH[0], 0], [0, PATCH[1]], list(PATCH)], float)
    places = corners @ move[:, :2].T + move[:, 2]
    velocity = actor.velocity(frame)
    spare = np.abs(velocity) * SHUTTER + 2
    x1, y1 = np.int32(np.clip(np.floor(places.min(axis=0) - spare), 0, (width, height)))
    x2, y2 = np.int32(np.clip(np.ceil(places.max(axis=0) + spare), 0, (width, height)))
    if x1 < x2 and y1 < y2:
        move = move - np.array([[0, 0, x1], [0, 0, y1]])
        # Shrunken first where the patch is much larger than its place, else fine lines would flicker.
        layer = np.dstack([colours, mask])
        if scale < 0.6:
            layer = cv2.GaussianBlur(layer, (0, 0), 0.4 / scale)
        layer = cv2.warpAffine(layer, move, (int(x2 - x1), int(y2 - y1)), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        layer = blurred(layer, velocity)
        under = picture[y1:y2, x1:x2]
        under *= 1 - layer[..., 3:]
        under += layer[..., :3]
        covered[y1:y2, x1:x2] *= 1 - layer[..., 3]
    return actor.box(frame, around)


def face_pixels(box, width, height):
    """Which pixels of the picture lie in the ellipse within the box: a slice, a mask, and how large the whole ellipse is."""
    x, y, a, b = *centre(box), (box[2] - box[0]) / 2, (box[3] - box[1]) / 2
    xs = np.arange(max(0, int(box[0])), min(width, int(np.ceil(box[2]))))
    ys = np.arange(max(0, int(box[1])), min(height, int(np.ceil(box[3]))))
    inside = ((xs[None] + 0.5 - x) / a) ** 2 + ((ys[:, None] + 0.5 - y) / b) ** 2 <= 1
    return xs, ys, inside, np.pi * a * b


class Shot:
    """A scene with a slow camera, and actors in it from the farthest to the nearest."""

    def __init__(self, scene, actors, frames, size, rng):
        self.size, self.actors = size, sorted(actors, key=lambda actor: actor[1].path.size.mean())
        width, height = size
        ratio = 1.2 * max(width / scene.shape[1], height / scene.shape[0])
        self.scene = cv2.GaussianBlur(cv2.resize(scene, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_CUBIC), (0, 0), 1.5)
        room = np.array(self.scene.shape[1::-1]) - size
        self.pan = rng.uniform(0.1, 0.9, (2, 2)) * room
        self.grain = rng.normal(0, GRAIN, (height + 64, width + 64)).astype(np.float32)
        self.frames, self.rng = frames, rng
        self.light = rng.uniform(0.8, 1.1) * rng.uniform(0.93, 1.07, 3)

    def picture(self, frame):
        """The picture as BGR bytes, and of every actor (id, box, visible share of the face)."""
        share = frame / max(self.frames - 1, 1)
        x, y = (1 - share) * self.pan[0] + share * self.pan[1]
        width, height = self.size
        move = np.array([[1, 0, -x], [0, 1, -y]])
        picture = cv2.warpAffine(self.scene, move, self.size, flags=cv2.INTER_LINEAR).astype(np.float32)
        boxes, layers = [], []
        for who, actor in self.actors:
            uncovered = np.ones((height, width), np.float32)
            boxes.append((who, draw(picture, actor, frame, uncovered)))
            layers.append(uncovered)
        faces = []
        in_front = np.ones((height, width), np.float32)
        for (who, box), uncovered in zip(reversed(boxes), reversed(layers)):
            xs, ys, inside, whole = face_pixels(box, width, height)
            seen = inside & (in_front[ys[:, None], xs[None]] > 0.5) if inside.size else inside
            faces.append((who, box, min(1.0, seen.sum() / whole)))
            in_front *= uncovered
        dx, dy = self.rng.integers(0, 64, 2)
        picture = picture * self.light.astype(np.float32) + self.grain[dy:dy + height, dx:dx + width, None]
        return np.clip(picture, 0, 255).astype(np.uint8), faces[::-1]
