"""The student: 3x3 convolutions in the teacher's order with fewer channels, zero padding, ReLU, 2x2 maximum pooling.

A shape is a list of blocks, each a list of output channels, as in the program's src/models.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F

from vgg import LAYERS, MEAN, starts_block, walk

SHAPES = {
    "quarter": [[16, 16], [32, 32], [64] * 4, [128] * 4, [128]],
    "pocket": [[24, 16], [64, 32], [128, 64, 64, 64], [128, 160, 128, 128], [192]],
    "three-eighths": [[24, 24], [48, 48], [96] * 4, [192] * 4, [192]],
    "half": [[32, 32], [64, 64], [128] * 4, [256] * 4, [256]],
}


def widths(shape):
    """Channels of every layer by name, and of the image as `image`."""
    flat = [channels for block in shape for channels in block]
    return {"image": 3, **dict(zip(LAYERS, flat))}


def before(layer):
    return LAYERS[LAYERS.index(layer) - 1] if layer != LAYERS[0] else "image"


class Student(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        channels = widths(shape)
        self.convs = nn.ModuleDict({l: nn.Conv2d(channels[before(l)], channels[l], 3, padding=1) for l in LAYERS})
        self.register_buffer("mean", torch.tensor(MEAN))

    def step(self, layer, x):
        """The features of one layer from those of the previous one (or from the picture)."""
        if layer == LAYERS[0]:
            x = x - self.mean.view(1, 3, 1, 1)
        if starts_block(layer):
            x = F.max_pool2d(x, 2)
        return F.relu(self.convs[layer](x))

    def forward(self, x, layers=LAYERS):
        return walk(self.step, x, layers)

    def multiply_adds(self):
        """Multiply-adds per pixel of the picture, forward."""
        channels = widths(self.shape)
        return sum(9 * channels[before(l)] * channels[l] / 4 ** (int(l[4]) - 1) for l in LAYERS)
