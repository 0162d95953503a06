"""Read and write safetensors files: an eight-byte length, a JSON header, the raw numbers.

As a program: turns a checkpoint of train.py into the fp16 file that the package ships.
"""

import argparse
import json
import struct

import numpy as np
import torch

from nets import LAYERS, Pocket

TYPES = {"F16": np.float16, "F32": np.float32}
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


def export_pocket(path, net, **metadata):
    """Write the student's weights as fp16."""
    tensors = {}
    for layer in LAYERS:
        weight, bias = net.shipped(layer)
        tensors[layer + ".weight"] = weight.detach().cpu().numpy().astype(np.float16)
        tensors[layer + ".bias"] = bias.detach().cpu().numpy().astype(np.float16)
    common = {"format": "pt", "name": "pocket", "license": "MIT", "input": "RGB in [0,1]"}
    write_safetensors(path, tensors, {**common, **metadata})


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", help="a checkpoint of train.py")
    parser.add_argument("output", help="the safetensors file to write")
    args = parser.parse_args()
    checkpoint = torch.load(args.checkpoint, map_location="cpu")
    net = Pocket()
    net.load_state_dict(checkpoint["average"])
    export_pocket(args.output, net)


if __name__ == "__main__":
    main()
