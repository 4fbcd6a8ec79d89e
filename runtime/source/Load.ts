/**
 * Experiments as files: imported and run in this process, so only for files that its user trusts.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as path from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import * as Experiment from "../../dsl/Experiment.ts"

/** A file does not give an experiment; `message` says why, with file and line where they are known. */
export class NotLoaded extends Schema.TaggedError<NotLoaded>()("NotLoaded", {
  file: Schema.String,
  message: Schema.String
}) {}

const running = new Map<string, Experiment.Experiment>()

/** Gives the experiment of the file that is this process's program, which must not be imported a second time. */
export const provide = (file: string, experiment: Experiment.Experiment): void => {
  running.set(path.resolve(file), experiment)
}

/** Finds the first place in the file itself, or else the first outside of Node and of packages, in an error's stack. */
const placeOf = (error: Error, file: string): string | null => {
  const places = [...(error.stack ?? "").matchAll(/(?<=^|[\s(])(file:\/\/[^\s():]+|\/[^\s():]+):(\d+)/gm)].map(([, at = "", line = ""]) => {
    const name = at.startsWith("file:") ? fileURLToPath(at.replace(/\?.*$/, "")) : at
    return { name, line }
  }).filter(({ name }) => path.isAbsolute(name) && !name.includes("/node_modules/"))
  const place = places.find(({ name }) => name === file) ?? places[0]
  return place === undefined ? null : `${path.relative(process.cwd(), place.name)}:${place.line}`
}

const notInstalled = (cause: Error): boolean =>
  (cause as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND" && /package 'ballast'/.test(cause.message)

const reasonOf = (cause: unknown, file: string): string => {
  if (!(cause instanceof Error)) return String(cause)
  if (notInstalled(cause)) {
    return "Ballast is not installed where the file lies: npm install it there, or put the file into a project that has it"
  }
  const place = placeOf(cause, file)
  const said = cause.message.replace(/\nRequire stack:[^]*$/, "")
  return place === null ? said : `${said} (${place})`
}

/** Syntax that Node cannot strip, such as an enum, or a file of an installed package. */
const wantsTransform = (cause: unknown): boolean => {
  const { code } = cause as NodeJS.ErrnoException
  return code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX" || code === "ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING"
}

/** Keeps standard output for results: what a file prints while it is imported goes to standard error. */
const withPrintsAside = async <A>(body: () => Promise<A>): Promise<A> => {
  const { write } = process.stdout
  process.stdout.write = process.stderr.write.bind(process.stderr)
  try {
    return await body()
  } finally {
    process.stdout.write = write
  }
}

const importFile = async (file: string): Promise<{ readonly default?: unknown }> => {
  const url = pathToFileURL(file).href
  try {
    return await import(url)
  } catch (cause) {
    if (!wantsTransform(cause)) throw cause
    const { tsImport } = await import("tsx/esm/api")
    return await tsImport(url, import.meta.url)
  }
}

/** Imports an experiment's file and returns what it exports by default. Fails with NotLoaded. */
export const load = Effect.fn("Load.load")(function*(name: string) {
  const file = path.resolve(name)
  const given = running.get(file)
  if (given !== undefined) return given
  const notLoaded = (message: string) => new NotLoaded({ file: name, message })
  if (!fs.existsSync(file)) return yield* notLoaded(`there is no file ${name}`)
  if (fs.statSync(file).isDirectory()) {
    return yield* notLoaded(`${name} is a folder: name one experiment's file, such as ${path.join(name, "my-experiment.ts")}`)
  }
  const exported = yield* Effect.tryPromise({
    try: () => withPrintsAside(() => importFile(fs.realpathSync(file))),
    catch: (cause) => notLoaded(`${name} does not load: ${reasonOf(cause, fs.realpathSync(file))}`)
  })
  if (!Experiment.isExperiment(exported.default)) {
    return yield* notLoaded(
      `${name} exports no experiment: it must end in "export default experiment", made by Experiment.make`
    )
  }
  return exported.default
})
