/**
 * A few lines at the foot of a terminal that are written anew in place.
 */
import * as Line from "./Line.ts"
import type { Output } from "./Screen.ts"

/** Where a terminal does not tell its width, this many columns are there on nearly all. */
const unknownColumns = 80

const up = (rows: number): string => rows === 0 ? "" : `\u001b[${rows}A`
const eraseLine = "\u001b[K"
const eraseBelow = "\u001b[J"

/** How many columns a terminal has now: people resize it. */
export const columnsOf = ({ columns }: Output): number =>
  columns === undefined || columns < 1 ? unknownColumns : columns

/**
 * Lines that stay last on a terminal. They keep its last column free, where a cursor stands differently from terminal
 * to terminal, and the cursor is never hidden, so that nothing is left to be put right when the process dies.
 */
export class LiveBlock {
  readonly #output: Output
  #widths: ReadonlyArray<number> = []

  constructor(output: Output) {
    this.#output = output
  }

  /** The widest that a line may be. */
  get columns(): number {
    return Math.max(1, columnsOf(this.#output) - 1)
  }

  /** Writes lines in the block's place, to stay, and the block below them, at once so that nothing flickers. */
  write(above: ReadonlyArray<Line.Line>, block: ReadonlyArray<Line.Line>): void {
    const { columns } = this
    const shown = block.map((line) => Line.withoutTail(Line.truncate(line, columns)))
    const stays = above.length === 0 ? "" : eraseBelow + Line.writeAll(above, true)
    const lines = shown.map((line) => Line.write(line, true) + eraseLine).join("\n")
    this.#output.write(this.#toTop() + stays + lines + eraseBelow)
    this.#widths = shown.map(Line.width)
  }

  /** Takes the block away. */
  erase(): void {
    if (this.#widths.length === 0) return
    this.#output.write(this.#toTop() + eraseBelow)
    this.#widths = []
  }

  /** A terminal that was made narrower has broken the block's lines: it takes more rows then than were written. */
  #toTop(): string {
    if (this.#widths.length === 0) return ""
    const columns = columnsOf(this.#output)
    const rows = this.#widths.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0)
    return `\r${up(rows - 1)}`
  }
}
