"""Makes a pruned and factorised VGG19 in closed form, layer by layer, each from the features of the ones before it.

Of each layer: the linear responses of VGG19 are predicted from patches of the network's own features by least squares, drawn
towards VGG19's kernels where the patches say nothing. The input channels that this prediction needs least are removed one by
one (by the increase of its error, as in optimal brain surgery, Hassibi and Stork 1993), and the prediction is cut to its
first principal directions (the asymmetric reconstruction of Zhang et al., arXiv 1505.06798). Ten minutes on two cores.

Usage: python3 factorise.py --teacher FILE --pool POOL.npz --out FILE.pt
"""

import argparse
import math
import time

import numpy as np
import torch
import torch.nn.functional as F

from factorised import KEPT, RANKS, Factorised
from layerwise import patches
from targets import as_floats, gathered
from vgg import LAYERS, Vgg19, starts_block

RIDGE = 1e-3


def moments(net, teacher, layer, crops, seed):
    """The second moments of patches below `layer` (with a 1 at their end), and of patches and VGG19's responses."""
    generator = torch.Generator().manual_seed(seed)
    previous, (kernel, bias) = LAYERS[LAYERS.index(layer) - 1], teacher.convs[layer]
    size = 9 * len(net.parts[previous][-1]) + 1
    cells = (crops.shape[-1] // 2 ** (int(layer[4]) - 1)) ** 2
    places = min(cells, max(8, math.ceil(max(4 * size, 20000) / len(crops))))
    xx, xy, count = torch.zeros(size, size, dtype=torch.float64), torch.zeros(size, len(bias), dtype=torch.float64), 0
    for part in crops.split(16):
        own, true = net(part, [previous])[previous], teacher(part, [previous])[previous]
        if starts_block(layer):
            own, true = F.max_pool2d(own, 2), F.max_pool2d(true, 2)
        at = torch.randperm(cells, generator=generator)[:places].expand(len(part), -1)
        x = patches(own, at).flatten(0, 1)
        x = torch.cat([x, torch.ones(len(x), 1)], 1)
        y = gathered(F.conv2d(true, kernel, bias, padding=1), at).flatten(0, 1)
        xx, xy, count = xx + (x.T @ x).double(), xy + (x.T @ y).double(), count + len(x)
    return xx / count, xy / count


def channels_to_keep(xx, xy, count):
    """The input channels that remain when the others are removed one by one, each the one whose loss hurts least."""
    live = list(range(len(xx) // 9))
    inverse = torch.linalg.inv(xx)
    weights = inverse @ xy
    taps = torch.arange(9)
    while len(live) > count:
        rows = torch.tensor(live)[:, None] * 9 + taps
        own, blocks = weights[rows], inverse[rows[:, :, None], rows[:, None, :]]
        worst = int((own * torch.linalg.solve(blocks, own)).sum((1, 2)).argmin())
        gone = rows[worst]
        shares = torch.linalg.solve(inverse[gone][:, gone], torch.cat([inverse[gone], weights[gone]], 1))
        column = inverse[:, gone].clone()
        inverse, weights = inverse - column @ shares[:, : len(xx)], weights - column @ shares[:, len(xx) :]
        live.pop(worst)
    return torch.tensor(live)


def without_channels(parts, rows):
    """A layer with only the output channels `rows`."""
    *kernel, last, bias = parts
    return (*kernel, last[rows], bias[rows])


def factors(weights, xx, rank):
    """A kernel, the expansion and the bias of the best prediction of that rank."""
    mean = xx[-1]
    responses = mean @ weights
    covariance = weights.T @ xx @ weights - torch.outer(responses, responses)
    values, vectors = torch.linalg.eigh(covariance)
    kept, basis = values[-rank:].sum() / values.sum(), vectors[:, -rank:]
    bias = responses - (mean[:-1] @ weights[:-1]) @ basis @ basis.T
    return (weights[:-1] @ basis).T, basis, bias, kept.item()


@torch.no_grad()
def factorise(teacher, crops, log=print):
    """The network of `KEPT` and `RANKS`."""
    net = Factorised({"conv1_1": teacher.convs["conv1_1"]})
    for seed, layer in enumerate(LAYERS[1:]):
        start, previous = time.time(), LAYERS[LAYERS.index(layer) - 1]
        kernel, bias = teacher.convs[layer]
        xx, xy = moments(net, teacher, layer, crops, seed)
        ridge = RIDGE * xx.diagonal()[:-1].mean() * torch.ones(len(xx), dtype=torch.float64)
        ridge[-1] = 0
        inputs, own = len(net.parts[previous][-1]), kernel
        if inputs < kernel.shape[1]:
            raise ValueError(f"{previous} lost channels before {layer} was made")
        drawn = torch.cat([own.flatten(1).T, bias[None]]).double()
        damped, wanted = xx + torch.diag(ridge), xy + ridge[:, None] * drawn
        if KEPT.get(previous, inputs) < inputs:
            channels = channels_to_keep(damped, wanted, KEPT[previous])
            net.parts[previous] = without_channels(net.parts[previous], channels)
            rows = torch.cat([(channels[:, None] * 9 + torch.arange(9)).flatten(), torch.tensor([len(xx) - 1])])
            xx, damped, wanted, inputs = xx[rows][:, rows], damped[rows][:, rows], wanted[rows], len(channels)
        weights, kept = torch.linalg.solve(damped, wanted), 1.0
        if layer in RANKS:
            kernel, expansion, bias, kept = factors(weights, xx, RANKS[layer])
            parts = (kernel, expansion, bias)
        else:
            parts = (weights[:-1].T, weights[-1])
        kernel = parts[0].float().reshape(-1, inputs, 3, 3).contiguous(memory_format=torch.channels_last)
        net.parts[layer] = (kernel, *(part.float() for part in parts[1:]))
        log(f"{layer}: {kept:.4f} of the variance kept, {time.time() - start:.0f} s", flush=True)
    return net


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--teacher", required=True)
    parser.add_argument("--pool", required=True, help="crops, as pool.py makes them")
    parser.add_argument("--crops", type=int, default=640)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    torch.set_flush_denormal(True)
    if not args.teacher.endswith(".npz"):
        parser.error("the teacher must be the published weights (.npz; see vgg.py): the network takes pictures as they do")
    crops = np.load(args.pool)["crops"]
    chosen = np.random.default_rng(0).permutation(len(crops))[: args.crops]
    net = factorise(Vgg19(args.teacher), as_floats(crops[chosen]))
    torch.save(net.parts, args.out)
    print(f"{net.multiply_adds():.0f} multiply-adds per pixel")


if __name__ == "__main__":
    main()
