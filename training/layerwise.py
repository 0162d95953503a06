"""First stage of the training: each layer separately, from the first to the last, from random weights.

A layer is a regression: patches of the student's own features below it, a linear map, a ReLU, and a linear head that predicts
the teacher's features of the same layer. The head is never learned: it is solved by least squares from running covariances
(variable projection, Golub and Pereyra 1973). Patches are decorrelated first, because along related channels and
neighbouring cells Adam crawls.
"""

import argparse
import math
import pathlib
import time

import numpy as np
import torch
import torch.nn.functional as F

from student import SHAPES, Student, before, widths
from targets import Targets, as_floats, channel_weights, gathered
from vgg import LAYERS, Vgg19, starts_block


def patches(maps, positions, chunk=64):
    """The 3x3 patches at N x P positions of N x C x H x W maps, as N x P x 9C in the order of a kernel (C, 3, 3)."""
    height, width = maps.shape[2:]
    out = torch.empty(*positions.shape, 9 * maps.shape[1])
    rows, columns = positions // width, positions % width
    for start in range(0, len(maps), chunk):
        padded = F.pad(maps[start : start + chunk].float(), (1, 1, 1, 1))
        r, c = rows[start : start + chunk], columns[start : start + chunk]
        taps = [gathered(padded, (r + i) * (width + 2) + c + j) for i in range(3) for j in range(3)]
        out[start : start + chunk] = torch.stack(taps, 3).flatten(2)
    return out


def decorrelated(x, floor=1e-3):
    """Mean and matrix A such that (x - mean) A has about unit covariance; directions that hardly vary stay small."""
    mean = x.mean(0)
    covariance = torch.zeros(x.shape[1], x.shape[1])
    for part in x.split(16384):
        covariance += (part - mean).T @ (part - mean)
    values, vectors = torch.linalg.eigh((covariance / len(x)).double())
    values = values.clamp(min=0)
    return mean, (vectors * (values + floor * values.mean()) ** -0.5).float()


def solve(hh, ht, ridge=1e-5):
    return torch.linalg.solve(hh + ridge * hh.diagonal().mean() * torch.eye(len(hh)), ht)


def fit(x, t, channels, steps, rate=4e-3, batch=4096, log=print):
    """Kernel (channels x inputs) and bias that minimise the residual of a linear head for `t`; `x` is whitened."""
    guess = solve(x[:65536].T @ x[:65536], x[:65536].T @ (t[:65536] - t.mean(0)), 1e-3)
    kernel = guess @ torch.randn(t.shape[1], channels)
    kernel = kernel / kernel.norm(dim=0)
    kernel = (0.8 * kernel + 0.2 * F.normalize(torch.randn_like(kernel), dim=0)).requires_grad_()
    bias = torch.zeros(channels).requires_grad_()
    adam = torch.optim.Adam([kernel, bias], lr=rate, betas=(0.9, 0.98))
    hh = ht = None
    power = t.pow(2).mean().item()
    lost = 0.0
    for step in range(steps):
        rows = torch.randint(len(x), (batch,))
        a, b = x[rows], t[rows]
        h = F.relu(a @ kernel + bias)
        with torch.no_grad():
            now, cross = h.T @ h / batch, h.T @ b / batch
            keep = min(0.95, step / (step + 1))
            hh, ht = (now, cross) if hh is None else (keep * hh + (1 - keep) * now, keep * ht + (1 - keep) * cross)
            if step < 50 or step % 5 == 0:
                head = solve(hh, ht)
        loss = (b - h @ head).pow(2).mean() / power
        for group in adam.param_groups:
            group["lr"] = rate * min(1, (step + 1) / 30) * (0.5 + 0.5 * math.cos(math.pi * step / steps))
        kernel.grad, bias.grad = torch.autograd.grad(loss, [kernel, bias])
        adam.step()
        lost = loss.item() if step == 0 else 0.97 * lost + 0.03 * loss.item()
        if log and step % 250 == 0:
            log(f"  step {step}: {lost:.4f}")
    return kernel.detach(), bias.detach()


def unexplained(h, t, h2, t2):
    """The unexplained variance of `t2` (a share) by a linear map of `h2` that was fitted on `h` and `t`."""
    one = lambda x: torch.cat([x, torch.ones(len(x), 1)], 1)
    head = solve(one(h).T @ one(h) / len(h), one(h).T @ t / len(h))
    return ((t2 - one(h2) @ head).pow(2).sum() / (t2 - t2.mean(0)).pow(2).sum()).item()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--teacher", required=True)
    parser.add_argument("--pool", action="append", required=True, help="crops of pool.py")
    parser.add_argument("--shape", default="pocket", choices=SHAPES)
    parser.add_argument("--places", type=int, default=128, help="positions per crop and layer")
    parser.add_argument("--steps", type=int, default=1000, help="per layer")
    parser.add_argument("--cache", help="a file that caches the teacher's features for other shapes")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    torch.set_flush_denormal(True)
    torch.manual_seed(0)
    began = time.time()
    log = lambda text: print(f"{time.time() - began:6.0f} s  {text}", flush=True)
    crops = np.concatenate([np.load(path)["crops"] for path in args.pool])
    crops = crops[np.random.default_rng(0).permutation(len(crops))]
    if args.cache and pathlib.Path(args.cache).exists():
        targets = torch.load(args.cache, weights_only=False)
    else:
        targets = Targets(Vgg19(args.teacher), crops, args.places, log=log)
        if args.cache:
            torch.save(targets, args.cache)
    held = len(crops) // 10
    net, shape = Student(SHAPES[args.shape]), SHAPES[args.shape]
    log(f"{len(crops)} crops; {args.shape}: {net.multiply_adds():.0f} multiply-adds a pixel")
    maps = as_floats(crops).sub_(net.mean.view(1, 3, 1, 1)).half()
    for layer in LAYERS:
        if starts_block(layer):
            maps = torch.cat([F.max_pool2d(m.float(), 2).half() for m in maps.split(64)])
        x = patches(maps, targets.positions[layer]).flatten(0, 1)
        t = targets.features[layer]
        t = (t.float() * channel_weights(t)).flatten(0, 1)
        t = t / t.pow(2).mean().sqrt()
        mean, white = decorrelated(x[:: max(1, len(x) // 60000)])
        for part in x.split(16384):
            part.copy_((part - mean) @ white)
        # Most of the teacher's channels lie in a subspace: the rest is error that no head can avoid.
        channels = widths(shape)[layer]
        if t.shape[1] > 2 * channels:
            _, basis = torch.linalg.eigh(t[::4].T @ t[::4])
            t = t @ basis[:, -2 * channels :]
        split = held * targets.positions[layer].shape[1]
        kernel, bias = fit(x[split:], t[split:], channels, args.steps, log=None)
        features = lambda part: F.relu(part @ kernel + bias)
        with torch.no_grad():
            some = features(x[split:][:60000])
            left = unexplained(some, t[split:][:60000], features(x[:split]), t[:split])
            # Equal scales for all channels, because in eight bits they share one.
            loud = some.pow(2).mean(0).sqrt().clamp(min=1e-3)
            weight = (white @ kernel / loud).T
            conv = net.convs[layer]
            conv.weight.copy_(weight.view(conv.weight.shape))
            conv.bias.copy_(bias / loud - weight @ mean)
            maps = torch.cat([F.relu(conv(m.float())).half() for m in maps.split(64)])
        log(f"{layer}: unexplained {left:.4f}, silent channels {(some.amax(0) == 0).sum().item()}")
        torch.save({"shape": shape, "net": net.state_dict()}, args.out)


if __name__ == "__main__":
    main()
