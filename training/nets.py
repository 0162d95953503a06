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

    def forward(self, x, before=False):
        """The features of all layers, or with `before` what the ReLU is given."""
        features = {}
        x = self._conv(x, "conv0")
        for layer in LAYERS:
            if starts_block(layer):
                x = F.max_pool2d(x, 2)
            x = F.pad(x, (1, 1, 1, 1), mode="reflect")
            linear = self._conv(x, layer.replace("_", ""))
            x = F.relu(linear)
            features[layer] = linear if before else x
        return features

    def wide(self, layer, narrow):
        """The prediction of VGG19's own features (64, 128, 256, 512, 512 channels) from the narrow ones."""
        return F.relu(self._conv(narrow, layer.replace("_", "") + "_aux"))


class Whitened(nn.Module):
    """A 3x3 convolution learned for input that is centred and decorrelated, over channels and over the nine taps.

    The kernel and bias that the network applies are `folded`: only the coordinates in which they are learned differ.
    """

    def __init__(self, before, after):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(9, after, before) * 0.1 / (9 * before) ** 0.5)
        self.bias = nn.Parameter(torch.zeros(after))
        self.register_buffer("mean", torch.zeros(before))
        self.register_buffer("channels", torch.eye(before))
        self.register_buffer("taps", torch.eye(9))

    @torch.no_grad()
    def whiten(self, x, alive):
        """Take the statistics of typical input; what never fires in it is left as it is."""
        self.mean.copy_(x.mean((0, 2, 3)) * alive)
        x = (x - self.mean.view(1, -1, 1, 1)) * alive.view(1, -1, 1, 1)
        flat = x.transpose(0, 1).flatten(1)
        covariance = flat @ flat.T / flat.shape[1] + torch.diag(1 - alive)
        self.channels.copy_(root(covariance))
        y = F.conv2d(x, self.channels[:, :, None, None])
        taps = torch.stack([y[..., i : y.shape[2] - 2 + i, j : y.shape[3] - 2 + j] for i in range(3) for j in range(3)])
        flat = taps.flatten(1)
        self.taps.copy_(root(flat @ flat.T / flat.shape[1] * (len(alive) / alive.sum())))

    def folded(self):
        with torch.autocast(self.weight.device.type, enabled=False):
            taps, after, before = self.weight.shape
            weight = (self.weight.view(-1, before) @ self.channels).view(taps, -1)
            weight = (self.taps @ weight).view(3, 3, after, before).permute(2, 3, 0, 1).contiguous()
            return weight, self.bias - (weight.sum((2, 3)) * self.mean).sum(1)


def root(covariance, floor=0.01):
    """The inverse square root, with small directions left small."""
    values, vectors = torch.linalg.eigh(covariance.double())
    values = values.clamp(min=0) + floor * values.mean()
    return (vectors @ torch.diag(values**-0.5) @ vectors.T).float()


class Pocket(nn.Module):
    """The student: thirteen 3x3 convolutions, ReLU, 2x2 pooling, zero padding."""

    def __init__(self, pooling="max"):
        super().__init__()
        self.pooling = pooling
        widths = [3] + [WIDTH[layer] for layer in LAYERS]
        self.convs = nn.ModuleDict({layer: Whitened(widths[i], widths[i + 1]) for i, layer in enumerate(LAYERS)})
        # How loud every channel of a style layer is in the shipped network (as a logarithm): a Gram matrix hears that.
        self.gains = nn.ParameterDict({layer: nn.Parameter(torch.zeros(WIDTH[layer])) for layer in STYLE_LAYERS})

    def gain(self, layer):
        return self.gains[layer].exp() if layer in self.gains else torch.ones(WIDTH[layer])

    def shipped(self, layer):
        """Weight and bias for the file: louder channels, and a next layer that takes them for what they were."""
        weight, bias = self.convs[layer].folded()
        gain, number = self.gain(layer).to(bias.device), LAYERS.index(layer)
        if number > 0:
            weight = weight / self.gain(LAYERS[number - 1]).to(bias.device).view(1, -1, 1, 1)
        return weight * gain.view(-1, 1, 1, 1), bias * gain

    def forward(self, x, before=False, local=False, hint=None):
        """As the teacher's; with `local` no layer's error reaches the layers before it.

        `hint` may hold features by layer name; the next layer is then given these in place of the student's own.
        """
        features = {}
        for layer in LAYERS:
            if starts_block(layer):
                x = F.max_pool2d(x, 2) if self.pooling == "max" else F.avg_pool2d(x, 2)
            weight, bias = self.convs[layer].folded()
            linear = F.conv2d(x.detach() if local else x, weight, bias, padding=1)
            x = F.relu(linear)
            features[layer] = linear if before else x
            if hint and layer in hint:
                x = hint[layer]
        return features

    def load_tensors(self, tensors):
        """Take the tensors of an exported file back."""
        with torch.no_grad():
            for layer in LAYERS:
                conv = self.convs[layer] = Whitened(*reversed(tensors[layer + ".weight"].shape[:2]))
                kernel = torch.tensor(tensors[layer + ".weight"])
                conv.weight.copy_(kernel.permute(2, 3, 0, 1).reshape(conv.weight.shape))
                conv.bias.copy_(torch.tensor(tensors[layer + ".bias"]))
        return self
