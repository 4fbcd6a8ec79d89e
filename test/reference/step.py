"""Writes test/fixtures/step/training.json: five steps of a small YOLOv8 by PyTorch in float64.

Weights, images and boxes come from whole numbers; test/runtime/step/reference.ts computes the same ones. The network and
the loss are those of bench/pytorch/yolov8.py. Needs torch and numpy:  python test/reference/step.py
"""

import json
import math
import pathlib
import sys

import numpy
import torch

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench/pytorch"))

import yolov8  # noqa: E402

SETTING = {
    "input": 64, "width": 0.125, "depth": 0.33, "classes": 3, "batch": 4, "columns": 5, "momentum": 0.937,
    "weightDecay": 0.05, "learningRate": 0.0002, "biasLearningRate": 0.0004, "clipBound": 200.0}
STEPS = 5


def text_hash(text):
    value = 0x811C9DC5
    for character in text:
        value = ((value ^ ord(character)) * 0x01000193) & 0xFFFFFFFF
    return value


def noises(name, size):
    """Numbers in [-1, 1), exact in float32."""
    index = numpy.arange(size, dtype=numpy.uint64)
    mask = numpy.uint64(0xFFFFFFFF)
    bits = (numpy.uint64(text_hash(name)) + index * numpy.uint64(0x9E3779B1)) & mask
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        bits = ((bits ^ (bits >> numpy.uint64(shift))) * numpy.uint64(factor)) & mask
    bits = (bits ^ (bits >> numpy.uint64(16))) >> numpy.uint64(8)
    return (bits.astype(numpy.float64) - 0x800000) / 0x800000


def float32(values):
    return numpy.asarray(values, dtype=numpy.float32).astype(numpy.float64)


def address_of(name):
    for ending, other in ((".norm.weight", ".norm.gamma"), (".norm.bias", ".norm.beta"),
                          (".running_mean", ".mean"), (".running_var", ".variance")):
        if name.endswith(ending):
            return name[:-len(ending)] + other
    return name


def laid_out(tensor):
    """The values in the graph's order: HWIO for kernels."""
    values = tensor.detach().numpy()
    return (values.transpose(2, 3, 1, 0) if values.ndim == 4 else values).reshape(-1).copy()


def start_of(address, tensor):
    values = noises(address, tensor.numel())
    if address.endswith("conv.weight"):
        out, fan_in = tensor.shape[0], tensor[0].numel()
        values = float32(values * (1 / math.sqrt(fan_in)))
        kernel = values.reshape(*tensor.shape[2:], tensor.shape[1], out)
        return torch.from_numpy(kernel.transpose(3, 2, 0, 1).copy())
    base = -4 if address.startswith("head.class") and address.endswith("bias.bias") else 0
    base = 1 if address.endswith(("gamma", "variance")) else base
    if address.startswith("head.box") and address.endswith("bias.bias"):
        base = -(numpy.arange(tensor.numel()) % 16)
    return torch.from_numpy(float32(base + values / 4))


def batch_of(step):
    batch, columns, size = SETTING["batch"], SETTING["columns"], SETTING["input"]
    images = float32((noises(f"images {step}", batch * size * size * 3) + 1) / 2).reshape(batch, size, size, 3)
    draws = ((noises(f"boxes {step}", batch * columns * 4) + 1) / 2).reshape(batch * columns, 4)
    boxes = numpy.zeros((batch * columns, 4))
    present = numpy.zeros(batch * columns)
    classes = numpy.zeros(batch * columns, dtype=numpy.int64)
    for row in range(batch * columns):
        if row % columns > row // columns:
            continue
        width, height = size * (0.25 + draws[row, 2] / 2), size * (0.25 + draws[row, 3] / 2)
        x, y = draws[row, 0] * (size - width), draws[row, 1] * (size - height)
        boxes[row] = float32([x, y, x + width, y + height])
        present[row] = 1
        classes[row] = row % SETTING["classes"]
    return torch.from_numpy(images.transpose(0, 3, 1, 2).copy()), {
        "boxes": torch.from_numpy(boxes).view(batch, columns, 4),
        "classes": torch.from_numpy(classes).view(batch, columns),
        "present": torch.from_numpy(present).view(batch, columns)}


def main():
    torch.set_default_dtype(torch.float64)
    model = yolov8.Yolo(SETTING["classes"], SETTING["depth"], SETTING["width"])
    state = {name: tensor for name, tensor in [*model.named_parameters(), *model.named_buffers()]
             if not name.endswith("num_batches_tracked")}
    with torch.no_grad():
        for name, tensor in state.items():
            tensor.copy_(start_of(address_of(name), tensor))
    before = {name: laid_out(tensor) for name, tensor in state.items()}
    optimizer = yolov8.optimizer(
        model, SETTING["learningRate"], SETTING["biasLearningRate"], SETTING["momentum"], SETTING["weightDecay"])
    grid = yolov8.anchors(SETTING["input"])
    steps = []
    for step in range(STEPS):
        images, truth = batch_of(step)
        optimizer.zero_grad()
        total, parts = yolov8.loss(model(images), truth, grid)
        total.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), SETTING["clipBound"])
        optimizer.step()
        steps.append({"loss": total.item(), **{key: part.item() for key, part in parts.items()},
                      "gradNorm": norm.item()})
    changes = {}
    for name, tensor in state.items():
        address = address_of(name)
        change = laid_out(tensor) - before[name]
        changes[address] = [float(numpy.linalg.norm(change)),
                            float(change @ noises(f"change of {address}", change.size))]
    rounded = {address: [float(f"{value:.8g}") for value in pair] for address, pair in changes.items()}
    lines = ",\n".join(f"    {json.dumps(address)}: {json.dumps(pair)}" for address, pair in sorted(rounded.items()))
    head = json.dumps({"setting": SETTING, "steps": steps}, indent=2)
    target = ROOT / "test/fixtures/step/training.json"
    target.write_text(head[:-2] + ',\n  "changes": {\n' + lines + "\n  }\n}\n")


if __name__ == "__main__":
    main()
