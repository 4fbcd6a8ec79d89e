/**
 * The axis of steps below a drawing.
 */

/** Columns that a label keeps free beside itself. */
const gap = 2

/** A step that an axis shows. */
export interface Tick {
  readonly step: number
  /** From the longest to the shortest: what fits is written. */
  readonly texts: ReadonlyArray<string>
  /** Whether the axis shows it where its label has no room. */
  readonly marked: boolean
}

/** Finds the column of a step where so many steps are laid on so many columns. */
export const columnOf = (step: number, totalSteps: number, wide: number): number =>
  Math.min(wide - 1, Math.floor((step * wide) / totalSteps))

interface Label {
  readonly from: number
  readonly text: string
}

const isFree = ({ from, text }: Label, others: ReadonlyArray<Label>, wide: number): boolean =>
  from >= 0 && from + text.length <= wide && others.every((other) =>
    from >= other.from + other.text.length + gap || from + text.length + gap <= other.from
  )

/**
 * Writes an axis: a mark where a tick is, and below it the label if there is room, centred or beside it. The ticks that
 * come first win where there is not room for all.
 */
export const of = (
  ticks: ReadonlyArray<Tick>,
  totalSteps: number,
  wide: number
): readonly [line: string, labels: string] => {
  const marks = new Set<number>()
  const placed: Array<Label> = []
  for (const { marked, step, texts } of ticks) {
    const column = columnOf(step, totalSteps, wide)
    const label = texts.flatMap((text): ReadonlyArray<Label> => {
      const before = [Math.floor((text.length - 1) / 2), 0, text.length - 1, -1, -2]
      return before.map((columns) => ({ text, from: column - columns }))
    }).find((label) => isFree(label, placed, wide))
    if (label !== undefined) placed.push(label)
    if (step > 0 && step < totalSteps && (marked || label !== undefined)) marks.add(column)
  }
  const line = Array.from({ length: wide }, (_, column) => marks.has(column) ? "┬" : "─").join("")
  const labels = placed.toSorted((left, right) => left.from - right.from)
    .reduce((written, { from, text }) => written.padEnd(from) + text, "")
  return [line, labels]
}
