/**
 * A small terminal: rows of characters, a cursor, and the escape sequences that reports write. It breaks lines that are
 * too long, and again when it is resized, as most terminals do.
 */
import * as Line from "../../../runtime/report/Line.ts"
import type { Output } from "../../../runtime/report/Screen.ts"

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" })
const escape = String.fromCodePoint(0x1b)
const token = new RegExp(`${escape}\\[([?\\d;]*)([A-Za-z])|[\\r\\n]|[^${escape}\\r\\n]+|${escape}`, "g")

/** One row of cells; `continues` where the terminal broke a line and goes on in the next row. */
interface Row {
  cells: Array<string>
  continues: boolean
}

export class Terminal implements Output {
  readonly isTTY = true
  columns: number
  cursorHidden = false
  /** Everything as it was written. */
  readonly writes: Array<string> = []
  #rows: Array<Row> = [{ cells: [], continues: false }]
  #row = 0
  #column = 0
  readonly #height: number

  constructor(columns: number, height = 1000) {
    this.columns = columns
    this.#height = height
  }

  /** What stands there, row by row, without trailing spaces and empty rows at the end. */
  get text(): ReadonlyArray<string> {
    const rows = this.#rows.map(({ cells }) => Array.from(cells, (cell) => cell ?? " ").join("").trimEnd())
    return rows.slice(0, rows.findLastIndex((row) => row !== "") + 1)
  }

  /** The rows that the terminal itself had to break. */
  get broken(): number {
    return this.#rows.filter(({ continues }) => continues).length
  }

  write(text: string): void {
    this.writes.push(text)
    for (const match of text.matchAll(token)) {
      const [whole, argument = "", command] = match
      if (command !== undefined) this.#control(argument, command)
      else if (whole === "\r") this.#column = 0
      else if (whole === "\n") this.#feed(false)
      else this.#print(whole)
    }
  }

  /** Changes the width; lines are laid out anew, and the cursor stays at its character. */
  resize(columns: number): void {
    const lines: Array<{ readonly cells: Array<string>; readonly cursor: number | null }> = []
    let cells: Array<string> = []
    let cursor: number | null = null
    this.#rows.forEach((row, index) => {
      if (index === this.#row) cursor = cells.length + this.#column
      cells = [...cells, ...row.cells]
      if (row.continues) return
      lines.push({ cells, cursor })
      cells = []
      cursor = null
    })
    this.columns = columns
    this.#rows = []
    for (const line of lines) {
      const first = this.#rows.length
      const count = Math.max(1, Math.ceil(line.cells.length / columns))
      for (let row = 0; row < count; row++) {
        this.#rows.push({ cells: line.cells.slice(row * columns, (row + 1) * columns), continues: row < count - 1 })
      }
      if (line.cursor !== null) {
        this.#row = first + Math.min(count - 1, Math.floor(line.cursor / columns))
        this.#column = line.cursor - (this.#row - first) * columns
      }
    }
  }

  get #line(): Row {
    const row = this.#rows[this.#row]
    if (row === undefined) throw new Error("the cursor stands outside of the terminal")
    return row
  }

  #feed(continues: boolean): void {
    this.#line.continues = continues
    this.#row++
    this.#column = 0
    if (this.#row === this.#rows.length) this.#rows.push({ cells: [], continues: false })
  }

  #print(text: string): void {
    for (const { segment } of segmenter.segment(text)) {
      const width = Line.widthOf(segment)
      if (width === 0) continue
      if (this.#column + width > this.columns) this.#feed(true)
      const { cells } = this.#line
      while (cells.length < this.#column) cells.push(" ")
      cells[this.#column] = segment
      for (let index = 1; index < width; index++) cells[this.#column + index] = ""
      this.#column += width
    }
  }

  #control(argument: string, command: string): void {
    switch (command) {
      case "m":
        return
      case "A": {
        // The screen's first row stops the cursor; what scrolled out above it cannot be reached.
        const top = Math.max(0, this.#rows.length - this.#height)
        this.#row = Math.max(top, this.#row - Math.max(1, Number(argument)))
        return
      }
      case "K":
        this.#line.cells.length = Math.min(this.#line.cells.length, this.#column)
        return
      case "J":
        this.#line.cells.length = Math.min(this.#line.cells.length, this.#column)
        this.#line.continues = false
        this.#rows.length = this.#row + 1
        return
      case "h":
      case "l":
        if (argument === "?25") this.cursorHidden = command === "l"
        return
      default:
        throw new Error(`the terminal does not know ESC [ ${argument} ${command}`)
    }
  }
}
