"""Read and write safetensors files: an eight-byte length, a JSON header, the raw numbers.
"""

import json
import struct

import numpy as np
import torch

from student import Student
from vgg import LAYERS

TYPES = {"F16": np.float16, "F32": np.float32, "I8": np.int8}
NAMES = {np.dtype(v): k for k, v in TYPES.items()}


def write_safetensors(path, tensors, metadata):
    header, blobs, offset = {"__metadata__": metadata}, [], 0
    for name, array in tensors.items():
        blob = np.ascontiguousarray(array).tobytes()
        header[name] = {
            "dtype": NAMES[array.dtype],
            "shape": list(array.shape),
            "data_offsets": [offset, offset + len(blob)],
        }
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def read_safetensors(path):
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    body, tensors = data[8 + length :], {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(body[start:end], TYPES[entry["dtype"]]).reshape(entry["shape"])
    return tensors


def load_student(path):
    """The network in a file, and its read-outs by layer (matrices, outputs x channels; none in older files)."""
    tensors = {k: torch.from_numpy(np.array(v, dtype=np.float32)) for k, v in read_safetensors(path).items()}
    shape = [[len(tensors[l + ".bias"]) for l in LAYERS if l[4] == str(b)] for b in range(1, 6)]
    net = Student(shape)
    net.mean.copy_(tensors.get("mean", torch.zeros(3)))
    for layer in LAYERS:
        net.convs[layer].weight.data.copy_(tensors[layer + ".weight"])
        net.convs[layer].bias.data.copy_(tensors[layer + ".bias"])
    net.requires_grad_(False).to(memory_format=torch.channels_last)
    return net, {l: tensors[l + ".readout"].flatten(1) for l in LAYERS if l + ".readout" in tensors}


def save_student(path, net, readouts, **metadata):
    """Write the network as fp16, the read-outs as matrices (channels x channels)."""
    half = lambda x: x.detach().cpu().numpy().astype(np.float16)
    tensors = {"mean": net.mean.cpu().numpy().astype(np.float32)}
    for layer in LAYERS:
        tensors[layer + ".weight"], tensors[layer + ".bias"] = half(net.convs[layer].weight), half(net.convs[layer].bias)
        if layer in readouts:
            tensors[layer + ".readout"] = half(readouts[layer])
    write_safetensors(path, tensors, {"format": "pt", "license": "MIT", "input": "RGB in [0,1]", **metadata})
