"""VGG19 to conv5_1 with pruned channels and factorised convolutions: the network of `weights/slim.safetensors`.

A convolution of rank r is a 3x3 convolution to r channels and a 1x1 convolution to its output channels, then the ReLU (Zhang
et al., arXiv 1505.06798). The features of the six layers that losses read are VGG19's own (of conv1_1 a subset of its
channels), in the scale of its published weights; no heads are needed.
"""

import numpy as np
import torch
import torch.nn.functional as F

from export import read_safetensors, write_safetensors
from vgg import CAFFE_MEAN, LAYERS, starts_block, walk

# Channels that are kept of the layers that are not read whole, and the ranks of factorised convolutions.
KEPT = {"conv1_1": 40, "conv1_2": 32, "conv2_2": 64, "conv3_2": 128, "conv3_3": 128, "conv3_4": 128, "conv4_3": 256, "conv4_4": 256}
RANKS = {"conv2_1": 32, "conv2_2": 40, "conv3_1": 64, "conv3_2": 64, "conv3_3": 64, "conv3_4": 64,
         "conv4_1": 96, "conv4_2": 128, "conv4_3": 128, "conv4_4": 128, "conv5_1": 192}


def prepared(x):
    """RGB in [0, 1] as the published weights expect it: BGR in 0..255 minus the mean colour."""
    return x.flip(1) * 255 - torch.tensor(CAFFE_MEAN).view(1, 3, 1, 1)


class Factorised:
    """Features by layer name. `parts` has (kernel, bias) or (kernel, expansion, bias) of each layer."""

    def __init__(self, parts):
        self.parts = parts

    def step(self, layer, x):
        """The features of one layer from those of the previous one (or from the prepared picture)."""
        if starts_block(layer):
            x = F.max_pool2d(x, 2)
        kernel, *expansion, bias = self.parts[layer]
        if not expansion:
            return F.relu(F.conv2d(x, kernel, bias, padding=1))
        return F.relu(F.conv2d(F.conv2d(x, kernel, padding=1), expansion[0][:, :, None, None], bias))

    def __call__(self, x, layers=LAYERS):
        return walk(self.step, prepared(x), layers)

    def multiply_adds(self):
        """Multiply-adds per pixel of the picture, forward."""
        return sum(w.numel() / 4 ** (int(l[4]) - 1) for l, p in self.parts.items() for w in p[:-1])


def rounded(weight):
    """Rows of `weight` as eight-bit integers and the number that each row is to be multiplied by."""
    rows = weight.reshape(len(weight), -1)
    scale = rows.abs().amax(1) / 127
    return (rows / scale[:, None]).round().to(torch.int8).view(weight.shape).numpy(), scale.numpy()


def save_factorised(path, net, **metadata):
    """Write the network: kernels in eight bits with a scale per output channel, conv1_1 and biases in floats, expansions in halves."""
    tensors = {"mean": np.array(CAFFE_MEAN[::-1], np.float32) / 255}
    for layer in LAYERS:
        kernel, *expansion, bias = (part.detach().cpu() for part in net.parts[layer])
        tensors[layer + ".bias"] = bias.numpy()
        if layer == "conv1_1":
            tensors[layer + ".weight"] = (kernel.flip(1) * 255).numpy()
            continue
        tensors[layer + ".weight"], tensors[layer + ".weight_scale"] = rounded(kernel)
        if expansion:
            tensors[layer + ".expansion"] = expansion[0].numpy().astype(np.float16)
    # Wide types first, so that every tensor is aligned.
    order = sorted(tensors, key=lambda name: -tensors[name].itemsize)
    write_safetensors(path, {name: tensors[name] for name in order}, {"format": "pt", "license": "CC BY 4.0", "input": "RGB in [0,1]", **metadata})


def load_factorised(path):
    """The network in a file."""
    tensors = {k: torch.from_numpy(np.array(v, dtype=np.float32)) for k, v in read_safetensors(path).items()}
    parts = {}
    for layer in LAYERS:
        kernel = tensors[layer + ".weight"]
        if layer + ".weight_scale" in tensors:
            kernel = kernel * tensors[layer + ".weight_scale"].view(-1, 1, 1, 1)
        else:
            kernel = kernel.flip(1) / 255
        expansion = [tensors[layer + ".expansion"]] if layer + ".expansion" in tensors else []
        parts[layer] = (kernel.contiguous(memory_format=torch.channels_last), *expansion, tensors[layer + ".bias"])
    return Factorised(parts)
