import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

const root = path.resolve(import.meta.dirname, "../..")

/** A small project under the repository's own rules, to which a violation can be added. */
const sound: Readonly<Record<string, string>> = {
  "dsl/index.ts": `export * as Clip from "./Clip.ts"\n`,
  "dsl/Clip.ts": `import * as Schema from "effect/Schema"\nexport const Clip = Schema.Number\n`,
  "runtime/index.ts": `export { check } from "./cli/Check.ts"\n`,
  "runtime/serve/page/Dashboard.ts": `document.title = "Ballast"\n`,
  "runtime/graph/Node.ts": `import * as Clip from "../../dsl/Clip.ts"\nexport const node = Clip.Clip\n`,
  "runtime/data/Files.ts": `import * as fs from "node:fs"\nexport const files = fs.readdirSync\n`,
  "runtime/cli/Check.ts": [
    `import { node } from "../graph/Node.ts"`,
    `import { files } from "../data/Files.ts"`,
    `export const check = [node, files]`,
    ``
  ].join("\n"),
  "experiments/one.ts": [
    `import { Clip } from "ballast"`,
    `import { check } from "ballast/runtime"`,
    `export default [Clip, check]`,
    ``
  ].join("\n")
}

const configuration = [
  "tsconfig.json",
  "runtime/serve/page/tsconfig.json",
  ".oxlintrc.json",
  "knip.json",
  "vitest.config.ts",
  "test/ClosingLine.ts",
  "test/check/Rooms.ts",
  "test/check/cruise.ts",
  "test/check/run.ts"
]

const manifest = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as {
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

const only = (packages: Readonly<Record<string, string>>, names: ReadonlyArray<string>) =>
  Object.fromEntries(Object.entries(packages).filter(([name]) => names.includes(name)))

/** The repository's package.json, without the packages that the small project has no use for. */
const smallManifest = {
  ...manifest,
  dependencies: only(manifest.dependencies, ["effect"]),
  devDependencies: only(manifest.devDependencies, [
    "@swc/core",
    "@types/node",
    "dependency-cruiser",
    "knip",
    "oxlint",
    "typescript",
    "vitest"
  ])
}

interface Outcome {
  readonly status: number | null
  readonly output: string
}

/** Runs one of package.json's scripts on the sound project with some of its files replaced or added. */
const run = (script: string, planted: Readonly<Record<string, string>> = {}): Outcome => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ballast-check-"))
  try {
    for (const file of configuration) {
      fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
      fs.copyFileSync(path.join(root, file), path.join(folder, file))
    }
    const files = { "package.json": JSON.stringify(smallManifest, null, 2), ...sound, ...planted }
    for (const [file, text] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
      fs.writeFileSync(path.join(folder, file), text)
    }
    fs.symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"))
    const { status, stderr, stdout } = spawnSync(manifest.scripts[script] ?? "", {
      shell: true,
      cwd: folder,
      encoding: "utf8",
      env: {
        ...process.env,
        NO_COLOR: "1",
        PATH: [path.join(root, "node_modules/.bin"), process.env["PATH"]].join(path.delimiter)
      }
    })
    return { status, output: stdout + stderr }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

const addedTo = (file: string, text: string): Readonly<Record<string, string>> => ({ [file]: `${sound[file]}${text}` })
const precededBy = (file: string, text: string): Readonly<Record<string, string>> => ({ [file]: `${text}${sound[file]}` })

/** What is planted, and every text that the failing command must print of it. */
type Plant = readonly [what: string, files: Readonly<Record<string, string>>, named: ReadonlyArray<string>]

const plants: Readonly<Record<string, ReadonlyArray<Plant>>> = {
  "check:types": [
    ["a wrong type", addedTo("dsl/Clip.ts", `export const bound: number = "1"\n`), ["dsl/Clip.ts", "TS2322"]],
    [
      "an index that may be undefined",
      addedTo("dsl/Clip.ts", `export const first = (names: ReadonlyArray<string>): string => names[0]\n`),
      ["dsl/Clip.ts", "TS2322"]
    ],
    [
      "a wrong type in what browsers run",
      addedTo("runtime/serve/page/Dashboard.ts", `document.title = 1\n`),
      ["runtime/serve/page/Dashboard.ts", "TS2322"]
    ],
    ["a browser's own thing elsewhere", addedTo("dsl/Clip.ts", `export const page = document\n`), ["dsl/Clip.ts", "TS2584"]],
    ["an enum, which Node cannot strip", addedTo("dsl/Clip.ts", `export enum Kind { On }\n`), ["dsl/Clip.ts", "TS1294"]]
  ],
  "check:lint": [
    [
      "a condition that is constant",
      addedTo("dsl/Clip.ts", `export const off = () => { if (false) return 1; return 2 }\n`),
      ["dsl/Clip.ts", "no-constant-condition"]
    ],
    ["any", addedTo("dsl/Clip.ts", `export const value = (x: any) => x\n`), ["dsl/Clip.ts", "no-explicit-any"]],
    ["a default export in a room", addedTo("dsl/Clip.ts", `export default 1\n`), ["dsl/Clip.ts", "no-default-export"]],
    [
      "a cycle",
      {
        ...precededBy("dsl/Clip.ts", `import { two } from "./Two.ts"\nexport const one = two\n`),
        "dsl/Two.ts": `import { one } from "./Clip.ts"\nexport const two = () => one\n`
      },
      ["dsl/Two.ts", "no-cycle"]
    ]
  ],
  "check:rooms": [
    [
      "an import of a room below",
      precededBy("runtime/graph/Node.ts", `import { files } from "../data/Files.ts"\nexport const f = files\n`),
      ["room-order: runtime/graph/Node.ts imports runtime/data/Files.ts"]
    ],
    [
      "a type of a room below",
      precededBy("runtime/data/Files.ts", `import type { check } from "../cli/Check.ts"\nexport type C = typeof check\n`),
      ["room-order: runtime/data/Files.ts imports runtime/cli/Check.ts"]
    ],
    [
      "something else than effect in dsl/",
      precededBy("dsl/Clip.ts", `import * as path from "node:path"\nexport const p = path\n`),
      ["dsl-imports-effect-alone: dsl/Clip.ts imports path"]
    ],
    [
      "a tensor library in planning",
      precededBy("runtime/graph/Node.ts", `import * as tf from "@tensorflow/tfjs-core"\nexport const t = tf\n`),
      ["planning-is-pure: runtime/graph/Node.ts -> node_modules/@tensorflow/tfjs-core/"]
    ],
    [
      "the disk in planning, by way of another room",
      {
        "runtime/detect/Read.ts": `import * as fs from "node:fs"\nexport const read = fs.readFileSync\n`,
        "runtime/plan/Plan.ts": `import { read } from "../detect/Read.ts"\nexport const plan = read\n`
      },
      ["planning-is-pure: runtime/plan/Plan.ts -> runtime/detect/Read.ts -> fs"]
    ],
    [
      "an experiment that reaches inside",
      precededBy("experiments/one.ts", `import * as inner from "../dsl/Clip.ts"\nexport const i = inner\n`),
      ["experiments-import-ballast-alone: experiments/one.ts imports ../dsl/Clip.ts"]
    ],
    [
      "an import of a file that is not there",
      precededBy("runtime/graph/Node.ts", `import { nothing } from "./Nothing.ts"\nexport const n = nothing\n`),
      ["resolvable: runtime/graph/Node.ts imports ./Nothing.ts"]
    ],
    [
      "a package of development in what users run",
      precededBy("runtime/data/Files.ts", `import * as check from "vitest"\nexport const c = check\n`),
      ["no-development-packages: runtime/data/Files.ts imports"]
    ],
    ["a room that is on no list", { "runtime/helpers/Any.ts": `export const a = 1\n` }, ["known-rooms: runtime/helpers/"]]
  ],
  "check:unused": [
    ["an export that nothing uses", addedTo("runtime/graph/Node.ts", `export const unused = 1\n`), ["unused", "runtime/graph/Node.ts"]],
    ["a file that nothing imports", { "runtime/graph/Alone.ts": `export const alone = 1\n` }, ["runtime/graph/Alone.ts"]],
    [
      "a package that package.json does not name",
      precededBy("runtime/data/Files.ts", `import * as left from "left-pad"\nexport const l = left\n`),
      ["left-pad"]
    ]
  ]
}

describe("npm run check", () => {
  for (const [script, planted] of Object.entries(plants)) {
    it(`${script} passes a sound project`, () => {
      const { output, status } = run(script)
      assert.strictEqual(status, 0, output)
    })

    for (const [what, files, named] of planted) {
      it(`${script} fails on ${what} and names it`, () => {
        const { output, status } = run(script, files)
        assert.notStrictEqual(status, 0, output)
        for (const text of named) assert.include(output, text)
      })
    }
  }

  it("check:unused names a dependency that nothing imports", () => {
    const dependencies = { ...smallManifest.dependencies, "left-pad": "1.3.0" }
    const { output, status } = run("check:unused", {
      "package.json": JSON.stringify({ ...smallManifest, dependencies }, null, 2)
    })
    assert.notStrictEqual(status, 0)
    assert.include(output, "left-pad")
  })

  it("check:rooms fails where no import could be read", () => {
    const { output, status } = run("check:rooms", Object.fromEntries(Object.keys(sound).map((file) => [file, ""])))
    assert.notStrictEqual(status, 0)
    assert.include(output, "cruised")
  })

  it("runs every part, whatever the others say, and counts them", () => {
    const { output, status } = run("check", {
      ...addedTo("dsl/Clip.ts", `export const bound: number = "1"\n`),
      "runtime/helpers/Any.ts": `export const a = 1\n`
    })
    assert.strictEqual(status, 1)
    assert.include(output, "check:lint passed")
    assert.include(output, "check:types failed")
    assert.include(output, "check:rooms failed")
    assert.match(output, /\n1 passed, 3 failed\n$/)
  })
})
