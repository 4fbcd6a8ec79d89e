/**
 * What a run was made with, as far as the host tells.
 */
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import * as os from "node:os"
import * as Conditions from "../engine/Conditions.ts"
import * as NvidiaSmi from "../engine/NvidiaSmi.ts"
import * as Subprocess from "../engine/Subprocess.ts"

/** The document `environment.json`. Git's fields are null outside of a repository. */
export interface Environment {
  readonly format: "ballast.environment/1"
  readonly commit: string | null
  /** SHA-256 of the uncommitted changes to tracked files; null where there are none. */
  readonly dirty: string | null
  readonly ballast: string
  readonly node: string
  readonly platform: string
  readonly cpu: string
  /** The model of the first GPU that NVIDIA's driver tells of; null where it tells of none. */
  readonly gpu: string | null
  readonly cores: number
  readonly memory: number
  readonly variables: Readonly<Record<string, string>>
}

/** Where an experiment comes from, of what a process gathered. */
export const originOf = ({ ballast, commit, dirty }: Environment): Pick<Environment, "ballast" | "commit" | "dirty"> => ({
  commit,
  dirty,
  ballast
})

/** Has an environment tell of the commit that an experiment was read from; null for the files as they lie here. */
export const ofCommit = (environment: Environment, commit: string | null): Environment =>
  commit === null ? environment : { ...environment, commit, dirty: null }

/** The environment of one run: `data` is the folder of its data set on this host, null for generated images. */
export interface RunEnvironment extends Environment {
  readonly data: string | null
}

const git = (parameters: ReadonlyArray<string>): Effect.Effect<string | null> =>
  Subprocess.run("git", parameters).pipe(Effect.catch(() => Effect.succeed(null)))

/** Hashes what git prints, however much it is; null where it prints nothing or fails. */
const gitHash = (parameters: ReadonlyArray<string>): Effect.Effect<string | null> =>
  Effect.callback((resume) => {
    const child = spawn("git", parameters, { stdio: ["ignore", "pipe", "ignore"] })
    const hash = createHash("sha256")
    let bytes = 0
    child.stdout.on("data", (chunk: Buffer) => {
      bytes += chunk.length
      hash.update(chunk)
    })
    child.on("error", () => resume(Effect.succeed(null)))
    child.on("close", (code) => resume(Effect.succeed(code === 0 && bytes > 0 ? hash.digest("hex") : null)))
    return Effect.sync(() => child.kill())
  })

const patience = "5 seconds"

const gpu: Effect.Effect<string | null> = NvidiaSmi.cards.pipe(
  Effect.timeout(patience),
  Effect.map(([first]) => first?.model ?? null),
  Effect.catch(() => Effect.succeed(null))
)

/** Gathers the environment of the process and of the git repository that it runs in. */
export const gather: Effect.Effect<Environment> = Effect.gen(function*() {
  const commit = yield* git(["rev-parse", "HEAD"])
  const dirty = commit === null ? null : yield* gitHash(["diff", "HEAD", "--no-ext-diff", "--binary"])
  return {
    format: "ballast.environment/1",
    commit: commit?.trim() ?? null,
    dirty,
    ballast: Conditions.ballastVersion(),
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    cpu: Conditions.processor(),
    gpu: yield* gpu,
    cores: os.availableParallelism(),
    memory: os.totalmem(),
    variables: Conditions.variables()
  }
})
