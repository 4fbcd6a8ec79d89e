import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { code } from "../../runtime/cli/ExitCode.ts"
import { listed } from "./listed.ts"

const root = path.resolve(import.meta.dirname, "../..")
const page = fs.readFileSync(path.join(root, "docs/cli.md"), "utf8")

/** The page's text under a heading; empty where it has none. */
const section = (heading: string): string => {
  const parts = page.split(/^## /m)
  return parts.find((part) => part.startsWith(`${heading}\n`)) ?? ""
}

/** The help text of every command, by its words. */
const helps = (): Readonly<Record<string, string>> => {
  const { stderr, stdout } = spawnSync(process.execPath, [path.join(import.meta.dirname, "helps.ts")], {
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" }
  })
  if (stdout === "") throw new Error(`there was no help: ${stderr}`)
  return JSON.parse(stdout) as Readonly<Record<string, string>>
}

interface Leaf {
  readonly command: string
  readonly flags: ReadonlyArray<string>
  readonly global: ReadonlyArray<string>
}

/** Lists the commands that do something by themselves: those with flags of their own, and those with no others under them. */
const leaves = (): ReadonlyArray<Leaf> =>
  Object.entries(helps()).map(([command, text]) => ({
    command: `ballast ${command}`,
    flags: listed(text, "FLAGS"),
    global: listed(text, "GLOBAL FLAGS"),
    others: listed(text, "SUBCOMMANDS")
  })).filter(({ flags, others }) => flags.length > 0 || others.length === 0)

const flagsIn = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/^\| `(--[\w-]+)/gm)].map(([, flag = ""]) => flag)

describe("docs/cli.md", () => {
  it("has every command and flag that --help lists, and no other", () => {
    const found = leaves()
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

  it("lists every command at its beginning, in the order of their sections", () => {
    const [beginning = ""] = page.split(/^## /m)
    const listed = [...beginning.matchAll(/^\| \[(ballast [\w ]+)\]\(#([\w-]+)\)/gm)]
    const sections = [...page.matchAll(/^## (ballast .*)$/gm)].map(([, heading]) => heading)
    assert.deepStrictEqual(listed.map(([, command]) => command), sections)
    assert.deepStrictEqual(listed.map(([, , anchor]) => anchor), sections.map((heading = "") => heading.replaceAll(" ", "-")))
  })

  it("has every exit code, and no other", () => {
    const codes = [...section("Exit codes").matchAll(/^\| (\d+) \|/gm)].map(([, number]) => Number(number))
    assert.sameMembers(codes, Object.values(code))
  })

  it("shows a document of every format that a command prints", () => {
    const folder = path.join(root, "runtime")
    const sources = fs.readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => /^(cli\/.*|review\/.*|run\/(Result|Launch)|plan\/PlanJson|detect\/.*|train\/Evaluate)\.ts$/.test(file))
      .map((file) => fs.readFileSync(path.join(folder, file), "utf8"))
    const format = /"(ballast\.[\w-]+\/\d+)"/g
    const printed = new Set(sources.flatMap((text) => [...text.matchAll(format)].map(([, name]) => name)))
    const shown = new Set([...page.matchAll(/^ {2}"format": "(.*)",$/gm)].map(([, name]) => name))
    assert.sameMembers([...shown], [...printed])
    assert.isAbove(printed.size, 7)
  })
})
