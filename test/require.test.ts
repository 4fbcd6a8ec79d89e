import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

const root = path.resolve(import.meta.dirname, "..")

/** Runs one test file by the repository's own configuration. */
const ran = (text: string, environment: Readonly<Record<string, string>> = {}) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ballast-require-"))
  try {
    fs.mkdirSync(path.join(folder, "test"))
    for (const file of ["vitest.config.ts", "test/ClosingLine.ts", "test/require.ts"]) {
      fs.copyFileSync(path.join(root, file), path.join(folder, file))
    }
    fs.writeFileSync(path.join(folder, "package.json"), `{ "type": "module" }`)
    fs.writeFileSync(path.join(folder, "test/one.test.ts"), text)
    fs.symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"))
    const { status, stderr, stdout } = spawnSync(
      process.execPath,
      [path.join(root, "node_modules/vitest/vitest.mjs"), "run"],
      { cwd: folder, encoding: "utf8", env: { ...process.env, NO_COLOR: "1", BALLAST_REQUIRE: "", ...environment } }
    )
    return { failed: status !== 0, lastLine: stdout.trimEnd().split("\n").at(-1), printed: stdout + stderr }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

const run = (text: string, environment: Readonly<Record<string, string>> = {}) => {
  const { failed, lastLine } = ran(text, environment)
  return { failed, lastLine }
}

const two = (available: boolean): string =>
  [
    `import { assert, it } from "@effect/vitest"`,
    `import { part } from "./require.ts"`,
    `it("runs", () => assert.isTrue(true))`,
    `part("gpu", ${available}, "GPU", () => { it("computes", () => assert.isTrue(${available})) })`
  ].join("\n")

describe("part", () => {
  it("runs the tests of a part that is available", () => {
    assert.deepStrictEqual(run(two(true)), { failed: false, lastLine: "2 passed, 0 failed" })
  })

  it("skips the tests of a part that is not", () => {
    assert.deepStrictEqual(run(two(false)), { failed: false, lastLine: "1 passed, 0 failed, 1 skipped" })
    assert.deepStrictEqual(run(two(false), { BALLAST_REQUIRE: "tensorflow,data" }), {
      failed: false,
      lastLine: "1 passed, 0 failed, 1 skipped"
    })
  })

  it("says why a part is not available, in words of its own where it has them", () => {
    const why = (words = ""): string => ran(two(false).replace(/\)$/, `${words})`), { BALLAST_REQUIRE: "gpu" }).printed
    assert.include(why(), "BALLAST_REQUIRE names gpu, which is not available here")
    assert.include(why(`, "is switched off"`), "BALLAST_REQUIRE names gpu, which is switched off")
  })

  it("fails where the part is required", () => {
    assert.deepStrictEqual(run(two(false), { BALLAST_REQUIRE: "data, gpu" }), {
      failed: true,
      lastLine: "1 passed, 1 failed"
    })
  })
})

describe("ClosingLine", () => {
  it("counts a file that does not load as a failure", () => {
    assert.deepStrictEqual(run(`import "./nothing.ts"`), { failed: true, lastLine: "0 passed, 1 failed" })
  })

  it("counts a hook that fails", () => {
    const text = `import { beforeAll, describe, it } from "@effect/vitest"
      it("runs", () => undefined)
      describe("a suite", () => { beforeAll(() => { throw new Error("no") }); it("never runs", () => undefined) })`
    const { failed, lastLine } = run(text)
    assert.isTrue(failed)
    assert.match(lastLine ?? "", /^1 passed, [1-9] failed/)
  })

  it("counts an error that no test caught", () => {
    const text = `import { it } from "@effect/vitest"
      it("runs", () => { setTimeout(() => { throw new Error("late") }, 0) })
      it("waits", () => new Promise((resolve) => setTimeout(resolve, 50)))`
    assert.deepStrictEqual(run(text), { failed: true, lastLine: "2 passed, 1 failed" })
  })

  it("counts no test at all as a failure", () => {
    assert.deepStrictEqual(run(`import { it } from "@effect/vitest"\nvoid it`), {
      failed: true,
      lastLine: "0 passed, 1 failed"
    })
  })
})
