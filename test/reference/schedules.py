"""Writes test/reference/schedules.json: learning rates step by step by PyTorch's own schedulers.

Needs torch:  python test/reference/schedules.py
"""

import json
import math
import pathlib
import warnings

import torch
from torch.optim import lr_scheduler as schedulers

# A scheduler is asked for rates here, and no optimizer takes steps.
warnings.filterwarnings("ignore", "Detected call of")


def rates(peak, make, steps):
    """The learning rate of every step, of which step 0 is what the scheduler begins with."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=peak)
    scheduler = make(optimizer)
    found = []
    for step in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        if step + 1 < steps:
            scheduler.step()
    return found


def polynomial(peak, power, total):
    return {"schedule": {"_tag": "Polynomial", "peak": peak, "final": 0, "power": power}, "total": total,
            "rates": rates(peak, lambda o: schedulers.PolynomialLR(o, total, power), total + 1)}


def exponential(peak, final, total):
    gamma = math.exp(math.log(final / peak) / total)
    return {"schedule": {"_tag": "Exponential", "peak": peak, "final": final}, "total": total,
            "rates": rates(peak, lambda o: schedulers.ExponentialLR(o, gamma), total + 1)}


def step(peak, factor, every, total):
    return {"schedule": {"_tag": "Step", "peak": peak, "factor": factor, "every": {"steps": every}}, "total": total,
            "rates": rates(peak, lambda o: schedulers.StepLR(o, every, factor), total + 1)}


def multi_step(peak, factor, positions, total):
    changes = [{"at": {"steps": position}, "by": factor} for position in positions]
    return {"schedule": {"_tag": "Piecewise", "start": peak, "multiply": changes}, "total": total,
            "rates": rates(peak, lambda o: schedulers.MultiStepLR(o, positions, factor), total + 1)}


def cosine(peak, final, total):
    return {"schedule": {"_tag": "Cosine", "peak": peak, "final": final}, "total": total,
            "rates": rates(peak, lambda o: schedulers.CosineAnnealingLR(o, total, final), total + 1)}


def one_cycle(peak, total, anneal, divide=25.0, final_divide=1e4, rise=0.3):
    def make(optimizer):
        return schedulers.OneCycleLR(
            optimizer, peak, total_steps=total, pct_start=rise, anneal_strategy="cos" if anneal == "cosine" else anneal,
            cycle_momentum=False, div_factor=divide, final_div_factor=final_divide)
    schedule = {"_tag": "OneCycle", "peak": peak, "divide": divide, "finalDivide": final_divide, "rise": rise,
                "anneal": anneal}
    return {"schedule": schedule, "total": total, "rates": rates(peak, make, total)}


def rise_then_cosine(peak, start, rise, final, total):
    """LinearLR up to `peak`, then a half cosine to `final` where the training ends."""
    def make(optimizer):
        return schedulers.SequentialLR(optimizer, [
            schedulers.LinearLR(optimizer, start_factor=start / peak, end_factor=1, total_iters=rise),
            schedulers.CosineAnnealingLR(optimizer, total - rise, final)], [rise])
    parts = [{"schedule": {"_tag": "Linear", "peak": start, "final": peak}, "length": {"steps": rise}},
             {"schedule": {"_tag": "Cosine", "peak": peak, "final": final}}]
    return {"schedule": {"_tag": "Sequence", "parts": parts}, "total": total, "rates": rates(peak, make, total + 1)}


def three_parts(peak, total):
    """A constant share, stairs, and a polynomial to 0."""
    def make(optimizer):
        return schedulers.SequentialLR(optimizer, [
            schedulers.ConstantLR(optimizer, factor=0.25, total_iters=1000),
            schedulers.StepLR(optimizer, 4, 0.5),
            schedulers.PolynomialLR(optimizer, total - 20, 2)], [7, 20])
    parts = [{"schedule": {"_tag": "Constant", "value": peak / 4}, "length": {"steps": 7}},
             {"schedule": {"_tag": "Step", "peak": peak, "factor": 0.5, "every": {"steps": 4}}, "length": {"steps": 13}},
             {"schedule": {"_tag": "Polynomial", "peak": peak, "final": 0, "power": 2}}]
    return {"schedule": {"_tag": "Sequence", "parts": parts}, "total": total, "rates": rates(peak, make, total + 1)}


def main():
    cases = {
        "PolynomialLR, power 0.9": polynomial(0.05, 0.9, 5),
        "PolynomialLR, power 1": polynomial(0.3, 1, 12),
        "PolynomialLR, power 3": polynomial(0.1, 3.0, 40),
        "ExponentialLR": exponential(0.1, 1e-5, 40),
        "StepLR": step(0.05, 0.1, 30, 100),
        "MultiStepLR": multi_step(0.05, 0.5, [3, 10, 11], 20),
        "CosineAnnealingLR": cosine(0.1, 0.001, 50),
        "CosineAnnealingLR to 0": cosine(0.4, 0.0, 33),
        "OneCycleLR, linear": one_cycle(25.0, 10, "linear", final_divide=2.0),
        "OneCycleLR, cosine": one_cycle(0.1, 60, "cosine"),
        "OneCycleLR, whose top is between two steps": one_cycle(0.1, 37, "cosine", 10.0, 100.0, 0.45),
        "OneCycleLR, linear, whose top is between two steps": one_cycle(2.0, 23, "linear", 4.0, 8.0, 0.2),
        "OneCycleLR, which only rises": one_cycle(0.1, 10, "linear", rise=1.0),
        "OneCycleLR, which only falls": one_cycle(0.1, 10, "cosine", rise=0.0),
        "SequentialLR, LinearLR and CosineAnnealingLR": rise_then_cosine(0.1, 0.01, 8, 0.002, 40),
        "SequentialLR of ConstantLR, StepLR and PolynomialLR": three_parts(0.2, 45)}
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(case)}" for name, case in cases.items())
    pathlib.Path(__file__).with_suffix(".json").write_text("{\n" + lines + "\n}\n")


main()
