"""Writes runtime/engine/reference/{operations,step}.json: what every engine must compute, by PyTorch in float64.

Needs torch and numpy:  python test/reference/engine.py
Inputs are multiples of 1/8 or 1/16 wherever products are summed up: float32 holds them exactly, and so do the
shorter floats that GPUs multiply with.
"""

import functools
import json
import math
import pathlib
import sys

import numpy
import torch
import torch.nn.functional as F

ROOT = pathlib.Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT / "bench" / "pytorch"))
import yolov8  # noqa: E402

torch.set_default_dtype(torch.float64)
random = numpy.random.default_rng(5)


# Values ------------------------------------------------------------------------------------------------------------


def grid(*shape, low=-2, high=2, parts=8):
    """Random multiples of 1/parts."""
    return torch.tensor(random.integers(low * parts, high * parts + 1, shape) / parts)


def ladder(*shape):
    """Multiples of 1/8 from -2 to 2 that are not drawn, so that what is drawn stays as it is."""
    return (torch.arange(math.prod(shape)) * 7 % 33 - 16).reshape(shape) / 8


def number(value, digits):
    if isinstance(value, bool):
        return int(value)
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    short = float(f"{value:.{digits}g}")
    return int(short) if short == int(short) and abs(short) < 1e15 else short


def listed(tensor, digits=7):
    return [number(value, digits) for value in tensor.detach().reshape(-1).tolist()]


def stored(name, tensor, **more):
    kind = {torch.int64: {"dtype": "int32"}, torch.bool: {"dtype": "bool"}}.get(tensor.dtype, {})
    return {"name": name, **kind, "shape": list(tensor.shape), "values": listed(tensor), **more}


cases = []


def case(name, operation, inputs, function, tolerance, attributes=None, gradients=(), outputs=("output",), upstream=None):
    """Adds a case: `gradients` names the inputs whose gradient is stored, `upstream` the gradient by the first output.

    `tolerance` is relative for values above 1 and absolute below.
    """
    leaves = {key: value.clone().requires_grad_(key in gradients) for key, value in inputs.items()}
    results = function(**leaves)
    results = results if isinstance(results, tuple) else (results,)
    told = [stored(key, result) for key, result in zip(outputs, results, strict=True)]
    if gradients:
        weights = grid(*results[0].shape) if upstream is None else upstream
        results[0].backward(weights)
        told[0]["upstream"] = listed(weights)
    cases.append({
        "case": name,
        "operation": operation,
        "attributes": attributes or {},
        "tolerance": tolerance,
        "inputs": [
            stored(key, leaf, **({"gradient": listed(leaf.grad)} if key in gradients else {}))
            for key, leaf in leaves.items()
        ],
        "outputs": told,
    })


def nchw(x):
    return x.permute(0, 3, 1, 2)


def nhwc(x):
    return x.permute(0, 2, 3, 1)


# The network's kernels ---------------------------------------------------------------------------------------------


def convolve(input, weight, stride):
    """HWIO weights, zeros on every side."""
    return nhwc(F.conv2d(nchw(input), weight.permute(3, 2, 0, 1), stride=stride, padding=weight.shape[0] // 2))


def convolutions():
    for kernel, stride, size in (
        (1, 1, (3, 4)), (3, 1, (4, 5)), (3, 2, (4, 6)), (3, 2, (5, 7)), (5, 1, (3, 4)), (5, 2, (4, 4)), (1, 2, (4, 5)),
        (3, 1, (1, 1)), (3, 2, (2, 2)),
    ):
        case(
            f"convolution {kernel}x{kernel}, stride {stride}, {size[0]}x{size[1]} cells", "convolution",
            {"input": grid(2, *size, 2), "weight": grid(kernel, kernel, 2, 2 if kernel == 5 else 3)},
            lambda input, weight, stride=stride: convolve(input, weight, stride),
            1e-5, {"stride": stride}, ("input", "weight"),
        )
    broken = grid(1, 4, 4, 1)
    broken[0, 1, 1, 0] = math.nan
    case(
        "convolution lets NaN through to the cells that see it, and to no other", "convolution",
        {"input": broken, "weight": grid(3, 3, 1, 2)}, lambda input, weight: convolve(input, weight, 1),
        1e-5, {"stride": 1},
    )


def biases():
    case(
        "bias", "bias", {"input": grid(2, 3, 2, 4), "bias": grid(4)}, lambda input, bias: input + bias,
        1e-6, gradients=("input", "bias"),
    )
    inputs = {"left": grid(2, 3, 3, 3), "right": grid(2, 3, 3, 3)}
    inputs |= {f"{side} {part}": grid(*shape) for side in inputs for part, shape in (("weight", (1, 1, 3, 4)), ("bias", (4,)))}
    case(
        "bias gradients of a concat's equally large parts are not mixed up", "branches", inputs,
        lambda **x: torch.cat([convolve(x[s], x[f"{s} weight"], 1) + x[f"{s} bias"] for s in ("left", "right")], 3),
        1e-5, gradients=tuple(inputs),
    )


def normalise(input, gamma, beta, mean, variance, epsilon, momentum):
    mean, variance = mean.clone(), variance.clone()
    output = F.batch_norm(nchw(input), mean, variance, gamma, beta, True, momentum, epsilon)
    return nhwc(output), mean, variance


def norms():
    usual = {"epsilon": 1e-3, "momentum": 0.03}
    for name, spread, options in (
        ("batch norm in training", None, usual),
        ("batch norm in training, another epsilon and momentum", None, {"epsilon": 0.25, "momentum": 0.5}),
        ("batch norm in training, a channel far from zero and one that is constant", (40, 0), usual),
        ("batch norm in training, two values a channel", (), usual),
    ):
        input = grid(2, 1, 1, 3) if spread == () else grid(3, 2, 3, 3)
        if spread:
            input[..., 0] += spread[0]
            input[..., 1] = spread[1] + 0.5
        channels = {"gamma": grid(3), "beta": grid(3), "mean": grid(3), "variance": grid(3, low=1, high=3)}
        case(
            name, "batchNorm", {"input": input, **channels}, lambda options=options, **x: normalise(**x, **options),
            2e-5, options, ("input", "gamma", "beta"), ("output", "mean", "variance"),
        )
    case(
        "batch norm in inference", "batchNormInference",
        {"input": grid(2, 2, 3, 4), "gamma": grid(4), "beta": grid(4), "mean": grid(4), "variance": grid(4, low=0, high=2)},
        lambda input, gamma, beta, mean, variance: nhwc(
            F.batch_norm(nchw(input), mean, variance, gamma, beta, False, 0, 1e-3)),
        2e-5, {"epsilon": 1e-3},
    )


def shapes_of_curves():
    usual = torch.cat([torch.arange(-16, 17) / 2, torch.tensor([-0.0625, 0.03125, 1.28125])]).reshape(1, 6, 3, 2)
    extreme = torch.tensor([-1e4, -300, -100, -88.75, -40, -20, 20, 40, 88.75, 100, 300, 1e4]).reshape(1, 2, 3, 2)
    for name, input in (("SiLU", usual), ("SiLU far from zero", extreme)):
        case(name, "silu", {"input": input}, F.silu, 2e-6, gradients=("input",))
    for name, function in (("sigmoid", torch.sigmoid), ("softplus", lambda input: input.clamp(min=0) + (-input.abs()).exp().log1p())):
        case(name, name, {"input": torch.cat([usual.reshape(-1), extreme.reshape(-1)])}, function, 2e-6)


def pools():
    case(
        "upsample, a batch of 3", "upsample", {"input": grid(3, 2, 3, 2)},
        lambda input: nhwc(F.interpolate(nchw(input), scale_factor=2)), 1e-6, gradients=("input",),
    )
    pool = lambda input, size: nhwc(F.max_pool2d(nchw(input), size, 1, size // 2))  # noqa: E731
    for name, size, input in (
        ("max pool 5, windows of negative values", 5,
         torch.tensor(random.permutation(2 * 6 * 7).reshape(2, 6, 7, 1) / 16.0) - 8),
        ("max pool 5, fewer cells than a window", 5, torch.tensor(random.permutation(12).reshape(2, 2, 3, 1) / 2.0) - 7),
        ("max pool 3", 3, torch.tensor(random.permutation(40).reshape(1, 4, 5, 2) / 8.0) - 2),
        # PyTorch keeps the first maximum of a window, by rows, then columns.
        ("max pool 5, of equal maxima the first takes the gradient", 5, grid(2, 6, 7, 2, low=-3, high=-1, parts=1)),
    ):
        case(name, "maxPool", {"input": input}, lambda input, size=size: pool(input, size), 1e-6, {"size": size}, ("input",))


# tfjs operations with tfjs's own gradients ---------------------------------------------------------------------------


def joints():
    parts = {"first": grid(2, 2, 3, 2), "second": grid(2, 2, 3, 2), "third": grid(2, 2, 3, 1)}
    case("concat", "concat", parts, lambda **x: torch.cat(list(x.values()), 3), 0, {"axis": 3}, tuple(parts))
    case(
        "slice of channels", "slice", {"input": grid(2, 2, 3, 5)}, lambda input: input[..., 2:4].contiguous(),
        0, {"begin": [0, 0, 0, 2], "size": [-1, -1, -1, 2]}, ("input",),
    )
    case(
        "a value, its half and their sum, joined", "halves", {"input": grid(2, 2, 2, 4)},
        lambda input: torch.cat([input, input[..., 2:], input[..., 2:] + input[..., :2]], 3), 1e-6, gradients=("input",),
    )
    levels = {"large": grid(2, 4, 4, 3), "middle": grid(2, 2, 2, 3), "small": grid(2, 1, 1, 3)}
    case(
        "levels joined by anchor", "levels", levels, lambda **x: torch.cat([v.reshape(2, -1, 3) for v in x.values()], 1),
        0, gradients=tuple(levels),
    )
    case(
        "add", "add", {"left": grid(2, 2, 2, 3), "right": grid(2, 2, 2, 3)}, lambda left, right: left + right,
        1e-6, gradients=("left", "right"),
    )
    summands = {f"summand {index}": grid(2, 5) for index in range(9)}
    case("addN of 9", "addN", summands, lambda **x: sum(x.values()), 1e-6, gradients=tuple(summands))
    case(
        "addN of 150 scalars", "addScalars", {"input": grid(150)}, lambda input: input.sum(), 1e-5,
    )
    case(
        "a value used 9 times", "ninefold", {"input": grid(2, 5)},
        lambda input: torch.cat([input * (index + 1) for index in range(9)], 1), 1e-5, gradients=("input",),
    )
    case(
        "where and greater in a gradient of one's own", "leaky", {"input": grid(3, 5)},
        lambda input: torch.where(input > 0, input, input / 8), 1e-6, gradients=("input",),
    )
    case(
        "pad", "pad", {"input": grid(2, 2, 3, 2)}, lambda input: F.pad(input, (0, 0, 1, 1, 1, 1)),
        0, {"paddings": [[0, 0], [1, 1], [1, 1], [0, 0]]}, ("input",),
    )


# tfjs operations whose values alone matter ---------------------------------------------------------------------------

INF, NAN = math.inf, math.nan


def elementwise():
    positive = torch.tensor([1e-30, 1e-9, 0.0625, 0.5, 1, 2.71875, 40, 1e9, 1e30])
    signed = torch.tensor([-1e30, -80, -2.5, -1.5, -1, -0.75, -0.5, -0.0625, 0, 0.0625, 0.5, 0.75, 1, 1.5, 2.5, 80, 1e30])
    for name, input, function, tolerance in (
        ("log", torch.cat([positive, torch.tensor([0.0, INF])]), torch.log, 2e-6),
        ("exp", torch.tensor([-INF, -200, -80, -1, -0.0625, 0, 0.5, 1, 10, 80]), torch.exp, 1e-5),
        ("sqrt", torch.cat([torch.tensor([0.0, INF]), positive]), torch.sqrt, 2e-6),
        ("square", torch.tensor([-3, -0.5, 0, 0.0625, 1e15, INF]), torch.square, 2e-6),
        ("abs", signed, torch.abs, 0), ("neg", signed, torch.neg, 0), ("relu", signed, torch.relu, 0),
        ("floor", signed[1:-1], torch.floor, 0),
        ("atan", torch.cat([signed, torch.tensor([INF, -INF])]), torch.atan, 2e-6),
    ):
        case(name, name, {"input": input}, function, tolerance)
    case("clipByValue", "clipByValue", {"input": signed}, lambda input: input.clamp(0, 1.5), 0, {"low": 0, "high": 1.5})
    column, row = grid(3, 1, 2), grid(4, 1)
    column[1, 0, 0] = row[2, 0]
    for name, function, tolerance in (
        ("add", torch.add, 1e-6), ("sub", torch.sub, 1e-6), ("mul", torch.mul, 1e-6), ("div", torch.div, 2e-6),
        ("minimum", torch.minimum, 0), ("maximum", torch.maximum, 0), ("less", torch.lt, 0), ("lessEqual", torch.le, 0),
        ("greater", torch.gt, 0), ("greaterEqual", torch.ge, 0), ("equal", torch.eq, 0),
    ):
        right = torch.where(row == 0, 1, row) if name == "div" else row
        case(f"{name} of broadcast shapes", name, {"left": column, "right": right}, lambda left, right, f=function: f(left, right), tolerance)
    whole = torch.arange(3)
    case("add of whole numbers", "add", {"left": whole.reshape(3, 1), "right": torch.tensor([5, -70000])}, lambda left, right: left + right, 0)
    case("mul of whole numbers", "mul", {"left": whole.reshape(3, 1), "right": torch.tensor([5, 70000])}, lambda left, right: left * right, 0)
    flags = torch.tensor([True, True, False, False]), torch.tensor([True, False, True, False])
    case("logicalAnd", "logicalAnd", {"left": flags[0], "right": flags[1]}, lambda left, right: left & right, 0)
    case(
        "where", "where", {"condition": torch.tensor([[True, False, True], [False, False, True]]), "yes": grid(2, 3), "no": grid(2, 3)},
        lambda condition, yes, no: torch.where(condition, yes, no), 0,
    )
    case("cast to whole numbers drops the fraction", "cast", {"input": torch.tensor([-2.5, -0.75, 0, 0.75, 1, 2.5, 70000.25])},
         lambda input: input.trunc().long(), 0, {"dtype": "int32"})
    case("cast of flags", "cast", {"input": flags[1]}, lambda input: input.double(), 0, {"dtype": "float32"})
    case("cast of whole numbers", "cast", {"input": torch.tensor([-3, 0, 70001])}, lambda input: input.double(), 0, {"dtype": "float32"})


def not_finite():
    odd = torch.tensor([NAN, INF, -INF, 3e38, -3e38, 0, 1e-40, -1])
    case("isFinite", "isFinite", {"input": odd}, torch.isfinite, 0)
    case("where leaves out NaN and infinities", "where",
         {"condition": torch.isfinite(odd), "yes": odd, "no": torch.zeros(8)},
         lambda condition, yes, no: torch.where(condition, yes, no), 0)
    case("NaN and infinities times 0 are NaN", "mul", {"left": torch.tensor([NAN, INF, -INF, 1]), "right": torch.tensor(0.0)},
         lambda left, right: left * right, 0)
    case("a sum is NaN where a summand is", "sum", {"input": torch.tensor([[1, NAN, 2], [1, INF, 2], [INF, 1, -INF], [1, 2, 4]])},
         lambda input: input.sum(1), 0, {"axes": [1], "keep": False})
    case("a square root of squares is NaN where a value is", "norm", {"input": torch.tensor([3, NAN, 4])},
         lambda input: input.square().sum().sqrt(), 0)
    case("a square root of squares is infinite where they overflow", "norm", {"input": torch.tensor([3e30, 4])},
         lambda input: torch.tensor(INF), 0)
    case("addN is NaN where a summand is", "addScalars", {"input": torch.tensor([1, 2, 3, 4, 5, 6, 7, NAN, 9])},
         lambda input: input.sum(), 0)
    case("SiLU of NaN and infinity", "silu", {"input": torch.tensor([NAN, INF, -1, 1]).reshape(1, 1, 2, 2)}, F.silu, 2e-6)
    case("NaN compares as false", "greaterEqual", {"left": torch.tensor([NAN, 1, NAN]), "right": torch.tensor([1, NAN, NAN])},
         lambda left, right: left >= right, 0)


def reductions():
    input = grid(2, 3, 4, low=-4, high=-1)
    for axes, keep in (([0], False), ([2], True), ([0, 1], False), ([0, 1, 2], False)):
        text = f"over axes {axes}{', kept' if keep else ''}"
        case(f"sum {text}", "sum", {"input": input}, lambda input: input.sum(axes, keepdim=keep), 1e-6, {"axes": axes, "keep": keep})
        case(f"max of negative values {text}", "max", {"input": input}, lambda input: input.amax(axes, keepdim=keep), 0,
             {"axes": axes, "keep": keep})
    ties = grid(2, 4, 6, low=-1, high=1, parts=1)
    # Neither of PyTorch's says which of equal values wins: here the first does.
    first = lambda input: torch.tensor(numpy.argmax(input.numpy(), 1))  # noqa: E731
    case("argMax, of equal values the first", "argMax", {"input": ties}, first, 0, {"axis": 1})
    many = grid(2, 3, 21, low=0, high=1, parts=4)
    many[0, 1] = 0
    top = lambda input: tuple(x[..., :10] for x in torch.sort(input, dim=-1, descending=True, stable=True))  # noqa: E731
    case("topk, of equal values the first ones", "topk", {"input": many}, top, 0, {"count": 10}, outputs=("values", "indices"))
    case("topk of as many as there are", "topk", {"input": grid(2, 5)},
         lambda input: tuple(torch.sort(input, dim=-1, descending=True, stable=True)), 0, {"count": 5}, outputs=("values", "indices"))


def later():
    """Cases that came later: the values of those before them stay as they are."""
    usual = {"epsilon": 1e-3, "momentum": 0.03}
    for count in (3, 14):
        channels = {"gamma": grid(count), "beta": grid(count), "mean": grid(count), "variance": grid(count, low=1, high=3)}

        def both(**x):
            output, mean, variance = normalise(**x, **usual)
            return F.silu(output), mean, variance

        case(
            f"batch norm in training with SiLU behind it, {count} channels", "batchNormSilu",
            {"input": grid(3, 2, 3, count), **channels}, both, 2e-5, usual, ("input", "gamma", "beta"),
            ("output", "mean", "variance"),
        )
    broken = grid(2, 1, 2, 3)
    broken[1, 0, 1, 1] = NAN
    channels = {"gamma": grid(3), "beta": grid(3), "mean": grid(3), "variance": grid(3, low=1, high=3)}
    case(
        "batch norm in training is NaN in the channel of a NaN, and in no other", "batchNormSilu", {"input": broken, **channels},
        both, 2e-5, usual, outputs=("output", "mean", "variance"),
    )
    for stride in (1, 2):
        case(
            f"convolution 3x3, stride {stride}, 6 to 13 channels", "convolution",
            {"input": grid(2, 3, 5, 6), "weight": grid(3, 3, 6, 13)},
            lambda input, weight, stride=stride: convolve(input, weight, stride),
            1e-5, {"stride": stride}, ("input", "weight"),
        )
    case(
        "convolution of a fixed input", "convolution", {"input": grid(2, 4, 4, 3), "weight": grid(3, 3, 3, 4)},
        lambda input, weight: convolve(input, weight, 2), 1e-5, {"stride": 2, "fixed": True}, ("weight",),
    )
    rows = grid(40, 9, 9, 1)
    case(
        "convolution's gradient by the weight, over many cells", "convolution", {"input": rows, "weight": grid(3, 3, 1, 1)},
        lambda input, weight: convolve(input, weight, 1), 1e-5, {"stride": 1}, ("weight",),
    )
    case(
        "bias of 5 channels over 300 cells", "bias", {"input": grid(3, 10, 10, 5), "bias": grid(5)},
        lambda input, bias: input + bias, 1e-6, gradients=("input", "bias"),
    )
    odd = torch.tensor([NAN, INF, -INF, 3.0, -3.0, 0.25, NAN])
    case("clipByValue is NaN where its input is", "clipByValue", {"input": odd}, lambda input: input.clamp(-1, 1), 0, {"low": -1, "high": 1})
    for name, function in (("minimum", torch.minimum), ("maximum", torch.maximum)):
        case(f"{name} is NaN where an operand is", name, {"left": odd, "right": torch.tensor(1.0)},
             lambda left, right, f=function: f(left, right), 0)
        case(f"{name} is NaN where the second operand is", name, {"left": torch.tensor(1.0), "right": odd},
             lambda left, right, f=function: f(left, right), 0)
    stays = torch.tensor([NAN, 1.0])
    for name, function in (("relu", torch.relu), ("exp", torch.exp), ("log", torch.log), ("sqrt", torch.sqrt), ("atan", torch.atan)):
        case(f"{name} of NaN is NaN", name, {"input": stays}, function, 2e-6)
    case("max is NaN where a value is", "max", {"input": torch.tensor([[1, NAN, 2], [NAN, 1, 2], [1, 2, NAN], [1, 2, 4]])},
         lambda input: input.amax(1), 0, {"axes": [1], "keep": False})
    case("concat on a middle axis", "concat", {"first": grid(2, 1, 3), "second": grid(2, 3, 3)},
         lambda **x: torch.cat(list(x.values()), 1), 0, {"axis": 1}, ("first", "second"))
    case("slice of two axes", "slice", {"input": grid(3, 4, 5)}, lambda input: input[:, 1:3, 2:5].contiguous(),
         0, {"begin": [0, 1, 2], "size": [3, 2, 3]})
    left, right = grid(2, 1, 3, 1, low=-1, high=1, parts=1), grid(2, 2, 1, 5, low=-1, high=1, parts=1)
    for name, function in (("less", torch.lt), ("equal", torch.eq), ("maximum", torch.maximum), ("minimum", torch.minimum)):
        case(f"{name} of broadcast shapes of four axes", name, {"left": left, "right": right},
             lambda left, right, f=function: f(left, right), 0)
    for stride in (1, 2):
        case(
            f"convolution 3x3, stride {stride}, 1 channel to 1", "convolution",
            {"input": ladder(2, 8, 8, 1), "weight": ladder(3, 3, 1, 1)},
            lambda input, weight, stride=stride: convolve(input, weight, stride), 1e-5, {"stride": stride}, ("input", "weight"),
            upstream=ladder(2, 8 // stride, 8 // stride, 1),
        )


def movements():
    case("gatherND of rows", "gatherND", {"input": grid(6, 4), "indices": torch.tensor([[[5], [0]], [[5], [3]]])},
         lambda input, indices: input[indices[..., 0]], 0)
    case("gatherND of scalars", "gatherND", {"input": grid(12), "indices": torch.tensor([[11], [0], [7], [7]])},
         lambda input, indices: input[indices[..., 0]], 0)
    case("gatherND of whole numbers", "gatherND", {"input": torch.tensor([4, 0, 9]), "indices": torch.tensor([[2], [2], [1]])},
         lambda input, indices: input[indices[..., 0]], 0)
    case("scatterND adds up what falls on one place", "scatterND",
         {"indices": torch.tensor([[4], [0], [4], [2], [4], [0]]), "updates": grid(6, 2)},
         lambda indices, updates: torch.zeros(6, 2).index_add(0, indices[:, 0], updates), 1e-6, {"shape": [6, 2]})
    for permutation in ([0, 2, 1], [2, 0, 1], [1, 2, 0]):
        case(f"transpose to {permutation}", "transpose", {"input": grid(2, 3, 4)},
             lambda input: input.permute(permutation).contiguous(), 0, {"permutation": permutation})
    case("transpose of the last axis to the front", "transpose", {"input": grid(2, 3, 2, 4)},
         lambda input: input.permute(3, 0, 1, 2).contiguous(), 0, {"permutation": [3, 0, 1, 2]})
    case("reverse of the first axis", "reverse", {"input": grid(2, 3)}, lambda input: input.flip(0), 0, {"axis": 0})
    case("stack on a last axis", "stack", {"left": grid(2, 3), "right": grid(2, 3)},
         lambda left, right: torch.stack([left, right], 2), 0, {"axis": 2})
    case("unstack of the last axis", "unstack", {"input": grid(2, 3, 2)}, lambda input: input.unbind(2), 0, {"axis": 2},
         outputs=("first", "second"))
    case("slice of the first axis", "slice", {"input": grid(4, 2, 3)}, lambda input: input[2:], 0,
         {"begin": [2, 0, 0], "size": [2, 2, 3]})
    case("concat on the first axis", "concat", {"first": grid(2, 2, 3), "second": grid(2, 2, 3)},
         lambda first, second: torch.cat([first, second], 0), 0, {"axis": 0})


# The loss ------------------------------------------------------------------------------------------------------------

LOSS_BINS = 6


def losses():
    size, batch, columns, classes = 32, 2, 4, 3
    points, strides = yolov8.anchors(size)
    truth = torch.tensor([
        [[2, 3, 20, 25], [10.5, 8, 31, 30], [1, 20, 12.25, 31], [0, 0, 0, 0]],
        [[6, 6, 27, 26], [5, 7.5, 26, 27], [0, 0, 0, 0], [0, 0, 0, 0]],
    ], dtype=torch.float64)
    present = torch.tensor([[1.0, 1, 1, 0], [1, 1, 0, 0]])
    kinds = torch.tensor([[0, 2, 1, 0], [1, 1, 0, 0]])
    raw = random.normal(size=(batch, len(points), 4, LOSS_BINS)) * 0.5
    for image in range(batch):
        for anchor in range(len(points)):
            box = truth[image, int(random.integers(int(present[image].sum())))] / strides[anchor]
            x, y = points[anchor]
            for side, distance in enumerate((x - box[0], y - box[1], box[2] - x, box[3] - y)):
                raw[image, anchor, side] -= numpy.minimum((numpy.arange(LOSS_BINS) - float(distance) - random.normal() * 0.3) ** 2, 9)
    distances = torch.tensor((raw * 4).round() / 4).reshape(batch, len(points), 4 * LOSS_BINS)
    logits = grid(batch, len(points), classes, low=-3, high=2, parts=8)

    def evaluate(distances, logits, boxes, classes, present):
        yolov8.REG_MAX = distances.shape[2] // 4
        batch = {"boxes": boxes, "classes": classes, "present": present}
        total, parts = yolov8.loss((distances, logits), batch, (points, strides))
        yolov8.REG_MAX = 16
        return (total, *(parts[key] / yolov8.GAINS[key] for key in ("box", "class", "dfl")))

    inputs = {"distances": distances, "logits": logits, "boxes": truth, "classes": kinds, "present": present}
    attributes = {"input": size, "strides": list(yolov8.STRIDES), "gains": yolov8.GAINS}
    case("the detector's loss", "yoloLoss", inputs, evaluate, 2e-5, attributes, ("distances", "logits"),
         ("total", "box", "class", "dfl"), torch.tensor(64.0))
    empty = {"distances": distances[:1, :, :16], "logits": logits[:1], "boxes": truth[:1], "classes": kinds[:1],
             "present": torch.zeros(1, columns)}
    case("the detector's loss without boxes", "yoloLoss", empty, evaluate, 2e-5, attributes, ("logits",),
         ("total", "box", "class", "dfl"), torch.tensor(64.0))
    # The last 5 anchors are those of the two coarser levels.
    points, strides, attributes = points[-5:], strides[-5:], attributes | {"strides": [16, 32]}

    def decode(distances):
        reach = distances.view(batch, len(points), 4, LOSS_BINS).softmax(-1) @ torch.arange(LOSS_BINS).double()
        return torch.cat([points - reach[..., :2], points + reach[..., 2:]], -1) * strides

    case("boxes in pixels", "pixels", {"distances": distances[:, -5:]}, decode, 1e-5, attributes)


# Whole steps -----------------------------------------------------------------------------------------------------------


class Narrow(yolov8.Yolo):
    """The same network at width 0.125."""

    def __init__(self, classes):
        torch.nn.Module.__init__(self)
        conv, c2f, branch = yolov8.Conv, yolov8.C2f, yolov8.branch
        nn = torch.nn
        self.backbone = nn.ModuleList([
            conv(3, 8, 3, 2), conv(8, 16, 3, 2), c2f(16, 16, 1, True), conv(16, 32, 3, 2), c2f(32, 32, 2, True),
            conv(32, 64, 3, 2), c2f(64, 64, 2, True), conv(64, 128, 3, 2), c2f(128, 128, 1, True), yolov8.Sppf(128)])
        self.neck = nn.ModuleDict({
            "12": c2f(192, 64, 1, False), "15": c2f(96, 32, 1, False), "16": conv(32, 32, 3, 2),
            "18": c2f(96, 64, 1, False), "19": conv(64, 64, 3, 2), "21": c2f(192, 128, 1, False)})
        hidden = max(32, min(classes, 100))
        self.head = nn.ModuleDict({
            "box": nn.ModuleList(branch(c, 64, 64, 1.0) for c in (32, 64, 128)),
            "class": nn.ModuleList(branch(c, hidden, classes, 0.0) for c in (32, 64, 128))})


@functools.cache
def hashed(key, count):
    """Numbers in [-1, 1) by a key: FNV-1a of the key, then the finaliser of MurmurHash3 for every index; 12 bits each."""
    start = 0x811C9DC5
    for byte in key.encode():
        start = ((start ^ byte) * 0x01000193) & 0xFFFFFFFF
    x = (numpy.arange(count, dtype=numpy.uint64) * 0x9E3779B1 + start) & 0xFFFFFFFF
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        x = ((x ^ (x >> numpy.uint64(shift))) * numpy.uint64(factor)) & numpy.uint64(0xFFFFFFFF)
    x ^= x >> numpy.uint64(16)
    return (x >> numpy.uint64(20)).astype(numpy.float64) / 2048 - 1


def start_value(address, shape):
    """The start state: a tensor by its address, in the layout that the address has in Ballast (weights HWIO)."""
    noise = torch.tensor(hashed(address, math.prod(shape)))
    kind = address.rsplit(".", 1)[1]
    if address.startswith("head.box.") and kind == "bias":
        # Boxes of about 20 pixels on every level, so that anchors of all levels answer for some.
        reach = 10 / yolov8.STRIDES[int(address.split(".")[2])]
        return (-(torch.arange(shape[0]) % 16 - reach) ** 2).clamp(min=-6) + noise / 2
    if kind == "weight":
        return noise.reshape(shape) / math.sqrt(math.prod(shape[:3]))
    centre, spread = {"gamma": (1, 0.25), "beta": (0, 0.25), "bias": (-2, 0.5), "mean": (0, 0.25), "variance": (0.25, 0.125)}[kind]
    return centre + spread * noise.reshape(shape)


def addressed(model):
    """Every tensor of the state by its address in the training graph."""
    tensors = {}
    for name, tensor in [*model.named_parameters(), *model.named_buffers()]:
        if name.endswith("num_batches_tracked"):
            continue
        for ours, theirs in ((".norm.gamma", ".norm.weight"), (".norm.beta", ".norm.bias"),
                             (".norm.mean", ".norm.running_mean"), (".norm.variance", ".norm.running_var")):
            name = name.removesuffix(theirs) + ours if name.endswith(theirs) else name
        tensors[name] = tensor
    return tensors


def ours(tensor):
    return tensor.permute(2, 3, 1, 0) if tensor.dim() == 4 else tensor


STEPS = [
    {"learningRate": 0.02, "biasLearningRate": 0.05, "momentum": 0.8, "clipBound": 2.0, "emaDecay": 0.5},
    {"learningRate": 0.01, "biasLearningRate": 0.005, "momentum": 0.85, "clipBound": 4.0, "emaDecay": 0.6},
    {"learningRate": 0.0005, "biasLearningRate": 0.001, "momentum": 0.9, "clipBound": math.inf, "emaDecay": 0.7},
]
SIZE, BATCH, COLUMNS, DECAY = 32, 8, 3, 5e-4
BOXES = [
    [[3, 4, 20, 18, 0], [12, 14, 30, 31, 1]],
    [[1, 2, 31, 29, 1]],
    [],
    [[0, 0, 9, 11, 0], [8, 9, 25, 24, 1], [15, 2, 29, 17, 0]],
]


def batch_of(step):
    noise = torch.tensor(hashed(f"noise {step}", BATCH * SIZE * SIZE * 3)).reshape(BATCH, SIZE, SIZE, 3)
    # Patches of 8 pixels: to the deeper layers, noise alone would make all images alike, and the step ill-conditioned.
    patches = torch.tensor(hashed(f"patches {step}", BATCH * SIZE * SIZE // 64 * 3)).reshape(BATCH, SIZE // 8, SIZE // 8, 3)
    patches = patches.repeat_interleave(8, 1).repeat_interleave(8, 2)
    truth = torch.zeros(BATCH, COLUMNS, 5)
    present = torch.zeros(BATCH, COLUMNS)
    for image in range(BATCH):
        # The boxes of one step are the next one's of the image before.
        for column, row in enumerate(BOXES[(image + step) % len(BOXES)]):
            truth[image, column] = torch.tensor(row)
            present[image, column] = 1
    return 0.5 + 0.375 * patches + 0.125 * noise, {
        "boxes": truth[..., :4], "classes": truth[..., 4].long(), "present": present}


def figures(address, tensor):
    """What is stored of a tensor: its length, and its product with a hashed one."""
    flat = tensor.detach().double().reshape(-1)
    probe = torch.tensor(hashed(f"probe {address}", len(flat)))
    return [number(flat.norm().item(), 5), number((flat @ probe).item(), 5)]


def predict(model, images, grid_):
    """Boxes in pixels and scores of the first two images."""
    model.eval()
    with torch.no_grad():
        distances, logits = model(nchw(images))
    model.train()
    points, strides = grid_
    reach = distances.view(*distances.shape[:2], 4, 16).softmax(-1) @ torch.arange(16).to(distances)
    boxes = torch.cat([points - reach[..., :2], points + reach[..., 2:]], -1) * strides
    return {"boxes": listed(boxes[:2], 6), "scores": listed(logits[:2].sigmoid(), 6)}


def whole_steps(dtype=torch.float64):
    torch.set_default_dtype(dtype)
    model = Narrow(2).to(dtype)
    state = addressed(model)
    with torch.no_grad():
        for address, tensor in state.items():
            value = start_value(address, ours(tensor).shape).to(dtype)
            tensor.copy_(value.permute(3, 2, 0, 1) if value.dim() == 4 else value)
    start = {address: ours(tensor).detach().clone() for address, tensor in state.items()}
    average = {address: tensor.detach().clone() for address, tensor in state.items()}
    trained = dict(model.named_parameters())
    parameters = {address: tensor for address, tensor in state.items() if isinstance(tensor, torch.nn.Parameter)}
    assert len(parameters) == len(trained)
    optimizer = yolov8.optimizer(model, 0.01, 0.01, 0.9, DECAY)
    grid_ = tuple(x.to(dtype) for x in yolov8.anchors(SIZE))
    prediction = predict(model, batch_of(len(STEPS))[0].to(dtype), grid_)
    told = []
    for index, scalars in enumerate(STEPS):
        images, batch = batch_of(index)
        batch = {k: v.to(dtype) if v.is_floating_point() else v for k, v in batch.items()}
        for group, rate in zip(optimizer.param_groups, ("learningRate", "learningRate", "biasLearningRate")):
            group["lr"], group["momentum"] = scalars[rate], scalars["momentum"]
        optimizer.zero_grad()
        total, parts = yolov8.loss(model(nchw(images.to(dtype))), batch, grid_)
        total.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), scalars["clipBound"])
        optimizer.step()
        with torch.no_grad():
            for address, mean in average.items():
                mean += (state[address] - mean) * (1 - scalars["emaDecay"])
        told.append({
            **{key: listed(value) for key, value in batch.items()},
            "scalars": {key: number(value, 17) for key, value in scalars.items()},
            "loss": number(total.item(), 9),
            "parts": {key: number(value.item(), 9) for key, value in parts.items()},
            "gradNorm": number(norm.item(), 9),
            "clipped": norm.item() > scalars["clipBound"],
        })
        if index == 0:
            first = {a: figures(a, ours(optimizer.state[t]["momentum_buffer"])) for a, t in parameters.items()}
    tensors = {
        a: [
            figures(a, ours(t).detach() - start[a]),
            figures(a, ours(average[a]) - start[a]),
            *([first[a], figures(a, ours(optimizer.state[t]["momentum_buffer"]))] if a in first else []),
        ]
        for a, t in state.items()
    }
    torch.set_default_dtype(torch.float64)
    return {
        "network": {"depth": 0.33, "width": 0.125, "input": SIZE},
        "batch": BATCH, "maxBoxes": COLUMNS, "weightDecay": DECAY,
        "steps": told,
        "figures": ["change", "average's change", "first momentum", "last momentum"],
        "tensors": tensors,
        "prediction": prediction,
    }


def write(name, text):
    path = ROOT / "runtime" / "engine" / "reference" / name
    path.write_text(text)
    print(f"{path}: {len(text)} bytes")


def main():
    for part in (convolutions, biases, norms, shapes_of_curves, pools, joints, elementwise, not_finite, reductions, movements, losses, later):
        part()
    write("operations.json", "[\n" + ",\n".join(json.dumps(x, separators=(",", ":")) for x in cases) + "\n]\n")
    step = whole_steps()
    for told in step["steps"]:
        print({key: told[key] for key in ("loss", "parts", "gradNorm", "clipped")})
    write("step.json", json.dumps(step, separators=(",", ":")).replace(']],"', ']],\n"') + "\n")
    if "--float32" in sys.argv:
        rounded = whole_steps(torch.float32)
        for told in rounded["steps"]:
            print({key: told[key] for key in ("loss", "parts", "gradNorm", "clipped")})
        for index, part in enumerate(step["figures"]):
            off = {}
            for address, row in step["tensors"].items():
                if index < len(row):
                    length = max(row[index][0], 1e-12)
                    off[address] = max(abs(x - y) for x, y in zip(row[index], rounded["tensors"][address][index])) / length
            worst = max(off, key=off.get)
            print(f"{part}: float32 is off by {off[worst]:.1e} at {worst}")
        for key in ("boxes", "scores"):
            print(f"{key}: float32 is off by", numpy.abs(numpy.array(step["prediction"][key]) - rounded["prediction"][key]).max())


main()
