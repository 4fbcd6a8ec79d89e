/**
 * The start under a Node that is too old: what is loaded before another one takes over must do with the old one.
 */
import { assert, describe, it } from "@effect/vitest"
import * as esbuild from "esbuild"
import { execFileSync, spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { part } from "../require.ts"

const root = path.resolve(import.meta.dirname, "../..")
const command = "runtime/cli/ballast.js"
const program = "experiments/coldstart-clip.ts"

/** What Node 20.19 has of what is used; a name that a module lacks keeps it from being loaded at all. */
const had: Readonly<Record<string, ReadonlyArray<string>>> = {
  "child_process": ["spawn"],
  "crypto": ["createHash"],
  "fs": [],
  "module": [],
  "os": [],
  "path": []
}

/** Bundles what is loaded with a file, and nothing of what that imports later. */
const loadedWith = async (file: string) => {
  const later = ({ kind, path }: esbuild.OnResolveArgs) =>
    kind === "dynamic-import" || path.startsWith("effect/") ? { external: true, path } : undefined
  const { metafile, outputFiles } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: [file],
    bundle: true,
    treeShaking: false,
    write: false,
    metafile: true,
    platform: "node",
    format: "esm",
    plugins: [{ name: "later", setup: (build) => build.onResolve({ filter: /./ }, later) }]
  })
  return { files: Object.keys(metafile.inputs), text: outputFiles[0]?.text ?? "" }
}

const builtinsOf = (text: string): ReadonlyArray<readonly [name: string, imported: ReadonlyArray<string>]> =>
  [...text.matchAll(/^import (?:(.*) from )?"node:([^"]+)";$/gm)].map(([, what = "", name = ""]) => [
    name,
    what.startsWith("* as ") ? [] : what.replace(/[{}]/g, "").split(",").map((one) => one.trim().split(" as ")[0] ?? "")
  ])

const versionOf = (node: string): string => {
  try {
    return execFileSync(node, ["--version"], { encoding: "utf8" }).trim()
  } catch {
    return ""
  }
}

/** A Node on the path that this package takes to start with, and is too old for the rest. */
const old = (process.env["PATH"] ?? "").split(path.delimiter)
  .map((folder) => path.join(folder, "node"))
  .filter((file) => fs.existsSync(file))
  .find((file) => /^v2[0-3]\./.test(versionOf(file)))

describe("the start", () => {
  it("of the command loads JavaScript alone, which every Node reads", async () => {
    const { files } = await loadedWith(command)
    assert.deepStrictEqual(files.filter((file) => !file.endsWith(".js")), [])
    assert.include(files, command)
  })

  it.each([command, program])("of %s takes nothing from Node that 20.19 lacks", async (file) => {
    const builtins = builtinsOf((await loadedWith(file)).text)
    const newer = builtins.flatMap(([name, imported]) =>
      (had[name] === undefined ? ["*"] : imported.filter((one) => had[name]?.includes(one) !== true))
        .map((one) => `${one} of node:${name}`)
    )
    assert.deepStrictEqual(newer, [])
    assert.include(builtins.map(([name]) => name), "module")
  })
})

part("node20", old !== undefined, "the start under an old Node", () => {
  it.each([
    ["of an experiment", ["node_modules/tsx/dist/cli.mjs", program, "--help"], "Train every arm"],
    ["of the command", [command, "--version"], "ballast v"]
  ])("%s hands over to the Node that npm installed", (_, parameters, said) => {
    const { status, stderr, stdout } = spawnSync(old ?? "", parameters, { cwd: root, encoding: "utf8" })
    assert.deepStrictEqual([status, stderr], [0, ""])
    assert.include(stdout, said)
  })
}, "is not on the path, and no other that is older than 24")
