/**
 * Whether an engine computes rightly on this host: its reference cases are run once, in a process of their own, and what
 * came of them is kept until something changes that could change it.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { createHash, randomUUID } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import type { Candidate, Checked, Name } from "./Candidate.ts"
import * as Conditions from "./Conditions.ts"
import * as Subprocess from "./Subprocess.ts"
import * as Location from "./tensorflow/Location.ts"
import * as Threads from "./tensorflow/Threads.ts"

const format = "ballast.engine-verdict/1"

/** What decides what comes of an engine's cases here. Fields of libraries and devices are of tensorflow alone. */
const Key = Schema.Struct({
  engine: Schema.String,
  version: Schema.String,
  ballast: Schema.String,
  node: Schema.String,
  cpu: Schema.String,
  sources: Schema.String,
  tensorflow: Schema.NullOr(Schema.Struct({
    variant: Schema.NullOr(Schema.String),
    sha256: Schema.NullOr(Schema.String),
    tfjs: Schema.NullOr(Schema.String),
    gpus: Schema.Array(Schema.String),
    threads: Schema.Int,
    variables: Schema.Record(Schema.String, Schema.String)
  }))
})
type Key = typeof Key.Type

const Document = Schema.Struct({
  format: Schema.Literal(format),
  ...Key.fields,
  date: Schema.String,
  passed: Schema.Int,
  failures: Schema.Array(Schema.Struct({ case: Schema.String, error: Schema.String }))
})

/** How an engine did: how many cases passed, and what the others say. */
export interface Verdict {
  readonly passed: number
  readonly failures: ReadonlyArray<{ readonly case: string; readonly error: string }>
}

const ownFiles = ["CheckMain.ts", "Engine.ts", "Loading.ts", "reference", "../data/Random.ts"]
const rooms = ["../detect", "../graph", "../nets", "../optim", "../step"]

/** Lists the files that decide what an engine's cases find: the cases, the engine and what both are built on. */
export const sources = (engine: Name): ReadonlyArray<string> =>
  [...ownFiles, engine, ...rooms].flatMap((name) => {
    const whole = fileURLToPath(new URL(`./${name}`, import.meta.url))
    if (fs.statSync(whole).isFile()) return [whole]
    return fs.readdirSync(whole, { recursive: true, encoding: "utf8" }).toSorted()
      .map((file) => path.join(whole, file)).filter((file) => fs.statSync(file).isFile())
  })

const root = fileURLToPath(new URL("../", import.meta.url))

const digestOf = (engine: Name): string => {
  const hash = createHash("sha256")
  for (const file of sources(engine)) {
    hash.update(path.relative(root, file)).update("\0").update(fs.readFileSync(file)).update("\0")
  }
  return hash.digest("hex")
}

const tensorflowOf = (directory: string): Key["tensorflow"] => {
  const installed = Location.read(directory)
  return {
    variant: installed?.variant ?? null,
    sha256: installed?.sha256 ?? null,
    tfjs: installed?.tfjs ?? null,
    gpus: Location.gpus(),
    threads: Threads.count(),
    variables: Conditions.variables()
  }
}

const keyOf = ({ directory, engine, version }: Candidate): Key => ({
  engine,
  version,
  ballast: Conditions.ballastVersion(),
  node: process.versions.node,
  cpu: Conditions.processor(),
  sources: digestOf(engine),
  tensorflow: directory === null ? null : tensorflowOf(directory)
})

const fileOf = (key: Key): string => {
  const digest = createHash("sha256").update(JSON.stringify(key)).digest("hex").slice(0, 16)
  return path.join(Location.engines(), "verdicts", `${key.engine}-${digest}.json`)
}

/** Names the file that keeps what came of an engine's cases on this host. */
export const location = (candidate: Candidate): string => fileOf(keyOf(candidate))

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Document))

/** Reads what was found out before; null where nothing was, or where it was under other circumstances. */
export const kept = (candidate: Candidate): Verdict | null => {
  try {
    return Option.getOrNull(decode(fs.readFileSync(location(candidate), "utf8")))
  } catch {
    return null
  }
}

/** Puts the file in place whole, so that processes that check at the same time do not disturb one another. */
const keep = (key: Key, { cases, passed }: Checked): void => {
  const file = fileOf(key)
  const failures = cases.flatMap((one) => one.ok ? [] : [{ case: one.case, error: one.error ?? "" }])
  const document: typeof Document.Type = { format, ...key, date: new Date().toISOString(), passed, failures }
  const temporary = `${file}.${randomUUID()}.tmp`
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(temporary, `${JSON.stringify(document, null, 2)}\n`)
  fs.renameSync(temporary, file)
}

const program = fileURLToPath(new URL("./CheckMain.ts", import.meta.url))

/** Node strips no types in installed packages, so there tsx does. */
const loaderArguments = import.meta.url.includes("/node_modules/") ? ["--import", import.meta.resolve("tsx")] : []

/**
 * Runs an engine's reference cases in a process of their own and keeps what came of them, where the folder of engines
 * can be written. Takes some seconds. Fails with SubprocessFailed where the engine does not get through them.
 */
export const check = Effect.fn("Verdict.check")(
  function*(candidate: Candidate): Effect.fn.Return<Checked, Subprocess.SubprocessFailed> {
    const key = keyOf(candidate)
    const parameters = [...process.execArgv, ...loaderArguments, program, JSON.stringify(candidate)]
    const output = yield* Subprocess.run(process.execPath, parameters)
    // Libraries write to standard output as they like; the answer is its last line.
    const checked = JSON.parse(output.trimEnd().split("\n").at(-1) ?? "") as Checked
    yield* Effect.ignore(Effect.try(() => keep(key, checked)))
    return checked
  }
)
