"""Writes test/fixtures/detect/cocoEval.json: 50 random sets in COCO's formats and what pycocotools makes of them.

Needs pycocotools and numpy:  python test/reference/cocoEval.py

To stay small, annotations are written as [id, image_id, category_id, bbox, area or null, iscrowd], results as
[image_id, category_id, bbox, score], and the curve of a class, its precision at IoU 0.5 by recall 0, 0.01 ... 1, as
[precision, how many recalls in a row have it]; null where the class has no box.
"""

import contextlib
import io
import itertools
import json
import pathlib

import numpy
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

FIELDS = ["map", "map50", "map75", "mapSmall", "mapMedium", "mapLarge", "ar1", "ar10", "ar100", "arSmall", "arMedium", "arLarge"]

# Sides whose products lie on and beside the bounds of small, medium, large and of everything.
BOUNDS = [(32, 32), (16, 64), (96, 96), (48, 192), (32, 32.01), (95.99, 96), (1e5, 1e5), (2e5, 1e5), (0.5, 0.25), (0, 12)]


def draw_box(random, scale):
    if random.uniform() < 0.15:
        w, h = BOUNDS[random.integers(len(BOUNDS))]
    else:
        w, h = (random.uniform(0.2, 1.3, 2) * scale).round(random.integers(3)) + 1
    x, y = random.uniform(-20, 300, 2).round(random.integers(3))
    return [float(x), float(y), float(w), float(h)]


def move(random, box, scale):
    """A box near another; by whole pixels often, so that overlaps lie on thresholds."""
    near = numpy.array(box) + (random.normal(size=4) * scale * 0.06).round(random.integers(2))
    x, y, w, h = near if random.uniform() < 0.8 else box
    return [round(float(x), 2), round(float(y), 2), round(max(float(w), 0), 2), round(max(float(h), 0), 2)]


def draw_score(random):
    return float(random.choice([0.25, 0.5, 0.75, 1])) if random.uniform() < 0.5 else round(float(random.uniform()), 3)


def random_set(seed):
    random = numpy.random.default_rng(seed)
    many = seed % 7 == 3
    categories = [int(c) for c in random.permutation(200)[: int(random.integers(12, 30)) if many else int(random.integers(1, 4))]]
    images = [int(i) for i in random.permutation(5000)[: int(random.integers(1, 9))]]
    # pycocotools never counts a box with the id 0 as found.
    ids = iter(([0] if seed % 5 == 1 else []) + [int(i) + 1 for i in random.permutation(300)])
    annotations, results = [], []
    for image in images:
        scale = float(random.choice([20, 40, 90, 200]))
        for _ in range(int(random.choice([0, 0, 1, 2, 4, 8]))):
            box = draw_box(random, scale)
            category = int(random.choice(categories))
            area = None if random.uniform() < 0.3 else round(box[2] * box[3] * float(random.choice([1, random.uniform(0.3, 1)])), 1)
            crowd = int(random.uniform() < 0.2)
            annotations.append([next(ids), image, category, box, area, crowd])
            for _ in range(int(random.integers(0, 4))):
                kind = category if random.uniform() < 0.85 else int(random.choice(categories))
                results.append([image, kind, move(random, box, scale), draw_score(random)])
        for _ in range(int(random.integers(0, 4))):
            results.append([image, int(random.choice(categories)), draw_box(random, scale), draw_score(random)])
        if seed % 10 == 4 and annotations:
            # More detections of a class than are counted on an image, many of them equally good.
            for number in range(130):
                results.append([image, annotations[-1][2], move(random, annotations[-1][3], scale), [0.25, 0.5, 0.75][number % 3]])
    order = random.permutation
    return {
        "images": images,
        "categories": categories,
        "annotations": [annotations[i] for i in order(len(annotations))],
        "results": [results[i] for i in order(len(results))],
    }


def curve(precision):
    if (precision == -1).all():
        return None
    return [[float(value), len(list(row))] for value, row in itertools.groupby(precision)]


def evaluate(data):
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = {
            "info": {},
            "images": [{"id": number} for number in data["images"]],
            "categories": [{"id": kind} for kind in data["categories"]],
            "annotations": [
                {
                    "id": number,
                    "image_id": image,
                    "category_id": category,
                    "bbox": bbox,
                    "area": bbox[2] * bbox[3] if area is None else area,
                    "iscrowd": crowd,
                    # Of no effect: pycocotools takes iscrowd for it.
                    "ignore": number % 2,
                }
                for number, image, category, bbox, area, crowd in data["annotations"]
            ],
        }
        truth.createIndex()
        results = [
            {"image_id": image, "category_id": category, "bbox": bbox, "score": score}
            for image, category, bbox, score in data["results"]
        ]
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
    mean = lambda values: float(values[values > -1].mean()) if (values > -1).any() else -1.0
    expected["perClass"] = [
        {
            "map": mean(precision[:, :, at, 0, 2]),
            "map50": mean(precision[0, :, at, 0, 2]),
            "curve": curve(precision[0, :, at, 0, 2]),
            "boxes": sum(
                int((found["gtIgnore"] == 0).sum())
                for found in evaluation.evalImgs
                if found and found["category_id"] == kind and found["aRng"] == [0, 1e10]
            ),
        }
        for at, kind in enumerate(sorted(data["categories"]))
    ]
    return expected


def plain(value):
    """Whole numbers without a decimal point, to keep the file small."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return int(value) if isinstance(value, float) and value == int(value) else value


def main():
    sets = []
    for seed in range(50):
        data = random_set(seed)
        sets.append(plain({**data, "expected": evaluate(data)}))
    path = pathlib.Path(__file__).parent.parent / "fixtures" / "detect" / "cocoEval.json"
    path.write_text("[\n" + ",\n".join(json.dumps(item, separators=(",", ":")) for item in sets) + "\n]\n")
    print([round(item["expected"]["map"], 3) for item in sets])


main()
