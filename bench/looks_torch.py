"""
The recipe of neural-style (Justin Johnson 2015), restated in PyTorch 2 for bench/looks-race.mjs: VGG19 with max pooling, start
from noise, 5 mean (F - P)^2 at conv4_2, 100 mean (G - A)^2 with G = F F^T / (channels * positions) at conv1_1 to conv5_1, half
of 1e-3 of the sum of squared differences of neighbours, L-BFGS with 100 pairs and without a line search; pixels from 0 to 255.
After each of the job's checkpoints it writes the picture, says so in a line of JSON, and waits for a line with its clock
stopped. Usage: looks_torch.py JOB.json
"""
import contextlib
import json
import sys
import time

import numpy
import torch
import torch.nn.functional as F

CONTENT, STYLE = "conv4_2", ["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"]
CONTENT_WEIGHT, STYLE_WEIGHT, TV_WEIGHT = 5, 100, 1e-3


def main():
    job = json.load(open(sys.argv[1]))
    torch.set_num_threads(job["threads"])
    torch.manual_seed(0)
    numbers = numpy.fromfile(job["numbers"], dtype="<f4")

    def take(at):
        start, shape = at
        return torch.from_numpy(numbers[start : start + int(numpy.prod(shape))].reshape(shape).copy())

    layers = [(name, take(weight), take(bias)) for name, weight, bias in job["layers"]]
    # The weights are for RGB in [0, 1]; the pixels that move are 255 times as large, around the mean.
    name, weight, bias = layers[0]
    layers[0] = (name, weight / 255, bias)
    mean = take(job["mean"]).view(3, 1, 1)

    def pixels(image):
        return (image - mean) * 255

    fast = torch.autocast("cpu", dtype=torch.bfloat16) if job["bfloat16"] else contextlib.nullcontext()
    if job["bfloat16"]:
        layers = [(n, w.bfloat16().to(memory_format=torch.channels_last), b.bfloat16()) for n, w, b in layers]

    def see(x):
        seen = {}
        with fast:
            for name, weight, bias in layers:
                if name.endswith("_1") and name != "conv1_1":
                    x = F.max_pool2d(x, 2)
                x = F.relu(F.conv2d(x, weight, bias, padding=1))
                if name in STYLE or name == CONTENT:
                    seen[name] = x.float()
        return seen

    def gram(features):
        rows = features.flatten(2)[0]
        return rows @ rows.T / features.numel()

    began = time.perf_counter()
    content = pixels(take(job["content"]))
    with torch.no_grad():
        target = see(content)[CONTENT]
        grams = {name: gram(features) for name, features in see(pixels(take(job["style"]))).items() if name in STYLE}
    image = (torch.randn(content.shape) * 0.001).requires_grad_()
    # One evaluation for each call; what is remembered stays from call to call.
    optimizer = torch.optim.LBFGS(
        [image], lr=1, max_iter=1, history_size=100, tolerance_grad=-1, tolerance_change=-1
    )

    def score():
        optimizer.zero_grad()
        seen = see(image)
        loss = CONTENT_WEIGHT * (seen[CONTENT] - target).pow(2).mean()
        for name in STYLE:
            loss = loss + STYLE_WEIGHT * (gram(seen[name]) - grams[name]).pow(2).mean()
        across, down = image[..., 1:] - image[..., :-1], image[..., 1:, :] - image[..., :-1, :]
        loss = loss + TV_WEIGHT / 2 * (across.pow(2).sum() + down.pow(2).sum())
        loss.backward()
        return loss

    done = 0
    for checkpoint in job["checkpoints"]:
        while done < checkpoint and time.perf_counter() - began < job["limit"]:
            optimizer.step(score)
            done += 1
        seconds = time.perf_counter() - began
        picture = (image.detach() / 255 + mean).clamp(0, 1)
        picture.numpy().astype("<f4").tofile(job["picture"])
        print(json.dumps({"evaluations": done, "seconds": seconds}), flush=True)
        if not sys.stdin.readline() or seconds >= job["limit"]:
            return
        began += time.perf_counter() - began - seconds


main()
