import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
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

const made = (["experiments/a.ts", "experiments/table.json", "shared/b.ts"] as const).map((path): Bundle.BundledFile => ({
  path,
  sha256: createHash("sha256").update(files[path]).digest("hex"),
  reaches: path === "experiments/a.ts" ? [["../shared/b.ts", "shared/b.ts"], ["./table.json", "experiments/table.json"]] : []
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
        assert.strictEqual(yield* Bundle.placeOf(subject, [
          { line: 1, column: 1 },
          { line: line + 1, column: column + 1 }
        ]), "experiments/table.json:1")
        assert.isNull(yield* Bundle.placeOf(subject, [{ line: 1, column: 1 }]))
        assert.isNull(yield* Bundle.placeOf(subject, [{ line: 999_999, column: 1 }]))
      })
    ))
})

const closureOf = (root: string, file: string) =>
  Effect.map(Bundle.closures(root, [file]), (closures) => closures.get(file) ?? assert.fail(`${file} is not there`))

describe("closures", () => {
  it.live("lists what each bundle would be made of", () =>
    inCheckout(({ root }) =>
      Effect.gen(function*() {
        const closures = yield* Bundle.closures(root, ["experiments/a.ts", "unrelated.ts", "shared/b.ts"])
        assert.deepStrictEqual([...closures.keys()], ["experiments/a.ts", "unrelated.ts", "shared/b.ts"])
        assert.deepStrictEqual(closures.get("experiments/a.ts"), Result.succeed(made))
        assert.deepStrictEqual(closures.get("shared/b.ts"), Result.succeed(made.filter(({ path }) => path === "shared/b.ts")))
        assert.strictEqual((yield* Bundle.closures(root, [])).size, 0)
      })
    ))

  it.live("refuses what bundling refuses, with file and line", () =>
    inTemporaryFolder((root) =>
      Effect.gen(function*() {
        checkouts.write(root, { "a.ts": `import "./b.ts"\n`, "b.ts": `\nimport "node:fs"\n` })
        const { cause, message } = Result.getOrThrow(Result.flip(yield* closureOf(root, "a.ts")))
        assert.strictEqual(cause, "import")
        assert.strictEqual(
          message,
          `b.ts:2: imports "node:fs": only "ballast", "effect" and files of the repository are there`
        )
      })
    ))

  it.live("names what an import does not find in a file", () =>
    inTemporaryFolder((root) =>
      Effect.gen(function*() {
        checkouts.write(root, {
          "a.ts": `import { b } from "./b.ts"\nexport default b\n`,
          "b.ts": "export {}\n",
          "c.ts": `import { run } from "ballast/runtime"\nexport default run\n`,
          "d.ts": `import { Nothing } from "ballast"\nexport default Nothing\n`
        })
        const messageOf = (file: string) => Effect.map(Effect.flip(Bundle.bundle({ root, file })), ({ message }) => message)
        assert.strictEqual(yield* messageOf("a.ts"), "a.ts:1: imports b, which b.ts does not export")
        assert.strictEqual(
          yield* messageOf("c.ts"),
          `c.ts:1: "ballast/runtime" gives no run while it is evaluated`
        )
        assert.strictEqual(yield* messageOf("d.ts"), "d.ts:1: imports Nothing, which is not there")
      })
    ))

  it.live("keeps one that is too much from taking the others with it", () =>
    inTemporaryFolder((root) =>
      Effect.gen(function*() {
        const imports = Array.from({ length: 6000 }, (_, index) => `import "./${index}.ts"\n`).join("")
        checkouts.write(root, { "a.ts": "export default 1\n", "b.ts": imports, "c.ts": "export default 1\n" })
        const closures = yield* Bundle.closures(root, ["a.ts", "b.ts", "c.ts"])
        assert.deepStrictEqual([...closures.values()].map(Result.isSuccess), [true, false, true])
        assert.strictEqual(
          Result.getOrThrow(Result.flip(yield* closureOf(root, "b.ts"))).message,
          "b.ts: it imports more than 5000 times; import less"
        )
      })
    ))

  it.live("says so of a checkout that is not there", () =>
    Effect.gen(function*() {
      const { cause, message } = Result.getOrThrow(Result.flip(yield* closureOf("/nowhere", "a.ts")))
      assert.deepStrictEqual({ cause, message }, { cause: "host", message: "a.ts: there is no folder /nowhere" })
    }))
})
