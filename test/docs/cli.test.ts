import { assert, describe, it } from "@effect/vitest"
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { code } from "../../runtime/cli/ExitCode.ts"

const root = path.resolve(import.meta.dirname, "../..")
const page = fs.readFileSync(path.join(root, "docs/cli.md"), "utf8")

/** The page's text under a heading; empty where it has none. */
const section = (heading: string): string => {
  const parts = page.split(/^## /m)
  return parts.find((part) => part.startsWith(`${heading}\n`)) ?? ""
}

const help = (command: ReadonlyArray<string>): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(root, "runtime/cli/ballast.js"), ...command, "--help"], {
      env: { ...process.env, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "inherit"]
    })
    let text = ""
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk
    })
    child.on("error", reject)
    child.on("close", () => resolve(text))
  })

/** The first words of the lines under a title of a help text. */
const listed = (text: string, title: string): ReadonlyArray<string> => {
  const [, lines = ""] = new RegExp(`^${title}\\n((?:  .*\\n?)*)`, "m").exec(text) ?? []
  return lines.split("\n").flatMap((line) => /^ {2}(\S+?),?\s/.exec(line)?.[1] ?? [])
}

interface Leaf {
  readonly command: string
  readonly flags: ReadonlyArray<string>
  readonly global: ReadonlyArray<string>
}

/** Walks the commands by their own help. */
const leaves = async (command: ReadonlyArray<string> = []): Promise<ReadonlyArray<Leaf>> => {
  const text = await help(command)
  const inner = listed(text, "SUBCOMMANDS")
  const own = {
    command: ["ballast", ...command].join(" "),
    flags: listed(text, "FLAGS"),
    global: listed(text, "GLOBAL FLAGS")
  }
  if (inner.length === 0) return [own]
  const found: Array<Leaf> = []
  for (const name of inner) found.push(...await leaves([...command, name]))
  return found
}

const flagsIn = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/^\| `(--[\w-]+)/gm)].map(([, flag = ""]) => flag)

describe("docs/cli.md", () => {
  it("has every command and flag that --help lists, and no other", async () => {
    const found = await leaves()
    const commands = found.map(({ command }) => command)
    assert.includeMembers(commands, ["ballast run", "ballast runs show", "ballast engine check"])
    assert.includeMembers([...found.find(({ command }) => command === "ballast run")?.flags ?? []], ["--home", "--arm"])
    for (const { command, flags, global } of found) {
      assert.sameMembers([...flagsIn(section(command))], [...flags], command)
      assert.sameMembers([...flagsIn(section("Global flags"))], [...global], command)
    }
    const sections = [...page.matchAll(/^## (ballast .*)$/gm)].map(([, heading]) => heading)
    assert.sameMembers(sections, commands)
  })

  it("has every exit code, and no other", () => {
    const codes = [...section("Exit codes").matchAll(/^\| (\d+) \|/gm)].map(([, number]) => Number(number))
    assert.sameMembers(codes, Object.values(code))
  })

  it("shows a document of every format that a command prints", () => {
    const folder = path.join(root, "runtime")
    const sources = fs.readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => /^(cli\/.*|run\/(Result|Launch)|plan\/PlanJson|detect\/.*|train\/Evaluate)\.ts$/.test(file))
      .map((file) => fs.readFileSync(path.join(folder, file), "utf8"))
    const format = /"(ballast\.[\w-]+\/\d+)"/g
    const printed = new Set(sources.flatMap((text) => [...text.matchAll(format)].map(([, name]) => name)))
    const shown = new Set([...page.matchAll(/^ {2}"format": "(.*)",$/gm)].map(([, name]) => name))
    assert.sameMembers([...shown], [...printed])
    assert.isAbove(printed.size, 7)
  })
})
