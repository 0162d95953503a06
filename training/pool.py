"""Makes a pool of training crops: photos, paintings, synthetic and augmented pictures, and intermediate results of stylisation.

Usage: python3 pool.py --images DIR [--extra DIR] --plain 900 --network FILE.safetensors --batches 12 --out pool.npz
"""

import argparse
import time

import numpy as np
import torch

from data import Stream, is_held_out, is_painting, list_pictures, load_picture
from easel import Seen, stylise
from export import load_student


def sources(images, extra, held_out=False):
    """Photos and paintings of the training set, or the held-out ones."""
    paths = [p for p in list_pictures(images, extra) if is_held_out(p) == held_out]
    load = lambda wanted: [load_picture(p) for p in paths if is_painting(p) == wanted]
    return load(False), load(True)


def to_bytes(x):
    return (x.clamp(0, 1) * 255).round().to(torch.uint8).numpy()


def stylised(seen, stream, rng, batches, size, crops, log=print, first=0):
    """Crops after several numbers of stylisation steps, and those numbers."""
    found, steps = [], []
    for number in range(batches):
        start = time.time()
        content = torch.stack([stream.plain(rng) for _ in range(crops)])
        style = torch.stack([stream.style(rng) for _ in range(crops)])
        kind = (first + number) % 6
        ages = {4: (30, 120, 300), 5: (10, 40, 120)}.get(kind, (5, 20, 60))
        for age, x in zip(ages, stylise(seen, content, style, rng, ages, "lbfgs" if kind == 5 else "adam")):
            found.append(to_bytes(x))
            steps += [age] * len(x)
        log(f"batch {number}: {time.time() - start:.0f} s", flush=True)
    return np.concatenate(found), np.array(steps)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", required=True)
    parser.add_argument("--extra")
    parser.add_argument("--plain", type=int, default=900)
    parser.add_argument("--network", help="the network that stylises: a .safetensors file of export.py")
    parser.add_argument("--batches", type=int, default=12)
    parser.add_argument("--crops", type=int, default=8)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    photos, paintings = sources(args.images, args.extra, args.held_out)
    stream = Stream(photos, paintings, 1, args.size, args.seed)
    plain = np.concatenate([to_bytes(stream.sample(rng)[None]) for _ in range(args.plain)]) if args.plain else None
    crops, ages = [plain] if args.plain else [], [np.full(args.plain, -1)]
    if args.batches:
        net, readouts = load_student(args.network)
        found, steps = stylised(Seen(net, readouts), stream, rng, args.batches, args.size, args.crops)
        crops.append(found)
        ages.append(steps)
    np.savez(args.out, crops=np.concatenate(crops), ages=np.concatenate(ages))


if __name__ == "__main__":
    main()
