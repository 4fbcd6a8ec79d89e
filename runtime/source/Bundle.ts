/**
 * An experiment's file and all that it imports as one piece of code.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as fs from "node:fs"
import type { Answer, Bundled, Place, Refusal, Request } from "./BundleMain.ts"
import type { BundledFile, Exports } from "./CheckoutPlugin.ts"
import * as Confined from "./Confined.ts"
import * as OwnCode from "./OwnCode.ts"
import * as Refused from "./Refused.ts"

export type { BundledFile, Exports } from "./CheckoutPlugin.ts"

/** A file in a checkout that need not be trusted. */
export interface Subject {
  readonly root: string
  /** The file's path in the checkout. */
  readonly file: string
  /** What the file is to export; an experiment where nothing is said. */
  readonly exports?: Exports
  /** What the experiment's Config reads; nothing else is there for it. */
  readonly settings?: Readonly<Record<string, string>>
}

export interface Bundle {
  readonly code: string
  /** What the experiment is made of besides Ballast and effect, in order of paths. */
  readonly files: ReadonlyArray<BundledFile>
}

/** What an experiment is made of, or why that cannot be told. */
export type Closure = Result.Result<ReadonlyArray<BundledFile>, Refused.Refused>

const limits: Confined.Limits = {
  milliseconds: 30_000,
  seconds: 15,
  resultBytes: 16 << 20,
  printedBytes: 1 << 20,
  memoryBytes: 2 ** 31,
  writes: true
}

const endedEarly = (file: string, { breach, complaint, signal }: Confined.Ended): Refused.Refused => {
  switch (breach) {
    case "time":
      return Refused.of(file, "import", `reading it takes longer than ${limits.milliseconds / 1000} s; write it plainer`)
    case "result":
      return Refused.of(file, "import", `it makes more than ${limits.resultBytes >> 20} MiB; import less`)
    default:
      return Refused.of(file, "host", `the process that bundles it ended with ${signal ?? "an error"}: ${complaint}`)
  }
}

const realOf = (root: string): string | null => {
  try {
    return fs.realpathSync.native(root)
  } catch {
    return null
  }
}

/** Asks a process of its own; what goes wrong is said of `file`. */
const ask = Effect.fn("Bundle.ask")(
  function*({ exports = "experiment", file, root, settings = {} }: Subject, wanted: Request["wanted"]) {
    const real = realOf(root)
    if (real === null) return yield* Refused.of(file, "host", `there is no folder ${root}`)
    const { bundler, modules } = yield* OwnCode.ownCode
    const request: Request = { root: real, exports, settings, modules, sources: OwnCode.sources, wanted }
    const ended = yield* Confined.run({
      command: process.execPath,
      // From its folder it finds the packages that we use.
      parameters: ["--input-type=module", "--eval", bundler],
      directory: OwnCode.sources.home,
      limits
    }, JSON.stringify(request))
    if (ended.breach !== null || ended.result === "") return yield* endedEarly(file, ended)
    const answer = JSON.parse(ended.result) as Answer
    return answer.kind === "refused" ? yield* refusalOf(file, answer) : answer
  }
)

const refusalOf = (file: string, { message, place }: Refusal): Refused.Refused => Refused.of(place ?? file, "import", message)

const otherAnswer = Effect.die(new Error("the process that bundles answered something else"))

/** Bundles an experiment. Fails with Refused where anything that it imports may not be read. */
export const bundle = Effect.fn("Bundle.bundle")(function*(subject: Subject) {
  const answer = yield* ask(subject, { kind: "code", file: subject.file })
  if (answer.kind !== "bundle") return yield* otherAnswer
  const { code, files } = answer
  return { code, files } satisfies Bundle
})

const closureOf = (file: string, answer: Bundled | Refusal): Closure =>
  answer.kind === "refused" ? Result.fail(refusalOf(file, answer)) : Result.succeed(answer.files)

type Named = readonly [file: string, closure: Closure]

const closuresOf = Effect.fn("Bundle.closuresOf")(function*(root: string, files: ReadonlyArray<string>) {
  const answer = yield* ask({ root, file: files[0] ?? "" }, { kind: "closures", files })
  if (answer.kind !== "closures") return yield* otherAnswer
  const { closures } = answer
  return files.map((file, index): Named => [file, closureOf(file, closures[index] as Bundled | Refusal)])
})

const closureAlone = (root: string, file: string): Effect.Effect<ReadonlyArray<Named>> =>
  closuresOf(root, [file]).pipe(
    Effect.catch((refused) => Effect.succeed<ReadonlyArray<Named>>([[file, Result.fail(refused)]]))
  )

/**
 * Lists what each of some experiments is made of, without Ballast and effect: for all of them together this takes less
 * time than bundling one.
 */
export const closures = (
  root: string,
  files: ReadonlyArray<string>
): Effect.Effect<ReadonlyMap<string, Closure>> =>
  closuresOf(root, files).pipe(
    // One of them is too much for a process, and must not take the others with it.
    Effect.catch(() =>
      Effect.map(
        Effect.forEach(files, (file) => closureAlone(root, file), { concurrency: "unbounded" }),
        (each) => each.flat()
      )
    ),
    Effect.map((found) => new Map(found))
  )

/** Finds the file and the line that the first of some places of a bundle's code comes from; null where none does. */
export const placeOf = (subject: Subject, places: ReadonlyArray<Place>): Effect.Effect<string | null> =>
  ask(subject, { kind: "place", file: subject.file, places }).pipe(
    Effect.map((answer) => answer.kind === "place" ? answer.place : null),
    Effect.catch(() => Effect.succeed(null))
  )
