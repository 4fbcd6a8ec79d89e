import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { pathToFileURL } from "node:url"
import * as Apart from "../../../../runtime/run/doctor/Apart.ts"
import * as NodeJs from "../../../../runtime/run/doctor/NodeJs.ts"
import { lives } from "../../../e2e/project.ts"
import { inTemporaryFolder } from "../temporary.ts"

/** A check whose looking is the given program. */
const checkIn = (folder: string, body: string) => {
  const file = path.join(folder, "check.mjs")
  fs.writeFileSync(file, `import * as fs from "node:fs"\nexport const check = { look: () => { ${body} } }\n`)
  return { name: "own", module: pathToFileURL(file).href }
}

const where = { home: "/nowhere", data: [], queue: null }

describe("Apart", () => {
  it.live("returns what another process has found", () =>
    Effect.gen(function*() {
      const [found] = yield* Apart.look(NodeJs.check, where)
      assert.deepStrictEqual([found?.name, found?.status, found?.remedy], ["node", "ok", null])
      assert.include(found?.found, process.versions.node)
    }))

  it.live("says so where a check throws, ends its process, or is not there", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const [thrown] = yield* Apart.look(checkIn(folder, `throw new Error("out of order")`), where)
      assert.deepStrictEqual([thrown?.name, thrown?.status], ["own", "failed"])
      assert.match(thrown?.found ?? "", /the check itself broke: .*out of order/)
      assert.match(thrown?.remedy ?? "", /report/)
      const [ended] = yield* Apart.look(checkIn(folder, "process.exit(0)"), where)
      assert.strictEqual(ended?.status, "failed")
      const [absent] = yield* Apart.look({ name: "own", module: pathToFileURL(path.join(folder, "no.mjs")).href }, where)
      assert.strictEqual(absent?.status, "failed")
    })))

  it.live("tells the process where to look, and nobody else", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const seen = path.join(folder, "seen")
      const check = checkIn(
        folder,
        `fs.writeFileSync(${JSON.stringify(seen)}, process.argv.join(" ") + JSON.stringify(process.env)); throw new Error()`
      )
      yield* Apart.look(check, { ...where, queue: "postgres://user:secret@host/name" })
      assert.notInclude(fs.readFileSync(seen, "utf8"), "secret")
    })))

  it.live("ends a check that does not come to an end, even one that blocks its thread", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const pid = path.join(folder, "pid")
      const blocking = checkIn(folder, `fs.writeFileSync(${JSON.stringify(pid)}, String(process.pid)); for (;;);`)
      const [found] = yield* Apart.look(blocking, where, Duration.seconds(5))
      assert.deepStrictEqual([found?.name, found?.status], ["own", "failed"])
      assert.match(found?.found ?? "", /did not end within 5 s, and was ended/)
      const blocked = Number(fs.readFileSync(pid, "utf8"))
      for (let round = 0; round < 200 && lives(blocked); round++) yield* Effect.sleep("20 millis")
      assert.isFalse(lives(blocked))
    })))
})
