/**
 * An experiment's file and all that it imports as one piece of code.
 */
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import type { Answer, BundledFile, Request } from "./BundleMain.ts"
import * as Confined from "./Confined.ts"
import * as Refused from "./Refused.ts"

export type { BundledFile } from "./BundleMain.ts"

/** An experiment's file in a checkout that need not be trusted. */
export interface Subject {
  readonly root: string
  /** The file's path in the checkout. */
  readonly file: string
  /** What the experiment's Config reads; nothing else is there for it. */
  readonly settings?: Readonly<Record<string, string>>
}

export interface Bundle {
  readonly code: string
  /** What the experiment is made of besides Ballast and effect, in order of paths. */
  readonly files: ReadonlyArray<BundledFile>
}

const limits: Confined.Limits = {
  milliseconds: 30_000,
  seconds: 15,
  resultBytes: 16 << 20,
  printedBytes: 1 << 20,
  memoryBytes: 2 ** 31,
  writes: true
}

const program = fileURLToPath(new URL("./BundleMain.ts", import.meta.url))

/** Node strips no types in installed packages, so there tsx does. */
const loaderArguments = import.meta.url.includes("/node_modules/") ? ["--import", import.meta.resolve("tsx")] : []

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

const rootOf = (root: string): string | null => {
  try {
    return fs.realpathSync.native(root)
  } catch {
    return null
  }
}

const ask = Effect.fn("Bundle.ask")(function*({ file, root, settings = {} }: Subject, wanted: Request["wanted"]) {
  const real = rootOf(root)
  if (real === null) return yield* Refused.of(file, "host", `there is no folder ${root}`)
  const request: Request = { root: real, file: path.normalize(file).replaceAll(path.sep, "/"), settings, wanted }
  const ended = yield* Confined.run({
    command: process.execPath,
    parameters: [...loaderArguments, program],
    directory: path.dirname(program),
    limits
  }, JSON.stringify(request))
  if (ended.breach !== null || ended.result === "") {
    return yield* endedEarly(file, ended)
  }
  return JSON.parse(ended.result) as Answer
})

const refusalOf = (file: string, { message, place }: Extract<Answer, { readonly kind: "refused" }>): Refused.Refused =>
  Refused.of(place ?? file, "import", message)

const bundled = Effect.fn("Bundle.bundled")(function*(subject: Subject, wanted: "code" | "files") {
  const answer = yield* ask(subject, wanted)
  if (answer.kind === "refused") return yield* refusalOf(subject.file, answer)
  return answer.kind === "bundle" ? answer : yield* Effect.die(new Error("the bundler answered something else"))
})

/** Bundles an experiment. Fails with Refused where anything that it imports may not be read. */
export const bundle = (subject: Subject): Effect.Effect<Bundle, Refused.Refused> =>
  Effect.map(bundled(subject, "code"), ({ code, files }) => ({ code, files }))

/** Lists what an experiment is made of, without Ballast and effect. Fails with Refused as `bundle` does. */
export const files = (subject: Subject): Effect.Effect<ReadonlyArray<BundledFile>, Refused.Refused> =>
  Effect.map(bundled(subject, "files"), ({ files }) => files)

/** Finds the file and the line that a place of a bundle's code comes from; null where it is not the checkout's. */
export const placeOf = (
  subject: Subject,
  at: { readonly line: number; readonly column: number }
): Effect.Effect<string | null> =>
  ask(subject, at).pipe(
    Effect.map((answer) => answer.kind === "place" ? answer.place : null),
    Effect.catch(() => Effect.succeed(null))
  )
