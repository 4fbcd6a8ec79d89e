import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Sources from "../../../../runtime/review/lint/Sources.ts"
import { inTemporaryFolder } from "../../run/temporary.ts"

const write = (folder: string, file: string, text: string | Uint8Array = "export {}\n"): string => {
  const target = path.join(folder, file)
  fs.mkdirSync(path.dirname(target), { recursive: true })
  fs.writeFileSync(target, text)
  return target
}

/** Lends a checkout with a folder of experiments, and another folder beside it. */
const inCheckout = <A, E, R>(use: (at: { readonly checkout: string; readonly elsewhere: string }) => Effect.Effect<A, E, R>) =>
  inTemporaryFolder((folder) => {
    const real = fs.realpathSync(folder)
    const at = { checkout: path.join(real, "checkout"), elsewhere: path.join(real, "elsewhere") }
    fs.mkdirSync(path.join(at.checkout, "experiments"), { recursive: true })
    fs.mkdirSync(at.elsewhere)
    return use(at)
  })

const shown = (opened: ReadonlyArray<Sources.Read | Sources.Refused>) =>
  opened.map((one) => "text" in one ? one.file : `${one.file}: ${one.refused}`)

describe("Sources.open", () => {
  it.effect("takes every program of experiments/, and nothing else", () =>
    inCheckout(({ checkout }) =>
      Effect.gen(function*() {
        for (const file of ["b.ts", "a.mts", "nested/c.js", "d.tsx"]) write(checkout, `experiments/${file}`)
        for (const file of ["w.safetensors", "types.d.ts", "node_modules/x/x.ts", ".hidden/x.ts", ".x.ts", "notes.md"]) {
          write(checkout, `experiments/${file}`)
        }
        write(checkout, "tools/x.ts")
        const { beside, files } = yield* Sources.open([], checkout)
        assert.deepStrictEqual(shown(files), ["a.mts", "b.ts", "d.tsx", "nested/c.js"].map((file) => `experiments/${file}`))
        assert.deepStrictEqual(shown(beside), [])
      })))

  it.effect("knows what lies beside the files that are named, and takes each once", () =>
    inCheckout(({ checkout, elsewhere }) =>
      Effect.gen(function*() {
        for (const file of ["a.ts", "b.ts", "nested/c.ts"]) write(checkout, `experiments/${file}`)
        write(elsewhere, "d.ts")
        write(elsewhere, "deep/e.ts")
        const named = ["experiments/a.ts", "./experiments/../experiments/a.ts", "experiments/nested", "../elsewhere/d.ts"]
        const { beside, files } = yield* Sources.open(named, checkout)
        assert.deepStrictEqual(shown(files), ["experiments/a.ts", "experiments/nested/c.ts", path.join(elsewhere, "d.ts")])
        assert.deepStrictEqual(files.map(({ folder }) => folder), [
          path.join(checkout, "experiments"),
          path.join(checkout, "experiments"),
          elsewhere
        ])
        assert.deepStrictEqual(shown(beside), ["experiments/b.ts"])
      })))

  it.effect("takes no folder for one of experiments that a whole project lies in", () =>
    inCheckout(({ checkout }) =>
      Effect.gen(function*() {
        for (const file of ["project/package.json", "project/tools/a.ts", "other/b.ts"]) write(checkout, `experiments/${file}`)
        const { beside, files } = yield* Sources.open(["experiments/project/tools/a.ts"], checkout)
        assert.deepStrictEqual([shown(files), shown(beside)], [["experiments/project/tools/a.ts"], []])
        assert.strictEqual(files[0]?.folder, path.join(checkout, "experiments/project/tools"))
      })))

  it.effect("says everything that is not there at once", () =>
    inCheckout(({ checkout, elsewhere }) =>
      Effect.gen(function*() {
        write(checkout, "experiments/w.bin")
        const failed = yield* Effect.flip(Sources.open(["experiments/a.ts", "experiments/w.bin"], checkout))
        assert.match(failed.message, /^there is no file experiments\/a\.ts\nexperiments\/w\.bin is no experiment's file/)
        const none = yield* Effect.flip(Sources.open([], elsewhere))
        assert.match(none.message, /no folder experiments here/)
      })))

  it.effect("follows no link out of its folder, whoever named it", () =>
    inCheckout(({ checkout, elsewhere }) =>
      Effect.gen(function*() {
        const secret = write(elsewhere, "secret.ts", "const secret = 1\n")
        fs.symlinkSync(secret, path.join(checkout, "experiments/link.ts"))
        fs.symlinkSync(elsewhere, path.join(checkout, "experiments/folder"))
        fs.symlinkSync(elsewhere, path.join(checkout, "experiments/folder.ts"))
        write(elsewhere, "other.ts")
        write(checkout, "experiments/own.ts")
        fs.symlinkSync("own.ts", path.join(checkout, "experiments/same.ts"))
        const leads = (file: string): string => `${file}: is a link that leads out of its folder`
        assert.deepStrictEqual(shown((yield* Sources.open([], checkout)).files), [
          leads("experiments/folder.ts"),
          leads("experiments/link.ts"),
          "experiments/own.ts"
        ])
        const named = ["experiments/link.ts", "experiments/folder/other.ts", "experiments/folder"]
        assert.deepStrictEqual(shown((yield* Sources.open(named, checkout)).files), [
          leads("experiments/link.ts"),
          leads("experiments/folder/other.ts")
        ])
      })))

  it.effect("does not take a folder of experiments that leads out of the working directory", () =>
    inCheckout(({ checkout, elsewhere }) =>
      Effect.gen(function*() {
        write(elsewhere, "a.ts")
        fs.rmdirSync(path.join(checkout, "experiments"))
        fs.symlinkSync(elsewhere, path.join(checkout, "experiments"))
        const { files } = yield* Sources.open([], checkout)
        assert.deepStrictEqual(shown(files), ["experiments/a.ts: is a link that leads out of its folder"])
      })))

  it.effect("waits for no pipe, and reads neither what is too large nor what is no text", () =>
    inCheckout(({ checkout }) =>
      Effect.gen(function*() {
        execFileSync("mkfifo", [path.join(checkout, "experiments/pipe.ts")])
        write(checkout, "experiments/large.ts", "//".repeat(150_000))
        write(checkout, "experiments/utf16.ts", Buffer.from("\ufeffexport {}", "utf16le"))
        fs.symlinkSync("nowhere.ts", path.join(checkout, "experiments/torn.ts"))
        const { files } = yield* Sources.open([], checkout)
        assert.deepStrictEqual(shown(files), [
          "experiments/large.ts: is larger than 262144 bytes",
          "experiments/pipe.ts: is no file",
          "experiments/torn.ts: cannot be read (ENOENT)",
          "experiments/utf16.ts: is not text in UTF-8"
        ])
      })))
})
