"""Train pocket: a student of the teacher's shape learns to see what the teacher sees.

Every layer of the student is compared with the same layer of the teacher, 1x1 heads on the style layers
predict the teacher's wide features, and the Gram matrices of the style layers are compared too. A part of
every batch are crops that are being stylised with the student itself: optimised pictures look for what a
network does not see, so it learns to see that.

The run has a deadline, and the learning rate falls to zero towards it, however fast the machine is. It
can be stopped and started again; it goes on from its checkpoint.
"""

import argparse
import copy
import datetime
import os
import pathlib
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from data import Stream, coloured_noise, is_held_out, is_painting, list_pictures, load_picture, to_tensor, wear
from export import export_pocket
from nets import CONTENT_LAYER, LAYERS, STYLE_LAYERS, WIDE, WIDTH, Pocket, Teacher, starts_block

# How much a layer's error counts, and how many of its border cells do not (the two networks pad differently).
WEIGHT = {layer: 2.0 if layer in STYLE_LAYERS or layer == CONTENT_LAYER else 1.0 for layer in LAYERS}
WEIGHT["conv5_1"] = 4.0
# The last layer owes nothing to a next one: its channels may settle where the heads and the Gram matrices want them.
NARROW = {**WEIGHT, "conv5_1": 1.0}
MARGIN = {layer: {"1": 4, "2": 4, "3": 4, "4": 3, "5": 2}[layer[4]] for layer in LAYERS}
# The first blocks have many cells that say nearly the same: every second one, from a random first, is enough.
STRIDE = {layer: 2 if layer[4] in "12" else 1 for layer in LAYERS}


def inner(x, layer, phase=(0, 0)):
    """The cells that count."""
    margin, stride = MARGIN[layer], STRIDE[layer]
    top, left = (margin + p % stride for p in phase)
    return x[..., top:-margin:stride, left:-margin:stride]


def gram(x):
    x = x.flatten(2)
    return x @ x.transpose(1, 2) / x.shape[2]


def log_distances(grams):
    """The logarithms of the distances between all pairs of Gram matrices."""
    flat = grams.flatten(1)
    rows, columns = torch.triu_indices(len(flat), len(flat), 1)
    return ((flat[rows] - flat[columns]).pow(2).mean(1) + 1e-6).log() / 2


class Student(nn.Module):
    """Pocket with its heads; the heads are for training and measuring only."""

    def __init__(self):
        super().__init__()
        self.pocket = Pocket()
        self.heads = nn.ModuleDict({layer: nn.Conv2d(WIDTH[layer], WIDE[layer], 1) for layer in STYLE_LAYERS})
        self.offsets = nn.ParameterDict({layer: nn.Parameter(torch.zeros(())) for layer in STYLE_LAYERS})

    def groups(self):
        """The parameters of the network and its heads, and the few that only weigh."""
        weighing = [*self.pocket.gains.values(), *self.offsets.values()]
        known = {id(p) for p in weighing}
        return [[p for p in self.parameters() if id(p) not in known], weighing]


class Scale:
    """Per layer: the unit of the student's features, and every channel's weight in the error."""

    def __init__(self, teacher, batches):
        self.unit, self.variance, self.weight, self.alive, self.wide = {}, {}, {}, {}, {}
        with torch.no_grad():
            seen = [teacher(x) for x in batches]
            for layer in LAYERS:
                x = torch.cat([f[layer] for f in seen])
                self.unit[layer] = x.pow(2).mean().sqrt().item()
                x = x / self.unit[layer]
                channel = x.var((0, 2, 3))
                self.variance[layer] = variance = x.var().item()
                # Half the error counts as it is, half with every channel brought to the same variance.
                weight = 0.5 + 0.5 * variance / (channel + 0.1 * variance)
                alive = (channel > 1e-6).float()
                self.alive[layer] = alive > 0
                # Channels that never fire in the teacher are the student's own, but silent where content is compared.
                weight = torch.where(alive > 0, weight, torch.full_like(weight, float(layer == CONTENT_LAYER)))
                self.weight[layer] = (weight / weight.sum() * len(weight)).view(1, -1, 1, 1)
                if layer in WIDE:
                    self.wide[layer] = teacher.wide(layer, x * self.unit[layer]).var().item()

    @torch.no_grad()
    def whiten(self, student, teacher, x):
        """Give every layer of the student the statistics of what it will see once it sees as the teacher does."""
        features, alive = teacher(x), torch.ones(3, device=x.device)
        for layer in LAYERS:
            if starts_block(layer):
                x = F.max_pool2d(x, 2)
            student.pocket.convs[layer].whiten(x, alive)
            x, alive = features[layer] / self.unit[layer], self.alive[layer].float()


def distillation_loss(student, teacher, scale, x, autocast, gram_weight, likeness, hints):
    """The sum of all errors.

    No layer's error reaches the layers before it. So often as `hints` says a layer is given the teacher's features as
    its input, while what comes before it has not learned them yet.
    """
    with torch.no_grad(), autocast():
        raw = teacher(x, before=True)
        hint = {layer: F.relu(raw[layer]) / scale.unit[layer] for layer in LAYERS if torch.rand(1).item() < hints}
    with autocast():
        seen = student.pocket(x, before=True, local=True, hint=hint)
    total, phase = 0.0, torch.randint(2, (2,)).tolist()
    for layer in LAYERS:
        y, z = inner(seen[layer], layer, phase).float(), inner(raw[layer], layer, phase).float() / scale.unit[layer]
        s, t = F.relu(y), F.relu(z)
        # Where the teacher fires the student is pulled there even if it is silent: a ReLU alone would not pull it.
        # Where both are silent the difference hardly counts.
        wrong = torch.where(z > 0, y - z, s).pow(2) + 0.03 * (y - z).pow(2)
        local = (t.pow(2).mean((1, 2, 3)) - t.mean((1, 2, 3)) ** 2).view(-1, 1, 1, 1) * 0.5 + scale.variance[layer] * 0.5
        total = total + NARROW[layer] * (wrong * (scale.weight[layer] / local)).mean().log1p()
        if layer not in STYLE_LAYERS:
            continue
        alive = scale.alive[layer]
        with autocast():
            g, a = gram(s[:, alive]).float(), gram(t[:, alive]).float()
        error = (g - a).pow(2).mean((1, 2)) / (a.pow(2).mean((1, 2)) + 1e-4)
        total = total + gram_weight * WEIGHT[layer] * error.log1p().mean()
        with torch.no_grad(), autocast():
            wide = teacher.wide(layer, t * scale.unit[layer])
        with autocast():
            guess = F.relu(student.heads[layer](s))
        error = (guess.float() - wide.float()).pow(2).mean() / scale.wide[layer]
        total = total + 0.5 * WEIGHT[layer] * error.log1p()
        # Two pictures shall be as far apart in the student's own Gram matrices as in the teacher's wide ones.
        # Channels that a next layer relies on may only grow louder or softer for that.
        own = s if layer == LAYERS[-1] else torch.where(alive.view(1, -1, 1, 1), s.detach(), s)
        with autocast():
            own = gram(own * student.pocket.gains[layer].exp().view(1, -1, 1, 1))
            wide = gram(wide)
        apart = log_distances(own.float()) - log_distances(wide.float()) - student.offsets[layer]
        total = total + likeness * WEIGHT[layer] * apart.pow(2).mean().log1p()
    return total


class Shelf:
    """Crops seen before, to be seen again mirrored and in other colours: cheaper than making new ones."""

    def __init__(self, rng, limit=512):
        self.rng, self.limit, self.crops = rng, limit, []

    def exchange(self, fresh, count):
        """A batch of so many: the new crops, and old ones."""
        again = []
        for _ in range(count - len(fresh)) if self.crops else ():
            x = self.crops[self.rng.integers(len(self.crops))]
            if self.rng.random() < 0.5:
                x = x.flip(2)
            if self.rng.random() < 0.5:
                x = x[torch.from_numpy(self.rng.permutation(3))]
            again.append(x)
        for x in fresh:
            if len(self.crops) < self.limit:
                self.crops.append(x)
            else:
                self.crops[self.rng.integers(self.limit)] = x
        return torch.stack([*fresh, *again])


class Easel:
    """Crops that are being stylised while the network learns, by what it sees at that moment."""

    def __init__(self, rng, groups=12, crops=4):
        self.rng, self.crops = rng, crops
        self.groups, self.limit, self.turn = [], groups, 0
        self.photos, self.styles = [], []

    def collect(self, batch, style):
        self.photos = (self.photos + [batch[self.rng.integers(len(batch))]])[-64:]
        self.styles = (self.styles + [style])[-64:]

    def _begin(self, student, teacher, autocast):
        pick = lambda pile: torch.stack([pile[self.rng.integers(len(pile))] for _ in range(self.crops)])
        content, style = pick(self.photos), pick(self.styles)
        start, kind = content.clone(), self.rng.random()
        if kind < 0.25:
            noise = [torch.from_numpy(coloured_noise(self.rng, start.shape[-1])).permute(2, 0, 1) for _ in start]
            start = (0.5 + 0.2 * torch.stack(noise)).clamp(0, 1)
        elif kind < 0.6:
            moments = lambda x: (x.mean((2, 3), keepdim=True), x.std((2, 3), keepdim=True))
            (m, s), (n, r) = moments(start), moments(style)
            start = content = ((start - m) / (s + 0.02) * r + n).clamp(0, 1)
        eyes = teacher if self.rng.random() < 0.2 else student.pocket
        with torch.no_grad(), autocast():
            wanted = {l: f.float() for l, f in eyes(content).items()}[CONTENT_LAYER]
            grams = {l: gram(f.float()) for l, f in eyes(style).items() if l in STYLE_LAYERS}
        x = start.clone().requires_grad_()
        group = {
            "x": x, "eyes": eyes, "content": wanted, "grams": grams, "age": 0,
            "life": int(self.rng.integers(20, 90)),
            "alpha": float(np.exp(self.rng.uniform(np.log(0.01), np.log(0.5)))),
            "tv": float(np.exp(self.rng.uniform(np.log(0.02), np.log(0.6)))),
            "weights": np.exp(self.rng.uniform(-1, 1, 5)) * [2, 1.5, 1.5, 1, 0.7],
            "adam": torch.optim.Adam([x], lr=float(self.rng.choice([0.01, 0.02, 0.04])), betas=(0.9, 0.99)),
        }  # fmt: skip
        return group

    def advance(self, student, teacher, autocast):
        """One step of one group; a group that is old makes room for a new one."""
        if len(self.photos) < 16:
            return
        if len(self.groups) < self.limit:
            self.groups.append(self._begin(student, teacher, autocast))
        self.turn = (self.turn + 1) % len(self.groups)
        group = self.groups[self.turn]
        if group["age"] >= group["life"]:
            group = self.groups[self.turn] = self._begin(student, teacher, autocast)
        x = group["x"]
        with autocast():
            seen = group["eyes"](x)
        loss = 0.0
        for layer, weight in zip(STYLE_LAYERS, group["weights"]):
            g, a = gram(seen[layer].float()), group["grams"][layer]
            loss = loss + weight * ((g - a).pow(2).mean((1, 2)) / (a.pow(2).mean((1, 2)) + 1e-6)).sum()
        f, p = seen[CONTENT_LAYER].float(), group["content"]
        loss = loss + group["alpha"] * ((f - p).pow(2).mean((1, 2, 3)) / (p.pow(2).mean((1, 2, 3)) + 1e-6)).sum()
        rough = (x[..., 1:] - x[..., :-1]).pow(2).mean() + (x[..., 1:, :] - x[..., :-1, :]).pow(2).mean()
        loss = loss + group["tv"] * len(x) * rough
        (group["x"].grad,) = torch.autograd.grad(loss, [x])
        group["adam"].step()
        with torch.no_grad():
            x.clamp_(0, 1)
        group["age"] += 1

    def sample(self, count):
        """Crops at any stage of their making, as they are or mirrored."""
        out = []
        for _ in range(count):
            group = self.groups[self.rng.integers(len(self.groups))]
            x = group["x"].detach()[self.rng.integers(self.crops)]
            out.append(x.flip(2) if self.rng.random() < 0.5 else x)
        return torch.stack(out)


def held_out_sets(paths, size=256, count=40, seed=5):
    """Crops of held-out pictures, clean and worn."""
    rng = np.random.default_rng(seed)
    held = [p for p in paths if is_held_out(p)]
    held = sorted(held, key=lambda p: not is_painting(p))[:count]
    clean, worn = [], []
    for path in held:
        image = load_picture(path)
        left, top = (image.width - size) // 2, (image.height - size) // 2
        image = image.crop((left, top, left + size, top + size))
        clean.append(to_tensor(image))
        worn.append(torch.from_numpy(wear(rng, image)).permute(2, 0, 1))
    return {"clean": torch.stack(clean), "worn": torch.stack(worn)}


@torch.no_grad()
def relative_errors(student, teacher, scale, x):
    """Mean square error over variance: of all layers as they are, and of the wide features through the heads.

    And the rank correlation of the distances between the pictures' Gram matrices, the student's to the teacher's wide.
    """
    wrong, first, second, count = {}, {}, {}, {}
    pairs_of_grams = {layer: [] for layer in STYLE_LAYERS}
    for part in x.split(8):
        raw, seen = teacher(part), student.pocket(part)
        for layer in LAYERS:
            s, t = inner(seen[layer], layer), inner(raw[layer], layer)
            alive = scale.alive[layer]
            pairs = {layer: (s[:, alive], t[:, alive] / scale.unit[layer])}
            if layer in WIDE:
                wide = teacher.wide(layer, t)
                pairs[layer + " wide"] = (F.relu(student.heads[layer](s)), wide)
                loud = s * student.pocket.gains[layer].exp().view(1, -1, 1, 1)
                pairs_of_grams[layer].append((gram(loud), gram(wide)))
            for key, (a, b) in pairs.items():
                wrong[key] = wrong.get(key, 0) + (a - b).pow(2).mean().item() * b.numel()
                first[key] = first.get(key, 0) + b.mean().item() * b.numel()
                second[key] = second.get(key, 0) + b.pow(2).mean().item() * b.numel()
                count[key] = count.get(key, 0) + b.numel()
    errors = {k: wrong[k] / (second[k] - first[k] ** 2 / count[k]) for k in wrong}
    for layer in STYLE_LAYERS:
        own, wide = (torch.cat([p[i] for p in pairs_of_grams[layer]]) for i in range(2))
        together = torch.stack([log_distances(own).argsort().argsort(), log_distances(wide).argsort().argsort()]).double()
        errors[layer + " rank"] = torch.corrcoef(together)[0, 1].item()
    return errors


def deadline_of(args, start):
    if not args.until:
        return start + 60 * args.minutes
    now = datetime.datetime.now(datetime.timezone.utc)
    hour, minute = map(int, args.until.split(":"))
    end = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (end if end > now else end + datetime.timedelta(days=1)).timestamp()


def share(tensors):
    for tensor in tensors:
        if tensor.device.type == "cpu":
            tensor.share_memory_()


def is_stopped(pid):
    """Whether a process is paused (kill -STOP)."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T"
    except OSError:
        return False


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--teacher", required=True, help="the teacher's arrays, an .npz file")
    parser.add_argument("--images", required=True, help="a folder of photos, and paintings named style_*")
    parser.add_argument("--extra", help="a second folder of pictures (Debian's skimage/data)")
    parser.add_argument("--out", required=True, help="a folder for the checkpoint, the log and the network")
    parser.add_argument("--minutes", type=float, default=110, help="how long to train")
    parser.add_argument("--until", help="or: train until this time of day, HH:MM in UTC")
    parser.add_argument("--batch", type=int, default=5)
    parser.add_argument("--fresh", type=int, default=3, help="crops of a batch that are new; the rest were seen before")
    parser.add_argument("--size", type=int, default=160, help="of a crop, a multiple of 16")
    parser.add_argument("--rate", type=float, default=1.1e-3, help="the highest learning rate")
    parser.add_argument("--gram", type=float, default=0.2, help="strength of the Gram matrices' error")
    parser.add_argument("--likeness", type=float, default=0.5, help="strength of the distances between Gram matrices")
    parser.add_argument("--hints", type=float, default=0.9, help="how often a layer sees the teacher's features at first")
    parser.add_argument("--easel", type=float, default=0.25, help="part of a batch that is being stylised")
    parser.add_argument("--easel-from", type=float, default=0.06, help="part of the time before that begins")
    parser.add_argument("--processes", type=int, default=2, help="that learn side by side (1 with a GPU)")
    parser.add_argument("--threads", type=int, default=1, help="of each process")
    parser.add_argument("--clip", type=float, default=5.0, help="the longest gradient")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--measure", type=float, default=300, help="seconds between measurements")
    parser.add_argument("--save", type=float, default=600, help="seconds between checkpoints")
    args = parser.parse_args()

    out = pathlib.Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    autocast = lambda: torch.autocast(device, torch.bfloat16)
    log_file = open(out / "log.txt", "a", buffering=1)

    def log(*words):
        print(*words, file=log_file)

    paths = list_pictures(args.images, args.extra)
    kept = [(p, load_picture(p)) for p in paths if not is_held_out(p)]
    photos = [image for p, image in kept if not is_painting(p)]
    paintings = [image for p, image in kept if is_painting(p)]
    held = {name: x.to(device) for name, x in held_out_sets(paths).items()}
    log(f"# {len(photos)} photos, {len(paintings)} paintings; {len(held['clean'])} of {len(paths) - len(kept)} held out; {device}")

    teacher = Teacher(args.teacher).eval().to(device)
    calibration = iter(Stream(photos, paintings, 16, args.size, seed=7))
    scale = Scale(teacher, [next(calibration)[0].to(device) for _ in range(6)])
    scale.weight = {layer: w.to(device) for layer, w in scale.weight.items()}
    torch.set_num_threads(args.threads)

    student = Student().to(device)
    scale.whiten(student, teacher, next(calibration)[0].to(device))
    average = copy.deepcopy(student)
    adam = torch.optim.Adam([{"params": group} for group in student.groups()], lr=0.0, betas=(0.9, 0.99), eps=1e-10)
    # A step that moves nothing, so that Adam's state exists and can be shared.
    sum(p.sum() for p in student.parameters()).mul(0).backward()
    adam.step()
    step, start = torch.zeros(1, dtype=torch.long), time.time()
    checkpoint_path = out / "checkpoint.pt"
    if checkpoint_path.exists():
        checkpoint = torch.load(checkpoint_path, map_location=device)
        student.load_state_dict(checkpoint["student"])
        average.load_state_dict(checkpoint["average_student"])
        adam.load_state_dict(checkpoint["adam"])
        step += checkpoint["step"]
        start = checkpoint["start"]
        log(f"# resumed at step {step.item()}")
    deadline = deadline_of(args, start)
    first = step.item()

    def learn(rank):
        """The steps of one process; the parameters and Adam's state are shared by all, without locks."""
        torch.manual_seed(args.seed + first + 1000 * rank)
        torch.set_num_threads(args.threads)
        torch.set_flush_denormal(True)
        rng = np.random.default_rng(args.seed + first + 1000 * rank)
        easel, shelf = Easel(rng), Shelf(rng)
        stream = torch.utils.data.DataLoader(
            Stream(photos, paintings, args.fresh, args.size, args.seed + first + 1000 * rank + 1),
            batch_size=None, num_workers=1, prefetch_factor=6,
        )  # fmt: skip
        turn = 0
        for batch, style in stream:
            fraction = (time.time() - start) / (deadline - start)
            if fraction >= 1:
                return
            batch, style = shelf.exchange(batch.to(device), args.batch), style.to(device)
            easel.collect(batch, style)
            if fraction > args.easel_from and args.easel > 0:
                if turn % 4 == 0:
                    easel.advance(student, teacher, autocast)
                count = int(args.easel * args.batch + rng.random())
                if easel.groups and count:
                    batch[-count:] = easel.sample(count)
            hints = max(0.0, args.hints * (1 - fraction))
            loss = distillation_loss(student, teacher, scale, batch, autocast, args.gram, args.likeness, hints)
            adam.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(student.parameters(), args.clip)
            rate = args.rate * min(1, (step.item() + 1) / 100) * 0.5 * (1 + np.cos(np.pi * fraction))
            for group, times in zip(adam.param_groups, (1, 5)):
                group["lr"] = rate * times
            adam.step()
            step.add_(1)
            turn += 1
            yield fraction, loss.item(), rate, easel

    def help_along(rank):
        parent = os.getppid()
        for _ in learn(rank):
            while is_stopped(parent):
                time.sleep(0.2)
            if os.getppid() != parent:
                return

    def save():
        partial = checkpoint_path.with_suffix(".partial")
        torch.save(
            {
                "student": student.state_dict(), "average_student": average.state_dict(),
                "average": average.pocket.state_dict(), "adam": adam.state_dict(),
                "unit": scale.unit, "step": step.item(), "start": start, "args": vars(args),
            },
            partial,
        )  # fmt: skip
        partial.replace(checkpoint_path)
        export_pocket(out / "pocket.safetensors", average.pocket, steps=str(step.item()))

    def measure(fraction, easel):
        sets = dict(held)
        if easel.groups:
            sets["easel"] = torch.cat([g["x"].detach() for g in easel.groups])
        for name, x in sets.items():
            errors = relative_errors(average, teacher, scale, x)
            text = " ".join(f"{k.replace('conv', '').replace(' wide', 'w').replace(' rank', 'r')}:{v:.4f}" for k, v in errors.items())
            log(f"{step.item()} {time.time() - start:.0f}s {fraction:.3f} {name} {text}")

    if args.processes > 1:
        share([step, *student.parameters(), *(t for state in adam.state.values() for t in state.values())])
        for rank in range(1, args.processes):
            torch.multiprocessing.get_context("fork").Process(target=help_along, args=(rank,)).start()

    losses, easel, fraction = [], None, 0.0
    measured = saved = reported = time.time()
    before = averaged = first
    for fraction, loss, rate, easel in learn(0):
        now, at = time.time(), step.item()
        # The average remembers about a thousand steps, early on a tenth of all.
        decay = 1 - 1 / min(1000, 20 + at / 10)
        with torch.no_grad():
            for a, b in zip(average.parameters(), student.parameters()):
                a.lerp_(b, 1 - decay ** (at - averaged))
        averaged = at
        losses.append(loss)
        if at - before >= 200:
            log(f"{at} {now - start:.0f}s loss {np.mean(losses):.4f} rate {rate:.2e} {(now - reported) / (at - before):.3f} s a step")
            losses, reported, before = [], now, at
        if now - measured > args.measure:
            measure(fraction, easel)
            measured = time.time()
        if now - saved > args.save:
            save()
            saved = time.time()
    if easel:
        measure(fraction, easel)
    save()
    log(f"# done: {step.item()} steps in {time.time() - start:.0f} s")


if __name__ == "__main__":
    main()
