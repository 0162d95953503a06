"""Measure networks of pocket's shape against the teacher, and print the tables of the model card as Markdown.

1. The error of every layer on held-out pictures.
2. Whether two pictures that differ in style for the teacher differ as much for the network.
3. Whether a picture stylised with the network satisfies the teacher.
"""

import argparse
import hashlib
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from data import is_held_out, list_pictures, load_picture, to_tensor
from export import read_safetensors
from nets import CONTENT_LAYER, LAYERS, STYLE_LAYERS, WIDE, Pocket, Teacher
from train import gram, held_out_sets, inner

PAIRS = [
    ("chelsea.png", "style_vg_olive.jpg"), ("coffee.png", "style_udnie.jpg"), ("rocket.jpg", "style_wave_crop.jpg"),
    ("bsds_118020.jpg", "style_udnie.jpg"), ("bsds_15011.jpg", "style_wave_crop.jpg"), ("bsds_310007.jpg", "style_vg_olive.jpg"),
]  # fmt: skip


class Eyes:
    """A network as the losses see it: style features by layer, and content features."""

    def __init__(self, net, wide=False):
        self.net, self.wide = net, wide

    def __call__(self, x):
        features = self.net(x)
        style = {l: self.net.wide(l, features[l]) if self.wide else features[l] for l in STYLE_LAYERS}
        return style, features[CONTENT_LAYER]


def relative(a, b):
    return ((a - b).pow(2).mean() / b.pow(2).mean()).item()


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(f"{c:.4f}" if isinstance(c, float) else str(c) for c in row) + " |" for row in rows]
    print("\n".join(lines) + "\n", flush=True)


@torch.no_grad()
def error_of(net, head, teacher, layer, pictures, wide):
    """Mean square error over the variance of the teacher's feature."""
    parts = []
    for x in pictures.split(4):
        s, t = inner(net(x)[layer], layer), inner(teacher(x)[layer], layer)
        if head is not None:
            s = F.relu(F.conv2d(s, *head))
        parts.append((s, teacher.wide(layer, t) if wide else t))
    if head is None:  # without a head only every channel's unit is free
        unit = sum((s * t).sum((0, 2, 3)) for s, t in parts) / (sum((s * s).sum((0, 2, 3)) for s, _ in parts) + 1e-9)
        parts = [(s * unit.view(1, -1, 1, 1), t) for s, t in parts]
    wrong = sum((s - t).pow(2).sum().item() for s, t in parts)
    count = sum(t.numel() for _, t in parts)
    mean = sum(t.sum().item() for _, t in parts) / count
    return wrong / sum((t - mean).pow(2).sum().item() for _, t in parts)


def errors(networks, heads, teacher, sets):
    print("Mean square error over the variance of the teacher's feature, on held-out pictures as they are and worn.\n")
    rows = []
    for layer in [*STYLE_LAYERS, CONTENT_LAYER]:
        row = [layer, "wide" if layer in WIDE else "narrow"]
        for name, net in networks.items():
            row += [error_of(net, heads[name].get(layer), teacher, layer, x, layer in WIDE) for x in sets.values()]
        rows.append(row)
    table(["layer", "feature", *(f"{name}, {kind}" for name in networks for kind in sets)], rows)


def narrow_errors(name, net, teacher, sets):
    print(f"The same for every narrow feature of {name} itself, without heads.\n")
    rows = [[layer, *(error_of(net, None, teacher, layer, x, False) for x in sets.values())] for layer in LAYERS]
    table(["layer", *sets], rows)


def ranks(values):
    return np.argsort(np.argsort(values)).astype(float)


@torch.no_grad()
def correlations(networks, teacher, pictures):
    print(f"Rank correlation of Gram distances over all pairs of {len(pictures)} held-out pictures.\n")

    def distances(eyes):
        out = {}
        seen = [eyes(x[None])[0] for x in pictures]
        for layer in STYLE_LAYERS:
            grams = torch.stack([gram(f[layer])[0].flatten() for f in seen])
            out[layer] = torch.pdist(grams).numpy()
        return out

    truth = {"narrow": distances(Eyes(teacher)), "wide": distances(Eyes(teacher, True))}
    found = {name: distances(Eyes(net)) for name, net in networks.items()}
    found["the teacher's narrow features"] = truth["narrow"]
    rows = []
    for layer in STYLE_LAYERS:
        row = [layer]
        for d in found.values():
            row += [float(np.corrcoef(ranks(d[layer]), ranks(t[layer]))[0, 1]) for t in truth.values()]
        rows.append(row)
    table(["layer", *(f"{name} to {kind}" for name in found for kind in truth)], rows)


def content_and_style(eyes, x, wanted, grams, weights):
    style, content = eyes(x)
    losses = [((gram(style[l]) - a).pow(2).mean() / a.pow(2).mean()) for l, a in grams.items()]
    return (content - wanted).pow(2).mean() / wanted.pow(2).mean(), sum(w * v for w, v in zip(weights, losses)), losses


def targets(eyes, photo, painting):
    with torch.no_grad():
        return eyes(photo)[1], {l: gram(f) for l, f in eyes(painting)[0].items()}


def paint(eyes, photo, painting, weights, alpha, tv, steps, rate=0.02):
    """The photo optimised with Adam under the balanced losses; beta is 1."""
    wanted, grams = targets(eyes, photo, painting)
    x = photo.clone().requires_grad_()
    adam = torch.optim.Adam([x], lr=rate, betas=(0.9, 0.99))
    for _ in range(steps):
        content, style, _ = content_and_style(eyes, x, wanted, grams, weights)
        rough = (x[..., 1:] - x[..., :-1]).pow(2).mean() + (x[..., 1:, :] - x[..., :-1, :]).pow(2).mean()
        (x.grad,) = torch.autograd.grad(alpha * content + style + tv * rough, [x])
        adam.step()
        with torch.no_grad():
            x.clamp_(0, 1)
    return x.detach()


def judge(eyes, x, photo, painting, weights):
    wanted, grams = targets(eyes, photo, painting)
    with torch.no_grad():
        content, style, parts = content_and_style(eyes, x, wanted, grams, weights)
    return content.item(), style.item(), [p.item() for p in parts]


def matched(eyes, teacher_eyes, photo, painting, weights, judged, tv, steps, wanted, alpha, tries=4):
    """Paint with the alpha that gives the wanted content loss, in the teacher's eyes, within a tenth."""
    seen, best = [], None
    for _ in range(tries):
        x = paint(eyes, photo, painting, weights, alpha, tv, steps)
        result = judge(teacher_eyes, x, photo, painting, judged)
        miss = np.log(result[0] / wanted)
        if best is None or abs(miss) < abs(best[0]):
            best = (miss, x, result, alpha)
        if abs(miss) < 0.07:
            break
        seen.append((np.log(alpha), miss))
        slope = -0.5
        if len(seen) > 1 and abs(seen[-1][0] - seen[-2][0]) > 1e-3:
            slope = min(-0.1, (seen[-1][1] - seen[-2][1]) / (seen[-1][0] - seen[-2][0]))
        alpha = float(np.exp(np.log(alpha) + np.clip(-miss / slope, -1.5, 1.5)))
    return best


def fit(path, size):
    image = load_picture(path)
    scale = size / max(image.size)
    width, height = (round(s * scale / 16) * 16 for s in image.size)
    return to_tensor(image.resize((width, height), Image.LANCZOS))[None]


def save_picture(x, path):
    Image.fromarray((x[0].permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)).save(path)


def kept(folder, key, make):
    """What was made before for the same key, or a new one."""
    if not folder:
        return make()
    path = pathlib.Path(folder) / (hashlib.sha256(repr(key).encode()).hexdigest()[:16] + ".pt")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save(make(), path)
    return torch.load(path)


def crosscheck(networks, teacher, args):
    """For every pair and network: the share of the teacher's style loss removed, compared to the teacher's own."""
    by_name = {p.name: p for p in list_pictures(args.images, args.extra)}
    truth = Eyes(teacher, args.judge == "wide")
    rows, shares = [], {name: [] for name in networks}
    for number, (photo_name, painting_name) in enumerate(PAIRS[: args.pairs]):
        photo, painting = fit(by_name[photo_name], args.size), fit(by_name[painting_name], args.size)
        start = judge(truth, photo, photo, painting, args.judge_weights)
        own = kept(
            args.cache, (photo_name, painting_name, args.judge, args.judge_weights, args.size, args.steps, args.alpha, args.tv),
            lambda: paint(truth, photo, painting, args.judge_weights, args.alpha, args.tv, args.steps),
        )  # fmt: skip
        best = judge(truth, own, photo, painting, args.judge_weights)
        row = [f"{photo_name.split('.')[0]} / {painting_name.split('.')[0][6:]}", start[1], best[1]]
        pictures = [own]
        for name, net in networks.items():
            eyes = Eyes(net)
            miss, x, result, alpha = matched(
                eyes, truth, photo, painting, args.weights, args.judge_weights, args.tv, args.steps, best[0], args.alpha
            )
            share = (start[1] - result[1]) / (start[1] - best[1])
            shares[name].append(share)
            row += [f"{100 * share:.1f}%", f"{np.exp(miss):.2f}", f"{alpha:.3f}", " ".join(f"{v:.3f}" for v in result[2])]
            pictures.append(x)
        rows.append(row)
        print(f"<!-- {row} | teacher {' '.join(f'{v:.3f}' for v in best[2])} -->", flush=True)
        if args.pictures:
            folder = pathlib.Path(args.pictures)
            folder.mkdir(parents=True, exist_ok=True)
            save_picture(torch.cat([photo, *pictures], 3), folder / f"{number}.png")
    rows.append(["mean", "", "", *(c for s in shares.values() for c in (f"{100 * np.mean(s):.1f}%", "", "", ""))])
    print(f"Share of the removed style loss ({args.judge} features, weights {args.judge_weights}), at equal content loss.\n")
    columns = ["removed", "content ratio", "alpha", "left by layer"]
    table(["pair", "before", "teacher's", *(f"{name}: {c}" for name in networks for c in columns)], rows)


def load_heads(path):
    """Heads from a checkpoint of train.py, or from an .npz with keys heads.L_I.weight."""
    if str(path).endswith(".npz"):
        arrays = np.load(path)
        names = sorted({k.split(".")[1] for k in arrays if k.startswith("heads.")})
        return {f"conv{n}": tuple(torch.tensor(arrays[f"heads.{n}.{p}"]) for p in ("weight", "bias")) for n in names}
    state = torch.load(path, map_location="cpu")["average_student"]
    loud = {l: state[f"pocket.gains.{l}"].exp().view(1, -1, 1, 1) for l in STYLE_LAYERS}
    return {l: (state[f"heads.{l}.weight"] / loud[l], state[f"heads.{l}.bias"]) for l in STYLE_LAYERS}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--teacher", required=True)
    parser.add_argument("--images", required=True)
    parser.add_argument("--extra")
    parser.add_argument("--network", action="append", required=True, metavar="NAME=FILE", help="a safetensors file")
    parser.add_argument("--heads", action="append", default=[], metavar="NAME=FILE", help="a checkpoint that has its heads")
    parser.add_argument("--parts", default="123", help="which tables")
    parser.add_argument("--pooling", default="max", choices=["max", "avg"])
    parser.add_argument("--size", type=int, default=224, help="longest side in part 3")
    parser.add_argument("--steps", type=int, default=120)
    parser.add_argument("--pairs", type=int, default=6)
    parser.add_argument("--alpha", type=float, default=0.05)
    parser.add_argument("--tv", type=float, default=0.2)
    parser.add_argument("--weights", type=float, nargs=5, default=[3, 2, 2, 1, 0.5], help="of the network's style layers")
    parser.add_argument("--judge", default="wide", choices=["wide", "narrow"], help="the teacher's features that judge")
    parser.add_argument("--judge-weights", type=float, nargs=5, default=[3, 2, 2, 1, 0.5])
    parser.add_argument("--cache", help="a folder that keeps the teacher's own pictures")
    parser.add_argument("--pictures", help="a folder for the pictures of part 3")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)
    teacher = Teacher(args.teacher).eval()
    pairs = [entry.split("=", 1) for entry in args.network]
    networks = {name: Pocket(args.pooling).load_tensors(read_safetensors(path)).requires_grad_(False) for name, path in pairs}
    heads = {name: {} for name in networks}
    heads.update({name: load_heads(path) for name, path in (entry.split("=", 1) for entry in args.heads)})
    paths = list_pictures(args.images, args.extra)
    sets = held_out_sets(paths)
    if "1" in args.parts:
        errors(networks, heads, teacher, sets)
        narrow_errors(next(iter(networks)), next(iter(networks.values())), teacher, sets)
    if "2" in args.parts:
        correlations(networks, teacher, sets["clean"])
    if "3" in args.parts:
        crosscheck(networks, teacher, args)


if __name__ == "__main__":
    main()
