import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Listing from "../../../runtime/data/Listing.ts"
import { inFolder, write } from "./folder.ts"

const list = (root: string, ...names: ReadonlyArray<string>) =>
  Listing.list(root, "train", names.map((relative) => ({ relative, real: path.join(root, relative) })))

describe("Listing", () => {
  it.effect("opens no pipe, and leaves a link that leads in a circle out alone", () =>
    inFolder((root) =>
      Effect.sync(() => {
        write(root, { "images/a.jpg": "", "list.txt": "pipe.jpg\n" })
        spawnSync("mkfifo", [path.join(root, "pipe.jpg")])
        fs.symlinkSync("../pipe.jpg", path.join(root, "images/b.jpg"))
        fs.symlinkSync("c.jpg", path.join(root, "images/c.jpg"))
        const places = ["images", "list.txt"].map((relative) => ({ relative, real: path.join(root, relative) }))
        const { excluded, files } = Listing.list(root, "train", places)
        assert.deepStrictEqual(files, ["images/a.jpg"])
        assert.deepStrictEqual(excluded.map(({ file, reason }) => `${file}: ${reason}`), [
          "images/b.jpg: it is neither a file nor a folder",
          "images/c.jpg: its link leads nowhere",
          "list.txt: pipe.jpg: it is neither a file nor a folder"
        ])
      })
    ))

  it.effect("finds images in folders within, whatever their case, and each once", () =>
    inFolder((root) => Effect.sync(() => {
      const names = ["b.JPG", "a/z.png", "a.jpeg", "c.webp", "x.gif"]
      write(root, Object.fromEntries(names.map((name) => [`images/${name}`, ""])))
      const { excluded, files } = list(root, "images", "images/a")
      assert.deepStrictEqual(files, ["images/a.jpeg", "images/a/z.png", "images/b.JPG", "images/c.webp"])
      assert.deepStrictEqual(excluded, [])
    })))

  it.effect("follows links within the folder, leaves those that lead outside out, and does not run in circles", () =>
    inFolder((above) => Effect.sync(() => {
      const root = path.join(above, "set")
      write(above, { "secret/s.jpg": "", "set/images/a.jpg": "", "set/more/b.jpg": "" })
      fs.symlinkSync("../more", path.join(root, "images/more"))
      fs.symlinkSync("..", path.join(root, "images/up"))
      fs.symlinkSync("../../secret", path.join(root, "images/folder"))
      fs.symlinkSync("../../secret/s.jpg", path.join(root, "images/s.jpg"))
      fs.symlinkSync("nowhere.jpg", path.join(root, "images/t.jpg"))
      fs.symlinkSync("a.jpg", path.join(root, "images/u.jpg"))
      const { excluded, files } = list(root, "images")
      assert.deepStrictEqual(files, ["images/a.jpg", "images/more/b.jpg", "images/u.jpg"])
      assert.deepStrictEqual(excluded.map(({ file }) => file), ["images/folder", "images/s.jpg", "images/t.jpg"])
      assert.include(excluded[1]?.reason, "leads outside")
      assert.include(excluded[2]?.reason, "leads nowhere")
    })))

  it.effect("reads lists, whose paths start at the list or at the data set's folder", () =>
    inFolder((above) => Effect.sync(() => {
      const root = path.join(above, "set")
      write(above, {
        "out.jpg": "",
        "set/images/a.jpg": "",
        "set/images/b.jpg": "",
        "set/lists/c.jpg": "",
        "set/lists/train.txt":
          "images/b.jpg\r\n./c.jpg\n\n../images/a.jpg\nimages/b.jpg\n../../out.jpg\nnone.jpg\ntrain.txt\n"
      })
      const { excluded, files } = list(root, "lists/train.txt")
      assert.deepStrictEqual(files, ["images/a.jpg", "images/b.jpg", "lists/c.jpg"])
      assert.deepStrictEqual(excluded.map(({ file, line }) => [file, line]), [
        ["lists/train.txt", 6],
        ["lists/train.txt", 7],
        ["lists/train.txt", 8]
      ])
    })))

  it("puts labels where the last images folder is, or beside the image", () => {
    assert.strictEqual(Listing.labelOf("images/train/a.jpg"), "labels/train/a.txt")
    assert.strictEqual(Listing.labelOf("images/a/images/b.c.jpeg"), "images/a/labels/b.c.txt")
    assert.strictEqual(Listing.labelOf("train/images/images.png"), "train/labels/images.txt")
    assert.strictEqual(Listing.labelOf("photos/a.jpg"), "photos/a.txt")
  })
})
