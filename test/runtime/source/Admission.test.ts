import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Admission from "../../../runtime/source/Admission.ts"
import { inTemporaryFolder } from "../run/temporary.ts"
import * as checkouts from "./checkouts.ts"

/** Lends a checkout with a folder beside it. */
const inCheckout = (files: Readonly<Record<string, string>>, use: (root: string, outside: string) => void) =>
  inTemporaryFolder((folder) =>
    Effect.sync(() => {
      const [root, outside] = [path.join(fs.realpathSync(folder), "root"), path.join(fs.realpathSync(folder), "outside")]
      checkouts.write(root, files)
      checkouts.write(outside, { "secret.ts": "secret", "secret.json": "1" })
      use(root, outside)
    })
  )

const files = {
  "a.ts": "",
  "table.json": "1",
  "notes.txt": "",
  "deep/b.ts": "",
  "deep/c.mts": "",
  ".git/config.json": "",
  "deep/Node_Modules/d/index.js": ""
}

describe("admit", () => {
  it.effect("finds files of the checkout from the file that imports them", () =>
    inCheckout(files, (root) => {
      assert.deepStrictEqual(Admission.admit(root, "deep/b.ts", "../a.ts"), { path: "a.ts" })
      assert.deepStrictEqual(Admission.admit(root, "a.ts", "./deep/b.ts"), { path: "deep/b.ts" })
      assert.deepStrictEqual(Admission.admit(root, "a.ts", "./deep/b"), { path: "deep/b.ts" })
      assert.deepStrictEqual(Admission.admit(root, "a.ts", "./deep/b.js"), { path: "deep/b.ts" })
      assert.deepStrictEqual(Admission.admit(root, "a.ts", "./deep/c.mjs"), { path: "deep/c.mts" })
      assert.deepStrictEqual(Admission.admit(root, ".", "./table.json"), { path: "table.json" })
    }))

  it.effect("follows symlinks, and gives the file that they lead to", () =>
    inCheckout(files, (root) => {
      fs.symlinkSync("deep", path.join(root, "shallow"))
      fs.symlinkSync("../a.ts", path.join(root, "deep/link.ts"))
      assert.deepStrictEqual(Admission.admit(root, "a.ts", "./shallow/link.ts"), { path: "a.ts" })
    }))

  it.effect("follows symlinks as the disk does: up from where a symlink leads, not from where it lies", () =>
    inCheckout({ ...files, "deep/er/outside/secret.ts": "not a secret" }, (root) => {
      fs.symlinkSync("../..", path.join(root, "deep/er/up"))
      fs.symlinkSync("up/../outside/secret.ts", path.join(root, "deep/er/climb.ts"))
      assert.deepStrictEqual(Admission.admit(root, "a.ts", "./deep/er/climb.ts"), { refused: "leads outside the repository" })
    }))

  it.effect("refuses what leads outside, is closed, is no code, or is not there", () =>
    inCheckout(files, (root, outside) => {
      fs.symlinkSync(path.join(outside, "secret.ts"), path.join(root, "absolute.ts"))
      fs.symlinkSync("../outside", path.join(root, "folder"))
      fs.symlinkSync("folder/secret.json", path.join(root, "chain.json"))
      fs.symlinkSync("notes.txt", path.join(root, "notes.ts"))
      const refused: ReadonlyArray<readonly [specifier: string, refused: string]> = [
        ["../outside/secret.ts", "leads outside the repository"],
        ["../root/../outside/secret.ts", "leads outside the repository"],
        ["./absolute.ts", "leads outside the repository"],
        ["./folder/secret.ts", "leads outside the repository"],
        ["./chain.json", "leads outside the repository"],
        ["..", "leads outside the repository"],
        [".", "leads outside the repository"],
        ["./deep", "is not there"],
        ["./none.ts", "is not there"],
        ["./notes.txt", "is no .ts, .mts, .js, .mjs or .json file"],
        ["./notes.ts", "is no .ts, .mts, .js, .mjs or .json file"],
        ["./.git/config.json", "lies in .git, of which nothing is read"],
        ["./deep/Node_Modules/d/index.js", "lies in Node_Modules, of which nothing is read"]
      ]
      for (const [specifier, reason] of refused) {
        assert.deepStrictEqual(Admission.admit(root, "a.ts", specifier), { refused: reason }, specifier)
      }
    }))
})

describe("read", () => {
  it.effect("gives a file's bytes and their hash", () =>
    inCheckout({ "a.ts": "é\r\n" }, (root) => {
      const sha256 = createHash("sha256").update("é\r\n").digest("hex")
      assert.deepStrictEqual(Admission.read(root, "a.ts"), { bytes: Buffer.from("é\r\n"), sha256 })
    }))

  it.effect("reads no file that is too large, and neither a pipe nor a symlink that took its place", () =>
    inCheckout({ "a.ts": "x".repeat((1 << 20) + 1) }, (root, outside) => {
      assert.deepStrictEqual(Admission.read(root, "a.ts"), { refused: "is larger than 1 MiB" })
      spawnSync("mkfifo", [path.join(root, "pipe.ts")])
      assert.deepStrictEqual(Admission.read(root, "pipe.ts"), { refused: "is no file" })
      fs.symlinkSync(path.join(outside, "secret.ts"), path.join(root, "link.ts"))
      assert.throws(() => Admission.read(root, "link.ts"), /ELOOP/)
    }))
})
