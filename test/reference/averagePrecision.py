"""Writes test/fixtures/detect/averagePrecision.json: 50 random sets and what pycocotools makes of them.

Needs pycocotools and numpy:  python test/reference/averagePrecision.py
"""

import contextlib
import io
import json
import pathlib

import numpy
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

FIELDS = ["map", "map50", "map75", "mapSmall", "mapMedium", "mapLarge", "ar1", "ar10", "ar100", "arSmall", "arMedium", "arLarge"]


def random_set(seed):
    """Whole-numbered boxes and scores of few decimals: ties in score, and overlaps that lie on a threshold."""
    random = numpy.random.default_rng(seed)
    classes = int(random.integers(1, 4))
    images = []
    for _ in range(int(random.integers(1, 5))):
        truth, detections = [], []
        scale = float(random.choice([24, 70, 200]))
        for _ in range(int(random.choice([0, 1, 2, 4]))):
            w, h = (random.uniform(0.3, 1.2, 2) * scale).round() + 1
            x, y = random.uniform(0, 300, 2).round()
            box = {"box": [x, y, x + w, y + h], "class": int(random.integers(classes))}
            if random.uniform() < 0.2:
                box["crowd"] = True
            if random.uniform() < 0.3:
                box["area"] = round(w * h * float(random.uniform(0.3, 1)), 1)
            truth.append(box)
        for box in truth:
            for _ in range(int(random.integers(0, 4))):
                x1, y1, x2, y2 = numpy.array(box["box"]) + (random.normal(size=4) * scale * 0.06).round()
                kind = box["class"] if random.uniform() < 0.85 else int(random.integers(classes))
                score = float(random.choice([0.25, 0.5, 0.75])) if random.uniform() < 0.5 else round(float(random.uniform()), 3)
                detections.append({"box": [x1, y1, max(x2, x1 + 1), max(y2, y1 + 1)], "class": kind, "score": score})
        for _ in range(int(random.integers(0, 3))):
            w, h = (random.uniform(0.3, 1.2, 2) * scale).round() + 1
            x, y = random.uniform(0, 300, 2).round()
            detections.append(
                {"box": [x, y, x + w, y + h], "class": int(random.integers(classes)), "score": round(float(random.uniform()), 2)}
            )
        if seed % 10 == 0 and truth:
            # More detections of an image than are counted.
            x1, y1, x2, y2 = truth[0]["box"]
            for shift in range(105):
                detections.append({"box": [x1 + shift % 7, y1, x2 + shift % 5, y2], "class": truth[0]["class"], "score": 0.5})
        images.append({"truth": truth, "detections": detections})
    return {"classes": classes, "images": images}


def xywh(box):
    x1, y1, x2, y2 = (float(side) for side in box)
    return [x1, y1, x2 - x1, y2 - y1]


def evaluate(data):
    annotations, results = [], []
    for number, image in enumerate(data["images"]):
        for box in image["truth"]:
            x, y, w, h = xywh(box["box"])
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": number,
                    "category_id": box["class"],
                    "bbox": [x, y, w, h],
                    "area": box.get("area", w * h),
                    "iscrowd": int(box.get("crowd", False)),
                }
            )
        for detection in image["detections"]:
            results.append(
                {
                    "image_id": number,
                    "category_id": detection["class"],
                    "bbox": xywh(detection["box"]),
                    "score": detection["score"],
                }
            )
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = {
            "info": {},
            "images": [{"id": number} for number in range(len(data["images"]))],
            "categories": [{"id": kind} for kind in range(data["classes"])],
            "annotations": annotations,
        }
        truth.createIndex()
        found = truth.loadRes(results) if results else COCO()
        if not results:
            found.dataset = {**truth.dataset, "annotations": []}
            found.createIndex()
        evaluation = COCOeval(truth, found, "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    expected = {field: float(value) for field, value in zip(FIELDS, evaluation.stats)}
    precision = evaluation.eval["precision"]
    expected["perClass"] = []
    for kind in range(data["classes"]):
        for_class = precision[:, :, kind, 0, 2]
        at_half = precision[0, :, kind, 0, 2]
        expected["perClass"].append(
            {
                "map": float(for_class[for_class > -1].mean()) if (for_class > -1).any() else -1.0,
                "map50": float(at_half[at_half > -1].mean()) if (at_half > -1).any() else -1.0,
                "boxes": sum(a["category_id"] == kind and not a["iscrowd"] for a in annotations),
            }
        )
    return expected


def plain(value):
    """Whole numbers without a decimal point, to keep the file small."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, bool):
        return value
    number = float(value)
    return int(number) if number == int(number) else number


def main():
    sets = []
    for seed in range(50):
        data = random_set(seed)
        sets.append(plain({**data, "expected": evaluate(data)}))
    path = pathlib.Path(__file__).parent.parent / "fixtures" / "detect" / "averagePrecision.json"
    path.write_text("[\n" + ",\n".join(json.dumps(item, separators=(",", ":")) for item in sets) + "\n]\n")
    print([round(item["expected"]["map"], 3) for item in sets])


main()
