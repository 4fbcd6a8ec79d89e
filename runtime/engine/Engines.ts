/**
 * The engines that this version knows, which of them can be used here, and the choice between them.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type Candidate, type Checked, type Name, names } from "./Candidate.ts"
import type { Description } from "./Engine.ts"
import * as Addon from "./tensorflow/Addon.ts"
import * as Location from "./tensorflow/Location.ts"
import * as Threads from "./tensorflow/Threads.ts"
import * as Verdict from "./Verdict.ts"
import * as Requirements from "./wasm/Requirements.ts"

export { type Candidate as Chosen, type Checked, type Name, names } from "./Candidate.ts"
export { load } from "./Loading.ts"

/** What may be asked for: an engine by its name, or the first that works. */
export const choices = ["auto", ...names] as const
export type Choice = typeof choices[number]

/** What is known of one engine on this host. `reason` says why it cannot be used, and the command that supplies it. */
export interface Listing {
  readonly engine: Name
  readonly usable: boolean
  readonly version: string | null
  readonly device: Description["device"] | null
  readonly threads: number | null
  /** Whether it passed the reference cases; null where they have not run yet, which its first use makes good. */
  readonly passes: boolean | null
  readonly reason: string | null
}

/** No engine that was asked for can be used; `message` says why, and what supplies one. */
export class EngineMissing extends Schema.TaggedError<EngineMissing>()("EngineMissing", { message: Schema.String }) {}

/** A chosen engine, and why it was chosen. */
export interface Decision extends Candidate {
  /** One line: the engine, and why it and none before it. */
  readonly reason: string
  /** What speaks against an engine that was asked for by its name all the same; null where nothing does. */
  readonly warning: string | null
}

/** Finds an engine where it lies ready, without loading it; otherwise says what is missing and what supplies it. */
const find = (name: Name): Candidate | string => {
  if (name === "tensorflow") {
    const installed = Location.find()
    return installed === null
      ? "not installed (npx ballast engine install tensorflow)"
      : { engine: name, version: installed.version, directory: installed.directory }
  }
  const obstacle = Requirements.obstacle()
  return obstacle ?? { engine: name, version: Requirements.version(), directory: null }
}

const failing = ({ failures, passed }: Verdict.Verdict): string =>
  `${failures.length} of ${failures.length + passed} reference cases fail`

const listed = Effect.fnUntraced(function*(name: Name): Effect.fn.Return<Listing> {
  const absent = { engine: name, usable: false, version: null, device: null, threads: null, passes: null } as const
  const candidate = find(name)
  if (typeof candidate === "string") return { ...absent, reason: candidate }
  const verdict = Verdict.kept(candidate)
  const judged = {
    engine: name,
    usable: true,
    passes: verdict === null ? null : verdict.failures.length === 0,
    reason: verdict === null || verdict.failures.length === 0
      ? null
      : `${failing(verdict)}, so that auto passes it over (npx ballast engine check ${name})`
  } as const
  const installed = name === "tensorflow" ? Location.find() : null
  if (installed === null) return { ...judged, version: candidate.version, device: "cpu", threads: 1 }
  return yield* Addon.prove(Location.addonOf(installed)).pipe(
    Effect.map(({ gpu, version }): Listing => ({
      ...judged,
      version,
      device: gpu ? "gpu" : "cpu",
      threads: Threads.count()
    })),
    Effect.catch(({ message }) => Effect.succeed({ ...absent, reason: `it does not load: ${message}` }))
  )
})

/** Finds out what can be used here. Each engine is tried in a process of its own, which takes about a second. */
export const list: Effect.Effect<ReadonlyArray<Listing>> = Effect.forEach(names, listed, { concurrency: "unbounded" })

/** Hears that an engine's reference cases are about to run, which takes some seconds, once. */
export type OnCheck = (engine: Name) => void

/** Says how an engine does on the reference cases; a text where it does not get through them. */
const judge = (candidate: Candidate, onCheck: OnCheck): Effect.Effect<Verdict.Verdict | string> =>
  Effect.suspend(() => {
    const kept = Verdict.kept(candidate)
    if (kept !== null) return Effect.succeed(kept)
    onCheck(candidate.engine)
    return Verdict.check(candidate).pipe(
      Effect.map(({ cases, passed }): Verdict.Verdict | string => ({
        passed,
        failures: cases.flatMap((one) => one.ok ? [] : [{ case: one.case, error: one.error ?? "" }])
      })),
      Effect.catch(({ message, output }) => Effect.succeed(`it does not work here: ${message}\n${output}`.trimEnd()))
    )
  })

/** How many of the cases that failed a warning lists. */
const shownFailures = 3

const warningOf = (name: Name, verdict: Verdict.Verdict): string =>
  [
    `the ${name} engine computes wrongly here: ${failing(verdict)}, among them`,
    ...verdict.failures.slice(0, shownFailures).map((one) => `  ${one.case}: ${one.error}`),
    `all of them: npx ballast engine check ${name}`
  ].join("\n")

const named = Effect.fnUntraced(function*(name: Name, onCheck: OnCheck): Effect.fn.Return<Decision, EngineMissing> {
  const candidate = find(name)
  const missing = (why: string) => new EngineMissing({ message: `the engine ${name} cannot be used: ${why}` })
  if (typeof candidate === "string") return yield* missing(candidate)
  const verdict = yield* judge(candidate, onCheck)
  if (typeof verdict === "string") return yield* missing(verdict)
  const warning = verdict.failures.length === 0 ? null : warningOf(name, verdict)
  return { ...candidate, reason: `${name}: asked for by its name`, warning }
})

const first = Effect.fnUntraced(function*(onCheck: OnCheck): Effect.fn.Return<Decision, EngineMissing> {
  const passedOver: Array<string> = []
  for (const name of names) {
    const candidate = find(name)
    const verdict = typeof candidate === "string" ? candidate : yield* judge(candidate, onCheck)
    if (typeof candidate !== "string" && typeof verdict !== "string" && verdict.failures.length === 0) {
      const reason = passedOver.length === 0 ? "the first choice, and it works here" : passedOver.join("; ")
      return { ...candidate, reason: `${name}: ${reason}`, warning: null }
    }
    const [why] = (typeof verdict === "string" ? verdict : `${failing(verdict)} (npx ballast engine check ${name})`)
      .split("\n")
    passedOver.push(`${name} is passed over: ${why}`)
  }
  return yield* new EngineMissing({ message: ["no engine can be used here", ...passedOver].join("\n") })
})

/**
 * Chooses an engine: the one that is named, or the first that passes its reference cases. Those run where they have not
 * run on this host before. Fails with EngineMissing where none can be used.
 */
export const choose = (choice: Choice, onCheck: OnCheck = () => undefined): Effect.Effect<Decision, EngineMissing> =>
  choice === "auto" ? first(onCheck) : named(choice, onCheck)

/**
 * Runs the reference cases of engines, one after the other: of those that are named, otherwise of all that can be used.
 * Fails with EngineMissing where one that is named, or every one, cannot.
 */
export const check = Effect.fn("Engines.check")(
  function*(asked: ReadonlyArray<Name>): Effect.fn.Return<ReadonlyArray<Checked>, EngineMissing> {
    const found = (asked.length === 0 ? names : asked).map((name) => ({ name, candidate: find(name) }))
    const missing = found.flatMap(({ candidate, name }) =>
      typeof candidate === "string" ? [`the engine ${name} cannot be used: ${candidate}`] : []
    )
    const ready = found.flatMap(({ candidate }) => typeof candidate === "string" ? [] : [candidate])
    if (ready.length === 0 || (asked.length > 0 && missing.length > 0)) {
      return yield* new EngineMissing({ message: missing.join("\n") })
    }
    return yield* Effect.forEach(ready, (candidate) =>
      Verdict.check(candidate).pipe(
        Effect.catch(({ message, output }) => Effect.succeed(broken(candidate.engine, `${message}\n${output}`.trimEnd())))
      ))
  }
)

/** An engine that did not get through the cases has failed all of them; there is one to say why. */
const broken = (engine: Name, error: string): Checked => ({
  engine,
  passed: 0,
  failed: 1,
  cases: [{ case: "the engine gets through the reference cases", ok: false, error }]
})
