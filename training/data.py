"""Training pictures: photos, paintings and synthetic pictures, cropped and augmented.

Held-out pictures are chosen by a hash of the file name, so that every run holds out the same ones.
"""

import hashlib
import io
import pathlib

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SUFFIXES = {".jpg", ".jpeg", ".png"}
# A few paintings are held out by hand: there are too few of them to leave it to chance.
HELD_PAINTINGS = {"style_vg_olive.jpg", "style_udnie.jpg", "style_wave_crop.jpg"}
# Debian's python3-skimage: files of its data folder that are pictures (the others are test arrays and diagrams).
EXTRA = [
    "astronaut.png", "brick.png", "cell.png", "chelsea.png", "coffee.png", "coins.png", "camera.png",
    "color.png", "grass.png", "gravel.png", "hubble_deep_field.jpg", "ihc.png", "logo.png", "moon.png",
    "motorcycle_left.png", "page.png", "retina.jpg", "rocket.jpg", "text.png", "clock_motion.png",
]  # fmt: skip
HELD_EXTRA = {"chelsea.png", "coffee.png", "rocket.jpg", "motorcycle_left.png"}


def is_held_out(path):
    name = pathlib.Path(path).name
    if name in HELD_PAINTINGS or name in HELD_EXTRA:
        return True
    if name.startswith("style_") or name in EXTRA:
        return False
    return hashlib.sha256(name.encode()).digest()[0] < 26  # one in ten


def is_painting(path):
    return pathlib.Path(path).name.startswith("style_")


def list_pictures(folder, extra=None):
    """The pictures of `folder`, and those of `extra` that EXTRA names, sorted by name."""
    paths = [p for p in pathlib.Path(folder).iterdir() if p.suffix.lower() in SUFFIXES]
    if extra:
        paths += [p for p in pathlib.Path(extra).iterdir() if p.name in EXTRA]
    return sorted(paths, key=lambda p: p.name)


def load_picture(path, longest=800):
    image = Image.open(path).convert("RGB")
    if max(image.size) > longest:
        scale = longest / max(image.size)
        image = image.resize([round(s * scale) for s in image.size], Image.LANCZOS)
    return image


def to_tensor(image):
    """PIL picture to planar RGB in [0, 1]."""
    return torch.from_numpy(np.array(image, dtype=np.float32) / 255).permute(2, 0, 1).contiguous()


def coloured_noise(rng, size):
    """Noise with a power-law spectrum of random exponent."""
    power, colourful = rng.uniform(0, 2.2), rng.random() < 0.7
    frequency = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None])
    frequency[0, 0] = 1 / size
    white = np.fft.rfft2(rng.standard_normal((3 if colourful else 1, size, size)))
    noise = np.fft.irfft2(white * frequency**-power, s=(size, size))
    noise = noise / (noise.std() + 1e-9)
    if colourful and rng.random() < 0.7:
        noise = np.einsum("ij,jhw->ihw", rng.standard_normal((3, 3)) * 0.6, noise)
    return np.broadcast_to(noise, (3, size, size)).transpose(1, 2, 0).astype(np.float32)


def _palette(rng):
    base = rng.uniform(0, 255, (rng.integers(2, 7), 3))
    return lambda: tuple(int(v) for v in np.clip(base[rng.integers(len(base))] + rng.normal(0, 15, 3), 0, 255))


def dead_leaves(rng, size):
    """Overlapping opaque shapes with power-law sizes (dead leaves): the statistics of photos."""
    colour = _palette(rng)
    image = Image.new("RGB", (size, size), colour())
    draw, kind = ImageDraw.Draw(image), rng.integers(4)
    for _ in range(rng.integers(30, 250)):
        x, y = rng.uniform(-10, size + 10, 2)
        r = min(60.0, 2 / rng.uniform(0.01, 1))
        if kind == 0:
            draw.ellipse([x - r, y - r, x + r, y + r], fill=colour())
        elif kind == 1:
            draw.rectangle([x - r, y - r * rng.uniform(0.3, 1), x + r, y + r], fill=colour())
        elif kind == 2:
            angle, length = rng.normal(x / size * 3, 0.4), rng.uniform(5, 50)
            end = (x + length * np.cos(angle), y + length * np.sin(angle))
            draw.line([(x, y), end], fill=colour(), width=int(rng.integers(1, 9)))
        else:
            corners = [(x + rng.normal(0, r), y + rng.normal(0, r)) for _ in range(3)]
            draw.polygon(corners, fill=colour())
    return image


def gradient(rng, size):
    """One to three smooth ramps or rings between random colours."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size
    out = np.zeros((size, size, 3), np.float32)
    for _ in range(rng.integers(1, 4)):
        angle, frequency = rng.uniform(0, 2 * np.pi), np.exp(rng.uniform(np.log(0.3), np.log(30)))
        if rng.random() < 0.5:
            t = x * np.cos(angle) + y * np.sin(angle)
        else:
            t = np.hypot(x - rng.random(), y - rng.random())
        t = 0.5 + 0.5 * np.sin(2 * np.pi * frequency * t + angle)
        if rng.random() < 0.3:
            t = (t > 0.5).astype(np.float32)
        a, b = rng.random((2, 3))
        out += a + (b - a) * t[..., None]
    return Image.fromarray((out / out.max() * 255).astype(np.uint8))


def text(rng, size):
    """Letters of many sizes on paper."""
    colour = _palette(rng)
    image = Image.new("RGB", (size, size), colour())
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default()
    for y in range(0, size, int(rng.integers(9, 16))):
        line = "".join(chr(rng.integers(33, 126)) if rng.random() < 0.85 else " " for _ in range(size // 6))
        draw.text((rng.integers(-6, 3), y), line, fill=colour(), font=font)
    return image


def voronoi(rng, size):
    """A Voronoi mosaic, sometimes with dark joints."""
    points = rng.uniform(0, size, (rng.integers(8, 40), 2))
    colours = np.array([_palette(rng)() for _ in points] if rng.random() < 0.5 else rng.uniform(0, 255, (len(points), 3)))
    grid = np.stack(np.mgrid[0:size, 0:size], -1).reshape(-1, 1, 2)
    distance = ((grid - points) ** 2).sum(-1)
    two = np.partition(distance, 1, axis=1)[:, :2] ** 0.5
    out = colours[distance.argmin(1)].reshape(size, size, 3)
    if rng.random() < 0.5:
        out[(two[:, 1] - two[:, 0]).reshape(size, size) < rng.uniform(1, 4)] = rng.uniform(0, 60)
    return Image.fromarray(out.astype(np.uint8))


def noise(rng, size):
    return Image.fromarray(
        (np.clip(rng.uniform(0.2, 0.8, 3) + rng.uniform(0.03, 0.35) * coloured_noise(rng, size), 0, 1) * 255).astype(np.uint8)
    )


MADE_BY_CODE = [dead_leaves] * 4 + [gradient] * 2 + [text] * 2 + [noise] * 4 + [voronoi]


def wear(rng, image):
    """Augmentation: blur, JPEG, noise, colour changes. Returns floats, height x width x 3."""
    if rng.random() < 0.2:
        image = image.filter(ImageFilter.GaussianBlur(float(np.exp(rng.uniform(-1, 1)))))
    if rng.random() < 0.2:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=int(rng.integers(10, 80)))
        image = Image.open(buffer).convert("RGB")
    x = np.array(image, dtype=np.float32) / 255
    if rng.random() < 0.3:
        x = x[..., rng.permutation(3)]
    if rng.random() < 0.5:
        mixing = np.eye(3) + rng.normal(0, 0.12, (3, 3))
        x = (x - 0.5) @ mixing.astype(np.float32) * rng.uniform(0.5, 1.5) + 0.5 + rng.uniform(-0.15, 0.15)
    if rng.random() < 0.15:
        x = np.clip(x, 0, 1) ** np.float32(np.exp(rng.uniform(-0.7, 0.7)))
    if rng.random() < 0.45:
        strength = np.exp(rng.uniform(np.log(0.01), np.log(0.15)))
        x = x + np.float32(strength) * coloured_noise(rng, x.shape[0])
    return np.clip(x, 0, 1).astype(np.float32)


def crop(rng, image, size):
    """A random square of a picture at a random scale, sometimes mirrored."""
    width, height = image.size
    most = min(width, height, 2.5 * size)
    side = np.exp(rng.uniform(np.log(0.5 * size), np.log(most)))
    x, y = rng.uniform(0, width - side), rng.uniform(0, height - side)
    method = [Image.BILINEAR, Image.BICUBIC, Image.LANCZOS][rng.integers(3)]
    image = image.resize((size, size), method, box=(x, y, x + side, y + side))
    if rng.random() < 0.5:
        image = image.transpose(Image.FLIP_LEFT_RIGHT)
    if rng.random() < 0.15:
        image = image.transpose([Image.FLIP_TOP_BOTTOM, Image.ROTATE_90][rng.integers(2)])
    return image


class Stream(torch.utils.data.IterableDataset):
    """An endless stream of (batch of crops, one style crop)."""

    def __init__(self, photos, paintings, batch, size, seed):
        self.photos, self.paintings = photos, paintings
        self.batch, self.size, self.seed = batch, size, seed

    def sample(self, rng):
        draw = rng.random()
        if draw < 0.16:
            image = MADE_BY_CODE[rng.integers(len(MADE_BY_CODE))](rng, self.size)
        else:
            source = self.paintings if draw < 0.36 else self.photos
            image = crop(rng, source[rng.integers(len(source))], self.size)
            if rng.random() < 0.05:
                image = Image.blend(image, crop(rng, self.photos[rng.integers(len(self.photos))], self.size), 0.5)
        worn = wear(rng, image) if rng.random() < 0.6 else np.array(image, dtype=np.float32) / 255
        return torch.from_numpy(worn).permute(2, 0, 1)

    def plain(self, rng):
        """A content crop: of a photo, in one case of ten of a painting."""
        source = self.paintings if rng.random() < 0.1 else self.photos
        image = crop(rng, source[rng.integers(len(source))], self.size)
        return torch.from_numpy(np.array(image, dtype=np.float32) / 255).permute(2, 0, 1)

    def style(self, rng):
        source = self.paintings if rng.random() < 0.8 else self.photos
        image = crop(rng, source[rng.integers(len(source))], self.size)
        if rng.random() < 0.15:
            image = MADE_BY_CODE[rng.integers(len(MADE_BY_CODE))](rng, self.size)
        x = np.array(image, dtype=np.float32) / 255
        if rng.random() < 0.3:
            x = x[..., rng.permutation(3)]
        return torch.from_numpy(x.copy()).permute(2, 0, 1)

    def __iter__(self):
        torch.set_num_threads(1)
        rng = np.random.default_rng(self.seed)
        while True:
            yield torch.stack([self.sample(rng) for _ in range(self.batch)]).contiguous(), self.style(rng)
