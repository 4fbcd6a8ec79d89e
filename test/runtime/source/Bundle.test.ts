import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import * as Bundle from "../../../runtime/source/Bundle.ts"
import { inTemporaryFolder } from "../run/temporary.ts"
import * as checkouts from "./checkouts.ts"

const files = {
  "experiments/a.ts": [
    `import { Clip } from "ballast"`,
    `import { main } from "ballast/runtime"`,
    `import * as Effect from "effect/Effect"`,
    `import { b, type OnlyAType } from "../shared/b.ts"`,
    `import type { Another } from "../shared/types.ts"`,
    `import table from "./table.json" with { type: "json" }`,
    `export default [Clip.off, Effect.void, b, table] as ReadonlyArray<unknown | OnlyAType | Another>`,
    `main(import.meta, undefined)`
  ].join("\n"),
  "experiments/table.json": `{ "rows": [1, 2] }`,
  "shared/b.ts": `export type OnlyAType = 1\nexport const b = 1\n`,
  "shared/types.ts": `export type Another = 2\n`,
  "unrelated.ts": ""
}

const inCheckout = <A, E>(use: (subject: Bundle.Subject) => Effect.Effect<A, E>) =>
  inTemporaryFolder((root) => {
    checkouts.write(root, files)
    return use({ root, file: "experiments/a.ts" })
  })

const made = (["experiments/a.ts", "experiments/table.json", "shared/b.ts"] as const).map((path) => ({
  path,
  sha256: createHash("sha256").update(files[path]).digest("hex")
}))

describe("bundle", () => {
  it.live("is one piece of code, and tells what it is made of", () =>
    inCheckout((subject) =>
      Effect.gen(function*() {
        const { code, files } = yield* Bundle.bundle(subject)
        assert.deepStrictEqual(files, made)
        assert.notMatch(code, /(^|[;}\s])import[\s{"'*]/)
        assert.include(code, "answered")
      })
    ))

  it.live("is the same each time", () =>
    inCheckout((subject) =>
      Effect.gen(function*() {
        assert.strictEqual((yield* Bundle.bundle(subject)).code, (yield* Bundle.bundle(subject)).code)
      })
    ))

  it.live("finds the line of a checkout's file that code comes from, and none of others", () =>
    inCheckout((subject) =>
      Effect.gen(function*() {
        const { code } = yield* Bundle.bundle(subject)
        const lines = code.split("\n")
        const line = lines.findIndex((text) => text.includes("rows"))
        const column = (lines[line] ?? "").indexOf("rows")
        assert.strictEqual(yield* Bundle.placeOf(subject, { line: line + 1, column: column + 1 }), "experiments/table.json:1")
        assert.isNull(yield* Bundle.placeOf(subject, { line: 1, column: 1 }))
        assert.isNull(yield* Bundle.placeOf(subject, { line: 999_999, column: 1 }))
      })
    ))
})

describe("files", () => {
  it.live("lists what the bundle would be made of", () =>
    inCheckout((subject) =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* Bundle.files(subject), made)
      })
    ))

  it.live("refuses what bundling refuses, with file and line", () =>
    inTemporaryFolder((root) =>
      Effect.gen(function*() {
        checkouts.write(root, { "a.ts": `import "./b.ts"\n`, "b.ts": `\nimport "node:fs"\n` })
        const { cause, message } = yield* Effect.flip(Bundle.files({ root, file: "a.ts" }))
        assert.strictEqual(cause, "import")
        assert.strictEqual(
          message,
          `b.ts:2: imports "node:fs": an experiment imports "ballast", "effect" and files of its repository`
        )
      })
    ))

  it.live("says so of a checkout that is not there", () =>
    Effect.gen(function*() {
      const { cause, message } = yield* Effect.flip(Bundle.files({ root: "/nowhere", file: "a.ts" }))
      assert.deepStrictEqual({ cause, message }, { cause: "host", message: "a.ts: there is no folder /nowhere" })
    }))
})
