"""Convert the teacher's public checkpoint to the arrays that nets.py reads: NAME.weight and NAME.bias."""

import argparse

import numpy as np
import torch


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", help="20191109-211322_E20.pth")
    parser.add_argument("output", help="teacher.npz")
    args = parser.parse_args()
    state = torch.load(args.checkpoint, map_location="cpu")
    while "conv11.weight" not in state:  # the tensors may lie under a key such as "model"
        inner = [v for v in state.values() if isinstance(v, dict)]
        if not inner:
            raise SystemExit("no tensor named conv11.weight in this file")
        state = inner[0]
    np.savez(args.output, **{k: v.float().numpy() for k, v in state.items() if k.startswith("conv")})


if __name__ == "__main__":
    main()
