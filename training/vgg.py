"""The teacher, VGG19 to conv5_1: its features in the scale of its published weights."""

import numpy as np
import torch
import torch.nn.functional as F

COUNTS = [2, 2, 4, 4, 1]
LAYERS = [f"conv{b}_{i}" for b, n in enumerate(COUNTS, 1) for i in range(1, n + 1)]
STYLE_LAYERS = ["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"]
CONTENT_LAYER = "conv4_2"
LOSS_LAYERS = STYLE_LAYERS + [CONTENT_LAYER]
WIDE = {"1": 64, "2": 128, "3": 256, "4": 512, "5": 512}
# The tensor of each layer in torchvision's file.
TORCHVISION = dict(zip(LAYERS, [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28]))
MEAN, DEVIATION = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
CAFFE_MEAN = [103.939, 116.779, 123.68]


def starts_block(layer):
    return layer.endswith("_1") and layer != "conv1_1"


def _from_npz(path):
    """Kernels as Keras lays them out (HWIO, BGR, 0 to 255), some of them quantised to eight bits."""
    arrays = np.load(path)
    for layer in LAYERS:
        if layer + "_kernel_f32_hwio" in arrays:
            kernel = arrays[layer + "_kernel_f32_hwio"]
        else:
            scale, low = arrays[layer + "_kernel_scale_min"]
            kernel = arrays[layer + "_kernel_u8_hwio"].astype(np.float32) * scale + low
            kernel[2, 2] = arrays[layer + "_kernel_tap22_f32"]
        kernel = torch.from_numpy(np.ascontiguousarray(kernel.transpose(3, 2, 0, 1), dtype=np.float32))
        yield layer, kernel, torch.from_numpy(arrays[layer + "_bias"].astype(np.float32))


def _from_torchvision(path):
    state = torch.load(path, map_location="cpu", weights_only=True)
    for layer in LAYERS:
        name = f"features.{TORCHVISION[layer]}"
        yield layer, state[name + ".weight"].float(), state[name + ".bias"].float()


def walk(step, x, layers):
    """The features of `layers` by name: `step(layer, x)` gives a layer's from those before it, the first one's from `x`."""
    found = {}
    x = x.contiguous(memory_format=torch.channels_last)
    for layer in LAYERS:
        x = step(layer, x)
        if layer in layers:
            found[layer] = x
        if len(found) == len(layers):
            break
    return found


class Vgg19:
    """Features of RGB pictures in [0, 1], N x 3 x H x W, after the ReLU, by layer name; optionally computed in bfloat16."""

    def __init__(self, path, bfloat16=False):
        self.bfloat16 = bfloat16
        self.caffe = str(path).endswith(".npz")
        read = _from_npz if self.caffe else _from_torchvision
        self.convs = {layer: (weight.contiguous(memory_format=torch.channels_last), bias) for layer, weight, bias in read(path)}

    def prepared(self, x):
        if self.caffe:
            return x.flip(1) * 255 - torch.tensor(CAFFE_MEAN).view(1, 3, 1, 1)
        return (x - torch.tensor(MEAN).view(1, 3, 1, 1)) / torch.tensor(DEVIATION).view(1, 3, 1, 1)

    def step(self, layer, x):
        if starts_block(layer):
            x = F.max_pool2d(x, 2)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bfloat16):
            return F.relu(F.conv2d(x, *self.convs[layer], padding=1))

    def __call__(self, x, layers=LAYERS):
        return {layer: f.float() for layer, f in walk(self.step, self.prepared(x), layers).items()}
