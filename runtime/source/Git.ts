/**
 * What a git repository holds, read by plumbing alone: no hook, filter, attribute or textual conversion takes part, and
 * nothing is fetched.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { spawn } from "node:child_process"
import type { Readable } from "node:stream"
import * as Refused from "./Refused.ts"

/** git could not give what it was asked for. */
export class GitFailed extends Schema.TaggedError<GitFailed>()("GitFailed", {
  code: Schema.NullOr(Schema.Int),
  message: Schema.String
}) {}

/** A name in a tree, as bytes give it; it may be any name. */
export interface Entry {
  /** Null where the name is no UTF-8. */
  readonly path: string | null
  /** The name as far as it can be read. */
  readonly legible: string
  readonly mode: string
  readonly id: string
  /** Null for what is no file, such as a submodule. */
  readonly size: number | null
}

/** Variables that would have git read another repository than the one it is asked about. */
const elsewhere = [
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_OBJECT_DIRECTORY",
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_COMMON_DIR",
  "GIT_NAMESPACE",
  "GIT_PREFIX"
]

const environment = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !elsewhere.includes(name))),
  LC_ALL: "C",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_NO_LAZY_FETCH: "1",
  GIT_NO_REPLACE_OBJECTS: "1",
  GIT_TERMINAL_PROMPT: "0"
})

/** Settings of a repository that would start a program, whichever command was given. */
const settings = ["core.fsmonitor=false", "core.hooksPath=/dev/null", "protocol.allow=never"]

const keptCharacters = 2000

const failed = (code: number | null, said: string): GitFailed => new GitFailed({ code, message: Refused.oneLine(said) })

/** Runs git and hands what it prints to `read`, which throws where it is too much. */
const run = (
  repository: string,
  parameters: ReadonlyArray<string>,
  read: (chunk: Buffer) => void,
  input = ""
): Effect.Effect<void, GitFailed> =>
  Effect.callback((resume) => {
    const child = spawn(
      "git",
      ["-C", repository, ...settings.flatMap((setting) => ["-c", setting]), ...parameters],
      { stdio: ["pipe", "pipe", "pipe"], env: environment() }
    )
    let complaint = ""
    const stop = (cause: unknown): void => {
      child.kill("SIGKILL")
      resume(cause instanceof GitFailed ? cause : Effect.die(cause))
    }
    const listen = (stream: Readable, listener: (chunk: Buffer) => void): void => {
      stream.on("data", (chunk: Buffer) => {
        try {
          listener(chunk)
        } catch (cause) {
          stop(cause)
        }
      })
    }
    listen(child.stdout, read)
    listen(child.stderr, (chunk) => {
      complaint = (complaint + chunk.toString("utf8")).slice(-keptCharacters)
    })
    child.on("error", ({ message }) => resume(failed(null, `git does not start: ${message}`)))
    child.on("close", (code) => resume(code === 0 ? Effect.void : failed(code, complaint.trim() || `git ended with ${code}`)))
    child.stdin.on("error", () => undefined).end(input)
    return Effect.sync(() => child.kill("SIGKILL"))
  })

/** Runs git and returns what it prints, at most so many bytes. */
const print = Effect.fn("Git.print")(function*(repository: string, parameters: ReadonlyArray<string>, mostBytes: number) {
  const chunks: Array<Buffer> = []
  let bytes = 0
  yield* run(repository, parameters, (chunk) => {
    bytes += chunk.length
    if (bytes > mostBytes) throw failed(null, `git ${parameters[0]} prints more than ${mostBytes >> 20} MiB`)
    chunks.push(chunk)
  })
  return Buffer.concat(chunks)
})

const mostAnswer = 1 << 20
const mostListing = 64 << 20

/** Finds the commit that a revision means. Fails with GitFailed where there is none. */
export const commitOf = Effect.fn("Git.commitOf")(function*(repository: string, revision: string) {
  const printed = yield* print(
    repository,
    ["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`],
    mostAnswer
  )
  return printed.toString("utf8").trim()
})

/** Tells where in its repository a folder lies: empty at the top, otherwise such as `models/detector/`. */
export const prefixOf = Effect.fn("Git.prefixOf")(function*(folder: string) {
  const printed = yield* print(folder, ["rev-parse", "--show-prefix"], mostAnswer)
  return printed.toString("utf8").replace(/\n$/, "")
})

/**
 * Lists the commits after `from` up to `to`, the oldest first, along the first parents: what a branch was, step by step.
 * Fails with GitFailed where `to` does not come from `from`.
 */
export const between = Effect.fn("Git.between")(function*(repository: string, from: string, to: string) {
  yield* run(repository, ["merge-base", "--is-ancestor", from, to], () => undefined).pipe(
    Effect.mapError((found) => found.code === 1 ? failed(1, `${to} does not come from ${from}`) : found)
  )
  const printed = yield* print(repository, ["rev-list", "--first-parent", "--reverse", `${from}..${to}`], mostListing)
  return printed.toString("utf8").split("\n").filter((line) => line !== "")
})

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

const textOf = (bytes: Uint8Array): string | null => {
  try {
    return utf8.decode(bytes)
  } catch {
    return null
  }
}

const entryOf = (record: Buffer): Entry => {
  const tab = record.indexOf("\t")
  const [mode = "", , id = "", size = ""] = record.subarray(0, tab).toString("latin1").split(/ +/)
  const name = record.subarray(tab + 1)
  return { path: textOf(name), legible: name.toString("utf8"), mode, id, size: /^\d+$/.test(size) ? Number(size) : null }
}

/** Lists everything in a commit's tree. */
export const list = Effect.fn("Git.list")(function*(repository: string, commit: string) {
  const printed = yield* print(repository, ["ls-tree", "-r", "-z", "-l", "--full-tree", commit], mostListing)
  const entries: Array<Entry> = []
  for (let at = 0; at < printed.length;) {
    const end = printed.indexOf(0, at)
    entries.push(entryOf(printed.subarray(at, end)))
    at = end + 1
  }
  return entries
})

/** Reads objects one after the other, in the order given, exactly as they are stored. */
export const read = (
  repository: string,
  ids: ReadonlyArray<string>,
  use: (index: number, bytes: Buffer) => void
): Effect.Effect<void, GitFailed> => {
  let rest = Buffer.alloc(0)
  let index = 0
  const parse = (chunk: Buffer): void => {
    rest = Buffer.concat([rest, chunk])
    for (;;) {
      const line = rest.indexOf("\n")
      if (line < 0) return
      const [, kind, size] = rest.subarray(0, line).toString("latin1").split(" ")
      if (kind !== "blob") throw failed(null, `the repository lacks object ${ids[index]}: git fetch --unshallow may bring it`)
      const end = line + 1 + Number(size)
      // Each object is followed by a line break.
      if (rest.length < end + 1) return
      use(index, rest.subarray(line + 1, end))
      index += 1
      rest = rest.subarray(end + 1)
    }
  }
  return ids.length === 0
    ? Effect.void
    : run(repository, ["cat-file", "--batch", "--buffer"], parse, ids.map((id) => `${id}\n`).join(""))
}
