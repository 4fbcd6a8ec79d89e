"""YOLOv8 with its loss in PyTorch, written from the published formulas: the yardstick for speed and for numbers.

Parameters carry the addresses of Ballast's training graph, so that weights can be copied one to one.
"""
import math

import torch
import torch.nn.functional as F
from torch import nn

STRIDES = (8, 16, 32)
REG_MAX = 16
TOP_K, ALPHA, BETA, EPS = 10, 0.5, 6.0, 1e-9
GAINS = {"box": 7.5, "class": 0.5, "dfl": 1.5}


class Conv(nn.Module):
    def __init__(self, c_in, c_out, kernel=1, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(c_in, c_out, kernel, stride, kernel // 2, bias=False)
        self.norm = nn.BatchNorm2d(c_out, eps=1e-3, momentum=0.03)

    def forward(self, x):
        return F.silu(self.norm(self.conv(x)), inplace=True)


class Bottleneck(nn.Module):
    def __init__(self, channels, shortcut):
        super().__init__()
        self.cv1, self.cv2, self.shortcut = Conv(channels, channels, 3), Conv(channels, channels, 3), shortcut

    def forward(self, x):
        y = self.cv2(self.cv1(x))
        return x + y if self.shortcut else y


class C2f(nn.Module):
    def __init__(self, c_in, c_out, repeats, shortcut):
        super().__init__()
        hidden = c_out // 2
        self.cv1, self.cv2 = Conv(c_in, 2 * hidden), Conv((2 + repeats) * hidden, c_out)
        self.m = nn.ModuleList(Bottleneck(hidden, shortcut) for _ in range(repeats))

    def forward(self, x):
        parts = list(self.cv1(x).chunk(2, 1))
        for block in self.m:
            parts.append(block(parts[-1]))
        return self.cv2(torch.cat(parts, 1))


class Sppf(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.cv1, self.cv2 = Conv(channels, channels // 2), Conv(channels * 2, channels)

    def forward(self, x):
        pools = [self.cv1(x)]
        for _ in range(3):
            pools.append(F.max_pool2d(pools[-1], 5, 1, 2))
        return self.cv2(torch.cat(pools, 1))


class Last(nn.Module):
    """The last convolution of a branch: its bias is a node of its own in the training graph."""

    def __init__(self, c_in, c_out, bias):
        super().__init__()
        self.conv = nn.Conv2d(c_in, c_out, 1, bias=False)
        self.bias = nn.ParameterDict({"bias": nn.Parameter(torch.full((c_out,), bias))})

    def forward(self, x):
        return F.conv2d(x, self.conv.weight, self.bias["bias"])


def branch(c_in, hidden, c_out, bias):
    return nn.ModuleDict({"0": Conv(c_in, hidden, 3), "1": Conv(hidden, hidden, 3), "2": Last(hidden, c_out, bias)})


def through(blocks, x):
    for block in blocks.values():
        x = block(x)
    return x


class Yolo(nn.Module):
    """YOLOv8 with at most 1,024 channels before the width multiple; n by default."""

    def __init__(self, classes, depth=0.33, width=0.25):
        super().__init__()
        stem, c2, c3, c4, c5 = (math.ceil(c * width / 8) * 8 for c in (64, 128, 256, 512, 1024))
        r2, r3, r4, r5 = (max(1, round(r * depth)) for r in (3, 6, 6, 3))
        rn = r2
        self.backbone = nn.ModuleList([
            Conv(3, stem, 3, 2), Conv(stem, c2, 3, 2), C2f(c2, c2, r2, True), Conv(c2, c3, 3, 2), C2f(c3, c3, r3, True),
            Conv(c3, c4, 3, 2), C2f(c4, c4, r4, True), Conv(c4, c5, 3, 2), C2f(c5, c5, r5, True), Sppf(c5)])
        self.neck = nn.ModuleDict({
            "12": C2f(c5 + c4, c4, rn, False), "15": C2f(c4 + c3, c3, rn, False), "16": Conv(c3, c3, 3, 2),
            "18": C2f(c3 + c4, c4, rn, False), "19": Conv(c4, c4, 3, 2), "21": C2f(c4 + c5, c5, rn, False)})
        boxes, scores = max(16, c3 // 4, 4 * REG_MAX), max(c3, min(classes, 100))
        levels = (c3, c4, c5)
        self.head = nn.ModuleDict({
            "box": nn.ModuleList(branch(c, boxes, 4 * REG_MAX, 1.0) for c in levels),
            "class": nn.ModuleList(branch(c, scores, classes, math.log(5 / classes / (640 / s) ** 2))
                                   for c, s in zip(levels, STRIDES))})

    def forward(self, x):
        kept = {}
        for index, block in enumerate(self.backbone):
            x = kept[index] = block(x)
        n = self.neck
        n12 = n["12"](torch.cat([F.interpolate(kept[9], scale_factor=2), kept[6]], 1))
        n15 = n["15"](torch.cat([F.interpolate(n12, scale_factor=2), kept[4]], 1))
        n18 = n["18"](torch.cat([n["16"](n15), n12], 1))
        n21 = n["21"](torch.cat([n["19"](n18), kept[9]], 1))
        rows = [[through(b, f).flatten(2).transpose(1, 2) for b, f in zip(self.head[k], (n15, n18, n21))]
                for k in ("box", "class")]
        return torch.cat(rows[0], 1), torch.cat(rows[1], 1)


def anchors(size):
    points, strides = [], []
    for stride in STRIDES:
        cells = torch.arange(size // stride) + 0.5
        y, x = torch.meshgrid(cells, cells, indexing="ij")
        points.append(torch.stack([x, y], -1).view(-1, 2))
        strides.append(torch.full(((size // stride) ** 2, 1), float(stride)))
    return torch.cat(points), torch.cat(strides)


def ciou(a, b, eps=1e-7):
    w1, h1 = a[..., 2] - a[..., 0], a[..., 3] - a[..., 1] + eps
    w2, h2 = b[..., 2] - b[..., 0], b[..., 3] - b[..., 1] + eps
    inter = (torch.minimum(a[..., 2], b[..., 2]) - torch.maximum(a[..., 0], b[..., 0])).clamp(0) * \
        (torch.minimum(a[..., 3], b[..., 3]) - torch.maximum(a[..., 1], b[..., 1])).clamp(0)
    iou = inter / (w1 * h1 + w2 * h2 - inter + eps)
    cw = torch.maximum(a[..., 2], b[..., 2]) - torch.minimum(a[..., 0], b[..., 0])
    ch = torch.maximum(a[..., 3], b[..., 3]) - torch.minimum(a[..., 1], b[..., 1])
    rho = ((b[..., 0] + b[..., 2] - a[..., 0] - a[..., 2]) ** 2 +
           (b[..., 1] + b[..., 3] - a[..., 1] - a[..., 3]) ** 2) / 4
    v = 4 / math.pi ** 2 * (torch.atan(w2 / h2) - torch.atan(w1 / h1)) ** 2
    with torch.no_grad():
        alpha = v / (v - iou + 1 + eps)
    return iou - (rho / (cw ** 2 + ch ** 2 + eps) + v * alpha)


@torch.no_grad()
def assign(scores, boxes, centres, classes, truth, present):
    """Task-aligned assignment; returns target boxes [B,A,4], target scores [B,A,C], foreground [B,A]."""
    batch, rows, count = scores.shape[0], centres.shape[0], truth.shape[1]
    inside = torch.cat([centres - truth[..., None, :2], truth[..., None, 2:] - centres], -1).amin(-1) > EPS
    inside = inside & present[..., None].bool()
    overlap = ciou(truth[:, :, None], boxes[:, None]).clamp(0) * inside
    score = scores.gather(2, classes[:, None].expand(batch, rows, count)).transpose(1, 2) * inside
    align = score ** ALPHA * overlap ** BETA
    top = align.topk(TOP_K, -1).indices
    chosen = torch.zeros_like(align).scatter_(-1, top, 1) * inside
    contested = chosen.sum(1, keepdim=True) > 1
    best = F.one_hot((overlap).argmax(1), count).transpose(1, 2)
    chosen = torch.where(contested, best.to(chosen), chosen)
    foreground = chosen.sum(1) > 0
    index = chosen.argmax(1)
    target_boxes = truth.gather(1, index[..., None].expand(-1, -1, 4))
    align = align * chosen
    norm = (align * (overlap * chosen).amax(-1, keepdim=True) / (align.amax(-1, keepdim=True) + EPS)).amax(1)
    labels = F.one_hot(classes.gather(1, index), scores.shape[2])
    return target_boxes, labels * (foreground * norm)[..., None], foreground


def loss(outputs, batch, grid):
    distances, logits = outputs
    points, strides = grid
    bins = torch.arange(REG_MAX, dtype=distances.dtype)
    sides = distances.view(*distances.shape[:2], 4, REG_MAX)
    reach = sides.softmax(-1) @ bins
    boxes = torch.cat([points - reach[..., :2], points + reach[..., 2:]], -1)
    truth, classes, present = batch["boxes"], batch["classes"], batch["present"]
    target_boxes, target_scores, foreground = assign(
        logits.detach().sigmoid(), boxes.detach() * strides, points * strides, classes, truth, present)
    total = target_scores.sum().clamp(min=1)
    cls = F.binary_cross_entropy_with_logits(logits, target_scores, reduction="none").sum() / total
    weight = target_scores.sum(-1)[foreground]
    aim = (target_boxes / strides)[foreground]
    box = ((1 - ciou(boxes[foreground], aim)) * weight).sum() / total
    at = points.expand(*foreground.shape, 2)[foreground]
    t = torch.cat([at - aim[:, :2], aim[:, 2:] - at], -1).clamp(0, REG_MAX - 1 - 0.01)
    left = t.long()
    logp = sides[foreground].log_softmax(-1)
    near = -logp.gather(-1, left[..., None])[..., 0] * (left + 1 - t)
    far = -logp.gather(-1, left[..., None] + 1)[..., 0] * (t - left)
    dfl = ((near + far).mean(-1) * weight).sum() / total
    parts = {"box": GAINS["box"] * box, "class": GAINS["class"] * cls, "dfl": GAINS["dfl"] * dfl}
    return sum(parts.values()), parts


def optimizer(model, rate, bias_rate, momentum, decay):
    groups = {"weights": [], "norms": [], "biases": []}
    for name, parameter in model.named_parameters():
        groups["biases" if name.endswith("bias") else "norms" if ".norm." in name else "weights"].append(parameter)
    return torch.optim.SGD([
        {"params": groups["weights"], "weight_decay": decay}, {"params": groups["norms"]},
        {"params": groups["biases"], "lr": bias_rate}], lr=rate, momentum=momentum, nesterov=True)
