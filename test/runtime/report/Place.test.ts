import { assert, describe, it } from "@effect/vitest"
import * as Place from "../../../runtime/report/Place.ts"
import * as Texts from "./texts.ts"

describe("Place", () => {
  it("writes a path from where the reader is, unless the whole path is shorter", () => {
    assert.strictEqual(Place.of("/home/ada/detector/.ballast/runs/a1", "/home/ada/detector"), ".ballast/runs/a1")
    assert.strictEqual(Place.of("/home/ada/runs", "/home/ada/detector"), "../runs")
    assert.strictEqual(Place.of("/runs/a1", "/home/ada/detector"), "/runs/a1")
    assert.strictEqual(Place.of("/home/ada", "/home/ada"), ".")
  })

  it("lists paths beside their names, or below them where one does not fit", () => {
    const entries = [{ name: "bare, seed 0", file: "/w/runs/a1" }, { name: "clip", file: "/w/runs/a2" }]
    const at = (columns: number): string => Texts.plain(Place.list(entries, { columns, cwd: "/w" }))
    assert.strictEqual(at(23), "  bare, seed 0  runs/a1\n  clip          runs/a2\n")
    assert.strictEqual(at(22), "  bare, seed 0\n    runs/a1\n  clip\n    runs/a2\n")
  })

  it("never cuts a path", () => {
    const file = `/w/${"long/".repeat(40)}end`
    assert.include(Texts.plain(Place.list([{ name: "run", file }], { columns: 20, cwd: "/w" })), "long/".repeat(40))
  })
})
