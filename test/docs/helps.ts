/**
 * Prints the help of every command as one JSON document, from a single process: each start takes a second.
 */
import { run } from "../../runtime/cli/Main.ts"
import { listed } from "./listed.ts"

const print = console.log
const texts: Record<string, string> = {}

const walk = async (command: ReadonlyArray<string>): Promise<void> => {
  let text = ""
  console.log = (...parts: ReadonlyArray<unknown>) => {
    text += `${parts.join(" ")}\n`
  }
  await run([...command, "--help"])
  texts[command.join(" ")] = text
  for (const name of listed(text, "SUBCOMMANDS")) await walk([...command, name])
}

await walk([])
print(JSON.stringify(texts))
