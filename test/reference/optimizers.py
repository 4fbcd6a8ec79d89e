"""Writes test/fixtures/optim/policies.json and test/fixtures/step/{updates,classifier}.json, all in float64.

policies: what AutoClip and ZClip bound 200 norms with spikes by, in numpy. updates: five steps of PyTorch's optimizers on
small tensors. classifier: five steps of a small classifier by PyTorch, for every optimizer and clip policy, of one batch
and of three. Numbers that both sides need come from whole ones, as in step.py. Needs torch and numpy:
python test/reference/optimizers.py
"""

import json
import math
import pathlib

import numpy
import torch

from step import float32, laid_out, noises

FIXTURES = pathlib.Path(__file__).resolve().parents[1] / "fixtures"


def rounded(values):
    return [float(f"{value:.9g}") for value in values]


def lines_of(items):
    return "[\n" + ",\n".join(f"    {json.dumps(item)}" for item in items) + "\n  ]"


# --- Clip policies that look at norms ---

NORMS = 200
POLICIES = [
    {"_tag": "Auto", "percentile": 10, "history": 1000},
    {"_tag": "Auto", "percentile": 90, "history": 50},
    {"_tag": "Auto", "percentile": 37.5, "history": 7},
    {"_tag": "Auto", "percentile": 100, "history": 20},
    {"_tag": "Auto", "percentile": 50, "history": 1},
    {"_tag": "ZScore", "threshold": 2.5, "decay": 0.97, "warmup": 25, "maxNorm": 1},
    {"_tag": "ZScore", "threshold": 2.5, "decay": 0.97, "warmup": 25, "maxNorm": None},
    {"_tag": "ZScore", "threshold": 1, "decay": 0.8, "warmup": 2, "maxNorm": 4},
    {"_tag": "ZScore", "threshold": 2, "decay": 0.9, "warmup": 1, "maxNorm": None},
]


def spiky_norms():
    random = numpy.random.default_rng(7)
    norms = numpy.exp(random.normal(0, 0.25, NORMS)) * numpy.linspace(2, 0.7, NORMS)
    spikes = random.random(NORMS) < 0.06
    return float32(numpy.where(spikes, norms * random.uniform(2, 40, NORMS), norms))


class AutoClip:
    """Seetharaman et al., 2020: the percentile of the norms so far, the present one included."""

    def __init__(self, policy):
        self.policy, self.seen = policy, []

    def bound(self, norm):
        self.seen.append(norm)
        return float(numpy.percentile(self.seen[-self.policy["history"]:], self.policy["percentile"]))


class ZClip:
    """Kumar et al., 2025: cuts a spike to mean + threshold * deviation / (z / threshold), then to the largest norm."""

    def __init__(self, policy):
        self.policy, self.seen, self.mean, self.variance = policy, [], None, None

    def bound(self, norm):
        most = math.inf if self.policy["maxNorm"] is None else self.policy["maxNorm"]
        if self.mean is None:
            self.seen.append(norm)
            if len(self.seen) == self.policy["warmup"]:
                self.mean, self.variance = float(numpy.mean(self.seen)), float(numpy.var(self.seen))
            return most
        threshold, decay = self.policy["threshold"], self.policy["decay"]
        deviation = math.sqrt(self.variance)
        score = (norm - self.mean) / (deviation + 1e-6)
        spike = self.mean + threshold * deviation / (score / threshold) if score > threshold else math.inf
        cut = min(norm, spike)
        self.mean = decay * self.mean + (1 - decay) * cut
        self.variance = decay * self.variance + (1 - decay) * (cut - self.mean) ** 2
        return min(most, spike)


def policy_of(policy):
    return (AutoClip if policy["_tag"] == "Auto" else ZClip)(policy)


def write_policies():
    norms = spiky_norms().tolist()
    cases = []
    for policy in POLICIES:
        looked = policy_of(policy)
        bounds = [looked.bound(norm) for norm in norms]
        known = [None if math.isinf(bound) else rounded([bound])[0] for bound in bounds]
        cases.append({"policy": policy, "bounds": known})
    target = FIXTURES / "optim/policies.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(f'{{\n  "norms": {json.dumps(norms)},\n  "cases": {lines_of(cases)}\n}}\n')


# --- Optimizers ---

STEPS = 5
SHAPES = {"conv.weight": [1, 1, 3, 2], "norm.gamma": [4], "bias.bias": [3]}
OPTIMIZERS = [
    {"_tag": "Sgd", "momentum": 0, "nesterov": False, "weightDecay": 0},
    {"_tag": "Sgd", "momentum": 0.9, "nesterov": False, "weightDecay": 0.05},
    {"_tag": "Sgd", "momentum": 0.9, "nesterov": True, "weightDecay": 0.05},
    {"_tag": "Adam", "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weightDecay": 0},
    {"_tag": "Adam", "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3, "weightDecay": 0.05},
    {"_tag": "AdamW", "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weightDecay": 0.05},
    {"_tag": "AdamW", "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3, "weightDecay": 0},
]


def optimizer_of(settings, groups):
    """Makes PyTorch's own optimizer; `groups` lists tensors with their learning rate, and whether they decay."""
    decays = [{"params": tensors, "lr": rate, "weight_decay": settings["weightDecay"] if decay else 0.0}
              for tensors, rate, decay in groups]
    if settings["_tag"] == "Sgd":
        return torch.optim.SGD(decays, momentum=settings["momentum"], nesterov=settings["nesterov"])
    made = torch.optim.Adam if settings["_tag"] == "Adam" else torch.optim.AdamW
    return made(decays, betas=(settings["beta1"], settings["beta2"]), eps=settings["epsilon"])


def write_updates():
    cases = []
    for settings in OPTIMIZERS:
        tensors = {name: torch.tensor(noises(name, math.prod(shape)), requires_grad=True)
                   for name, shape in SHAPES.items()}
        weight, gamma, bias = tensors.values()
        optimizer = optimizer_of(settings, [([weight], 0.01, True), ([gamma], 0.01, False), ([bias], 0.03, False)])
        after = []
        for step in range(STEPS):
            for name, tensor in tensors.items():
                # Of several magnitudes, and 0 among them.
                scale = 10.0 ** (torch.arange(tensor.numel()) % 3 - 1)
                gradient = torch.tensor(noises(f"gradient {step} of {name}", tensor.numel()))
                tensor.grad = gradient * scale * (torch.arange(tensor.numel()) != 1)
            optimizer.step()
            after.append({name: rounded(tensor.tolist()) for name, tensor in tensors.items()})
        cases.append({"optimizer": settings, "after": after})
    text = {"rates": {"learningRate": 0.01, "biasLearningRate": 0.03}, "shapes": SHAPES}
    target = FIXTURES / "step/updates.json"
    target.write_text(f'{json.dumps(text)[:-1]},\n  "cases": {lines_of(cases)}\n}}\n')


# --- A classifier ---

SETTING = {"input": 8, "channels": [3, 4], "classes": 3, "batch": 3, "smoothing": 0.1, "learningRate": 0.1,
           "biasLearningRate": 0.25}
SGD, ADAM, ADAMW = OPTIMIZERS[2], OPTIMIZERS[4], OPTIMIZERS[5]
NO_CLIP = {"_tag": "Off"}
CLIPS = [
    {"_tag": "GlobalNorm", "maxNorm": 0.15},
    {"_tag": "PerLayer", "maxRms": 0.02},
    {"_tag": "Adaptive", "ratio": 0.02, "floor": 0.001},
    {"_tag": "Auto", "percentile": 40, "history": 3},
    {"_tag": "ZScore", "threshold": 0.2, "decay": 0.6, "warmup": 1, "maxNorm": None},
]
TRAININGS = [
    *[(optimizer, NO_CLIP, accumulate) for optimizer in (SGD, ADAM, ADAMW) for accumulate in (1, 3)],
    *[(SGD, clip, accumulate) for clip in CLIPS for accumulate in (1, 3)],
    (ADAMW, CLIPS[0], 3),
]


def classifier():
    layers, before = {}, 3
    for index, channels in enumerate(SETTING["channels"]):
        layers[f"backbone.{index}.conv"] = torch.nn.Conv2d(before, channels, 3, 2, 1, bias=False)
        layers[f"backbone.{index}.norm"] = torch.nn.BatchNorm2d(channels, eps=1e-3, momentum=0.03)
        before = channels
    layers["head"] = torch.nn.Linear(before, SETTING["classes"])
    return layers


def state_of(layers):
    """All tensors by their addresses in the graph."""
    found = {}
    for name, layer in layers.items():
        if name == "head":
            found["head.conv.weight"], found["head.bias.bias"] = layer.weight, layer.bias
        elif isinstance(layer, torch.nn.Conv2d):
            found[f"{name}.weight"] = layer.weight
        else:
            found |= {f"{name}.gamma": layer.weight, f"{name}.beta": layer.bias, f"{name}.mean": layer.running_mean,
                      f"{name}.variance": layer.running_var}
    return found


def in_graph(address, tensor):
    """The values in the graph's order: a matrix is a kernel of one cell."""
    return laid_out(tensor.T if address == "head.conv.weight" else tensor)


def start(layers):
    with torch.no_grad():
        for address, tensor in state_of(layers).items():
            values = noises(address, tensor.numel()) / 4
            if address.endswith(("gamma", "variance")):
                values = 1 + values
            if address == "head.conv.weight":
                values = values.reshape(tensor.shape[::-1]).T
            elif tensor.ndim == 4:
                values = values.reshape(*tensor.shape[2:], tensor.shape[1], tensor.shape[0]).transpose(3, 2, 0, 1)
            tensor.copy_(torch.from_numpy(values.reshape(tensor.shape).copy()))


def forward(layers, images):
    values = images
    for name, layer in layers.items():
        if name == "head":
            return layer(values.mean((2, 3)))
        values = layer(values)
        if name.endswith("norm"):
            values = torch.nn.functional.silu(values)
    raise AssertionError("the classifier has no head")


def batch_of(index):
    batch, size, classes = SETTING["batch"], SETTING["input"], SETTING["classes"]
    # Some batches are brighter than others, so that norms differ.
    pixels = float32((noises(f"images {index}", batch * size * size * 3) + 1) / 2 * (1 + index % 4))
    images = torch.from_numpy(pixels.reshape(batch, size, size, 3).transpose(0, 3, 1, 2).copy())
    shown = noises(f"classes {index}", batch * classes).reshape(batch, classes) > 0
    return images, torch.from_numpy(shown.astype(numpy.float64))


def clip_by_tensor(policy, tensors):
    for tensor in tensors:
        gradient = tensor.grad
        if policy["_tag"] == "PerLayer":
            gradient /= max(1.0, gradient.square().mean().sqrt().item() / policy["maxRms"])
        else:
            # PyTorch's kernels and matrices have their outputs first.
            axes = tuple(range(1, tensor.ndim)) if tensor.ndim > 1 else (0,)
            length = lambda values: values.detach().square().sum(axes, keepdim=True).sqrt()
            most = policy["ratio"] * length(tensor).clamp(min=policy["floor"])
            norm = length(gradient)
            gradient *= torch.where(norm > most, most / norm.clamp(min=1e-6), torch.ones_like(norm))


def train(settings, policy, accumulate):
    layers = classifier()
    start(layers)
    state = state_of(layers)
    weights = {address: tensor for address, tensor in state.items() if tensor.requires_grad}
    group = {ending: [tensor for address, tensor in weights.items() if address.endswith(ending)]
             for ending in ("weight", "gamma", "beta", "bias")}
    optimizer = optimizer_of(settings, [
        (group["weight"], SETTING["learningRate"], True), (group["gamma"], SETTING["learningRate"], False),
        (group["beta"] + group["bias"], SETTING["biasLearningRate"], False)])
    looked = policy_of(policy) if policy["_tag"] in ("Auto", "ZScore") else None
    steps = []
    for step in range(STEPS):
        optimizer.zero_grad()
        losses = []
        for index in range(accumulate):
            images, shown = batch_of(step * accumulate + index)
            targets = shown * (1 - SETTING["smoothing"]) + SETTING["smoothing"] / 2
            loss = torch.nn.functional.binary_cross_entropy_with_logits(forward(layers, images), targets)
            (loss / accumulate).backward()
            losses.append(loss.item())
        norm = torch.nn.utils.clip_grad_norm_(weights.values(), math.inf).item()
        if policy["_tag"] in ("PerLayer", "Adaptive"):
            clip_by_tensor(policy, weights.values())
        elif policy["_tag"] != "Off":
            bound = policy["maxNorm"] if looked is None else looked.bound(norm)
            torch.nn.utils.clip_grad_norm_(weights.values(), bound)
        optimizer.step()
        steps.append(rounded([sum(losses) / accumulate, norm]))
    end = {address: rounded(in_graph(address, tensor)) for address, tensor in state.items()}
    return {"optimizer": settings, "clip": policy, "accumulate": accumulate, "steps": steps, "end": end}


def write_classifier():
    logits = torch.tensor(4 * noises("logits", 12).reshape(4, 3), requires_grad=True)
    shown = torch.tensor((noises("shown", 12) > 0).astype(numpy.float64)).reshape(4, 3)
    smoothing = 0.2
    loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, shown * (1 - smoothing) + smoothing / 2)
    loss.backward()
    alone = {"smoothing": smoothing, "loss": loss.item(), "gradient": rounded(logits.grad.reshape(-1).tolist())}
    trainings = [train(*training) for training in TRAININGS]
    target = FIXTURES / "step/classifier.json"
    text = {"setting": SETTING, "loss": alone}
    target.write_text(f'{json.dumps(text)[:-1]},\n  "trainings": {lines_of(trainings)}\n}}\n')
    for training in trainings:
        print(training["optimizer"]["_tag"], training["clip"], training["accumulate"], training["steps"])


def main():
    torch.set_default_dtype(torch.float64)
    write_policies()
    write_updates()
    write_classifier()


if __name__ == "__main__":
    main()
