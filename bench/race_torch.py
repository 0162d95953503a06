"""
PyTorch's L-BFGS at one level on the balanced loss of bench/race.mjs, until it is as low as `goal` or the time is up: prints
seconds and loss, as JSON. Usage: race_torch.py JOB.json
"""
import json
import sys
import time

import numpy
import torch
import torch.nn.functional as F


def main():
    job = json.load(open(sys.argv[1]))
    torch.set_num_threads(job["threads"])
    numbers = numpy.fromfile(job["numbers"], dtype="<f4")

    def take(at):
        start, shape = at
        return torch.from_numpy(numbers[start : start + int(numpy.prod(shape))].reshape(shape).copy())

    layers = [(name, *(part and take(part) for part in parts)) for name, *parts in job["layers"]]
    mean = take(job["mean"]).view(3, 1, 1) if job["mean"] else 0

    def see(x):
        seen, x = {}, x - mean
        for name, weight, bias, expansion, readout in layers:
            if name.endswith("_1") and name != "conv1_1":
                x = F.max_pool2d(x, 2)
            if expansion is None:
                x = F.conv2d(x, weight, bias, padding=1)
            else:
                x = F.conv2d(F.conv2d(x, weight, padding=1), expansion[..., None, None], bias)
            x = F.relu(x)
            seen[name] = x if readout is None else F.conv2d(x, readout[..., None, None])
        return seen

    def gram(features):
        rows = features.flatten(2)[0]
        return rows @ rows.T / rows.shape[1]

    content, style = take(job["content"]), take(job["style"])
    with torch.no_grad():
        wanted = {name: see(content)[name] for name in job["contentLayers"]}
        grams = {name: gram(see(style)[name]) for name in job["styleLayers"]}
    image = content.clone().requires_grad_()
    optimizer = torch.optim.LBFGS([image], lr=1, max_iter=1, history_size=10, line_search_fn=job["search"])
    start = time.perf_counter()
    best, evaluations = float("inf"), 0

    def score():
        nonlocal best, evaluations
        optimizer.zero_grad()
        seen = see(image)
        loss = 0
        for name, weight in job["contentLayers"].items():
            target = wanted[name]
            loss = loss + job["alpha"] * weight * (seen[name] - target).pow(2).mean() / target.pow(2).mean()
        for name, weight in job["styleLayers"].items():
            loss = loss + weight * (gram(seen[name]) - grams[name]).pow(2).mean() / grams[name].pow(2).mean()
        across, down = image[..., 1:] - image[..., :-1], image[..., 1:, :] - image[..., :-1, :]
        loss = loss + job["tv"] * (across.pow(2).mean() + down.pow(2).mean())
        loss.backward()
        best, evaluations = min(best, loss.item()), evaluations + 1
        return loss

    while best > job["goal"] and time.perf_counter() - start < job["limit"]:
        optimizer.step(score)
    print(json.dumps({"seconds": time.perf_counter() - start, "loss": best, "evaluations": evaluations}))


main()
