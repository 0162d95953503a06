"""Measure networks against VGG19 on held-out pictures, clean and being stylised by the network itself; print Markdown tables.

1. The share of the variance of VGG19's features that a linear map of the network's features leaves unexplained; the map is solved
   on other crops.
2. The cosine between the gradients of each term with respect to the picture: the network's own term against VGG19's.

Usage: python3 measure.py --teacher FILE --images DIR [--extra DIR] --pool POOL.npz --network NAME=FILE [--network NAME=FILE ...]
"""

import argparse

import numpy as np
import torch

from data import Stream
from easel import Seen, gram, stylise
from export import load_student, read_safetensors
from factorised import load_factorised
from pool import sources
from targets import as_floats
from vgg import CONTENT_LAYER, LOSS_LAYERS, STYLE_LAYERS, Vgg19

SETTINGS = (dict(zip(STYLE_LAYERS, [3, 2, 2, 0.5, 0.05])), 0.3, 1.5, 0.02)


def load(path):
    """A network of either kind, and its read-outs."""
    is_factorised = any(name.endswith(".expansion") for name in read_safetensors(path))
    return (load_factorised(path), {}) if is_factorised else load_student(path)


def columns(maps):
    return maps.permute(0, 2, 3, 1).flatten(0, 2)


def one(x):
    return torch.cat([x, torch.ones(len(x), 1)], 1)


@torch.no_grad()
def heads(net, teacher, crops):
    """For each layer the affine map from the network's features to the teacher's."""
    hh, ht = {}, {}
    for part in crops.split(8):
        wide, own = teacher(part, LOSS_LAYERS), net(part, LOSS_LAYERS)
        for layer in LOSS_LAYERS:
            h, t = one(columns(own[layer])).double(), columns(wide[layer]).double()
            hh[layer], ht[layer] = hh.get(layer, 0) + h.T @ h, ht.get(layer, 0) + h.T @ t
    ridge = lambda m: 1e-7 * m.diagonal().mean() * torch.eye(len(m))
    return {l: torch.linalg.solve(hh[l] + ridge(hh[l]), ht[l]).float() for l in LOSS_LAYERS}


@torch.no_grad()
def unexplained(net, teacher, head, crops):
    wrong, first, second, count = ({l: 0.0 for l in LOSS_LAYERS} for _ in range(4))
    for part in crops.split(8):
        wide, own = teacher(part, LOSS_LAYERS), net(part, LOSS_LAYERS)
        for l in LOSS_LAYERS:
            t = columns(wide[l])
            guess = torch.relu(one(columns(own[l])) @ head[l])
            wrong[l] += (t - guess).pow(2).sum().item()
            first[l] = first[l] + t.sum(0)
            second[l] += t.pow(2).sum().item()
            count[l] += len(t)
    return {l: wrong[l] / (second[l] - (first[l] ** 2).sum().item() / count[l]) for l in LOSS_LAYERS}


def cosines(seen, truth, x, content, style):
    """The cosine of every term's gradients, averaged over the batch."""
    found = {}
    gradients = []
    for network in (seen, truth):
        p = x.clone().requires_grad_()
        f = network(p)
        with torch.no_grad():
            wanted, painted = network(content)[CONTENT_LAYER], network(style)
        terms = {l: (gram(f[l]) - gram(painted[l])).pow(2).mean((1, 2)) / gram(painted[l]).pow(2).mean((1, 2)) for l in STYLE_LAYERS}
        terms[CONTENT_LAYER] = (f[CONTENT_LAYER] - wanted).pow(2).mean((1, 2, 3))
        gradients.append({l: torch.autograd.grad(t.sum(), p, retain_graph=True)[0].flatten(1) for l, t in terms.items()})
    for layer in LOSS_LAYERS:
        found[layer] = torch.cosine_similarity(gradients[0][layer], gradients[1][layer]).mean().item()
    return found


def row(name, values):
    print("| " + " | ".join([name, *(f"{values[l]:.3f}" for l in LOSS_LAYERS)]) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--teacher", required=True)
    parser.add_argument("--images", required=True)
    parser.add_argument("--extra")
    parser.add_argument("--pool", required=True, help="crops on which the maps are solved")
    parser.add_argument("--fit", type=int, default=160, help="the number of crops used")
    parser.add_argument("--network", action="append", required=True, metavar="NAME=FILE")
    parser.add_argument("--crops", type=int, default=12)
    parser.add_argument("--size", type=int, default=160)
    parser.add_argument("--ages", type=int, nargs="+", default=[0, 60, 300])
    args = parser.parse_args()
    torch.set_flush_denormal(True)
    teacher = Vgg19(args.teacher)
    truth = lambda x: teacher(x, LOSS_LAYERS)
    photos, paintings = sources(args.images, args.extra, True)
    stream, rng = Stream(photos, paintings, 1, args.size, 0), np.random.default_rng(7)
    content = torch.stack([stream.plain(rng) for _ in range(args.crops)])
    style = torch.stack([stream.style(rng) for _ in range(args.crops)])
    pool = np.load(args.pool)
    chosen = np.random.default_rng(3).permutation(len(pool["crops"]))[: args.fit]
    fit = as_floats(pool["crops"][chosen])
    print("| network, pictures | " + " | ".join(LOSS_LAYERS) + " |\n|" + " --- |" * (len(LOSS_LAYERS) + 1))
    for name, path in (entry.split("=", 1) for entry in args.network):
        net, readouts = load(path)
        seen = Seen(net, readouts)
        head = heads(net, teacher, fit)
        row(f"{name}, clean", unexplained(net, teacher, head, content))
        for age, x in zip(args.ages, stylise(seen, content, style, rng, args.ages, settings=SETTINGS)):
            row(f"{name}, step {age}", unexplained(net, teacher, head, x))
            row(f"{name}, step {age}, cosine", cosines(seen, truth, x, content, style))


if __name__ == "__main__":
    main()
