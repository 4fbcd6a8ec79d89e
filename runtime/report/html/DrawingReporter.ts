/**
 * A reporter that leaves a page in the folder of every run that ends, and passes on what it hears.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Reporter } from "../../run/Reporter.ts"
import type { RunResult } from "../../run/Result.ts"
import * as RunFolder from "../../run/RunFolder.ts"
import * as Chart from "./Chart.ts"
import * as Reports from "./Reports.ts"

/** What came of a run stands without its page, so that one which cannot be written is let go. */
const draw = Effect.fnUntraced(function*(result: RunResult) {
  const { arm, directory, id, seed, status } = result
  const experiment = RunFolder.plan(directory)?.experiment ?? ""
  const run = { id, launch: "", experiment, arm, seed, status, reason: null, directory, started: null, result }
  const page = yield* Reports.ofRun(run)
  yield* Effect.sync(() => Reports.write(Reports.fileOf(run), page))
}, (drawing) => Effect.ignoreCause(drawing))

/** Draws while other runs go on; whoever lets go of the layer waits for the pages that are not done. */
export const layer: Layer.Layer<Reporter, never, Reporter> = Layer.effect(
  Reporter,
  Effect.gen(function*() {
    const inner = yield* Reporter
    const drawing = new Set<Promise<void>>()
    yield* Effect.addFinalizer(() => Effect.promise(() => Promise.all(drawing)))
    return {
      ...inner,
      begins: (run, attempt) => {
        inner.begins(run, attempt)
        // Another process begins to compute now, and this one waits for it.
        void Chart.prepare().catch(() => undefined)
      },
      ended: (result) => {
        inner.ended(result)
        const done = Effect.runPromise(draw(result)).finally(() => drawing.delete(done))
        drawing.add(done)
      }
    }
  })
)
