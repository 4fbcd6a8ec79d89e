/**
 * Looking into the fault that an attempt ended with, in processes of their own: on the engine that it failed on, and on
 * another one.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as path from "node:path"
import type { Fault } from "../../dsl/Fault.ts"
import * as Engines from "../engine/Engines.ts"
import type * as Diagnose from "../fault/Diagnose.ts"
import type { Diagnosis, Trial } from "../fault/Diagnosis.ts"
import type { Evidence } from "../fault/Evidence.ts"
import * as Verdict from "../fault/Verdict.ts"
import * as Bundle from "../train/Bundle.ts"
import type { TrialEvent } from "../train/Event.ts"
import type { Course } from "./Course.ts"
import * as EngineProcess from "./EngineProcess.ts"
import type { Job } from "./Job.ts"
import { Reporter } from "./Reporter.ts"
import * as RunFolder from "./RunFolder.ts"
import type { Stop } from "./Stop.ts"

/** Of a machine's fault, and of memory that ran out, the cause is known; what else there is to find out is in the numbers. */
const lookedInto: ReadonlySet<string> = new Set(["NonFinite", "Diverged", "DataFault", "EngineFault"] satisfies ReadonlyArray<Fault["_tag"]>)

const elsewhere = "another engine"

const untried = (reason: string): Trial => ({ change: elsewhere, cured: null, steps: 0, reason })

/** Takes the failing step once more on an engine that it did not fail on, where one works here. */
const onAnother = Effect.fnUntraced(function*(failed: Engines.Name, bundle: string, log: string) {
  for (const name of Engines.names) {
    if (name === failed) continue
    const engine = yield* Engines.choose(name).pipe(Effect.catch(() => Effect.succeed(null)))
    if (engine === null || engine.warning !== null) continue
    const { result } = yield* EngineProcess.supervise({ kind: "replay", engine, assignment: { bundle, source: null } }, { log })
    if (Result.isFailure(result)) return untried(`${name} did not get through the step: ${result.failure.message}`)
    const { fault, reproduced } = result.success
    return { change: elsewhere, cured: !reproduced, steps: 1, reason: fault } satisfies Trial
  }
  return untried(`no engine but ${failed} works on this host`)
})

const evidenceOf = ({ document: { before, fault } }: Bundle.Bundle, findings: Diagnose.Findings, other: ReadonlyArray<Trial>): Evidence => {
  const { broken, replayed, trials } = findings
  const first = replayed?.probe?.first ?? null
  return {
    fault: { tag: fault.tag as Fault["_tag"], step: fault.step, message: fault.message },
    probe: replayed === null || replayed.probe === null
      ? null
      : { first: first === null ? null : { ...first, files: replayed.files } },
    reproduced: replayed?.reproduced ?? null,
    trials: [...trials, ...other],
    rows: replayed?.rows ?? null,
    broken,
    norms: before
  }
}

/**
 * Looks into the last attempt's fault and keeps what was found with its bundle; null where it left nothing to look into,
 * where the process that looks does not get through, or where somebody wishes to stop meanwhile.
 */
export const diagnose = Effect.fn("Diagnosing.diagnose")(function*(job: Job, { engine, past }: Course, stop: Stop) {
  const reporter = yield* Reporter
  const last = past.at(-1)
  const tag = last?.result.fault?.tag
  if (last === undefined || tag === undefined || last.outcome.incident === null || !lookedInto.has(tag)) return null
  reporter.decided(job, last.result, { kind: "diagnose" })
  const began = performance.now()
  const directory = RunFolder.attemptOf(job.directory, last.result.number)
  const folder = path.join(directory, last.outcome.incident)
  const log = RunFolder.processLog(directory)
  const work = EngineProcess.supervise(
    { kind: "diagnose", engine, assignment: { bundle: folder, source: job.source } },
    { log, onEvent: (event) => reporter.event(event, job) }
  ).pipe(Effect.flatMap(Effect.fnUntraced(function*({ result }) {
    if (Result.isFailure(result)) {
      reporter.decided(job, last.result, { kind: "undiagnosed", reason: result.failure.message })
      return null
    }
    const bundle = yield* Effect.try({ try: () => Bundle.read(folder), catch: () => null }).pipe(
      Effect.catch(() => Effect.succeed(null))
    )
    if (bundle === null) return null
    // What did not come again on its own engine need not be taken elsewhere; a divergence is more than one step.
    const again = result.success.replayed?.reproduced === true
    const other = again ? [yield* onAnother(engine.engine, folder, log)] : []
    for (const { change, cured } of other) {
      const { attempt, fault: { step }, onset, run } = bundle.document
      reporter.event({ kind: "trial", run, attempt, step: step ?? onset, change, cured } satisfies TrialEvent, job)
    }
    const diagnosis: Diagnosis = Verdict.of(evidenceOf(bundle, result.success, other))
    const seconds = (performance.now() - began) / 1000
    // It is kept with the attempt, too: a disk that has no room for it twice costs nothing but this copy.
    yield* Effect.ignore(Effect.try(() => RunFolder.write(path.join(folder, "diagnosis.json"), { ...diagnosis, seconds })))
    return diagnosis
  })))
  const wished = Effect.callback<null>((resume) => {
    const forget = stop.listen(() => resume(Effect.succeed(null)))
    return Effect.sync(forget)
  })
  return yield* Effect.raceFirst(work, wished)
})
