"""
The step of bench/step.mjs in PyTorch 2, for bench/peers.mjs: reads variants from standard input, one a line (float,
channels_last, bfloat16, bfloat16 channels_last, each with compile or without), takes a step in each, and answers with its
milliseconds, or with the error in one line. NETWORK is JSON: the `blocks` and `ranks` of a backbone (src/models/backbone.ts).
Usage: step_torch.py NETWORK SIZE THREADS
"""
import contextlib
import json
import sys
import time

import torch
import torch.nn.functional as F

STYLE = {(0, 0): 3, (1, 0): 2, (2, 0): 2, (3, 0): 1, (4, 0): 0.5}
CONTENT = (3, 1)


def prepared(network, size, variant):
    """A function that takes one step."""
    torch.manual_seed(0)
    inputs, layers = 3, []
    half, last = "bfloat16" in variant, "channels_last" in variant
    memory = torch.channels_last if last else torch.contiguous_format
    dtype = torch.bfloat16 if half else torch.float32

    def kernel(outputs, inputs, side):
        weight = torch.randn(outputs, inputs, side, side) * (2 / (side * side * inputs)) ** 0.5
        return weight.to(dtype).to(memory_format=memory)

    ranks = network.get("ranks") or [[0] * len(block) for block in network["blocks"]]
    for block, factors in zip(network["blocks"], ranks):
        row = []
        for outputs, rank in zip(block, factors):
            expansion = kernel(outputs, rank, 1) if rank else None
            row.append((kernel(rank or outputs, inputs, 3), expansion, torch.zeros(outputs, dtype=dtype)))
            inputs = outputs
        layers.append(row)

    def see(x):
        x = x.contiguous(memory_format=memory)
        seen = {}
        with torch.autocast("cpu", dtype=torch.bfloat16) if half else contextlib.nullcontext():
            for b, row in enumerate(layers):
                if b > 0:
                    x = F.max_pool2d(x, 2)
                for i, (weight, expansion, bias) in enumerate(row):
                    x = F.conv2d(x, weight, None if expansion is not None else bias, padding=1)
                    x = F.relu(x if expansion is None else F.conv2d(x, expansion, bias))
                    seen[b, i] = x
        return seen

    def gram(features):
        rows = features.float().flatten(2)[0]
        return rows @ rows.T / rows.shape[1]

    photo, painting = torch.rand(1, 3, size, size), torch.rand(1, 3, size, size)
    with torch.no_grad():
        target = see(photo)[CONTENT].float()
        grams = {at: gram(features) for at, features in see(painting).items() if at in STYLE}

    def score(image):
        seen = see(image)
        loss = 0.05 * (seen[CONTENT].float() - target).pow(2).mean() / target.pow(2).mean()
        for at, weight in STYLE.items():
            loss = loss + weight * (gram(seen[at]) - grams[at]).pow(2).mean() / grams[at].pow(2).mean()
        across, down = image[..., 1:] - image[..., :-1], image[..., 1:, :] - image[..., :-1, :]
        return loss + 0.2 * (across.pow(2).mean() + down.pow(2).mean())

    if "compile" in variant:
        score = torch.compile(score)
    image = photo.clone().requires_grad_()
    adam = torch.optim.Adam([image], lr=0.02, betas=(0.9, 0.99))

    def step():
        adam.zero_grad()
        score(image).backward()
        adam.step()
        with torch.no_grad():
            image.clamp_(0, 1)

    step()
    return step


def main():
    network, size, threads = json.loads(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(threads)
    steps = {}
    for line in sys.stdin:
        variant = line.strip()
        try:
            if variant not in steps:
                steps[variant] = prepared(network, size, variant)
            start = time.perf_counter()
            steps[variant]()
            print((time.perf_counter() - start) * 1000, flush=True)
        except Exception as error:
            print(str(error).split("\n")[0], flush=True)


main()
