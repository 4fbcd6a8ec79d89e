import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { experiment, inProject } from "./project.ts"

interface Document {
  readonly format: string
  readonly passed: boolean
  readonly files: ReadonlyArray<string>
  readonly findings: ReadonlyArray<{
    readonly rule: string
    readonly file: string
    readonly line: number
    readonly column: number
    readonly message: string
    readonly fixable: boolean
  }>
  readonly suppressed: ReadonlyArray<{ readonly rule: string; readonly reason: string }>
  readonly fixed: ReadonlyArray<{ readonly file: string; readonly count: number }>
}

const read = (stdout: string): Document => JSON.parse(stdout) as Document

const sound = (name: string): string => experiment({ name, arms: "{ calm, wild }", expect: `[Expect.loss("calm").below("wild")]` })

describe("ballast lint", () => {
  it("looks at all of experiments/, and at files anywhere, and ends with 0 where nothing blocks", () =>
    inProject(async ({ each, write }) => {
      write("experiments/a.ts", sound("a"))
      write("experiments/nested/b.ts", experiment({ name: "b", arms: "{ calm, wild }" }))
      const elsewhere = fs.mkdtempSync(path.join(os.tmpdir(), "ballast-elsewhere-"))
      const file = path.join(elsewhere, "c.ts")
      fs.writeFileSync(file, `export const peak = Math.random()\n`)
      const invocations = [["lint"], ["lint", "--strict"], ["lint", file, "experiments/a.ts", "--json"]]
      const ended = await each(invocations).finally(() => fs.rmSync(elsewhere, { recursive: true }))
      const [all, strict, named] = ended
      assert.strictEqual(all?.code, 0, ended.map(({ stderr, stdout }) => stdout + stderr).join("\n"))
      assert.match(all?.stdout ?? "", /^experiments\/nested\/b\.ts:\d+:\d+ {2}warning {2}experiment\/no-expectation$/m)
      assert.match(all?.stdout ?? "", /\n2 files, 1 warning\n$/)
      assert.notInclude(all?.stdout ?? "", "\u001b")
      assert.strictEqual(strict?.code, 1)
      const document = read(named?.stdout ?? "")
      assert.deepStrictEqual([named?.code, document.format, document.passed], [1, "ballast.lint/1", false])
      assert.deepStrictEqual(document.files, [file, "experiments/a.ts"])
      assert.deepStrictEqual(
        document.findings.map(({ column, file, line, rule }) => [file, line, column, rule]),
        [[file, 1, 21, "source/random"]]
      )
    }))

  it("never runs what it looks at", () =>
    inProject(async ({ ballast, folder, write }) => {
      write("experiments/a.ts", [
        `import { writeFileSync } from "node:fs"`,
        `writeFileSync("ran", "yes")`,
        `process.exit(7)`,
        ``
      ].join("\n"))
      const { code, stdout } = await ballast("lint", "--json")
      assert.strictEqual(code, 1)
      const rules = new Set(read(stdout).findings.map(({ rule }) => rule))
      assert.sameMembers([...rules], ["source/network-or-files", "source/side-effect-at-import"])
      assert.isFalse(fs.existsSync(path.join(folder, "ran")))
    }))

  it("puts right what can be, tells what is left, and what a comment lets be", () =>
    inProject(async ({ each, folder, write }) => {
      const ends = /\nexport default experiment\nmain\(import\.meta, experiment\)\n$/
      const text = sound("a").replace(ends, "\nconsole.log(calm)\n").replaceAll("\n", "\r\n")
      const lines = [
        "",
        "// ballast-lint-ignore-next-line source/clock: the file is here to be looked at",
        "const now = Date.now()",
        "const chance = Math.random() // later",
        ""
      ]
      write("experiments/a.ts", text + lines.join("\r\n"))
      const [fixed, again] = await each([["lint", "--fix", "--json"], ["lint", "--fix"]])
      const { code, stdout = "" } = fixed ?? {}
      const document = read(stdout)
      assert.deepStrictEqual(document.findings.map(({ fixable, rule }) => [rule, fixable]), [["source/random", false]])
      assert.deepStrictEqual(document.suppressed.map(({ reason, rule }) => [rule, reason]), [
        ["source/clock", "the file is here to be looked at"]
      ])
      assert.deepStrictEqual([code, document.fixed], [1, [{ file: "experiments/a.ts", count: 3 }]])
      assert.strictEqual(
        fs.readFileSync(path.join(folder, "experiments/a.ts"), "utf8"),
        `${text.replace("console.log(calm)\r\n", "")}${lines.join("\r\n")}export default experiment\r\nmain(import.meta, experiment)\r\n`
      )
      assert.match(again?.stdout ?? "", /1 file, 1 error, 1 let be, with a reason\n$/)
    }))

  it("writes SARIF to a file beside the report, or to standard output instead", () =>
    inProject(async ({ each, folder, write }) => {
      write("experiments/a.ts", sound("a").replace("[0]", "[Date.now()]"))
      const [beside, printed] = await each([["lint", "--sarif", "lint.sarif"], ["lint", "--sarif", "-"]])
      assert.strictEqual(beside?.code, 1)
      assert.match(beside?.stdout ?? "", /source\/clock/)
      const file = fs.readFileSync(path.join(folder, "lint.sarif"), "utf8")
      assert.strictEqual(printed?.stdout, file)
      const { runs } = JSON.parse(file) as { readonly runs: ReadonlyArray<{ readonly results: ReadonlyArray<{ readonly ruleId: string }> }> }
      assert.deepStrictEqual(runs[0]?.results.map(({ ruleId }) => ruleId), ["source/clock"])
    }))

  it("refuses wrong usage with 2, and says what there is", () =>
    inProject(async ({ ballast, each, write }) => {
      const none = await ballast("lint")
      assert.deepStrictEqual([none.code, none.stdout], [2, ""])
      assert.match(none.stderr, /no folder experiments here/)
      write("experiments/a.ts", sound("a"))
      const wrong: ReadonlyArray<readonly [ReadonlyArray<string>, RegExp]> = [
        [["gone.ts", "package.json"], /there is no file gone\.ts\n.*package\.json is no experiment's file/],
        [["--json", "--sarif", "-"], /both print to standard output/],
        [["--sarif", "nowhere/x.sarif"], /--sarif cannot write nowhere\/x\.sarif/],
        [["--fxi"], /--fix/]
      ]
      const ended = await each(wrong.map(([parameters]) => ["lint", ...parameters]))
      wrong.forEach(([parameters, expected], index) => {
        const { code, stderr = "" } = ended[index] ?? {}
        assert.strictEqual(code, 2, parameters.join(" "))
        assert.match(stderr, expected)
      })
    }))

  it("lets neither a file's name nor its text steer the terminal", () =>
    inProject(async ({ ballast, write }) => {
      write("experiments/\u202eab\u001b[31m.ts", `const x = "\u001b[2J\u202e" + Math.random() // \u2066\u0007\n`)
      write("experiments/\u001b]0;b\u0007.ts", `const x = "\u001b[2J",,\n`)
      const { code, stdout } = await ballast("lint")
      assert.strictEqual(code, 1)
      assert.match(stdout, /source\/random/)
      assert.match(stdout, /source\/syntax/)
      assert.notMatch(stdout, /[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/u)
    }))
})

describe("other commands", () => {
  it("load nothing of the linter", () => {
    const main = path.resolve(import.meta.dirname, "../../runtime/cli/Main.ts")
    const program = [
      `const { run } = await import(${JSON.stringify(main)})`,
      `const { createRequire } = await import("node:module")`,
      `await run(["--version"])`,
      `const loaded = () => Object.keys(createRequire(${JSON.stringify(main)}).cache).some((file) => file.includes("ts-morph"))`,
      `const before = loaded()`,
      `await run(["lint", "nothing.ts"])`,
      `process.exit(before || !loaded() ? 1 : 0)`
    ].join("\n")
    const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" })
    assert.strictEqual(status, 0, stderr)
  })
})
