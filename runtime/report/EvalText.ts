/**
 * An evaluation by COCO's definitions in words.
 */
import type { Evaluation } from "../detect/AveragePrecision.ts"
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

/** Writes COCO's twelve figures and each class's; at most `columns` wide. */
export const of = (evaluation: Evaluation, columns: number): ReadonlyArray<Line.Line> => [
  ...figures("average precision", "mAP", precisions(evaluation), columns),
  Line.empty,
  ...figures("average recall", "AR", recalls(evaluation), columns),
  ...(evaluation.perClass.length === 0 ? [] : [Line.empty, ...classes(evaluation, columns)]),
  ...(missing(evaluation)
    ? [Line.empty, ...Paragraph.of("\"-\" says that there was no such box to find", columns, { tone: "quiet" })]
    : [])
]
