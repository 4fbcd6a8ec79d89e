/**
 * A reporter that logs what happens to runs, for people and programs that read a worker's log.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Decision, Reporter, type RunReference } from "../Reporter.ts"

/** One step in so many milliseconds is enough to see that a run goes on. */
const stepEvery = 30_000

const decisionOf = (decision: Decision): string => {
  switch (decision.kind) {
    case "diagnose":
      return "looking into the fault"
    case "undiagnosed":
      return `the fault could not be looked into: ${decision.reason}`
    case "again":
      return `the same again from step ${decision.from}, in ${decision.after} s (${decision.try} of ${decision.of})`
    case "remedy":
      return decision.remedy.change
    case "stop":
      return `no further attempt: ${decision.reason}`
  }
}

/** Logs an attempt's beginning and end, faults and what is done about them, evaluations, and now and then a step. */
export const layer: Layer.Layer<Reporter> = Layer.effect(
  Reporter,
  Effect.gen(function*() {
    const run = Effect.runForkWith(yield* Effect.context<never>())
    const told = new Map<string, number>()
    const log = (message: string, { arm, id, seed }: RunReference, fields: Readonly<Record<string, unknown>> = {}): void => {
      run(Effect.annotateLogs(Effect.logInfo(message), { run: id, arm, seed, ...fields }))
    }
    return {
      launched: () => undefined,
      begins: (run, { from, number, remarks }) =>
        log([`attempt ${number} begins at step ${from}`, ...remarks].join("; "), run, { attempt: number, step: from }),
      event: (event, run) => {
        const now = performance.now()
        if (event.kind === "step" && now - (told.get(run.id) ?? -Infinity) > stepEvery) {
          told.set(run.id, now)
          const { attempt, gradNorm, imagesPerSecond, learningRate, loss, step } = event
          log("step", run, { attempt, step, loss, gradNorm, learningRate, imagesPerSecond })
        }
        if (event.kind === "eval") log("evaluated", run, { attempt: event.attempt, step: event.step, map50: event.map50 })
      },
      decided: (run, { fault, number }, decision) =>
        log(decisionOf(decision), run, { attempt: number, fault: fault?.tag, step: fault?.step }),
      ended: (result) => {
        told.delete(result.id)
        log(`run ${result.status}`, result, { status: result.status, steps: result.steps, loss: result.metrics.loss })
      }
    }
  })
)
