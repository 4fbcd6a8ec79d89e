import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as net from "node:net"
import * as path from "node:path"
import * as Bubblewrap from "../../../runtime/source/Bubblewrap.ts"
import * as Confined from "../../../runtime/source/Confined.ts"
import * as Walls from "../../../runtime/source/Walls.ts"
import { part } from "../../require.ts"
import { inTemporaryFolder } from "../run/temporary.ts"
import * as checkouts from "./checkouts.ts"

const limits: Confined.Limits = {
  milliseconds: 60_000,
  seconds: 60,
  resultBytes: 1 << 20,
  printedBytes: 1 << 20,
  memoryBytes: 2 ** 31,
  writes: false
}

/** What a program would try that had got out of QuickJS. */
const attempts = {
  "reads a file": "fs.readFileSync(canary)",
  "reads by way of a symlink": "fs.readFileSync(new URL('./link.txt', import.meta.url))",
  "lists a folder": "fs.readdirSync('/etc')",
  "writes a file": "fs.writeFileSync(canary, 'overwritten')",
  "writes beside itself": "fs.writeFileSync(new URL('./new.txt', import.meta.url), 'new')",
  "starts a program": "childProcess.execSync('id')",
  "starts a thread": "new threads.Worker('1', { eval: true })",
  "writes a database": "new sqlite.DatabaseSync(canary).exec('create table a (b)')",
  "reads the environment of its parent": "fs.readFileSync(`/proc/${process.ppid}/environ`)",
  "finds an environment": "if (process.env.BALLAST_CANARY === undefined) throw new Error('there is none')",
  connects: "await new Promise((done, failed) => net.connect(port, '127.0.0.1', done).on('error', failed))"
}

const beyondPermission = ["connects", "reads by way of a symlink"]

const attacker = (canary: string, port: number): string =>
  [
    `import * as childProcess from "node:child_process"`,
    `import * as fs from "node:fs"`,
    `import * as net from "node:net"`,
    `import * as sqlite from "node:sqlite"`,
    `import * as threads from "node:worker_threads"`,
    `const [canary, port] = ${JSON.stringify([canary, port])}`,
    `const done = []`,
    ...Object.entries(attempts).map(([name, attempt]) =>
      `try { ${attempt}; done.push(${JSON.stringify(name)}) } catch {}`
    ),
    `fs.writeSync(3, JSON.stringify(done))`,
    `process.exit(0)`
  ].join("\n")

/** Runs an attacker where the evaluator would be, and returns what it could do. */
const done = (bubblewrap: string | null) =>
  inTemporaryFolder((temporary) =>
    Effect.gen(function*() {
      const folder = fs.realpathSync.native(temporary)
      const [canary, main] = [path.join(folder, "canary.txt"), path.join(folder, "evaluator/main.mjs")]
      const server = net.createServer((socket) => socket.destroy())
      yield* Effect.promise(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)))
      const { port } = server.address() as net.AddressInfo
      checkouts.write(folder, {
        "canary.txt": "canary",
        "evaluator/main.mjs": attacker(canary, port),
        "empty/.keep": ""
      })
      fs.symlinkSync(canary, path.join(folder, "evaluator/link.txt"))
      process.env["BALLAST_CANARY"] = "canary"
      const program = Walls.around(path.dirname(main), main, bubblewrap)
      const ended = yield* Confined.run({ ...program, directory: path.join(folder, "empty"), limits }, "")
      server.close()
      assert.strictEqual(fs.readFileSync(canary, "utf8"), "canary")
      assert.deepStrictEqual(fs.readdirSync(path.dirname(main)).toSorted(), ["link.txt", "main.mjs"])
      return JSON.parse(ended.result) as ReadonlyArray<string>
    })
  )

describe("around", () => {
  it.live("would keep what got out of QuickJS from all but the network, and from following symlinks", () =>
    Effect.map(done(null), (done) => assert.deepStrictEqual(done.filter((name) => !beyondPermission.includes(name)), [])))

  it("names the walls", () => {
    assert.deepStrictEqual(Walls.names(null), ["quickjs", "permission"])
    assert.deepStrictEqual(Walls.names("/usr/bin/bwrap"), ["quickjs", "permission", "bubblewrap"])
  })
})

const { command: bubblewrap, obstacle } = await Effect.runPromise(Bubblewrap.found)

part("bubblewrap", bubblewrap !== null, "around, with bubblewrap", () => {
  it.live("would keep it from everything", () =>
    Effect.map(done(bubblewrap), (done) => assert.deepStrictEqual(done, [])))
}, obstacle ?? undefined)
