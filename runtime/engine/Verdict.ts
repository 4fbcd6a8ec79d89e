/**
 * Whether an engine computes rightly on this host: its reference cases are run once, in a process of their own, and what
 * came of them is kept until something changes that could change it.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { createHash, randomUUID } from "node:crypto"
import * as fs from "node:fs"
import { createRequire } from "node:module"
import * as os from "node:os"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import type { Candidate, Checked } from "./Candidate.ts"
import * as Subprocess from "./Subprocess.ts"
import * as Location from "./tensorflow/Location.ts"

const format = "ballast.engine-verdict/1"

const Document = Schema.Struct({
  format: Schema.Literal(format),
  engine: Schema.String,
  version: Schema.String,
  ballast: Schema.String,
  node: Schema.String,
  cpu: Schema.String,
  sources: Schema.String,
  date: Schema.String,
  passed: Schema.Int,
  failures: Schema.Array(Schema.Struct({ case: Schema.String, error: Schema.String }))
})

/** How an engine did: how many cases passed, and what the others say. */
export interface Verdict {
  readonly passed: number
  readonly failures: ReadonlyArray<{ readonly case: string; readonly error: string }>
}

/** The folders whose files decide what the cases find, of which one is the engine's own. */
const deciding = (engine: string): ReadonlyArray<string> =>
  ["reference", engine, "../detect", "../step"].map((folder) =>
    fileURLToPath(new URL(`./${folder}/`, import.meta.url))
  )

/** Digests the cases, the engine's code and what both are built on: other code may compute otherwise. */
const digestOf = (engine: string): string => {
  const hash = createHash("sha256")
  for (const folder of deciding(engine)) {
    for (const file of fs.readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted()) {
      const whole = path.join(folder, file)
      if (fs.statSync(whole).isFile()) hash.update(file).update("\0").update(fs.readFileSync(whole)).update("\0")
    }
  }
  return hash.digest("hex")
}

const ballast = (): string => (createRequire(import.meta.url)("../../package.json") as { readonly version: string }).version

interface Key {
  readonly engine: string
  readonly version: string
  readonly ballast: string
  readonly node: string
  readonly cpu: string
  readonly sources: string
}

const keyOf = ({ engine, version }: Candidate): Key => ({
  engine,
  version,
  ballast: ballast(),
  node: process.versions.node,
  cpu: os.cpus()[0]?.model.trim() ?? "unknown",
  sources: digestOf(engine)
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
const keep = (candidate: Candidate, { cases, passed }: Checked): void => {
  const key = keyOf(candidate)
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
    const parameters = [...process.execArgv, ...loaderArguments, program, JSON.stringify(candidate)]
    const output = yield* Subprocess.run(process.execPath, parameters)
    // Libraries write to standard output as they like; the answer is its last line.
    const checked = JSON.parse(output.trimEnd().split("\n").at(-1) ?? "") as Checked
    yield* Effect.ignore(Effect.try(() => keep(candidate, checked)))
    return checked
  }
)
