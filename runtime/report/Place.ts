/**
 * Where files are, in paths that can be copied.
 */
import * as path from "node:path"
import * as Line from "./Line.ts"

/** Writes an absolute path as it is shortest from the folder that the reader is in. */
export const of = (file: string, cwd: string): string => {
  const relative = path.relative(cwd, file) || "."
  return relative.length < file.length ? relative : file
}

/** Lists paths under their names: beside them where both fit, below them otherwise. Paths are never cut. */
export const list = (
  entries: ReadonlyArray<{ readonly name: string; readonly file: string }>,
  options: { readonly columns: number; readonly cwd: string }
): ReadonlyArray<Line.Line> => {
  const { columns, cwd } = options
  const shown = entries.map(({ file, name }) => ({
    name: Line.shorten(Line.clean(name), columns - 2),
    file: of(file, cwd)
  }))
  const widest = Math.max(0, ...shown.map(({ name }) => Line.widthOf(name)))
  const beside = shown.every(({ file }) => 2 + widest + 2 + Line.widthOf(Line.clean(file)) <= columns)
  return shown.flatMap(({ file, name }) =>
    beside
      ? [Line.of("  ", Line.span(Line.pad(name, widest), "quiet"), "  ", file)]
      : [Line.of("  ", Line.span(name, "quiet")), Line.of("    ", file)]
  )
}
