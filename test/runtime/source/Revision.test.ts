import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Revision from "../../../runtime/source/Revision.ts"
import { inTemporaryFolder } from "../run/temporary.ts"
import * as checkouts from "./checkouts.ts"
import * as repositories from "./repositories.ts"

const experiment = "export default 1\n"

/** Makes a repository, materialises one of its commits and lends both to a test. */
const materialised = <A, E>(
  make: (folder: string) => string,
  use: (revision: Revision.Revision, folder: string) => Effect.Effect<A, E>,
  project = ""
) =>
  inTemporaryFolder((folder) =>
    Effect.gen(function*() {
      const commit = make(folder)
      const revision = yield* Revision.materialise(path.join(folder, project), commit)
      assert.strictEqual(revision.commit, commit)
      return yield* use(revision, folder)
    }).pipe(Effect.scoped)
  )

/** Commits a tree in which `experiments/` holds what `entries` gives, and which holds nothing else. */
const committed = (folder: string, entries: (blob: string) => ReadonlyArray<repositories.Entry>): string => {
  repositories.make(folder, { "experiments/a.ts": experiment })
  return repositories.commitTree(folder, repositories.tree(folder, entries(repositories.blob(folder, experiment))))
}

describe("materialise", () => {
  it.live("writes what experiments are made of, as it was committed", () =>
    materialised((folder) => {
      const files = {
        "experiments/a.ts": experiment,
        "experiments/deep/b.ts": "const b = 1\nexport { b as default }\r\n",
        "experiments/shared.ts": "export const shared = 1\n",
        "experiments/types.d.ts": "export default 1\n",
        "experiments/weights/w.safetensors": "weights",
        "other/c.ts": experiment,
        "node_modules/left-pad/index.js": "export {}",
        "package.json": "{}"
      }
      const commit = repositories.make(folder, files)
      checkouts.write(folder, { "experiments/a.ts": "changed since", "experiments/later.ts": experiment })
      return commit
    }, ({ contents, experiments, leftOut, root }, folder) =>
      Effect.sync(() => {
        assert.deepStrictEqual(checkouts.contents(root), {
          "experiments/a.ts": experiment,
          "experiments/deep/b.ts": "const b = 1\nexport { b as default }\r\n",
          "experiments/shared.ts": "export const shared = 1\n",
          "experiments/types.d.ts": "export default 1\n",
          "other/c.ts": experiment,
          "package.json": "{}"
        })
        assert.deepStrictEqual(experiments, ["experiments/a.ts", "experiments/deep/b.ts"])
        assert.deepStrictEqual(leftOut, [])
        assert.strictEqual(contents.get("experiments/a.ts"), repositories.blob(folder, experiment))
        assert.isTrue(contents.has("experiments/weights/w.safetensors"))
      })))

  it.live("finds the experiments of a folder inside of the repository", () =>
    materialised(
      (folder) => repositories.make(folder, { "models/experiments/a.ts": experiment, "experiments/b.ts": experiment }),
      ({ experiments, project }) =>
        Effect.sync(() => {
          assert.strictEqual(project, "models/")
          assert.deepStrictEqual(experiments, ["models/experiments/a.ts"])
        }),
      "models"
    ))

  it.live("removes the folder with its scope", () =>
    Effect.gen(function*() {
      const root = yield* materialised(
        (folder) => repositories.make(folder, { "experiments/a.ts": experiment }),
        ({ root }) => Effect.sync(() => fs.existsSync(root) ? root : "gone too early")
      )
      assert.isFalse(fs.existsSync(root))
      assert.isTrue(path.isAbsolute(root))
    }))

  it.live("runs no filter, no hook and no monitor, and applies no attribute", () =>
    materialised((folder) => {
      const script = `touch ${path.join(folder, "ran")}; cat`
      const commit = repositories.make(folder, {
        "experiments/a.ts": "// $Id$\nexport default 1\n",
        "experiments/b.ts": experiment,
        ".gitattributes": "*.ts ident filter=evil eol=crlf export-subst\nexperiments/b.ts export-ignore\n"
      })
      for (const name of ["post-checkout", "reference-transaction", "post-index-change"]) {
        checkouts.write(folder, { [`.git/hooks/${name}`]: `#!/bin/sh\n${script}\n` })
        fs.chmodSync(path.join(folder, ".git/hooks", name), 0o755)
      }
      checkouts.write(folder, { "monitor.sh": `#!/bin/sh\n${script}\n` })
      fs.chmodSync(path.join(folder, "monitor.sh"), 0o755)
      const settings = { "filter.evil.smudge": script, "filter.evil.required": "true", "core.fsmonitor": "./monitor.sh" }
      for (const [name, value] of Object.entries(settings)) repositories.git(folder, ["config", name, value])
      return commit
    }, ({ experiments, root }, folder) =>
      Effect.sync(() => {
        assert.isFalse(fs.existsSync(path.join(folder, "ran")))
        assert.deepStrictEqual(experiments, ["experiments/a.ts", "experiments/b.ts"])
        assert.strictEqual(fs.readFileSync(path.join(root, "experiments/a.ts"), "utf8"), "// $Id$\nexport default 1\n")
      })))

  it.live("keeps symlinks that stay inside, and reports the others", () =>
    materialised((folder) => {
      checkouts.write(folder, { "experiments/a.ts": experiment, "shared/b.ts": "export const b = 1\n" })
      const links = {
        "experiments/b.ts": "../shared/b.ts",
        "experiments/folder": "../shared",
        "experiments/loop.ts": "loop.ts",
        "experiments/absolute.ts": "/etc/passwd",
        "experiments/up.ts": "../../outside.ts",
        "experiments/round.ts": "folder/../../outside.ts",
        "experiments/git.ts": "../.git/config",
        "deep/er/up": "../../shared",
        "deep/er/escape.ts": "up/../../outside.ts"
      }
      for (const [file, target] of Object.entries(links)) {
        fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
        fs.symlinkSync(target, path.join(folder, file))
      }
      return repositories.make(folder, {})
    }, ({ leftOut, root }) =>
      Effect.sync(() => {
        assert.strictEqual(fs.readFileSync(path.join(root, "experiments/b.ts"), "utf8"), "export const b = 1\n")
        assert.strictEqual(fs.readFileSync(path.join(root, "experiments/folder/b.ts"), "utf8"), "export const b = 1\n")
        assert.deepStrictEqual(leftOut.map(({ path, reason }) => `${path} ${reason}`), [
          "deep/er/escape.ts is a symlink to up/../../outside.ts, which leads outside the repository, or may",
          "experiments/absolute.ts is a symlink to /etc/passwd, which leads outside the repository",
          "experiments/git.ts is a symlink to ../.git/config, which would change a repository",
          "experiments/round.ts is a symlink to folder/../../outside.ts, which leads outside the repository, or may",
          "experiments/up.ts is a symlink to ../../outside.ts, which leads outside the repository"
        ])
      })))

  it.live("tells a symlink from a file that holds what it leads to", () =>
    materialised((folder) =>
      committed(folder, (blob) => [
        { mode: "100644", name: "file.ts", id: blob },
        { mode: "120000", name: "link", id: blob },
        { mode: "100644", name: "notes.md", id: blob }
      ]), ({ contents, sources }) =>
      Effect.sync(() => {
        assert.notStrictEqual(contents.get("file.ts"), contents.get("link"))
        assert.strictEqual(contents.get("file.ts"), contents.get("notes.md"))
        assert.deepStrictEqual([...sources].toSorted(), ["file.ts", "link"])
      })))

  it.live("writes no name that a disk must not be written by", () =>
    materialised((folder) =>
      committed(folder, (id) => {
        const file = (name: string | Buffer): repositories.Entry => ({ mode: "100644", name, id })
        const names = ["..", ".", ".git", ".GIT", ".git.", "GIT~1", "", "/tmp/x.ts", "../x.ts", "a/../../x.ts", "a\\..\\x.ts"]
        const inner = repositories.tree(folder, [file("config.ts"), file("x.ts")])
        return [
          ...names.map((name) => file(name.endsWith(".ts") ? name : `${name}/x.ts`)),
          { mode: "40000", name: ".git", id: inner },
          { mode: "40000", name: "..", id: inner },
          file("line\nbreak.ts"),
          file("turned\u202ets.ts"),
          file(Buffer.from([0x66, 0xff, 0x2e, 0x74, 0x73])),
          file(`${"x".repeat(300)}.ts`),
          file("experiments.ts"),
          file("experiments.ts"),
          { mode: "40000", name: "experiments.ts", id: inner }
        ]
      }), ({ contents, leftOut, root }) =>
      Effect.sync(() => {
        assert.deepStrictEqual(checkouts.contents(root), { "experiments.ts": experiment })
        assert.deepStrictEqual([...contents.keys()].toSorted(), [
          "experiments.ts",
          "experiments.ts/config.ts",
          "experiments.ts/x.ts"
        ])
        assert.strictEqual(leftOut.length, 11 + 4 + 4 + 3)
        for (const { path } of leftOut) assert.notMatch(path, /[\p{Cc}\u202e]/u)
        assert.deepStrictEqual(
          [...new Set(leftOut.map(({ reason }) => reason))].toSorted(),
          [
            "has a name that is a path elsewhere",
            "has a name that is no UTF-8",
            "has a name with characters that are not seen",
            "has too long a name",
            "leads to another place than its name says",
            "takes the place of another file",
            "would change a repository"
          ]
        )
      })))

  it.live("writes nothing by way of a symlink that takes a folder's place", () =>
    materialised((folder) => {
      repositories.make(folder, { "experiments/a.ts": experiment })
      const link = (name: string, target: string): repositories.Entry =>
        ({ mode: "120000", name, id: repositories.blob(folder, target) })
      const tree = (name: string, ...entries: ReadonlyArray<repositories.Entry>): repositories.Entry =>
        ({ mode: "40000", name, id: repositories.tree(folder, entries) })
      // By its name each leads inside, and where `up` leads, it would lead out.
      const inner = tree("up", link("out", "../../../../"), tree("deeper", link("out", "../../../../")))
      return repositories.commitTree(folder, repositories.tree(folder, [
        tree("deep", tree("er", tree("still", link("up", "../../.."), inner)))
      ]))
    }, ({ leftOut, root }) =>
      Effect.sync(() => {
        assert.deepStrictEqual(fs.readdirSync(root), ["deep"])
        assert.deepStrictEqual(leftOut.map(({ path, reason }) => `${path} ${reason}`), [
          "deep/er/still/up/deeper/out takes the place of another file",
          "deep/er/still/up/out takes the place of another file"
        ])
      })))

  it.live("reports submodules, pointers of Git LFS and files that are too large", () =>
    materialised((folder) => {
      repositories.make(folder, { "experiments/a.ts": experiment })
      const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"
      return repositories.commitTree(folder, repositories.tree(folder, [
        { mode: "100644", name: "large.json", id: repositories.blob(folder, "1".repeat((1 << 20) + 1)) },
        { mode: "100644", name: "pointer.json", id: repositories.blob(folder, pointer) },
        { mode: "160000", name: "theirs", id: repositories.git(folder, ["rev-parse", "HEAD"]) }
      ]))
    }, ({ leftOut, root }) =>
      Effect.sync(() => {
        assert.deepStrictEqual(fs.readdirSync(root), [])
        assert.deepStrictEqual(leftOut.map(({ path, reason }) => `${path} ${reason}`), [
          "large.json is larger than 1 MiB",
          "pointer.json is a pointer of Git LFS; what it points to is not in the repository",
          "theirs is a submodule, whose files are another repository's"
        ])
      })))

  it.live("reads no revision that holds too many files or bytes", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        repositories.make(folder, { "experiments/a.ts": experiment })
        const messageOf = (text: string, count: number) => {
          const id = repositories.blob(folder, text)
          const entries = Array.from({ length: count }, (_, index) => ({ mode: "100644", name: `${index}.ts`, id } as const))
          const commit = repositories.commitTree(folder, repositories.tree(folder, entries))
          return Effect.map(
            Effect.flip(Effect.scoped(Revision.materialise(folder, commit))),
            ({ message }) => message.replace(/^revision \w+ /, "")
          )
        }
        assert.strictEqual(yield* messageOf("", 20_001), "cannot be read: it holds more than 20000 files to read")
        assert.strictEqual(yield* messageOf(" ".repeat(1 << 20), 257), "cannot be read: it holds more than 256 MiB to read")
      })
    ))

  it.live("says which revision is not there, and where no repository is", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        const message = (revision: string) =>
          Effect.map(Effect.flip(Effect.scoped(Revision.materialise(folder, revision))), ({ message }) => message)
        assert.match(yield* message("main"), /^revision main cannot be read: fatal: not a git repository/)
        repositories.make(folder, { "experiments/a.ts": experiment })
        assert.strictEqual(
          yield* message("nowhere"),
          `revision nowhere cannot be read: there is none in ${folder}: git fetch origin nowhere may bring it`
        )
        assert.match(yield* message("--output=x"), /^revision --output=x cannot be read: there is none/)
        assert.match(yield* message("main:experiments"), /cannot be read/)
      })
    ))

  it.live("reads no other repository than the one it is asked about", () =>
    inTemporaryFolder((other) =>
      materialised((folder) => {
        repositories.make(other, { "experiments/other.ts": experiment })
        process.env["GIT_DIR"] = path.join(other, ".git")
        return repositories.make(folder, { "experiments/a.ts": experiment })
      }, ({ experiments }) =>
        Effect.sync(() => {
          delete process.env["GIT_DIR"]
          assert.deepStrictEqual(experiments, ["experiments/a.ts"])
        }))
    ))
})
