"""Writes test/fixtures/detect/loss.json: the detector's loss and its gradients, by PyTorch's autograd in float64.

Written from the formulas, box by box and anchor by anchor, so that it shares no structure with what it checks.
Needs torch and numpy:  python test/reference/loss.py
"""

import json
import math
import pathlib

import numpy
import torch

BINS = 16
EPS = 1e-7


def anchors_of(size, strides):
    centres, pixels = [], []
    for stride in strides:
        cells = size // stride
        for row in range(cells):
            for column in range(cells):
                centres.append((column + 0.5, row + 0.5))
                pixels.append(float(stride))
    return torch.tensor(centres, dtype=torch.float64), torch.tensor(pixels, dtype=torch.float64)


def ciou(a, b):
    """Complete IoU of two boxes, each a tensor of x1 y1 x2 y2."""
    wa, ha = a[2] - a[0], a[3] - a[1] + EPS
    wb, hb = b[2] - b[0], b[3] - b[1] + EPS
    wide = (torch.minimum(a[2], b[2]) - torch.maximum(a[0], b[0])).clamp(min=0)
    high = (torch.minimum(a[3], b[3]) - torch.maximum(a[1], b[1])).clamp(min=0)
    common = wide * high
    iou = common / (wa * ha + wb * hb - common + EPS)
    cw = torch.maximum(a[2], b[2]) - torch.minimum(a[0], b[0])
    ch = torch.maximum(a[3], b[3]) - torch.minimum(a[1], b[1])
    c2 = cw**2 + ch**2 + EPS
    rho2 = ((a[0] + a[2] - b[0] - b[2]) ** 2 + (a[1] + a[3] - b[1] - b[3]) ** 2) / 4
    v = (4 / math.pi**2) * (torch.atan(wb / hb) - torch.atan(wa / ha)) ** 2
    alpha = (v / (v - iou + 1 + EPS)).detach()
    return iou - (rho2 / c2 + v * alpha)


def assign(scores, boxes, truth, classes, centres):
    """Task-aligned assignment of one image: for every anchor the box's column or -1, and the target score."""
    columns, anchors = len(truth), len(boxes)
    overlap = [[0.0] * anchors for _ in range(columns)]
    alignment = [[0.0] * anchors for _ in range(columns)]
    inside = [[False] * anchors for _ in range(columns)]
    for column in range(columns):
        x1, y1, x2, y2 = truth[column].tolist()
        for anchor in range(anchors):
            x, y = centres[anchor].tolist()
            if min(x - x1, y - y1, x2 - x, y2 - y) > 1e-9:
                inside[column][anchor] = True
                overlap[column][anchor] = max(ciou(boxes[anchor], truth[column]).item(), 0.0)
                score = scores[anchor][classes[column]].item()
                alignment[column][anchor] = score**0.5 * overlap[column][anchor] ** 6
    claims = [[] for _ in range(anchors)]
    for column in range(columns):
        order = sorted(range(anchors), key=lambda anchor: (-alignment[column][anchor], anchor))
        for anchor in order[:10]:
            if inside[column][anchor]:
                claims[anchor].append(column)
    owner = [-1] * anchors
    for anchor, by in enumerate(claims):
        if len(by) == 1:
            owner[anchor] = by[0]
        elif len(by) > 1:
            owner[anchor] = max(range(columns), key=lambda column: (overlap[column][anchor], -column))
    score = [0.0] * anchors
    for column in range(columns):
        mine = [anchor for anchor in range(anchors) if owner[anchor] == column]
        if mine:
            best = max(alignment[column][anchor] for anchor in mine)
            largest = max(overlap[column][anchor] for anchor in mine)
            for anchor in mine:
                score[anchor] = alignment[column][anchor] * largest / (best + 1e-9)
    return owner, score


def loss(distances, logits, case, centres, strides):
    """Returns box, class and dfl of a batch, and the assignment."""
    batch, anchors, classes = logits.shape
    probabilities = distances.reshape(batch, anchors, 4, BINS).softmax(-1)
    expected = (probabilities * torch.arange(BINS, dtype=torch.float64)).sum(-1)
    corners = torch.cat([centres - expected[..., :2], centres + expected[..., 2:]], -1)
    owners, targets = [], torch.zeros_like(logits)
    weights = torch.zeros(batch, anchors, dtype=torch.float64)
    for image in range(batch):
        columns = [c for c, there in enumerate(case["present"][image]) if there]
        truth = torch.tensor([case["boxes"][image][c] for c in columns], dtype=torch.float64).reshape(-1, 4)
        kinds = [case["classes"][image][c] for c in columns]
        owner, score = assign(
            logits[image].detach().sigmoid(),
            (corners[image] * strides[:, None]).detach(),
            truth,
            kinds,
            centres * strides[:, None],
        )
        owners.append([columns[o] if o >= 0 else -1 for o in owner])
        for anchor in range(anchors):
            if owner[anchor] >= 0:
                targets[image, anchor, kinds[owner[anchor]]] = score[anchor]
                weights[image, anchor] = score[anchor]
    total = max(weights.sum().item(), 1.0)
    entropy = torch.nn.functional.binary_cross_entropy_with_logits(logits, targets, reduction="sum") / total
    box = distances.sum() * 0
    dfl = distances.sum() * 0
    logs = distances.reshape(batch, anchors, 4, BINS).log_softmax(-1)
    for image in range(batch):
        for anchor in range(anchors):
            if owners[image][anchor] < 0:
                continue
            target = torch.tensor(case["boxes"][image][owners[image][anchor]], dtype=torch.float64) / strides[anchor]
            weight = weights[image, anchor]
            box = box + (1 - ciou(corners[image, anchor], target)) * weight / total
            sides = torch.cat([centres[anchor] - target[:2], target[2:] - centres[anchor]]).clamp(0, BINS - 1 - 0.01)
            for side in range(4):
                left = int(sides[side])
                share = sides[side] - left
                dfl = dfl - weight / total / 4 * (
                    logs[image, anchor, side, left] * (1 - share) + logs[image, anchor, side, left + 1] * share
                )
    return box, entropy, dfl, owners, weights


def digits(values, count):
    return [float(f"{value:.{count}g}") for value in numpy.asarray(values).ravel()]


def case_of(name, seed, size, strides, batch, classes, columns, boxes, sharpness):
    random = numpy.random.default_rng(seed)
    centres, pixels = anchors_of(size, strides)
    anchors = len(pixels)
    case = {"name": name, "input": size, "strides": strides, "batch": batch, "anchors": anchors}
    case["boxes"], case["classes"], case["present"] = [], [], []
    for image in range(batch):
        rows = [boxes(random, size, column) for column in range(columns)]
        case["boxes"].append([row if row else [0.0] * 4 for row in rows])
        case["present"].append([1 if row else 0 for row in rows])
        case["classes"].append([int(random.integers(classes)) if row else 0 for row in rows])
    # Two decimals: the file stays small, and float32 reads the same values as float64.
    raw = random.normal(size=(batch, anchors, 4, BINS)) * sharpness
    aim(random, raw, case, centres.numpy(), pixels.numpy())
    raw = raw.reshape(batch, anchors, 4 * BINS).round(2)
    distances = torch.tensor(raw, dtype=torch.float64, requires_grad=True)
    logits = torch.tensor((random.normal(size=(batch, anchors, classes)) * 2).round(2), requires_grad=True)
    gains = {"box": 7.5, "class": 0.5, "dfl": 1.5}
    box, entropy, dfl, owners, weights = loss(distances, logits, case, centres, pixels)
    total = gains["box"] * box + gains["class"] * entropy + gains["dfl"] * dfl
    total.backward()
    return {
        **case,
        "gains": gains,
        "distances": digits(distances.detach(), 6),
        "logits": digits(logits.detach(), 6),
        "expected": {
            "total": total.item(),
            "box": box.item(),
            "class": entropy.item(),
            "dfl": dfl.item(),
            "owner": owners,
            "score": digits(weights, 9),
            "distances": digits(distances.grad, 6),
            "logits": digits(logits.grad, 7),
        },
    }


def aim(random, raw, case, centres, pixels):
    """Points most anchors roughly at one of the boxes, as a network does that has learnt something."""
    bins = numpy.arange(BINS)
    for image in range(case["batch"]):
        columns = [column for column, there in enumerate(case["present"][image]) if there]
        for anchor in range(len(pixels)):
            if columns and random.uniform() < 0.8:
                x1, y1, x2, y2 = numpy.array(case["boxes"][image][int(random.choice(columns))]) / pixels[anchor]
                x, y = centres[anchor]
                for side, distance in enumerate((x - x1, y - y1, x2 - x, y2 - y)):
                    raw[image, anchor, side] -= (bins - distance - random.normal() * 0.3) ** 2


def usual(random, size, column):
    if column == 2:
        return None
    w, h = random.uniform(0.3, 0.7, 2) * size
    x, y = random.uniform(0, size - w), random.uniform(0, size - h)
    return [round(float(side), 1) for side in (x, y, x + w, y + h)]


def crowded(random, size, column):
    w, h = random.uniform(0.5, 0.75, 2) * size
    x, y = size / 2 - w / 2 + random.uniform(-4, 4), size / 2 - h / 2 + random.uniform(-4, 4)
    return [round(float(side), 1) for side in (x, y, x + w, y + h)]


def small(random, size, column):
    w, h = random.uniform(2, 14, 2)
    x, y = random.uniform(0, size - w), random.uniform(0, size - h)
    return [round(float(side), 1) for side in (x, y, x + w, y + h)]


def none(random, size, column):
    return None


def main():
    torch.manual_seed(0)
    cases = [
        case_of("a few boxes an image and an absent column", 1, 48, [8, 16], 2, 3, 4, usual, 1.5),
        case_of("boxes that contend for anchors", 2, 48, [8, 16], 1, 2, 6, crowded, 1.0),
        case_of("boxes with few anchors or none, sharp distributions", 3, 48, [8, 16], 1, 3, 8, small, 4.0),
        case_of("no boxes", 4, 32, [8, 16, 32], 1, 2, 2, none, 1.0),
    ]
    path = pathlib.Path(__file__).parent.parent / "fixtures" / "detect" / "loss.json"
    path.write_text("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n")
    for case in cases:
        print(case["name"], {k: case["expected"][k] for k in ("total", "box", "class", "dfl")})
        print("  owners", sum(o >= 0 for row in case["expected"]["owner"] for o in row))


main()
