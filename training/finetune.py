"""Trains a factorised network on: all its weights together, on VGG19's features at the six layers that losses read.

Weights are learned in the coordinates of whitened and centred input channels, because along related channels Adam crawls, and
an exponential average of them is what is saved. The learning rate is constant for a third of the time and then falls to 0.

Usage: python3 finetune.py --teacher FILE --start FILE.pt --crops DIR_OR_POOL --out slim.safetensors --minutes N
"""

import argparse
import math
import pathlib
import time

import numpy as np
import torch
import torch.nn.functional as F

from factorised import Factorised, prepared, save_factorised
from targets import as_floats
from vgg import LAYERS, LOSS_LAYERS, Vgg19, starts_block


def crops_of(path):
    """The crops of a pool (.npz), or of all shards in a folder."""
    path = pathlib.Path(path)
    if path.is_file():
        return np.load(path)["crops"]
    return np.concatenate([np.asarray(torch.load(shard, mmap=True)["crops"]) for shard in sorted(path.glob("*.pt"))])


class Whitened:
    """A factorised network as parameters in the coordinates of whitened inputs."""

    def __init__(self, net, crops):
        self.frames, self.parameters = {}, {}
        x = prepared(crops).contiguous(memory_format=torch.channels_last)
        for layer in LAYERS:
            seen = (F.max_pool2d(x, 2) if starts_block(layer) else x).permute(1, 0, 2, 3).flatten(1).double()
            mean = seen.mean(1)
            values, vectors = torch.linalg.eigh((seen - mean[:, None]) @ (seen - mean[:, None]).T / seen.shape[1])
            values = values.clamp(min=0) + 3e-3 * values.mean()
            back, there = ((vectors * values**power) @ vectors.T for power in (-0.5, 0.5))
            self.frames[layer] = (mean.float(), back.float())
            kernel, *expansion, bias = net.parts[layer]
            shift = kernel.sum((2, 3)) @ mean.float()
            moved = torch.einsum("rcuv,cd->rduv", kernel, there.float())
            shifted = bias + (expansion[0] @ shift if expansion else shift)
            self.parameters[layer] = [torch.nn.Parameter(p.clone()) for p in (moved, *expansion, shifted)]
            x = net.step(layer, x)

    def network(self):
        parts = {}
        for layer, (moved, *expansion, shifted) in self.parameters.items():
            mean, back = self.frames[layer]
            kernel = torch.einsum("rduv,dc->rcuv", moved, back).contiguous(memory_format=torch.channels_last)
            shift = kernel.sum((2, 3)) @ mean
            parts[layer] = (kernel, *expansion, shifted - (expansion[0] @ shift if expansion else shift))
        return Factorised(parts)

    def groups(self):
        """Parameters with the rate of each: in proportion to its size."""
        every = [p for own in self.parameters.values() for p in own]
        return [{"params": [p], "size": p.detach().pow(2).mean().sqrt().item()} for p in every]


class Target:
    """VGG19's features at the layers that losses read; of conv1_1 the channels that the network has, by its first kernel."""

    def __init__(self, teacher, net):
        self.teacher, self.first = teacher, net.parts["conv1_1"]

    @torch.no_grad()
    def __call__(self, x):
        own = F.relu(F.conv2d(prepared(x), *self.first, padding=1))
        return {**self.teacher(x, LOSS_LAYERS), "conv1_1": own}


def channel_weights(features, share=0.4):
    """`1 - share` of the squared error unweighted, the rest with equal variances; in units of the layer's variance."""
    variance = features.permute(1, 0, 2, 3).flatten(1).var(1)
    mean = variance.mean()
    return ((1 - share) / mean + share / (variance + 0.02 * mean)).view(1, -1, 1, 1)


def rate(progress, peak):
    fall = 1.0 if progress < 0.3 else 0.5 * (1 + math.cos(math.pi * (progress - 0.3) / 0.7)) + 0.01
    return peak * fall


def train(whitened, target, crops, minutes, peak, size, save, log=print):
    groups = whitened.groups()
    adam = torch.optim.Adam(groups, lr=0, betas=(0.9, 0.99), eps=1e-12)
    averages = [group["params"][0].detach().clone() for group in groups]
    weights, errors = None, {}
    start = saved = time.time()
    step = 0
    while (progress := (time.time() - start) / (60 * minutes)) < 1:
        for group in adam.param_groups:
            group["lr"] = rate(progress, peak) * min(1, (step + 1) / 50) * group["size"]
        x = as_floats(crops[np.random.randint(len(crops), size=size)])
        if np.random.random() < 0.5:
            x = x.flip(3)
        wanted = target(x)
        if weights is None:
            many = target(as_floats(crops[np.random.randint(len(crops), size=6 * size)]))
            weights = {layer: channel_weights(f) for layer, f in many.items()}
        with torch.autocast("cpu", torch.bfloat16):
            found = whitened.network()(x, LOSS_LAYERS)
        terms = {l: ((found[l].float() - wanted[l]).pow(2) * weights[l]).mean() for l in LOSS_LAYERS}
        adam.zero_grad(set_to_none=True)
        sum(terms.values()).backward()
        adam.step()
        step += 1
        memory = min(0.998, (step + 1) / (step + 10))
        for average, group in zip(averages, groups):
            average.lerp_(group["params"][0].detach(), 1 - memory)
        for layer, term in terms.items():
            errors[layer] = 0.98 * errors.get(layer, term.item()) + 0.02 * term.item()
        if step % 50 == 0:
            log(f"{step} steps, {(time.time() - start) / 60:.0f} min: " + " ".join(f"{l[4:]} {errors[l]:.4f}" for l in LOSS_LAYERS), flush=True)
        if time.time() - saved > 300:
            saved = time.time()
            save(averages)
    save(averages)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--teacher", required=True)
    parser.add_argument("--start", required=True, help="a file of factorise.py")
    parser.add_argument("--crops", required=True, help="a pool of pool.py, or a folder of produce.py's shards")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    torch.set_flush_denormal(True)
    torch.manual_seed(0)
    np.random.seed(0)
    crops = crops_of(args.crops)
    start = Factorised(torch.load(args.start))
    with torch.no_grad():
        whitened = Whitened(start, as_floats(crops[np.random.permutation(len(crops))[:96]]))
    target = Target(Vgg19(args.teacher, bfloat16=True), start)

    @torch.no_grad()
    def save(averages):
        current = [p.detach().clone() for own in whitened.parameters.values() for p in own]
        every = [p for own in whitened.parameters.values() for p in own]
        for p, average in zip(every, averages):
            p.data.copy_(average)
        save_factorised(args.out, whitened.network())
        for p, kept in zip(every, current):
            p.data.copy_(kept)

    train(whitened, target, crops, args.minutes, args.rate, args.batch, save)


if __name__ == "__main__":
    main()
