import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { examples } from "../../docs/Examples.ts"
import { pages } from "../../docs/reference.ts"
import * as Experiment from "../../dsl/Experiment.ts"
import { rooms } from "../check/Rooms.ts"

const root = path.resolve(import.meta.dirname, "../..")
const read = (name: string): string => fs.readFileSync(path.join(root, "docs", name), "utf8")

const block = /^```ts\n([^]*?)\n```$/gm

const blocksOf = (text: string): ReadonlyArray<string> => [...text.matchAll(block)].map(([, code = ""]) => code)

/** Compiles texts as another repository's files would be, and returns what the compiler says of each. */
const compile = (texts: Readonly<Record<string, string>>): string => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "ballast-docs-"))
  try {
    for (const name of ["package.json", "node_modules", "dsl", "runtime"]) {
      fs.symlinkSync(path.join(root, name), path.join(directory, name))
    }
    fs.mkdirSync(path.join(directory, "pages"))
    for (const [name, text] of Object.entries(texts)) fs.writeFileSync(path.join(directory, "pages", name), text)
    fs.writeFileSync(
      path.join(directory, "tsconfig.json"),
      JSON.stringify({ extends: path.join(root, "tsconfig.json"), include: ["pages"] })
    )
    const { stdout } = spawnSync(path.join(root, "node_modules/.bin/tsc"), ["-p", directory, "--pretty", "false"], {
      cwd: directory,
      encoding: "utf8"
    })
    return stdout
  } finally {
    fs.rmSync(directory, { recursive: true })
  }
}

describe("npm run docs", () => {
  for (const [name, render] of Object.entries(pages)) {
    it(`wrote docs/${name} from the code as it is`, () => {
      assert.strictEqual(read(name), render(), `docs/${name} is not what the code says: npm run docs writes it anew`)
    })
  }
})

describe("docs/dsl.md", () => {
  it("shows examples that compile, and the compiler would say if one did not", () => {
    const page = read("dsl.md")
    const [preamble = ""] = blocksOf(page)
    const shown = page.split(/^(?=##)/m).flatMap((section) =>
      section.includes("\nExample:\n") ? blocksOf(section).slice(-1) : []
    )
    assert.strictEqual(shown.length, Object.keys(examples).length)
    const file = (lines: ReadonlyArray<string>): string =>
      `${preamble}\nexport const all = [\n${lines.map((line) => `(${line})`).join(",\n")}\n]\n`
    assert.strictEqual(compile({ "page.ts": file(shown) }), "")
    const wrong = compile({ "wrong.ts": file([...shown, `Clip.globalNorm("1")`]) })
    assert.match(wrong, /^pages\/wrong\.ts\(\d+,\d+\): error TS2345/)
  })

  it.effect("shows an experiment and recipes that validation accepts", () =>
    Effect.gen(function*() {
      yield* Experiment.resolve(examples["Experiment.make"])
      const arms = Object.fromEntries(
        Object.entries(examples).flatMap(([name, value]) => "schedule" in value ? [[name, value]] : [])
      )
      assert.containsAllKeys(arms, ["Recipe.make", "Recipe.with", "Recipe.accept", "Clip.globalNorm"])
      yield* Experiment.resolve(Experiment.make("all", { question: "?", arms, seeds: [0], expect: [] }))
    }))
})

describe("docs/architecture.md", () => {
  it("lists the rooms that are there, in their order", () => {
    const listed = [...read("architecture.md").matchAll(/^\| `runtime\/(\w+)\/` \|/gm)].map(([, room]) => room)
    assert.deepStrictEqual(listed, rooms.filter((room) => fs.existsSync(path.join(root, "runtime", room))))
  })
})

describe("docs/*.md", () => {
  it("link to files and headings that are there", () => {
    const names = fs.readdirSync(path.join(root, "docs")).filter((name) => name.endsWith(".md"))
    const anchorsOf = (name: string): ReadonlyArray<string> =>
      [...read(name).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
        heading.toLowerCase().replace(/[^\w\s-]/g, "").replace(/\s/g, "-")
      )
    const dead = names.flatMap((name) =>
      [...read(name).matchAll(/\]\(([^)\s#]*)(?:#([^)\s]*))?\)/g)].flatMap(([link, file = "", anchor]) => {
        const target = file === "" ? name : file
        const there = fs.existsSync(path.join(root, "docs", target))
          && (anchor === undefined || anchorsOf(target).includes(anchor))
        return there ? [] : [`${name}: ${link}`]
      })
    )
    assert.isAbove(names.length, 3)
    assert.deepStrictEqual(dead, [])
  })
})
