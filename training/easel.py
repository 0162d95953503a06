"""Stylises pictures with the current network: the optimiser finds the directions in which the network is wrong."""

import numpy as np
import torch
import torch.nn.functional as F

from data import coloured_noise
from vgg import CONTENT_LAYER, LOSS_LAYERS, STYLE_LAYERS


def gram(x):
    x = x.flatten(2)
    return x @ x.transpose(1, 2) / x.shape[2]


class Seen:
    """The features that the losses read: of six layers, through the read-outs if there are any."""

    def __init__(self, net, readouts=None):
        self.net, self.readouts = net, readouts or {}

    def __call__(self, x):
        found = self.net(x, LOSS_LAYERS)
        return {l: F.conv2d(f, self.readouts[l][:, :, None, None]) if l in self.readouts else f for l, f in found.items()}


def balanced_loss(seen, grams, wanted, weights, alpha):
    """The balanced terms, summed over the batch: style at five layers and content, each divided by its target's mean square."""
    total = 0.0
    for layer in STYLE_LAYERS:
        g, a = gram(seen[layer]), grams[layer]
        total = total + weights[layer] * ((g - a).pow(2).mean((1, 2)) / (a.pow(2).mean((1, 2)) + 1e-12)).sum()
    f, p = seen[CONTENT_LAYER], wanted
    return total + alpha * ((f - p).pow(2).mean((1, 2, 3)) / (p.pow(2).mean((1, 2, 3)) + 1e-12)).sum()


def variation(x):
    return (x[..., 1:] - x[..., :-1]).pow(2).mean((1, 2, 3)).sum() + (x[..., 1:, :] - x[..., :-1, :]).pow(2).mean((1, 2, 3)).sum()


def recoloured(x, style):
    """`x` with the mean and deviation of every channel of `style`."""
    m, s, n, r = x.mean((2, 3), keepdim=True), x.std((2, 3), keepdim=True), style.mean((2, 3), keepdim=True), style.std((2, 3), keepdim=True)
    return ((x - m) / (s + 0.02) * r + n).clamp(0, 1)


def stylise(seen, content, style, rng, ages, optimizer="adam", start=None, settings=None):
    """Yield the batch after the given numbers of steps (ascending), with random settings around the usual ones."""
    draw = lambda low, high: float(np.exp(rng.uniform(np.log(low), np.log(high))))
    mapped = recoloured(content, style)
    if start is None:
        kind = rng.random()
        if kind < 0.2:
            noise = [torch.from_numpy(coloured_noise(rng, content.shape[-1]).copy()).permute(2, 0, 1) for _ in content]
            start = (0.5 + 0.2 * torch.stack(noise)).clamp(0, 1)
        else:
            start = mapped if kind < 0.8 else content
    target = content if rng.random() < 0.7 else mapped
    weights = {l: w * draw(0.5, 2) for l, w in zip(STYLE_LAYERS, [3, 2, 2, draw(0.5, 2), draw(0.05, 0.5)])}
    alpha, tv, rate = draw(0.05, 0.5), draw(0.3, 3), float(rng.choice([0.02, 0.04]))
    if settings:
        weights, alpha, tv, rate = settings
    with torch.no_grad():
        wanted = seen(target)[CONTENT_LAYER]
        grams = {l: gram(f) for l, f in seen(style).items() if l in STYLE_LAYERS}
    x = start.clone().contiguous(memory_format=torch.channels_last).requires_grad_()

    def loss_of():
        total = balanced_loss(seen(x), grams, wanted, weights, alpha) + tv * variation(x)
        (x.grad,) = torch.autograd.grad(total, [x])
        return total

    if optimizer == "adam":
        solver = torch.optim.Adam([x], lr=rate, betas=(0.9, 0.99))
    else:
        solver = torch.optim.LBFGS([x], lr=1, max_iter=1, history_size=20)
    for age in range(max(ages) + 1):
        if age in ages:
            yield x.detach().clamp(0, 1).clone()
        if age == max(ages):
            break
        if optimizer == "adam":
            loss_of()
            solver.step()
            with torch.no_grad():
                x.clamp_(0, 1)
        else:
            solver.step(loss_of)
            if not torch.isfinite(x).all():
                break
