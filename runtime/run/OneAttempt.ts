/**
 * One attempt at a run: accepted, trained in another process, and kept as it ended.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { randomUUID } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import type * as Fault from "../../dsl/Fault.ts"
import * as Injection from "../../dsl/Injection.ts"
import type { Chosen } from "../engine/Engines.ts"
import type * as Plan from "../plan/Plan.ts"
import type { Event } from "../train/Event.ts"
import * as Fence from "../train/Fence.ts"
import type { AttemptOutcome, OutcomeFault } from "../train/Outcome.ts"
import type { Acceptance, AttemptRecord } from "./AttemptRecord.ts"
import type { Beginning } from "./Beginning.ts"
import * as EngineProcess from "./EngineProcess.ts"
import type { HomeUnusable } from "./Home.ts"
import * as Job from "./Job.ts"
import * as Owner from "./Owner.ts"
import * as RunFolder from "./RunFolder.ts"
import type { Stop } from "./Stop.ts"
import { Store } from "./Store.ts"
import type { StoreFailed } from "./store/Database.ts"
import * as Supervision from "./Supervision.ts"
import * as About from "./telemetry/About.ts"

/** Another process has taken a run over; `message` says which one. What comes of this one does not count any more. */
export class RunTaken extends Schema.TaggedError<RunTaken>()("RunTaken", { message: Schema.String }) {}

const taken = ({ directory, id }: Job.Job): RunTaken => {
  const by = RunFolder.acceptance(directory)
  return new RunTaken({
    message: by === null
      ? `another process has taken over run ${id}`
      : `${Owner.name(by.owner)} has taken over run ${id} with attempt ${by.attempt}: what came of this one does not count`
  })
}

/** What an attempt is made with. */
export interface Making {
  readonly number: number
  /** The arm with the recipe as it is by now. */
  readonly plan: Plan.Arm
  readonly engine: Chosen
  readonly beginning: Beginning
  readonly stop: Stop
  readonly onEvent: (event: Event) => void
}

/** An attempt that has not begun, or of which nothing is known. */
export const untold = (from: number): AttemptOutcome => ({
  status: "interrupted",
  from,
  steps: from,
  exact: null,
  stopped: null,
  best: null,
  fault: null,
  incident: null,
  engine: null,
  metrics: { loss: NaN, map50: null, map: null, accuracy: null, imagesPerSecond: 0, seconds: 0 },
  clipRate: 0,
  gradNorm: { median: NaN, p99: NaN, max: NaN },
  spikes: 0,
  skipped: 0,
  advice: []
})

/** What goes wrong once, goes wrong in the first attempt; an image stays bad. */
const narrowed = (injection: Injection.Injection | null, attempt: number): Injection.Injection | null => {
  const lasting = injection?._tag === "BadImage" || (injection !== null && "always" in injection && injection.always)
  return attempt === 1 || lasting ? injection : null
}

/** A process that is killed or hangs cannot tell why; who has watched it knows what it was told to do. */
const brought = (injection: Injection.Injection | null, { _tag }: Fault.Fault, done: number): string | null => {
  const kind = injection?._tag
  const fits = (kind === "Kill" && _tag === "WorkerLost") || (kind === "Stall" && _tag === "Timeout")
  return injection !== null && fits && "step" in injection && injection.step === done ? Injection.text(injection) : null
}

const signals: ReadonlySet<string | null | undefined> = new Set(["SIGINT", "SIGTERM", "SIGHUP"])

interface Seen {
  readonly ended: EngineProcess.Ended<AttemptOutcome>
  readonly injection: Injection.Injection | null
  readonly from: number
  /** How many steps it was seen to come to. */
  readonly done: number
  readonly seconds: number
}

const outcomeOf = ({ done, ended, from, injection, seconds }: Seen, stop: Stop): AttemptOutcome => {
  const failed = (outcome: AttemptOutcome, fault: Fault.Fault): AttemptOutcome => {
    const told: OutcomeFault = {
      tag: fault._tag,
      message: fault.message,
      step: outcome.steps,
      onset: outcome.steps,
      injected: brought(injection, fault, outcome.steps)
    }
    return { ...outcome, status: "failed", fault: told, metrics: { ...outcome.metrics, loss: Infinity } }
  }
  const { breach, exit, memory, result } = ended
  if (Result.isFailure(result)) {
    const blank = untold(from)
    const seen = { ...blank, steps: done, metrics: { ...blank.metrics, seconds } }
    // A signal that was meant for all of them may come before the process listens.
    return stop.requested() !== null && signals.has(exit?.signal) ? seen : failed(seen, result.failure)
  }
  const outcome = result.success
  if (outcome.status !== "interrupted") return outcome
  if (breach !== null) return failed(outcome, Supervision.breached(breach, outcome.steps, memory))
  return stop.requested() === null ? failed(outcome, Supervision.preempted("SIGTERM", outcome.steps)) : outcome
}

const recordOf = (
  outcome: AttemptOutcome,
  { id }: Job.Job,
  { beginning, engine, number, plan }: Making,
  { exit, memory }: Pick<EngineProcess.Ended<AttemptOutcome>, "exit" | "memory">
): AttemptRecord => ({
  format: "ballast.attempt/1",
  result: {
    number,
    from: outcome.from,
    status: outcome.status,
    fault: outcome.fault,
    diagnosis: null,
    remedy: null,
    exact: outcome.exact,
    incident: outcome.incident === null ? null : `${id}.${number}`,
    exit,
    memory,
    remarks: beginning.remarks
  },
  outcome,
  recipe: plan.identity.recipe,
  engine,
  next: null
})

/** Keeps how an attempt ended. Fails with RunTaken where it does not count any more. */
export const keep = Effect.fn("OneAttempt.keep")(function*(job: Job.Job, record: AttemptRecord, token: string | null) {
  if (RunFolder.acceptance(job.directory)?.token !== token) return yield* taken(job)
  const file = RunFolder.recordFile(RunFolder.attemptOf(job.directory, record.result.number))
  yield* Job.onDisk(job, () => RunFolder.write(file, record))
  const store = yield* Store
  // The file tells the whole; the record, which may be out of reach for a while, is for looking things up.
  yield* Effect.ignore(store.keep(job, record.result, token, Date.now()))
})

/** An attempt that was made, and what it may write by. */
export interface Made {
  readonly record: AttemptRecord
  readonly token: string
}

/**
 * Makes an attempt. What happens to its process is a fault of the attempt; fails with RunTaken where another process has
 * taken the run over, before or meanwhile.
 */
export const run = Effect.fn("OneAttempt.run")(
  function*(job: Job.Job, making: Making): Effect.fn.Return<Made, HomeUnusable | RunTaken | StoreFailed, Store> {
    const { beginning, engine, number, plan, stop } = making
    const store = yield* Store
    const directory = RunFolder.attemptOf(job.directory, number)
    const token = randomUUID()
    const { holder, id } = job
    if (!(yield* store.accept(id, { attempt: number, token }, { holder, at: Date.now() }))) return yield* taken(job)
    yield* Job.onDisk(job, () => {
      // A process that was paused while this one took its place must spoil nothing when it wakes.
      for (const attempt of RunFolder.attempts(job.directory)) Fence.raise(attempt, token)
      Fence.raise(directory, token)
      RunFolder.write(RunFolder.acceptanceFile(job.directory), {
        format: "ballast.acceptance/1",
        run: job.id,
        seed: job.seed,
        attempt: number,
        token,
        owner: Owner.self(),
        engine,
        from: beginning.step,
        checkpoint: beginning.checkpoint,
        remarks: beginning.remarks
      } satisfies Acceptance)
      // What came of an attempt before is not what comes of the run any more.
      fs.rmSync(path.join(job.directory, "result.json"), { force: true })
      Job.describe(directory, plan, job.experiment)
    })
    const injection = narrowed(job.injection, number)
    const began = performance.now()
    let done = beginning.step
    const ended = yield* EngineProcess.supervise({
      kind: "attempt",
      engine,
      assignment: {
        run: job.id,
        attempt: number,
        arm: job.arm,
        seed: job.seed,
        recipe: plan.recipe,
        source: job.source,
        start: job.start,
        steps: job.steps,
        directory,
        from: beginning.checkpoint,
        injection,
        token
      }
    }, {
      log: RunFolder.processLog(directory),
      limits: plan.recipe.host,
      onEvent: (event) => {
        if (event.kind === "step" && event.finite) done = event.step + 1
        making.onEvent(event)
      },
      onStop: stop.listen
    })
    const seconds = (performance.now() - began) / 1000
    const outcome = outcomeOf({ ended, injection, from: beginning.step, done, seconds }, stop)
    const record = recordOf(outcome, job, making, ended)
    yield* keep(job, record, token)
    return { record, token }
  },
  Effect.tap(({ record }) => About.ended(record))
)
