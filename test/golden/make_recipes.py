"""Golden numbers of the recipes, for recipes.test.ts: the losses of twenty steps of each, by PyTorch.

    OMP_NUM_THREADS=1 python3 test/golden/make_recipes.py

Weights and pictures are make_golden.py's, the network a random VGG19 at 64x48. The recipes are restated here from what they
stand for, not read from the program. Its activations average about 1, where those of the published VGG19 average some two
hundred: features are multiplied, as the setting `gain` does, so that a recipe's strengths meet what they were made for.

Adam at a recipe's own rate amplifies last bits: PyTorch's own 32 bits part from its 64. How far is stored, and everything
is also done at a tenth of the rate. L-BFGS is restated from the docstring of the program's, in 64 bits.
"""

import json
import os

import numpy as np
import torch
import torch.nn.functional as F

from make_golden import CONTENT_LAYER, HERE, STYLE_LAYERS, content_picture, gram, see, start_picture, style_picture, weights

SIZE, STEPS, START, GAIN = (64, 48), 20, 103, 200
FIFTHS = [0.2] * 5

# `normalize` is how terms are scaled, `scale` the scale of features (0: unchanged), `rate` and so on Adam's.
RECIPES = {
    "balanced": dict(alpha=0.6, beta=1, tv=1, roughness=0.1, layers=[1.5, 1, 2, 2, 1], normalize="balanced", scale=0,
                     rate=0.02, betas=(0.9, 0.99), epsilon=1e-8),
    "gatys": dict(alpha=1e-3, beta=1, tv=0, layers=FIFTHS, normalize="paper", scale=0.05, pooling="average"),
    "keras": dict(alpha=0.025, beta=1, tv=255**2, layers=FIFTHS, normalize="paper", scale=1,
                  rate=0.0196, betas=(0.9, 0.999), epsilon=255e-7),
    "tensorflow": dict(alpha=1e-4, beta=1e-2, tv=0, layers=FIFTHS, normalize="mean", scale=1,
                       rate=0.02, betas=(0.99, 0.999), epsilon=0.1),
    "eager": dict(alpha=1e3, beta=1e-2, tv=0, layers=FIFTHS, normalize="mean", scale=1,
                  rate=0.0196, betas=(0.99, 0.999), epsilon=255 * 0.1),
    "neighbors": dict(alpha=0.4, beta=1, tv=2, laplacian=0.1, roughness=2, layers=[0, 1, 1, 1, 0], normalize="balanced", scale=0,
                      style="nearest", pooling="average", rate=0.02, betas=(0.9, 0.99), epsilon=1e-8),
    "neural-style": dict(alpha=5, beta=100, tv=1e-3 / 2 * 256**2, layers=[1] * 5, normalize="elements", scale=1),
}


def content_term(f, p, normalize):
    squares = (f - p) ** 2
    return {"balanced": lambda: squares.sum() / (p**2).sum(), "paper": lambda: squares.sum() / 2}.get(normalize, squares.mean)()


def gram_term(f, a, normalize):
    n, m = f.shape[1], f[0, 0].numel()
    g, a = gram(f) / m, gram(a) / a[0, 0].numel()
    squares = (g - a) ** 2
    if normalize == "balanced":
        return squares.mean() / (a**2).mean()
    if normalize == "paper":
        return squares.sum() / (4 * n**2)
    return squares.mean() if normalize == "mean" else squares.mean() / n**2


def nearest_term(f, a):
    """The mean of 1 - cos to the most similar position, both centred by the painting's mean."""
    mean = a.flatten(2)[0].mean(1, keepdim=True)
    here, there = ((x.flatten(2)[0] - mean) for x in (f, a))
    here, there = here / here.norm(dim=0), there / there.norm(dim=0)
    return (1 - here.T @ there).min(1).values.mean()


def laplacian_term(x, p, side):
    """Of the sum of red, green and blue; edges are continued by their own values."""
    kernel = torch.tensor([[0, 1, 0], [1, -4, 1], [0, 1, 0]], dtype=x.dtype).expand(1, 1, 3, 3)
    d, e = (F.conv2d(F.pad(F.avg_pool2d(image, side).sum(1, keepdim=True), (1, 1, 1, 1), "replicate"), kernel) for image in (x, p))
    return ((d - e) ** 2).sum() / (e**2 + 255**-2).sum()


def roughness_term(x, a, side):
    """Products of differences of neighbours in luma and four times Cb and Cr; at the last ones, which have none, 0."""
    def products(image):
        small = F.avg_pool2d(image, side)
        luma = (small * torch.tensor([0.299, 0.587, 0.114], dtype=image.dtype)[:, None, None]).sum(1, keepdim=True)
        colors = torch.cat([luma, 4 * (small[:, 2:] - luma) / 1.772, 4 * (small[:, :1] - luma) / 1.402], 1)
        padded = F.pad(colors, (0, 1, 0, 1), "replicate")
        both = torch.cat([padded[..., :-1, 1:] - colors, padded[..., 1:, :-1] - colors], 1).flatten(2)[0]
        return both @ both.T / both.shape[1]

    s, target = products(x), products(a)
    return ((s - target) ** 2).mean() / ((target**2).mean() + 255**-4)


def variation_term(image, normalize):
    right = (image[..., 1:] - image[..., :-1]) ** 2
    below = (image[..., 1:, :] - image[..., :-1, :]) ** 2
    return right.mean() + below.mean() if normalize in ("balanced", "mean") else right.sum() + below.sum()


class Recipe:
    def __init__(self, arrays, spec, dtype):
        self.spec, self.dtype = spec, dtype
        self.tensors = {name: torch.tensor(a, dtype=dtype) for name, a in arrays.items()}
        self.photo, self.painting = (torch.tensor(picture(*SIZE), dtype=dtype) for picture in (content_picture, style_picture))
        with torch.no_grad():
            self.content, self.style = self.see(self.photo), self.see(self.painting)

    def see(self, image):
        factor = GAIN * self.spec["scale"] or 1
        seen = see(self.tensors, image, self.spec.get("pooling", "max"))
        return {layer: features * factor for layer, features in seen.items()}

    def shares(self, image):
        """What content, style and smoothness have of the loss."""
        s, seen = self.spec, self.see(image)
        style = 0
        for layer, weight in zip(STYLE_LAYERS, s["layers"]):
            f, a = seen[layer], self.style[layer]
            style = style + weight * (nearest_term(f, a) if s.get("style") == "nearest" else gram_term(f, a, s["normalize"]))
        edges = sum(laplacian_term(image, self.photo, side) for side in (4, 16)) if "laplacian" in s else 0
        grit = sum(roughness_term(image, self.painting, side) for side in (1, 2, 4)) if "roughness" in s else 0
        content = content_term(seen[CONTENT_LAYER], self.content[CONTENT_LAYER], s["normalize"])
        return {
            "content": s["alpha"] * content + s.get("laplacian", 0) * edges,
            "style": s["beta"] * style + s.get("roughness", 0) * grit,
            "variation": s["tv"] * variation_term(image, s["normalize"]),
        }

    def loss(self, image):
        return sum(self.shares(image).values())

    def first_shares(self):
        with torch.no_grad():
            shares = self.shares(torch.tensor(start_picture(*SIZE, START), dtype=self.dtype))
        return {name: float(f"{float(x):.8g}") for name, x in shares.items()}

    def evaluate(self, array):
        image = torch.tensor(array, dtype=self.dtype).requires_grad_(True)
        loss = self.loss(image)
        loss.backward()
        return loss.item(), image.grad.numpy()

    def adam(self, slower):
        s = self.spec
        image = torch.tensor(start_picture(*SIZE, START), dtype=self.dtype).requires_grad_(True)
        optimizer = torch.optim.Adam([image], lr=s["rate"] / slower, betas=s["betas"], eps=s["epsilon"])
        losses = []
        for _ in range(STEPS):
            optimizer.zero_grad()
            loss = self.loss(image)
            loss.backward()
            losses.append(loss.item())
            optimizer.step()
            with torch.no_grad():
                image.clamp_(0, 1)
        return np.array(losses)

    def lbfgs(self, rate=0.1, history=10):
        """The loss of every evaluation. A step that gains too little is taken back and shortened by the parabola."""
        dot = lambda a, b: float((a * b).sum())
        trial, pairs, losses, first, shortened = start_picture(*SIZE, START).astype(float), [], [], True, 0
        x = g = f = length = slope = None
        for _ in range(STEPS):
            loss, gradient = self.evaluate(trial)
            losses.append(loss)
            taken = first or loss <= f + 1e-4 * length * slope
            if taken and not first:
                s, y = trial - x, gradient - g
                if dot(y, s) > 1e-7 * np.sqrt(dot(y, y) * dot(s, s)):
                    pairs = [*pairs, (s, y)][-history:]
            shrink = 1.0
            if taken:
                x, g, f, shortened = trial, gradient, loss, 0
            else:
                gain = length * slope
                factor = -gain / (2 * (loss - f - gain))
                shrink, shortened = float(np.clip(factor, 0.1, 0.5)), shortened + 1
            stuck, direction = shortened > 10, None
            if pairs and not stuck:
                q, alphas = g.astype(float), []
                for s, y in reversed(pairs):
                    alphas.append(dot(s, q) / dot(y, s))
                    q = q - alphas[-1] * y
                s, y = pairs[-1]
                q = q * dot(y, s) / dot(y, y)
                for (s, y), alpha in zip(pairs, reversed(alphas)):
                    q = q + (alpha - dot(y, q) / dot(y, s)) * s
                direction = -q
            if direction is None or dot(direction, g) >= 0:
                direction, pairs = -g, []
                full = rate / np.abs(g).max()
            else:
                full = min(1, 1 / np.abs(direction).max())
            slope = dot(direction, g)
            length = full if taken or stuck else length * shrink
            shortened, first = 0 if stuck else shortened, False
            trial = x + length * direction
        return np.array(losses)


def rounded(losses):
    return [float(f"{x:.8g}") for x in losses]


def make(name, spec, arrays):
    exact, single = Recipe(arrays, spec, torch.float64), Recipe(arrays, spec, torch.float32)
    run = lambda recipe, slower=1: recipe.adam(slower) if "rate" in spec else recipe.lbfgs()
    losses = run(exact)
    # The largest error up to each step.
    parted = np.maximum.accumulate(np.abs(run(single) / losses - 1))
    golden = {"shares": exact.first_shares(), "losses": rounded(losses), "pytorchError": [float(f"{x:.2g}") for x in parted]}
    if "rate" in spec:
        golden["slow"] = rounded(run(exact, 10))
    print(name, losses[0], losses[-1], parted, flush=True)
    return golden


def main():
    arrays = weights()
    golden = {"gain": GAIN, "start": START, "size": SIZE, "recipes": {name: make(name, spec, arrays) for name, spec in RECIPES.items()}}
    with open(os.path.join(HERE, "recipes.json"), "w") as file:
        json.dump(golden, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
