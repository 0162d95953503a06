"""The two networks: the teacher (a compressed VGG19) and the student (pocket), which has its shape.

Both return the features of all thirteen layers, after their ReLU, as a dictionary by layer name.
The student takes RGB in [0, 1] as it is and pads with zeros; the teacher pads by reflection.
"""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

BLOCKS = [(16, 2), (32, 2), (64, 4), (128, 4), (128, 1)]
LAYERS = [f"conv{b}_{i}" for b, (_, n) in enumerate(BLOCKS, 1) for i in range(1, n + 1)]
WIDTH = {f"conv{b}_{i}": c for b, (c, n) in enumerate(BLOCKS, 1) for i in range(1, n + 1)}
STYLE_LAYERS = ["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"]
CONTENT_LAYER = "conv4_2"
WIDE = dict(zip(STYLE_LAYERS, [64, 128, 256, 512, 512]))

# The student's first layer is learned for centred input and folded at once: better conditioned, same network.
MEAN = [0.45, 0.45, 0.42]
DEVIATION = 0.25


def starts_block(layer):
    return layer.endswith("_1") and layer != "conv1_1"


class Teacher(nn.Module):
    """The 16-times compressed VGG19 of Collaborative Distillation, and its own heads to VGG19's widths."""

    def __init__(self, path):
        super().__init__()
        for key, value in np.load(path).items():
            self.register_buffer(key.replace(".", "_"), torch.from_numpy(value))

    def _conv(self, x, name):
        return F.conv2d(x, getattr(self, name + "_weight"), getattr(self, name + "_bias"))

    def forward(self, x, last="conv5_1"):
        features = {}
        x = self._conv(x, "conv0")
        for layer in LAYERS:
            if starts_block(layer):
                x = F.max_pool2d(x, 2)
            x = F.pad(x, (1, 1, 1, 1), mode="reflect")
            x = F.relu(self._conv(x, layer.replace("_", "")))
            features[layer] = x
            if layer == last:
                break
        return features

    def wide(self, layer, narrow):
        """The prediction of VGG19's own features (64, 128, 256, 512, 512 channels) from the narrow ones."""
        return F.relu(self._conv(narrow, layer.replace("_", "") + "_aux"))


class Pocket(nn.Module):
    """The student: thirteen 3x3 convolutions, ReLU, 2x2 pooling, zero padding."""

    def __init__(self, pooling="max"):
        super().__init__()
        self.pooling = pooling
        self.convs = nn.ModuleDict()
        before = 3
        for layer in LAYERS:
            conv = nn.Conv2d(before, WIDTH[layer], 3, padding=1)
            nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
            nn.init.zeros_(conv.bias)
            self.convs[layer] = conv
            before = WIDTH[layer]

    def folded(self, layer):
        """Weight and bias as the network applies them."""
        conv = self.convs[layer]
        if layer != "conv1_1":
            return conv.weight, conv.bias
        weight = conv.weight / DEVIATION
        mean = torch.tensor(MEAN, device=weight.device)
        return weight, conv.bias - (weight.sum((2, 3)) * mean).sum(1)

    def forward(self, x):
        features = {}
        for layer in LAYERS:
            if starts_block(layer):
                x = F.max_pool2d(x, 2) if self.pooling == "max" else F.avg_pool2d(x, 2)
            weight, bias = self.folded(layer)
            x = F.relu(F.conv2d(x, weight, bias, padding=1))
            features[layer] = x
        return features

    def load_tensors(self, tensors):
        """Take the tensors of an exported file (folded) back."""
        with torch.no_grad():
            for layer in LAYERS:
                weight = torch.as_tensor(tensors[layer + ".weight"]).float()
                bias = torch.as_tensor(tensors[layer + ".bias"]).float()
                if layer == "conv1_1":
                    bias = bias + (weight.sum((2, 3)) * torch.tensor(MEAN)).sum(1)
                    weight = weight * DEVIATION
                self.convs[layer].weight.copy_(weight)
                self.convs[layer].bias.copy_(bias)
        return self
