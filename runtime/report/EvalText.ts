/**
 * An evaluation in words: a detector's by COCO's definitions, or a classifier's.
 */
import type { Evaluation } from "../detect/AveragePrecision.ts"
import type { Accuracy } from "../train/Accuracy.ts"
import * as Figure from "./Figure.ts"
import * as Line from "./Line.ts"
import * as Paragraph from "./Paragraph.ts"
import * as Table from "./Table.ts"

type Row = readonly [what: string, value: number]

const precisions = (evaluation: Evaluation): ReadonlyArray<Row> => [
  ["IoU 0.50 to 0.95", evaluation.map],
  ["IoU 0.50", evaluation.map50],
  ["IoU 0.75", evaluation.map75],
  ["small, up to 32² px", evaluation.mapSmall],
  ["medium, up to 96² px", evaluation.mapMedium],
  ["large", evaluation.mapLarge]
]

const recalls = (evaluation: Evaluation): ReadonlyArray<Row> => [
  ["1 detection an image", evaluation.ar1],
  ["10 detections an image", evaluation.ar10],
  ["100 detections an image", evaluation.ar100],
  ["small, up to 32² px", evaluation.arSmall],
  ["medium, up to 96² px", evaluation.arMedium],
  ["large", evaluation.arLarge]
]

/** Wide enough for all names of figures, so that both tables' columns stand below each other. */
const nameColumns = 23

const figures = (
  heading: string,
  value: string,
  rows: ReadonlyArray<Row>,
  columns: number
): ReadonlyArray<Line.Line> =>
  Table.of(
    [{ heading, align: "left" }, { heading: value, align: "right" }],
    rows.map(([what, value]) => [Line.span(Line.pad(what, nameColumns)), Line.span(Figure.precision(value))]),
    columns
  )

const missing = (evaluation: Evaluation): boolean =>
  [...precisions(evaluation), ...recalls(evaluation)].some(([, value]) => value < 0)
  || evaluation.perClass.some(({ map }) => map < 0)

const classes = ({ perClass }: Evaluation, columns: number): ReadonlyArray<Line.Line> =>
  Table.of(
    [
      { heading: "class", align: "left" },
      { heading: "boxes", align: "right" },
      { heading: "mAP50", align: "right" },
      { heading: "mAP50-95", align: "right" }
    ],
    perClass.map(({ boxes, class: name, map, map50 }) => [
      Line.span(name),
      Line.span(String(boxes)),
      Line.span(Figure.precision(map50)),
      Line.span(Figure.precision(map))
    ]),
    columns
  )

const ofClassifier = ({ accuracy, images, perClass }: Accuracy, columns: number): ReadonlyArray<Line.Line> => [
  ...Paragraph.of(
    `accuracy ${Figure.precision(accuracy)}: the share of image and class pairs, over ${Figure.plural(images, "image")}, of which `
      + "it is said rightly whether the image shows the class",
    columns
  ),
  Line.empty,
  ...Table.of(
    [
      { heading: "class", align: "left" },
      { heading: "shown by", align: "right" },
      { heading: "accuracy", align: "right" }
    ],
    perClass.map(({ accuracy, class: name, images }) => [
      Line.span(name),
      Line.span(Figure.plural(images, "image")),
      Line.span(Figure.precision(accuracy))
    ]),
    columns
  )
]

/** Writes COCO's twelve figures and each class's, or a classifier's accuracy; at most `columns` wide. */
export const of = (evaluation: Evaluation | Accuracy, columns: number): ReadonlyArray<Line.Line> =>
  "accuracy" in evaluation ? ofClassifier(evaluation, columns) : ofDetector(evaluation, columns)

const ofDetector = (evaluation: Evaluation, columns: number): ReadonlyArray<Line.Line> => [
  ...figures("average precision", "mAP", precisions(evaluation), columns),
  Line.empty,
  ...figures("average recall", "AR", recalls(evaluation), columns),
  ...(evaluation.perClass.length === 0 ? [] : [Line.empty, ...classes(evaluation, columns)]),
  ...(missing(evaluation)
    ? [Line.empty, ...Paragraph.of("\"-\" says that there was no such box to find", columns, { tone: "quiet" })]
    : [])
]
