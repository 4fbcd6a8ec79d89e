import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as TreeName from "../../../runtime/source/TreeName.ts"

describe("refused", () => {
  it("lets ordinary names pass, in every script", () => {
    for (const name of ["a.ts", "a b/c.ts", ".github/x.ts", ".gitignore", "git/x", "été/数据.ts", "a.git/b", "..a/...b"]) {
      assert.isNull(TreeName.refused(name), name)
    }
  })

  it("refuses names that mean another place, a repository, or cannot be seen", () => {
    const names = [
      "..",
      "../a",
      "a/../b",
      "a/./b",
      "/a",
      "a//b",
      "a/",
      "",
      ".git",
      "a/.GIT/config",
      ".git. ./x",
      "git~1/x",
      "a\nb",
      "a\u0000b",
      "a\u202eb",
      "a\u2028b",
      ".g\u200cit/x",
      "a\\b",
      "x".repeat(256),
      "a/".repeat(600) + "a"
    ]
    for (const name of names) assert.isString(TreeName.refused(name), JSON.stringify(name))
  })
})

/** Up, down by a folder or another symlink, and up again, each so many times. */
const targets = [0, 1, 2, 3, 4].flatMap((before) =>
  ["first", "second", "a", "b", "."].flatMap((name) =>
    [0, 1, 2, 3].map((after) => [...Array<string>(before).fill(".."), name, ...Array<string>(after).fill("..")].join("/"))
  )
)

const realOf = (file: string): string | null => {
  try {
    return fs.realpathSync.native(file)
  } catch {
    return null
  }
}

describe("refusedTarget", () => {
  it("lets no symlink pass that leads outside, by way of another or not", () => {
    const folder = fs.realpathSync.native(fs.mkdtempSync(path.join(os.tmpdir(), "ballast-links-")))
    try {
      const root = path.join(folder, "x/y/root")
      for (const name of ["a/a/a", "b"]) fs.mkdirSync(path.join(root, name), { recursive: true })
      const [first, second] = [path.join(root, "a/a/a/first"), path.join(root, "a/a/a/second")]
      const passes = (name: string) => (target: string) => TreeName.refusedTarget(`a/a/a/${name}`, target) === null
      for (const one of targets.filter(passes("first"))) {
        fs.symlinkSync(one, first)
        for (const other of targets.filter(passes("second"))) {
          fs.symlinkSync(other, second)
          for (const real of [realOf(first), realOf(second)]) {
            assert.isTrue(real === null || real === root || real.startsWith(`${root}/`), `${one}, ${other}: ${real}`)
          }
          fs.unlinkSync(second)
        }
        fs.unlinkSync(first)
      }
    } finally {
      fs.rmSync(folder, { recursive: true, force: true })
    }
  })

  it("lets those pass that repositories have", () => {
    for (const to of ["b.ts", "./b.ts", "../shared/b.ts", "..", ".", "../", "deep/b.ts", "../.github/x"]) {
      assert.isNull(TreeName.refusedTarget("a/link", to), to)
    }
    for (const to of ["/etc", "../..", "../../a", "x/../y", "../.git/config", ""]) {
      assert.isString(TreeName.refusedTarget("a/link", to), to)
    }
  })
})
