/**
 * A process that installs with quick work, writing each moment to standard output. Killed at the moment that its first
 * argument names; with `slow` it takes a second over every stage.
 */
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as Install from "../../../../runtime/engine/tensorflow/Install.ts"
import { quickWork } from "./quickWork.ts"

const [moment] = process.argv.slice(2)

const at = (reached: string): void => {
  fs.writeSync(1, `${reached}\n`)
  if (reached === moment) process.kill(process.pid, "SIGKILL")
  if (moment === "slow") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
}

const { already } = await Effect.runPromise(
  Install.installWith(quickWork(at))({ trust: false, variant: "tensorflow-cpu", progress: ({ stage }) => at(stage) })
)
fs.writeSync(1, already ? "already\n" : "installed\n")
