"""Runs beside the second stage of the training and makes shards of new crops, half of them stylised by the current network.

Each shard is a file with crops and the teacher's features at random positions of them; joint.py reads new ones as they come.
"""

import argparse
import os
import pathlib
import time

import numpy as np
import torch

from data import Stream
from easel import Seen
from export import load_student
from pool import sources, stylised, to_bytes
from targets import Targets
from vgg import LOSS_LAYERS, Vgg19


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--teacher", required=True)
    parser.add_argument("--images", required=True)
    parser.add_argument("--extra")
    parser.add_argument("--network", required=True, help="the file that joint.py writes")
    parser.add_argument("--shards", required=True, help="the folder to write to")
    parser.add_argument("--minutes", type=float, default=90)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--crops", type=int, default=8, help="crops that are stylised in one batch")
    parser.add_argument("--plain", type=int, default=24, help="further plain crops per shard")
    parser.add_argument("--seed", type=int, default=100)
    parser.add_argument("--bfloat16", action="store_true", help="the teacher's convolutions in bfloat16")
    args = parser.parse_args()
    torch.set_flush_denormal(True)
    torch.set_num_threads(1)
    teacher = Vgg19(args.teacher, args.bfloat16)
    photos, paintings = sources(args.images, args.extra)
    folder = pathlib.Path(args.shards)
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng([args.seed, int(time.time())])
    stream = Stream(photos, paintings, 1, args.size, args.seed)
    end, turn = time.time() + 60 * args.minutes, 0
    while time.time() < end:
        net, readouts = load_student(args.network)
        pictures, _ = stylised(Seen(net, readouts), stream, rng, 1, args.size, args.crops, log=lambda *_, **__: None, first=turn)
        plain = np.concatenate([to_bytes(stream.sample(rng)[None]) for _ in range(args.plain)])
        crops = np.concatenate([pictures, plain])
        targets = Targets(teacher, crops, layers=LOSS_LAYERS, seed=turn)
        path = folder / f"{args.seed}-{int(time.time())}.pt"
        torch.save({"crops": torch.from_numpy(crops), "positions": targets.positions, "features": targets.features}, path.with_suffix(".part"))
        os.replace(path.with_suffix(".part"), path)
        turn += 1
        print(f"{path.name}: {len(crops)} crops", flush=True)


if __name__ == "__main__":
    main()
