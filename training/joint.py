"""Second stage of the training: all layers together, at a low rate, on crops that produce.py keeps making.

The loss is the residual of linear heads that predict the teacher's features at the six layers that losses read. The
heads are solved by least squares from running covariances. Kernels are learned in the coordinates of whitened patches
(see layerwise.py). The learning rate falls towards a deadline; a stopped run continues from its checkpoint.
"""

import argparse
import copy
import math
import pathlib
import time

import torch
import torch.nn.functional as F

from export import load_student, save_student
from layerwise import decorrelated, patches, solve
from student import Student, before
from targets import as_floats, channel_weights, gathered
from vgg import LAYERS, LOSS_LAYERS, starts_block

# The weight of each layer's error.
WEIGHT = {"conv1_1": 1.0, "conv2_1": 1.5, "conv3_1": 2.0, "conv4_1": 2.0, "conv4_2": 2.0, "conv5_1": 1.0}
# The teacher's features are stored divided by 16.
UNIT = 16


class Shards:
    """Crops with the teacher's features, the newest `limit` of them."""

    def __init__(self, folder, limit):
        self.folder, self.limit, self.known, self.parts = pathlib.Path(folder), limit, set(), []

    def refresh(self):
        for path in sorted(self.folder.glob("*.pt"), key=lambda p: p.stat().st_mtime):
            if path.name not in self.known:
                self.known.add(path.name)
                self.parts.append(torch.load(path))
        while sum(len(p["crops"]) for p in self.parts) > self.limit:
            self.parts.pop(0)
        self.owners = torch.tensor([(i, j) for i, p in enumerate(self.parts) for j in range(len(p["crops"]))])
        return len(self.owners)

    def batch(self, size):
        picked = self.owners[torch.randint(len(self.owners), (size,))].tolist()
        take = lambda get: torch.stack([get(self.parts[i])[j] for i, j in picked])
        crops = as_floats(take(lambda p: p["crops"]))
        positions = {l: take(lambda p: p["positions"][l]) for l in LOSS_LAYERS}
        return crops, positions, {l: take(lambda p: p["features"][l]).float() for l in LOSS_LAYERS}


class Whitened(torch.nn.Module):
    """The student with its kernels in the coordinates of whitened patches."""

    def __init__(self, net, crops, bfloat16=False):
        super().__init__()
        self.bfloat16 = bfloat16
        self.net, self.frames = net.requires_grad_(False), {}
        self.kernels, self.biases = torch.nn.ParameterDict(), torch.nn.ParameterDict()
        with torch.no_grad():
            x = crops - net.mean.view(1, 3, 1, 1)
            for layer in LAYERS:
                if starts_block(layer):
                    x = F.max_pool2d(x, 2)
                cells = x.shape[2] * x.shape[3]
                at = torch.randint(cells, (len(x), min(cells, 256)))
                mean, white = decorrelated(patches(x, at).flatten(0, 1))
                kernel = torch.linalg.solve(white.double(), net.convs[layer].weight.flatten(1).T.double()).float()
                self.frames[layer] = (mean, white)
                self.kernels[layer.replace(".", "_")] = torch.nn.Parameter(kernel)
                self.biases[layer] = torch.nn.Parameter(net.convs[layer].bias + net.convs[layer].weight.flatten(1) @ mean)
                x = F.relu(net.convs[layer](x))

    def folded(self, layer):
        mean, white = self.frames[layer]
        weight = (white @ self.kernels[layer]).T
        return weight.view(self.net.convs[layer].weight.shape), self.biases[layer] - weight @ mean

    def forward(self, x):
        found = {}
        x = (x - self.net.mean.view(1, 3, 1, 1)).contiguous(memory_format=torch.channels_last)
        for layer in LAYERS:
            if starts_block(layer):
                x = F.max_pool2d(x, 2)
            weight, bias = self.folded(layer)
            with torch.autocast("cpu", torch.bfloat16, enabled=self.bfloat16):
                x = F.relu(F.conv2d(x, weight.contiguous(memory_format=torch.channels_last), bias, padding=1))
            if layer in LOSS_LAYERS:
                found[layer] = x.float()
        return found

    @torch.no_grad()
    def plain(self):
        net = copy.deepcopy(self.net)
        for layer in LAYERS:
            weight, bias = self.folded(layer)
            net.convs[layer].weight.copy_(weight)
            net.convs[layer].bias.copy_(bias)
        return net


class Heads:
    """Linear heads to the teacher's features, by least squares from running covariances."""

    def __init__(self, keep=0.97):
        self.keep, self.hh, self.ht, self.head = keep, {}, {}, {}

    @torch.no_grad()
    def update(self, layer, h, t, again):
        now, cross = h.T @ h / len(h), h.T @ t / len(h)
        if layer not in self.hh:
            self.hh[layer], self.ht[layer] = now, cross
        # At first the mean of all batches, then an exponential average.
        keep = min(self.keep, 1 - 1 / (1 + again["count"]))
        self.hh[layer].lerp_(now, 1 - keep)
        self.ht[layer].lerp_(cross, 1 - keep)
        if again["solve"] or layer not in self.head:
            self.head[layer] = solve(self.hh[layer], self.ht[layer])
        return self.head[layer]

    def readouts(self):
        """Square roots of H H': a Gram matrix read through them equals that of the predicted features for its loss."""
        found = {}
        for layer in LOSS_LAYERS:
            metric = solve(self.hh[layer], self.ht[layer]).double() * UNIT
            values, vectors = torch.linalg.eigh(metric @ metric.T)
            found[layer] = ((vectors * values.clamp(min=0).sqrt()) @ vectors.T).float()
        return found


def started(path):
    if path.endswith(".safetensors"):
        return load_student(path)[0]
    state = torch.load(path)
    net = Student(state["shape"])
    net.load_state_dict(state["net"])
    return net


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--start", required=True, help="the output of layerwise.py, or a network to continue from (.safetensors)")
    parser.add_argument("--shards", required=True)
    parser.add_argument("--out", required=True, help="a folder for checkpoint and network")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--limit", type=int, default=4000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--bfloat16", action="store_true", help="convolutions in bfloat16: faster where the CPU supports it")
    args = parser.parse_args()
    torch.set_flush_denormal(True)
    torch.set_num_threads(args.threads)
    out = pathlib.Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    shards = Shards(args.shards, args.limit)
    log = open(out / "log.txt", "a", buffering=1)
    count = shards.refresh()
    net = started(args.start)
    model = Whitened(net, torch.cat([shards.batch(32)[0] for _ in range(4)]), args.bfloat16)
    slow = copy.deepcopy(model)
    adam = torch.optim.Adam(model.parameters(), lr=args.rate, betas=(0.9, 0.99))
    heads, weights = Heads(), {}
    step, began, spent = 0, time.time(), 0.0
    checkpoint = out / "checkpoint.pt"
    if checkpoint.exists():
        old = torch.load(checkpoint)
        for part, name in [(model, "model"), (slow, "slow"), (adam, "adam")]:
            part.load_state_dict(old[name])
        model.frames, slow.frames = old["frames"], old["frames"]
        heads.hh, heads.ht, weights, step, spent = old["hh"], old["ht"], old["weights"], old["step"], old["spent"]
    if not weights:
        weights = {l: channel_weights(torch.cat([p["features"][l] for p in shards.parts])) for l in LOSS_LAYERS}
    power = {}
    means, told, saved = {}, time.time(), 0.0
    total_time = 60 * args.minutes

    def save(done):
        torch.save(
            {"model": model.state_dict(), "slow": slow.state_dict(), "adam": adam.state_dict(), "frames": model.frames, "shape": net.shape,
             "hh": heads.hh, "ht": heads.ht, "weights": weights, "step": step, "spent": spent + done},
            out / "checkpoint.part",
        )  # fmt: skip
        (out / "checkpoint.part").replace(checkpoint)
        save_student(out / "network.part", slow.plain(), heads.readouts(), name="pocket")
        (out / "network.part").replace(out / "network.safetensors")

    while True:
        done = time.time() - began
        fraction = (spent + done) / total_time
        if fraction >= 1:
            break
        crops, positions, features = shards.batch(args.batch)
        seen = model(crops)
        loss, again = 0.0, {"count": step, "solve": step < 100 or step % 10 == 0}
        for layer in LOSS_LAYERS:
            h = gathered(seen[layer], positions[layer]).flatten(0, 1)
            t = features[layer].flatten(0, 1)
            head = heads.update(layer, h.detach(), t, again)
            w = weights[layer]
            if layer not in power:
                power[layer] = ((t - t.mean(0)) * w).pow(2).mean().item()
            error = ((t - h @ head) * w).pow(2).mean() / power[layer]
            loss = loss + WEIGHT[layer] * error
            means[layer] = 0.99 * means.get(layer, error.item()) + 0.01 * error.item()
        # Warm-up, constant, then decay over the second half.
        now = args.rate * min(1, (step + 1) / 100) * min(1, 2 * (1 - fraction))
        for group in adam.param_groups:
            group["lr"] = now
        adam.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adam.step()
        with torch.no_grad():
            for a, b in zip(slow.parameters(), model.parameters()):
                a.lerp_(b, max(0.002, 1 / (step + 1)))
        step += 1
        if time.time() - told > 60:
            told = time.time()
            log.write(f"{spent + done:6.0f} s step {step} of {count} crops: " + " ".join(f"{means[l]:.4f}" for l in LOSS_LAYERS) + f" rate {now:.2e}\n")
            count = shards.refresh()
        if time.time() - saved > 120 and step > 50:
            saved = time.time()
            save(done)
    save(time.time() - began)
    log.write(f"done: {step} steps\n")


if __name__ == "__main__":
    main()
