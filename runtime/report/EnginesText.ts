/**
 * What computes here, and whether it computes rightly.
 */
import * as Figure from "./Figure.ts"
import * as Line from "./Line.ts"
import * as Paragraph from "./Paragraph.ts"
import * as Table from "./Table.ts"

/** One engine on this host. `reason` says why it cannot be used, and the command that supplies it. */
export interface EngineRow {
  readonly engine: string
  readonly usable: boolean
  readonly version: string | null
  readonly device: string | null
  readonly threads: number | null
  /** Whether it passed the reference cases; null or absent where they have not run. */
  readonly passes?: boolean | null
  readonly reason: string | null
}

/** How one engine did on the reference cases. */
export interface CheckedEngine {
  readonly engine: string
  readonly passed: number
  readonly failed: number
  readonly cases: ReadonlyArray<{ readonly case: string; readonly ok: boolean; readonly error: string | null }>
}

const known = (value: string | number | null): Line.Span =>
  value === null ? Line.span("-", "quiet") : Line.span(String(value))

/** Writes which engines can be used here and why the others cannot, the one that `auto` takes named last. */
export const list = (engines: ReadonlyArray<EngineRow>, columns: number): ReadonlyArray<Line.Line> => {
  const first = engines.find(({ passes, usable }) => usable && passes !== false)
  return [
    ...Table.of(
      [
        { heading: "engine", align: "left" },
        { heading: "usable", align: "left" },
        { heading: "version", align: "left" },
        { heading: "device", align: "left" },
        { heading: "threads", align: "right" }
      ],
      engines.map(({ device, engine, threads, usable, version }) => [
        Line.span(engine),
        usable ? Line.span("yes", "good") : Line.span("no", "doubtful"),
        known(version),
        known(device),
        known(threads)
      ]),
      columns
    ),
    ...engines.flatMap(({ engine, reason }) =>
      reason === null ? [] : [
        Line.empty,
        ...Paragraph.of(engine, columns, { tone: "strong" }),
        ...reason.split("\n").flatMap((line) => Paragraph.of(line, columns, { indent: 2 }))
      ]
    ),
    Line.empty,
    ...Paragraph.fitted(
      first === undefined
        ? Line.of(Line.span("no engine can be used here", "bad"))
        : Line.of("--engine auto takes ", Line.span(first.engine, "good")),
      columns
    )
  ]
}

const summary = (failed: number, total: number): Line.Line => {
  if (total === 0) return Line.of(Line.span("no case ran", "bad"))
  return failed === 0
    ? Line.of(Line.span("passed", "good"), `: ${Figure.plural(total, "case")}`)
    : Line.of(Line.span("failed", "bad"), `: ${failed} of ${Figure.plural(total, "case")}`)
}

/** Writes how engines did on the reference cases: every case that failed, and the others counted. */
export const check = (engines: ReadonlyArray<CheckedEngine>, columns: number): ReadonlyArray<Line.Line> => {
  const failed = engines.reduce((sum, engine) => sum + engine.failed, 0)
  const total = engines.reduce((sum, engine) => sum + engine.failed + engine.passed, 0)
  return [
    ...Table.of(
      [
        { heading: "engine", align: "left" },
        { heading: "passed", align: "right" },
        { heading: "failed", align: "right" }
      ],
      engines.map(({ engine, failed, passed }) => [
        Line.span(engine),
        Line.span(String(passed)),
        Line.span(String(failed), failed === 0 ? "plain" : "bad")
      ]),
      columns
    ),
    ...engines.flatMap(({ cases, engine }) =>
      cases.filter(({ ok }) => !ok).flatMap(({ case: name, error }) => [
        Line.empty,
        ...Paragraph.of(`${engine}: ${name}`, columns, { tone: "bad" }),
        ...(error ?? "it failed and did not say why").split("\n").flatMap((line) =>
          Paragraph.of(line, columns, { indent: 2 })
        )
      ])
    ),
    Line.empty,
    ...Paragraph.fitted(summary(failed, total), columns)
  ]
}
