"""The step of bench/step.mjs in PyTorch, for comparison: prints milliseconds. Usage: step_torch.py MODEL SIZE THREADS"""
import sys
import time

import torch
import torch.nn.functional as F

BLOCKS = {
    "vgg19": [[64, 64], [128, 128], [256] * 4, [512] * 4, [512]],
    "pocket": [[16, 16], [32, 32], [64] * 4, [128] * 4, [128]],
}
STYLE = {(0, 0): 3, (1, 0): 2, (2, 0): 2, (3, 0): 1, (4, 0): 0.5}
CONTENT = (3, 1)


def main():
    model, size, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    inputs, layers = 3, []
    for block in BLOCKS[model]:
        row = []
        for outputs in block:
            row.append((torch.randn(outputs, inputs, 3, 3) * (2 / (9 * inputs)) ** 0.5, torch.zeros(outputs)))
            inputs = outputs
        layers.append(row)

    def see(x):
        seen = {}
        for b, row in enumerate(layers):
            if b > 0:
                x = F.max_pool2d(x, 2)
            for i, (weight, bias) in enumerate(row):
                x = F.relu(F.conv2d(x, weight, bias, padding=1))
                seen[b, i] = x
        return seen

    def gram(features):
        rows = features.flatten(2)[0]
        return rows @ rows.T / rows.shape[1]

    photo, painting = torch.rand(1, 3, size, size), torch.rand(1, 3, size, size)
    with torch.no_grad():
        target = see(photo)[CONTENT]
        grams = {at: gram(features) for at, features in see(painting).items() if at in STYLE}
    image = photo.clone().requires_grad_()
    adam = torch.optim.Adam([image], lr=0.02, betas=(0.9, 0.99))

    def step():
        adam.zero_grad()
        seen = see(image)
        loss = 0.05 * (seen[CONTENT] - target).pow(2).mean() / target.pow(2).mean()
        for at, weight in STYLE.items():
            loss = loss + weight * (gram(seen[at]) - grams[at]).pow(2).mean() / grams[at].pow(2).mean()
        across, down = image[..., 1:] - image[..., :-1], image[..., 1:, :] - image[..., :-1, :]
        loss = loss + 0.2 * (across.pow(2).mean() + down.pow(2).mean())
        loss.backward()
        adam.step()
        with torch.no_grad():
            image.clamp_(0, 1)

    step()
    times = []
    for _ in range(3):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    print(sorted(times)[1] * 1000)


main()
