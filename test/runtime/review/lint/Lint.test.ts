import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "fast-check"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Lint from "../../../../runtime/review/lint/Lint.ts"
import { inTemporaryFolder } from "../../run/temporary.ts"

const root = path.resolve(import.meta.dirname, "../../../..")

/** Writes files of experiments into a folder of its own and looks at them. */
const linting = (files: Readonly<Record<string, string | Uint8Array>>, fix = false) =>
  inTemporaryFolder((folder) =>
    Effect.gen(function*() {
      const at = path.join(folder, "experiments")
      for (const [name, text] of Object.entries(files)) {
        fs.mkdirSync(path.dirname(path.join(at, name)), { recursive: true })
        fs.writeFileSync(path.join(at, name), text)
      }
      const first = yield* Lint.lint([], { cwd: folder, fix })
      const after = Object.fromEntries(Object.keys(files).map((name) => [name, fs.readFileSync(path.join(at, name))]))
      const second = fix ? yield* Lint.lint([], { cwd: folder, fix }) : first
      const twice = Object.fromEntries(Object.keys(files).map((name) => [name, fs.readFileSync(path.join(at, name))]))
      return { first, second, after, twice, left: fs.readdirSync(at) }
    })
  )

const found = (linted: ReadonlyArray<Lint.Linted>): ReadonlyArray<string> =>
  linted.flatMap(({ file, findings }) =>
    findings.map(({ rule, start }) => `${file}:${start.line}:${start.column} ${rule.id}`)
  )

const sound = (name: string): string => `import { Expect, Experiment, Recipe } from "ballast"
import { main } from "ballast/runtime"

const experiment = Experiment.make("${name}", {
  question: "Does it run?",
  arms: { a: Recipe.make({}) },
  seeds: [0],
  expect: [Expect.finite("a")]
})

export default experiment
main(import.meta, experiment)
`

/** Pieces of a file that ends up as it would be without its prints, stale comments and missing ends. */
interface Layout {
  /** Byte order marks: the first is none of the text, a second is. */
  readonly marks: number
  readonly end: string
  readonly quote: string
  readonly semicolon: string
  readonly indent: string
  readonly lastEnd: boolean
  readonly isExported: boolean
  readonly isRun: boolean
  /** What stands between statements, true for what is to go. */
  readonly between: ReadonlyArray<readonly [line: string, goes: boolean]>
}

const between = FastCheck.constantFrom<readonly [string, boolean]>(
  ["console.log(\"a\", 1)", true],
  ["\t console.error(`a`);  ", true],
  ["// ballast-lint-ignore-next-line source/random: there is none", true],
  ["  /* ballast-lint-ignore-next-line source/clock: there is none */", true],
  ["", false],
  ["   \t", false],
  ["// a word:  Ünïcode 語 👩‍🔬 \t", false],
  ["const text = \"console.log(1)\"", false],
  ["/** a comment   \t*/", false],
  ["const  odd   =[ 1,2 ,3 ]", false]
)

const layout: FastCheck.Arbitrary<Layout> = FastCheck.record({
  marks: FastCheck.constantFrom(0, 1, 2),
  end: FastCheck.constantFrom("\n", "\r\n", "\r"),
  quote: FastCheck.constantFrom("\"", "'"),
  semicolon: FastCheck.constantFrom("", ";"),
  indent: FastCheck.constantFrom("", "  ", "\t", " \t "),
  lastEnd: FastCheck.boolean(),
  isExported: FastCheck.boolean(),
  isRun: FastCheck.boolean(),
  between: FastCheck.array(between, { maxLength: 8 })
})

/** Writes a layout as its author has it, and as it is to be. */
const written = (given: Layout): { readonly before: string; readonly after: string } => {
  const { end, indent, isExported, isRun, lastEnd, marks, quote, semicolon } = given
  const text = (goes: boolean): string => {
    const runs = isRun || !goes
    const filler = given.between.filter(([, stale]) => goes || !stale).map(([line], index) => line.replace(/(?<=const\s+)(text|odd)/, `$1_${index}`))
    const imported = `import { main } from ${quote}ballast/runtime${quote}${semicolon}`
    const lines = [
      `import { Expect, Experiment, Recipe } from ${quote}ballast${quote}${semicolon}`,
      ...(runs ? [imported] : []),
      ...filler,
      `const experiment = Experiment.make(${quote}e${quote}, {`,
      `${indent}question: ${quote}Does it run?${quote}, arms: { a: Recipe.make({}) },`,
      `${indent}seeds: [0], expect: [Expect.finite(${quote}a${quote})]`,
      `})${semicolon}`,
      ...(isExported || !goes ? [`export default experiment${semicolon}`] : []),
      ...(runs ? [`main(import.meta, experiment)${semicolon}`] : [])
    ]
    const added = !goes && (!isExported || !isRun)
    const last = lastEnd || added && (!isRun || !isExported && !isRun) ? end : ""
    return `${"\ufeff".repeat(marks)}${lines.join(end)}${last}`
  }
  return { before: text(true), after: text(false) }
}

/** The names of what stands between statements depend on how many stand there: they are made alike. */
const alike = (text: string): string => text.replace(/_\d+/g, "_")

describe("Lint.lint", () => {
  it.effect("finds nothing in this repository's own experiments", () =>
    Effect.gen(function*() {
      const linted = yield* Lint.lint([], { cwd: root, fix: false })
      assert.deepStrictEqual(found(linted), [])
      assert.isAbove(linted.length, 3)
    }))

  it.effect("names files, lines and columns in their order", () =>
    Effect.gen(function*() {
      const { first } = yield* linting({
        "b.ts": sound("b").replace("seeds: [0]", "seeds: [\r\n  Math.random(), Date.now()]"),
        "a.ts": `\ufeffconst x = "語", y = Math.random()\n`
      })
      assert.deepStrictEqual(found(first), [
        "experiments/a.ts:1:20 source/random",
        "experiments/b.ts:8:3 source/random",
        "experiments/b.ts:8:18 source/clock"
      ])
    }))

  it.effect("says of a file that is no program where it is none, once, and looks at the others", () =>
    Effect.gen(function*() {
      const { first } = yield* linting({
        "broken.ts": "const a = {\n  b: 1,,\n}\nconst c = Math.random((\n",
        "types.js": "const a: number = 1\n",
        "deep.ts": `const a = ${"[".repeat(30_000)}${"]".repeat(30_000)}\n`,
        "nested.ts": `const a = ${"[".repeat(900)}${"]".repeat(900)}\n`,
        "utf16.ts": Buffer.from("const a = 1", "utf16le").fill(0xff, 0, 1),
        "good.ts": sound("good")
      })
      assert.deepStrictEqual(found(first), [
        "experiments/broken.ts:2:8 source/syntax",
        "experiments/deep.ts:1:1 source/syntax",
        "experiments/nested.ts:1:1 source/syntax",
        "experiments/types.js:1:10 source/syntax",
        "experiments/utf16.ts:1:1 source/unreadable"
      ])
    }))

  it.effect("compares names with files that are not looked at", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        fs.mkdirSync(path.join(folder, "experiments"))
        for (const name of ["a", "b"]) fs.writeFileSync(path.join(folder, `experiments/${name}.ts`), sound("same"))
        const linted = yield* Lint.lint(["experiments/b.ts"], { cwd: folder, fix: false })
        assert.deepStrictEqual(found(linted), ["experiments/b.ts:4:36 experiment/same-name"])
        assert.match(linted[0]?.findings[0]?.message ?? "", /experiments\/a\.ts/)
      })))

  it.effect("never shows a secret: in no line, message or reason, where it is let be, and where the file is no program", () =>
    Effect.gen(function*() {
      const token = `gh${"p_"}0123456789abcdefghijABCDEFGHIJ012345`
      const escaped = token.replace("g", "\\x67")
      const { first } = yield* linting({
        "a.ts": [
          `import { Recipe } from "ballast"`,
          `const x = "${token}"; Math.random()`,
          `Recipe.accept("${token}", "it is meant")`,
          `Recipe.accept("${escaped}", "it is meant")`,
          `// ballast-lint-ignore-next-line source/secret: ${token} is a sample`,
          `const y = "${token}"`,
          `login("${token}")()`,
          ``
        ].join("\n"),
        "b.ts": `const x = "${token}",,\n`,
        "c.ts": `const password = "correct-horse-7"\nconst apiKey = password + Math.random()\n`
      })
      const all = JSON.stringify(first)
      assert.notInclude(all, token)
      assert.notInclude(all, token.slice(0, 12))
      assert.notInclude(all, escaped.slice(4, 20))
      assert.notInclude(all, "correct-horse")
      assert.include(found(first), "experiments/a.ts:2:12 source/secret")
      assert.strictEqual(first[0]?.suppressed.length, 1)
    }))

  it.effect("puts right what can be, keeps every other byte, and has nothing left to do then", () =>
    Effect.gen(function*() {
      const layouts = FastCheck.sample(layout, { numRuns: 40, seed: 11 })
      const files = layouts.map((given, index) => [`folder-${index}/experiments/e.ts`, written(given)] as const)
      const { after, first, second, twice } = yield* linting(
        Object.fromEntries(files.map(([name, { before }]) => [name, before])),
        true
      )
      for (const [name, { after: expected, before }] of files) {
        assert.strictEqual(alike(after[name]?.toString("utf8") ?? ""), alike(expected), JSON.stringify(before))
        assert.deepStrictEqual(twice[name], after[name])
      }
      assert.isAbove(first.filter(({ fixed }) => fixed > 0).length, 25)
      assert.isTrue(second.every(({ fixed }) => fixed === 0))
      // All are one experiment by name, and nobody sees a second mark; nothing else is left.
      const left = new Set([...first, ...second].flatMap(({ findings }) => findings.map(({ rule }) => rule.id)))
      assert.sameMembers([...left], ["experiment/same-name", "source/unseen-characters"])
    }))

  it.effect("does not touch a file in which nothing can be put right, nor one that is no program", () =>
    Effect.gen(function*() {
      const files = { "a.ts": "const x = Math.random()\n", "b.ts": "console.log(1)\nconst x = {,\n", "c.ts": sound("c") }
      const { after, first, left } = yield* linting(files, true)
      for (const [name, text] of Object.entries(files)) assert.strictEqual(after[name]?.toString("utf8"), text)
      assert.sameMembers(left, Object.keys(files))
      assert.isTrue(first.every(({ fixed }) => fixed === 0))
    }))

  it.effect("takes no print away that more hangs on", () =>
    Effect.gen(function*() {
      const text = [
        "const a = b",
        "console.log(1);",
        "[c].map(d)",
        "if (a) console.log(2)",
        "const e = () => console.log(3)",
        "console.log(next())",
        "console.log(4) // why",
        "f(); console.log(5)",
        ""
      ].join("\n")
      const { after } = yield* linting({ "a.ts": text }, true)
      assert.strictEqual(after["a.ts"]?.toString("utf8"), text)
    }))
})
