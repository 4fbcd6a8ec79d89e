import { expect } from "@effect/vitest"
import * as path from "node:path"
import type { Line } from "../../../runtime/report/Line.ts"
import { plain } from "./texts.ts"

/** Compares a report with the one that is kept; `vitest -u` keeps a new one, to be read before it is committed. */
export const assertGolden = (name: string, lines: ReadonlyArray<Line>): Promise<void> =>
  expect(plain(lines)).toMatchFileSnapshot(path.join(import.meta.dirname, "golden", `${name}.txt`))
