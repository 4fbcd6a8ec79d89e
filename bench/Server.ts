import { spawn } from "node:child_process"
import * as readline from "node:readline"

/** A process that times training steps, one request at a time. */
export interface Server {
  /** Asks for a number of steps; answers with the milliseconds of each. */
  readonly steps: (count: number) => Promise<ReadonlyArray<number>>
  readonly stop: () => void
}

/** Starts a timing process. A request fails with the end of what it wrote to stderr where it ends before it answers. */
export const start = (
  command: string,
  parameters: ReadonlyArray<string>,
  environment: Readonly<Record<string, string>> = {}
): Server => {
  const child = spawn(command, parameters, { env: { ...process.env, ...environment }, stdio: ["pipe", "pipe", "pipe"] })
  let said = ""
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-2000)
  })
  // A request to a process that has ended is answered below.
  child.stdin.on("error", () => undefined)
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  let failure = ""
  child.on("error", (error) => {
    failure = error.message
  })
  return {
    steps: async (count) => {
      child.stdin.write(`${count}\n`)
      const { done, value } = await lines.next()
      if (done === true) throw new Error(`${command} ended: ${failure}${said}`)
      return JSON.parse(value) as ReadonlyArray<number>
    },
    stop: () => child.stdin.end()
  }
}
