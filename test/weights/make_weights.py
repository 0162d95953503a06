"""Make the golden weights files: one tiny network of VGG's shape, as each program that people have would save it.

Run with a Python that has torch, h5py and numpy: python3 test/weights/make_weights.py
The network has blocks of 3-2 and 4 channels. Every file holds the same numbers in its own order; expected.json holds them
as (output, input, row, column) with inputs in the order RGB, before any preprocessing is folded in.
"""

import collections
import json
import os
import struct

import h5py
import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
BLOCKS = [[3, 2], [4]]


def layers():
    """(our name, Keras's name, torchvision's index, inputs, outputs) of each convolution."""
    inputs, index = 3, 0
    for b, block in enumerate(BLOCKS, 1):
        for i, outputs in enumerate(block, 1):
            yield f"conv{b}_{i}", f"block{b}_conv{i}", index, inputs, outputs
            inputs, index = outputs, index + 2  # a convolution and its ReLU
        index += 1  # the pooling


def numbers(seed):
    rng = np.random.default_rng(seed)
    tensors = {}
    for name, _, _, inputs, outputs in layers():
        # Multiples of 1/64 below 2: every number format here holds them exactly, and so does JSON.
        tensors[name + ".weight"] = rng.integers(-127, 128, (outputs, inputs, 3, 3)).astype(np.float32) / 64
        tensors[name + ".bias"] = rng.integers(-127, 128, outputs).astype(np.float32) / 64
    return tensors


def torch_state(tensors, make):
    state = collections.OrderedDict()
    for name, _, index, _, _ in layers():
        for part in ("weight", "bias"):
            state[f"features.{index}.{part}"] = make(torch.from_numpy(tensors[f"{name}.{part}"].copy()))
    return state


def write_pth(tensors):
    plain = torch_state(tensors, lambda tensor: tensor)
    plain["classifier.0.weight"] = torch.ones(5, 2)
    plain._metadata = collections.OrderedDict({"": {"version": 1}})
    torch.save(plain, os.path.join(HERE, "tiny.pth"))
    parameters = torch_state(tensors, torch.nn.Parameter)
    torch.save(parameters, os.path.join(HERE, "tiny-legacy.pth"), _use_new_zipfile_serialization=False)

    # Every tensor a view into one storage, with strides that are not row-major.
    flat = torch.zeros(sum(t.size for t in tensors.values()) + 7)
    at, views = 7, collections.OrderedDict()
    for name, tensor in torch_state(tensors, lambda tensor: tensor).items():
        turned = tensor.permute(*reversed(range(tensor.dim())))
        flat[at : at + tensor.numel()] = turned.reshape(-1)
        views[name] = flat[at : at + tensor.numel()].reshape(turned.shape).permute(*reversed(range(tensor.dim())))
        at += tensor.numel()
    torch.save({"epoch": 3, "state_dict": views}, os.path.join(HERE, "tiny-strided.pth"))
    torch.save(views, os.path.join(HERE, "tiny-strided-legacy.pth"), _use_new_zipfile_serialization=False)
    for label, make in {"half": torch.Tensor.half, "bfloat16": torch.Tensor.bfloat16, "double": torch.Tensor.double}.items():
        torch.save(torch_state(tensors, make), os.path.join(HERE, f"tiny-{label}.pth"))


def keras_kernel(tensors, name):
    """The kernel as Keras holds it (row, column, input, output); the first one reads BGR in 0..255."""
    kernel = tensors[name + ".weight"].transpose(2, 3, 1, 0)
    return np.ascontiguousarray(kernel[:, :, ::-1] if name == "conv1_1" else kernel)


def write_h5(tensors):
    with h5py.File(os.path.join(HERE, "tiny-keras-2017.h5"), "w") as file:
        for name, keras, _, _, _ in layers():
            group = file.create_group(keras)
            group.attrs["weight_names"] = [f"{keras}_W_1:0".encode(), f"{keras}_b_1:0".encode()]
            group[f"{keras}_W_1:0"] = keras_kernel(tensors, name)
            group[f"{keras}_b_1:0"] = tensors[name + ".bias"]
        file.create_group("block1_pool")
    with h5py.File(os.path.join(HERE, "tiny-keras.h5"), "w") as file:
        root = file.create_group("model_weights")
        for name, keras, _, _, _ in layers():
            group = root.create_group(keras).create_group(keras)
            group["kernel:0"] = keras_kernel(tensors, name)
            group["bias:0"] = tensors[name + ".bias"]
        root.create_group("top_level_model_weights")


def write_bad_h5(tensors):
    """Small files that would harm a careless reader."""
    with h5py.File(os.path.join(HERE, "bad-bomb.h5"), "w") as file:
        # 3 x 3 x 3 x 2^50 floats are claimed, none are stored: chunks are made when they are written to.
        for _, keras, _, _, _ in layers():
            group = file.create_group(keras)
            group.create_dataset("kernel:0", (3, 3, 3, 2**50), np.float32, chunks=(3, 3, 3, 1))
            group.create_dataset("bias:0", (3,), np.float32)
    with h5py.File(os.path.join(HERE, "bad-external.h5"), "w") as file:
        for name, keras, _, inputs, outputs in layers():
            group = file.create_group(keras)
            space = h5py.h5s.create_simple((3, 3, inputs, outputs))
            plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            plist.set_external(b"/dev/stdin", 0, 36 * inputs * outputs)
            h5py.h5d.create(group.id, b"kernel:0", h5py.h5t.IEEE_F32LE, space, plist)
            group["bias:0"] = tensors[name + ".bias"]
    with h5py.File(os.path.join(HERE, "bad-link.h5"), "w") as file:
        group = file.create_group("block1_conv1")
        group["kernel:0"] = h5py.ExternalLink("/etc/passwd", "/x")
        group["bias:0"] = tensors["conv1_1.bias"]


def write_safetensors(path, tensors, metadata):
    header, blobs, offset = {"__metadata__": metadata}, [], 0
    for name, array in tensors.items():
        blob = array.tobytes()
        kind = {2: "F16", 4: "F32"}[array.itemsize]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header).encode()
    with open(os.path.join(HERE, path), "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def main():
    base = numbers(20)
    vision = torch_state(base, torch.Tensor.numpy)
    write_pth(base)
    write_h5(base)
    write_bad_h5(base)
    write_safetensors("tiny-torchvision.safetensors", vision, {"format": "pt"})
    words = {"format": "pastiche", "backbone": "tiny"}
    write_safetensors("tiny-ours.safetensors", {n: t.astype(np.float16) for n, t in base.items()}, words)

    expected = {
        "blocks": BLOCKS,
        "sixtyfourths": {n: [int(x) for x in (t * 64).reshape(-1)] for n, t in base.items()},
    }
    with open(os.path.join(HERE, "expected.json"), "w") as file:
        json.dump(expected, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
