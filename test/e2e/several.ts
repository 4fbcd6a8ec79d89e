/**
 * Runs the command with one list of arguments after the other, in a single process: each start takes most of a second.
 */
import * as fs from "node:fs"
import { run } from "../../runtime/cli/Main.ts"

const [mark = "", ...invocations] = process.argv.slice(2)

for (const parameters of invocations) {
  const code = await run(JSON.parse(parameters) as ReadonlyArray<string>)
  for (const descriptor of [1, 2]) fs.writeSync(descriptor, `${mark}${code}\n`)
}
process.exit(0)
