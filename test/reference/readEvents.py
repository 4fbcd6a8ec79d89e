"""Prints what TensorBoard reads of folders of event files, as one JSON document: for each folder its scalars, histograms
and texts by tag. Numbers that JSON lacks are strings."""
import json
import math
import sys

from tensorboard.backend.event_processing import event_accumulator


def plain(number):
    return number if math.isfinite(number) else repr(float(number))


def read(folder):
    guidance = {kind: 0 for kind in ("scalars", "histograms", "tensors")}
    found = event_accumulator.EventAccumulator(folder, size_guidance=guidance)
    found.Reload()
    tags = found.Tags()
    return {
        "scalars": {
            tag: [[event.step, event.wall_time, plain(event.value)] for event in found.Scalars(tag)]
            for tag in tags["scalars"]
        },
        "histograms": {
            tag: [
                [
                    event.step,
                    event.histogram_value.min,
                    event.histogram_value.max,
                    event.histogram_value.num,
                    list(event.histogram_value.bucket_limit),
                    list(event.histogram_value.bucket),
                ]
                for event in found.Histograms(tag)
            ]
            for tag in tags["histograms"]
        },
        "texts": {
            tag: [[event.step, event.tensor_proto.string_val[0].decode()] for event in found.Tensors(tag)]
            for tag in tags["tensors"]
        },
    }


print(json.dumps({folder: read(folder) for folder in sys.argv[1:]}))
