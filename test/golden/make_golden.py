"""Golden numbers from PyTorch: what a random VGG19 sees, scores and paints, for golden.test.ts.

Run with Debian's python3-torch and python3-numpy (a few minutes on one core):

    OMP_NUM_THREADS=1 python3 test/golden/make_golden.py

Nothing large is stored: weights and pictures are numbers that a counter-based integer hash gives, the same in numpy and
in TypeScript (numbers.ts) to the last bit. The formulas are restated here from the papers; no code is shared with the
program. Features, terms and gradients are computed in 64 bits, so that they are the truth for any 32-bit program, and
PyTorch's own 32-bit error is stored beside them for comparison. Adam and L-BFGS are torch.optim's, in 32 bits.
"""

import base64
import json
import os

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)

HERE = os.path.dirname(os.path.abspath(__file__))
BLOCKS = [[64, 64], [128, 128], [256] * 4, [512] * 4, [512]]
MEAN = [0.485, 0.456, 0.406]
STYLE_LAYERS = ["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"]
CONTENT_LAYER = "conv4_2"
LAYERS = [*STYLE_LAYERS[:4], CONTENT_LAYER, STYLE_LAYERS[4]]
SAMPLES = 200

STRENGTHS = {
    "balanced": {"alpha": 0.05, "beta": 1.0, "tv": 0.2, "layers": [3.0, 2.0, 2.0, 1.0, 0.5]},
    "paper": {"alpha": 1e-3, "beta": 1e3, "tv": 1e-2, "layers": [0.2] * 5},
}

# `start` is the seed of the picture that is optimised. A gradient jumps where a ReLU's input is zero: with seed 103 the
# second case has one within 3e-8 of it, which 32 bits cannot decide, and 300 pixels change by up to 1e-3 of the largest.
CASES = {
    "96x80 max": {"content": (96, 80), "style": (96, 80), "pooling": "max", "start": 103, "rate": 0.002, "lbfgs": "balanced"},
    "96x80 average": {"content": (96, 80), "style": (128, 64), "pooling": "average", "start": 104, "rate": 0.002, "lbfgs": "paper"},
    "256x256 max": {"content": (256, 256), "style": (192, 144), "pooling": "max", "start": 103, "rate": 0.001},
}

# Adam divides by the gradient's own size: where the gradient is near zero, a last bit decides the sign of a step, and at
# .02 that is chaos. PyTorch in 32 and in 64 bits part by 0.1 within twenty steps, though their losses only by 2e-3. Pixels
# are therefore compared at .002, where the two part by 2e-5 on average and a pixel or two by more than 1e-3 (at 256x256 by
# 1e-4 and one pixel in a thousand, so that .001 is taken there); losses at .02.
ADAM_LOSSES, ADAM_STEPS = 0.02, 20


# Numbers: kept in step with numbers.ts.


def bits(seed, index):
    """32 random bits for every index: the mixing steps of Chris Wellons's lowbias32 over a Weyl sequence."""
    x = np.asarray(index).astype(np.uint32) * np.uint32(0x9E3779B1) + np.uint32((seed * 0x85EBCA77) & 0xFFFFFFFF)
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x7FEB352D)
    x ^= x >> np.uint32(15)
    x *= np.uint32(0x846CA68B)
    x ^= x >> np.uint32(16)
    return x


def spread(seed, index):
    """Evenly spread over [-1, 1), multiples of 2^-23: exact in 32 bits."""
    return (bits(seed, index) >> np.uint32(8)).astype(np.float64) * 2.0**-23 - 1


def weights():
    """Name to array; kernels with He's deviation, so that activations keep their size."""
    tensors = {}
    inputs, seed = 3, 1
    for b, block in enumerate(BLOCKS):
        for i, outputs in enumerate(block):
            name = f"conv{b + 1}_{i + 1}"
            # Pictures deviate from their mean by about a quarter.
            scale = np.float32(np.sqrt(6 / (9 * inputs)) * (4 if inputs == 3 else 1))
            kernel = spread(seed, np.arange(outputs * inputs * 9)).astype(np.float32) * scale
            tensors[f"{name}.weight"] = kernel.reshape(outputs, inputs, 3, 3)
            tensors[f"{name}.bias"] = spread(seed + 1, np.arange(outputs)).astype(np.float32) * np.float32(0.125)
            inputs, seed = outputs, seed + 2
    return tensors


def picture(width, height, seed, cells):
    """Value noise in [0, 1]: random lattices with the given cells, linearly interpolated, in equal parts. Every sum is
    exact in 64 bits, so its order does not matter."""
    planes = []
    for channel in range(3):
        total = np.zeros((height, width))
        for octave, cell in enumerate(cells):
            y, x = np.arange(height)[:, None], np.arange(width)[None, :]
            v, u = (y % cell) / cell, (x % cell) / cell

            def corner(row, column):
                return spread(seed * 64 + channel * 8 + octave, row * 4096 + column)

            row, column = y // cell, x // cell
            total += (
                corner(row, column) * (1 - v) * (1 - u)
                + corner(row, column + 1) * (1 - v) * u
                + corner(row + 1, column) * v * (1 - u)
                + corner(row + 1, column + 1) * v * u
            ) / len(cells)
        planes.append(total * 0.5 + 0.5)
    return np.stack(planes)[None].astype(np.float32)


def content_picture(width, height):
    return picture(width, height, 101, [16, 4])


def style_picture(width, height):
    return picture(width, height, 102, [8, 2])


def start_picture(width, height, seed):
    """What is optimised: not the content itself, whose loss would be zero."""
    return picture(width, height, seed, [16, 2])


def sampled(array, count=SAMPLES):
    flat = np.asarray(array, dtype=np.float64).reshape(-1)
    return [float(f"{x:.9g}") for x in flat[bits(7, np.arange(count)) % np.uint32(flat.size)]]


# The formulas of Gatys, Ecker and Bethge (arXiv 1508.06576), and the balanced ones.


def see(tensors, image, pooling):
    mean = torch.tensor(np.float32(MEAN), dtype=image.dtype).view(1, 3, 1, 1)
    x, seen = image - mean, {}
    for b, block in enumerate(BLOCKS):
        if b > 0:
            x = F.max_pool2d(x, 2) if pooling == "max" else F.avg_pool2d(x, 2)
        for i in range(len(block)):
            name = f"conv{b + 1}_{i + 1}"
            x = F.relu(F.conv2d(x, tensors[f"{name}.weight"], tensors[f"{name}.bias"], padding=1))
            if name in LAYERS:
                seen[name] = x
    return seen


def gram(features):
    rows = features.flatten(2)[0]
    return rows @ rows.T


def terms_of(seen, image, content, style, normalize):
    """The unweighted terms. `paper` with its own M for the painting, whose size may differ."""
    terms = {}
    p, x = content[CONTENT_LAYER], seen[CONTENT_LAYER]
    if normalize == "paper":
        terms[f"content {CONTENT_LAYER}"] = ((x - p) ** 2).sum() / 2
    else:
        terms[f"content {CONTENT_LAYER}"] = ((x - p) ** 2).mean() / (p**2).mean()
    for layer in STYLE_LAYERS:
        n = seen[layer].shape[1]
        g = gram(seen[layer]) / seen[layer][0, 0].numel()
        a = gram(style[layer]) / style[layer][0, 0].numel()
        if normalize == "paper":
            terms[f"style {layer}"] = ((g - a) ** 2).sum() / (4 * n**2)
        else:
            terms[f"style {layer}"] = ((g - a) ** 2).mean() / (a**2).mean()
    right = (image[..., 1:] - image[..., :-1]) ** 2
    below = (image[..., 1:, :] - image[..., :-1, :]) ** 2
    terms["variation"] = right.sum() + below.sum() if normalize == "paper" else right.mean() + below.mean()
    return terms


def total(terms, normalize):
    s = STRENGTHS[normalize]
    loss = s["alpha"] * terms[f"content {CONTENT_LAYER}"] + s["tv"] * terms["variation"]
    for layer, weight in zip(STYLE_LAYERS, s["layers"]):
        loss = loss + s["beta"] * weight * terms[f"style {layer}"]
    return loss


class Case:
    """One case in one precision: targets are described once."""

    def __init__(self, arrays, spec, dtype):
        self.dtype, self.spec = dtype, spec
        self.tensors = {name: torch.tensor(a, dtype=dtype) for name, a in arrays.items()}
        with torch.no_grad():
            self.content = self.see(self.tensor(content_picture(*spec["content"])))
            self.style = self.see(self.tensor(style_picture(*spec["style"])))

    def tensor(self, array):
        return torch.tensor(array, dtype=self.dtype)

    def see(self, image):
        return see(self.tensors, image, self.spec["pooling"])

    def start(self):
        return self.tensor(start_picture(*self.spec["content"], self.spec["start"])).requires_grad_(True)

    def terms(self, image, normalize):
        return terms_of(self.see(image), image, self.content, self.style, normalize)

    def loss(self, image, normalize):
        return total(self.terms(image, normalize), normalize)

    def gradient(self, normalize):
        image = self.start()
        terms = self.terms(image, normalize)
        loss = total(terms, normalize)
        loss.backward()
        return {k: v.item() for k, v in terms.items()}, loss.item(), image.grad.numpy()

    def adam(self, rate):
        """The image after twenty steps, and the loss before each."""
        image, losses = self.start(), []
        optimizer = torch.optim.Adam([image], lr=rate, betas=(0.9, 0.99), eps=1e-8)
        for _ in range(ADAM_STEPS):
            optimizer.zero_grad()
            loss = self.loss(image, "balanced")
            loss.backward()
            losses.append(loss.item())
            optimizer.step()
            with torch.no_grad():
                image.clamp_(0, 1)
        return image.detach().numpy(), np.array(losses)

    def lbfgs(self, normalize, search, evaluations):
        """The loss of every evaluation."""
        image, losses = self.start(), []
        optimizer = torch.optim.LBFGS(
            [image], lr=1, max_iter=evaluations, max_eval=evaluations, history_size=10, line_search_fn=search,
            tolerance_grad=0, tolerance_change=0,
        )

        def closure():
            optimizer.zero_grad()
            loss = self.loss(image, normalize)
            loss.backward()
            losses.append(loss.item())
            return loss

        while len(losses) < evaluations:
            optimizer.step(closure)
        return losses[:evaluations]


def encoded(array):
    return base64.b64encode(np.ascontiguousarray(array, dtype="<f4").tobytes()).decode()


def features_of(exact, single):
    found = {}
    for layer in LAYERS:
        f = exact.content[layer].numpy()
        largest = float(np.abs(f).max())
        found[layer] = {
            "mean": float(f.mean()),
            "meanSquare": float((f**2).mean()),
            "largest": largest,
            "samples": sampled(f),
            "pytorchError": float(np.abs(single.content[layer].numpy() - f).max() / largest),
        }
    return found


def make(name, spec, arrays):
    small = spec["content"] == (96, 80)
    exact, single = Case(arrays, spec, torch.float64), Case(arrays, spec, torch.float32)
    golden = {key: spec[key] for key in ("content", "style", "pooling", "start")}
    golden["features"] = features_of(exact, single)
    for normalize in STRENGTHS:
        terms, loss, gradient = exact.gradient(normalize)
        terms32, loss32, gradient32 = single.gradient(normalize)
        norm = float(np.linalg.norm(gradient))
        golden[normalize] = {
            "loss": loss,
            "terms": terms,
            "pytorchTermError": max(abs(terms32[k] / terms[k] - 1) for k in terms),
            "gradient": {
                "norm": norm,
                "largest": float(np.abs(gradient).max()),
                "samples": sampled(gradient),
                "pytorchError": float(np.linalg.norm(gradient32 - gradient) / norm),
                "pytorchWorst": float(np.abs(gradient32 - gradient).max() / np.abs(gradient).max()),
            },
        }
        if small and normalize == "balanced":
            golden[normalize]["gradient"]["all"] = encoded(gradient)
        print(name, normalize, {k: f"{v:.4g}" for k, v in terms.items()}, f"{loss:.6g}",
              golden[normalize]["pytorchTermError"], golden[normalize]["gradient"]["pytorchError"],
              golden[normalize]["gradient"]["pytorchWorst"], flush=True)
    image, _ = single.adam(spec["rate"])
    golden["adam"] = {"rate": spec["rate"], "samples": sampled(image, 2000)}
    if small:
        error = np.abs(exact.adam(spec["rate"])[0] - image)
        golden["adam"]["all"] = encoded(image)
        golden["adam"]["pytorchError"] = {
            "rootMeanSquare": float(np.sqrt((error**2).mean())),
            "largest": float(error.max()),
            "above 1e-3": int((error > 1e-3).sum()),
        }
        (fast, losses), (fast64, losses64) = single.adam(ADAM_LOSSES), exact.adam(ADAM_LOSSES)
        golden["adamLosses"] = {
            "rate": ADAM_LOSSES,
            "losses": [float(f"{x:.9g}") for x in losses],
            "pytorchError": float(np.abs(losses / losses64 - 1).max()),
            "pytorchPixels": float(np.abs(fast - fast64).max()),
        }
        print(name, "adam, 32 against 64 bits", golden["adam"]["pytorchError"], golden["adamLosses"], flush=True)
    if "lbfgs" in spec:
        normalize = spec["lbfgs"]
        runs = {s or "fixed": single.lbfgs(normalize, s, 50) for s in (None, "strong_wolfe")}
        golden["lbfgs"] = {"normalize": normalize, **{k: [float(f"{x:.9g}") for x in v] for k, v in runs.items()}}
        print(name, normalize, {k: (v[0], v[-1], min(v)) for k, v in runs.items()}, flush=True)
    return golden


def main():
    arrays = weights()
    check = {name: [float(x) for x in sampled(arrays[name])[:4]] for name in ("conv1_1.weight", "conv5_1.bias")}
    golden = {
        "strengths": STRENGTHS,
        "numbers": {**check, "content": sampled(content_picture(96, 80))[:8], "style": sampled(style_picture(128, 64))[:8]},
        "cases": {name: make(name, spec, arrays) for name, spec in CASES.items()},
    }
    with open(os.path.join(HERE, "golden.json"), "w") as file:
        json.dump(golden, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
