/**
 * A real explosion that the ladder, unaided, brings to where the arm that was clipped from the start comes to.
 */
import { assert, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as path from "node:path"
import { inProject } from "../e2e/project.ts"
import { tensorflow } from "../runtime/engine/tensorflow/engine.ts"

const source = fs.readFileSync(path.resolve(import.meta.dirname, "../../experiments/coldstart-clip.ts"), "utf8")
const tolerance = 0.1

interface RunDocument {
  readonly arm: string
  readonly status: string
  readonly remedied: boolean
  readonly metrics: { readonly loss: number }
  readonly attempts: ReadonlyArray<{
    readonly fault: { readonly tag: string } | null
    readonly diagnosis: { readonly verdict: string } | null
    readonly remedy: { readonly change: string } | null
  }>
}

tensorflow("The bare arm of coldstart-clip with Retry.diagnosed", () => {
  it.each(["tensorflow", "wasm"])("comes within a tenth of the clipped arm's loss on %s", (engine) =>
    inProject(async ({ ballast, write }) => {
      const retried = source
        .replace("import { ", "import { Retry, ")
        .replace("arms: { bare, clip,", "arms: { bare: Recipe.with(bare, { retry: Retry.diagnosed() }), clip,")
      assert.notStrictEqual(retried.indexOf("retry: Retry.diagnosed()"), -1)
      write("e.ts", retried)
      const { stderr, stdout } = await ballast("run", "e.ts", "--json", "--arm", "bare", "--arm", "clip", "--engine", engine)
      const [bare, clip] = (JSON.parse(stdout) as { readonly runs: ReadonlyArray<RunDocument> }).runs
      const told = `${stderr}\n${stdout}`
      if (bare === undefined) return assert.fail(told)
      assert.strictEqual(bare.status, "succeeded", told)
      assert.isTrue(bare.remedied, told)
      assert.strictEqual(bare.attempts[0]?.diagnosis?.verdict, "explosion", told)
      const [ours, theirs] = [bare.metrics.loss, clip?.metrics.loss ?? NaN]
      assert.isBelow(ours, (1 + tolerance) * theirs, told)
      const way = bare.attempts.map(({ fault, remedy }) => `${fault?.tag ?? "ended well"}${remedy === null ? "" : `, ${remedy.change}`}`)
      process.stdout.write(`${engine}: loss ${ours.toFixed(3)} against ${theirs.toFixed(3)} clipped; ${way.join("; ")}\n`)
    }))
})
