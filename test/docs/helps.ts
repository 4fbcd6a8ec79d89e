/**
 * Prints the help of every command as one JSON document, from a single process: each start takes a second.
 */
import { run } from "../../runtime/cli/Main.ts"
import { listed } from "./listed.ts"

const print = process.stdout.write.bind(process.stdout)
const texts: Record<string, string> = {}

const walk = async (command: ReadonlyArray<string>): Promise<void> => {
  let text = ""
  process.stdout.write = (chunk: Uint8Array | string) => {
    text += String(chunk)
    return true
  }
  await run([...command, "--help"])
  texts[command.join(" ")] = text
  for (const name of listed(text, "SUBCOMMANDS")) await walk([...command, name])
}

await walk([])
print(JSON.stringify(texts))
