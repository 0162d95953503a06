"""Training targets: the teacher's features at random positions of a pool of crops, stored as float16."""

import numpy as np
import torch

from vgg import LAYERS, WIDE


class Targets:
    """For every layer: `positions` (crops x places, flat indices into its map) and `features` (crops x places x channels)."""

    def __init__(self, teacher, crops, places=128, layers=LAYERS, seed=0, log=None):
        generator = torch.Generator().manual_seed(seed)
        self.positions, self.features = {}, {}
        size, count = crops.shape[-1], len(crops)
        for layer in layers:
            cells = (size // 2 ** (int(layer[4]) - 1)) ** 2
            here = min(places, cells)
            self.positions[layer] = torch.stack([torch.randperm(cells, generator=generator)[:here] for _ in range(count)])
            self.features[layer] = torch.empty(count, here, WIDE[layer[4]], dtype=torch.float16)
        with torch.no_grad():
            for start in range(0, count, 8):
                part = crops[start : start + 8]
                for layer, f in teacher(as_floats(part), layers).items():
                    at = self.positions[layer][start : start + 8]
                    # float16 ends at 65504: the teacher's features stay far below it when divided by 16.
                    self.features[layer][start : start + 8] = gathered(f, at).div(16).half()
                if log and start % 160 == 0:
                    log(f"targets: {start} of {count}")


def as_floats(crops):
    """Bytes to RGB in [0, 1]."""
    return torch.as_tensor(np.asarray(crops)).float() / 255


def gathered(maps, positions):
    """The columns of N x C x H x W `maps` at N x P flat positions: N x P x C."""
    flat = maps.permute(0, 2, 3, 1).flatten(1, 2)
    return torch.gather(flat, 1, positions[:, :, None].expand(-1, -1, flat.shape[2]))


def channel_weights(features, share=0.4):
    """The weight of each of the teacher's channels: `1 - share` of the error unweighted, the rest with equal variances."""
    flat = features.flatten(0, 1)[::3].float()
    variance = flat.var(0)
    mean = variance.mean()
    return ((1 - share) / mean + share / (variance + 0.02 * mean)).sqrt()
