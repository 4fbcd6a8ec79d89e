import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
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

const part = fc.constantFrom("..", "a", "b", "c", ".", "up", "down")
const target = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join("/"))
const place = fc.tuple(
  fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 3 }),
  fc.constantFrom("up", "down", "other")
).map(([folders, name]) => [...folders, name].join("/"))

const realOf = (file: string): string | null => {
  try {
    return fs.realpathSync(file)
  } catch {
    return null
  }
}

describe("refusedTarget", () => {
  const check = (links: ReadonlyArray<readonly [link: string, target: string]>): void => {
    const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "ballast-links-")))
    const root = path.join(folder, "x/y/root")
    try {
      for (const name of ["a/a/a", "b/b/b", "c/c/c", "a/b/c", "c/b/a"]) fs.mkdirSync(path.join(root, name), { recursive: true })
      for (const [link, to] of links.filter(([link, to]) => TreeName.refusedTarget(link, to) === null)) {
        fs.mkdirSync(path.dirname(path.join(root, link)), { recursive: true })
        fs.symlinkSync(to, path.join(root, link))
      }
      for (const [link] of links) {
        const real = realOf(path.join(root, link))
        assert.isTrue(real === null || real === root || real.startsWith(`${root}/`), `${link} leads to ${real}`)
      }
    } finally {
      fs.rmSync(folder, { recursive: true, force: true })
    }
  }

  const links = fc.uniqueArray(fc.tuple(place, target), { selector: ([link]) => link, maxLength: 8 })

  it("lets no symlink pass that leads outside, by way of others or not", () => {
    fc.assert(fc.property(links, check))
  })

  it("lets those pass that repositories have", () => {
    for (const to of ["b.ts", "./b.ts", "../shared/b.ts", "..", ".", "../", "deep/b.ts", "../.github/x"]) {
      assert.isNull(TreeName.refusedTarget("a/link", to), to)
    }
    for (const to of ["/etc", "../..", "../../a", "x/../y", "../.git/config", ""]) {
      if (to !== "") assert.isString(TreeName.refusedTarget("a/link", to), to)
    }
  })
})
