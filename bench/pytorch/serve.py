"""Times training steps of YOLOv8n on request: each line on stdin is a number of steps, each answer their milliseconds."""
import argparse
import json
import sys
import time

import torch

import yolov8

parser = argparse.ArgumentParser()
parser.add_argument("--size", type=int, required=True)
parser.add_argument("--batch", type=int, required=True)
parser.add_argument("--classes", type=int, required=True)
parser.add_argument("--columns", type=int, required=True)
parser.add_argument("--layout", choices=["channels_last", "contiguous"], required=True)
parser.add_argument("--optimizer", choices=["fused", "foreach"], required=True)
parser.add_argument("--compile", action="store_true")
options = parser.parse_args()

torch.manual_seed(0)
layout = torch.channels_last if options.layout == "channels_last" else torch.contiguous_format
model = yolov8.Yolo(options.classes).to(memory_format=layout)
forward = torch.compile(model) if options.compile else model
optimizer = yolov8.optimizer(model, 0.01, 0.01, 0.937, 5e-4)
for group in optimizer.param_groups:
    group["foreach" if options.optimizer == "foreach" else "fused"] = True
grid = yolov8.anchors(options.size)
images = torch.rand(options.batch, 3, options.size, options.size).to(memory_format=layout)
boxes = torch.zeros(options.batch, options.columns, 4)
present = torch.zeros(options.batch, options.columns)
for column in range(min(12, options.columns)):
    corner = torch.rand(options.batch, 2) * options.size * 0.6
    boxes[:, column] = torch.cat([corner, corner + options.size * (0.1 + 0.2 * torch.rand(options.batch, 2))], 1)
    present[:, column] = 1
batch = {"boxes": boxes, "classes": torch.randint(options.classes, (options.batch, options.columns)), "present": present}


def step():
    optimizer.zero_grad(set_to_none=True)
    total, _ = yolov8.loss(forward(images), batch, grid)
    total.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 10.0, foreach=True)
    optimizer.step()
    return total.item()


for line in sys.stdin:
    times = []
    for _ in range(int(line)):
        began = time.perf_counter()
        step()
        times.append((time.perf_counter() - began) * 1000)
    print(json.dumps(times), flush=True)
