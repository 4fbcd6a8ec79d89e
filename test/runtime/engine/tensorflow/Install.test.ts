import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Install from "../../../../runtime/engine/tensorflow/Install.ts"
import * as Location from "../../../../runtime/engine/tensorflow/Location.ts"
import * as Subprocess from "../../../../runtime/engine/Subprocess.ts"
import { quickWork, wheelName } from "./quickWork.ts"
import { withEngines } from "./temporary.ts"

const options: Install.Options = { trust: false, variant: "tensorflow-cpu", progress: () => undefined }

interface Ended {
  readonly signal: string | null
  readonly lines: ReadonlyArray<string>
}

const installing = (moment: string): Effect.Effect<Ended> =>
  Effect.promise(() =>
    new Promise<Ended>((resolve, reject) => {
      const program = path.join(import.meta.dirname, "installing.ts")
      const child = spawn(process.execPath, [program, moment], { stdio: ["ignore", "pipe", "pipe"] })
      let output = ""
      let errors = ""
      child.stdout.setEncoding("utf8").on("data", (text: string) => output += text)
      child.stderr.setEncoding("utf8").on("data", (text: string) => errors += text)
      child.on("error", reject)
      child.on("close", (code, signal) => {
        if (code !== 0 && signal === null) reject(new Error(errors))
        else resolve({ signal, lines: output.trimEnd().split("\n") })
      })
    })
  )

const content = (folder: string): ReadonlyArray<string> => fs.readdirSync(folder).toSorted()

describe("Install", () => {
  it.effect("installs once, leaving the three files and their record, and says afterwards that it is there", () =>
    withEngines(() =>
      Effect.gen(function*() {
        const moments: Array<string> = []
        const install = Install.installWith(quickWork((moment) => moments.push(moment)))
        const first = yield* install(options)
        assert.isFalse(first.already)
        assert.deepStrictEqual(content(first.engine.directory), [...Location.files, "engine.json"].toSorted())
        assert.deepStrictEqual(Location.find(), first.engine)
        assert.strictEqual(first.engine.wheel, wheelName)
        assert.strictEqual(moments.length, 8)
        const second = yield* install(options)
        assert.deepStrictEqual(second, { engine: first.engine, already: true })
        assert.strictEqual(moments.length, 8)
      })
    ))

  const moments = ["download", "unpack", "build", "prove"].flatMap((stage) => [`${stage} begins`, `${stage} is half done`])
  for (const moment of moments) {
    it.effect(`goes on after a kill where ${moment}, repeating no finished stage`, () =>
      withEngines(() =>
        Effect.gen(function*() {
          const killed = yield* installing(moment)
          assert.strictEqual(killed.signal, "SIGKILL")
          assert.isNull(Location.find())
          const after: Array<string> = []
          const { engine } = yield* Install.installWith(quickWork((reached) => after.push(reached)))(options)
          assert.deepStrictEqual(Location.find(), engine)
          assert.deepStrictEqual(
            Location.files.map((file) => fs.readFileSync(path.join(engine.directory, file), "utf8")),
            ["c", "framework", "addon"]
          )
          assert.deepStrictEqual(content(path.dirname(engine.directory)), ["install.lock", path.basename(engine.directory)])
          // Unpacking looks at what is there file by file, and the proof is repeated always.
          for (const stage of ["download", "build"].filter((name) => !moment.startsWith(name))) {
            const reached = killed.lines.includes(`${stage} begins`)
            assert.strictEqual(after.includes(`${stage} begins`), !reached, stage)
          }
        })
      ))
  }

  it.effect("lets two processes install at once without doing the work twice", () =>
    withEngines(() =>
      Effect.gen(function*() {
        const both = yield* Effect.all([installing("slow"), installing("slow")], { concurrency: 2 })
        assert.deepStrictEqual(both.map(({ lines }) => lines.at(-1)).toSorted(), ["already", "installed"])
        assert.strictEqual(both.flatMap(({ lines }) => lines).filter((line) => line === "build begins").length, 1)
      })
    ))

  it.effect("takes a folder without a record for not installed, and replaces it", () =>
    withEngines(() =>
      Effect.gen(function*() {
        const directory = Location.directoryOf("tensorflow-cpu")
        fs.mkdirSync(directory, { recursive: true })
        fs.writeFileSync(path.join(directory, "stray"), "")
        assert.isNull(Location.find())
        yield* Install.installWith(quickWork(() => undefined))(options)
        assert.notInclude(content(directory), "stray")
      })
    ))

  it.effect("keeps a wheel of unknown sum for --trust, and throws a damaged one away", () =>
    withEngines(() =>
      Effect.gen(function*() {
        const wheel = path.join(`${Location.directoryOf("tensorflow-cpu")}.partial`, wheelName)
        const work = quickWork(() => undefined)
        const unknown = yield* Effect.flip(Install.installWith({ ...work, sums: {} })(options))
        assert.strictEqual(unknown._tag, "WheelRefused")
        assert.isTrue(fs.existsSync(wheel))
        const damaged = yield* Effect.flip(Install.installWith({ ...work, sums: { [wheelName]: "0" } })(options))
        assert.strictEqual(damaged._tag, "WheelRefused")
        assert.isFalse(fs.existsSync(wheel))
        yield* Install.installWith({ ...work, sums: {} })({ ...options, trust: true })
        assert.isNotNull(Location.find())
      })
    ))

  it.effect("leaves nothing that is taken for installed where the addon does not load, and builds it anew next time", () =>
    withEngines(() =>
      Effect.gen(function*() {
        const moments: Array<string> = []
        const work = quickWork((moment) => moments.push(moment))
        const failed = yield* Effect.flip(
          Install.installWith({
            ...work,
            prove: () => Effect.as(Subprocess.run("ballast-no-such-program", []), { version: "", gpu: false })
          })(options)
        )
        assert.deepStrictEqual([failed._tag, failed.message], ["InstallFailed", "ballast-no-such-program was not found"])
        assert.isNull(Location.find())
        yield* Install.installWith(work)(options)
        assert.strictEqual(moments.filter((moment) => moment === "build begins").length, 2)
      })
    ))

  it.effect("says whose index it was where pip fetches nothing", () =>
    withEngines(() =>
      Effect.gen(function*() {
        const work = { ...quickWork(() => undefined), download: () => Subprocess.run("ballast-no-such-program", []) }
        const failed = yield* Effect.flip(Install.installWith(work)(options))
        assert.match(failed.message, /^pip fetched no tensorflow-cpu 2\.21\.0 .*pip config list.*was not found$/)
      })
    ))

  it.effect("removes what is installed and what is unfinished, and nothing else", () =>
    withEngines(() =>
      Effect.gen(function*() {
        const { engine } = yield* Install.installWith(quickWork(() => undefined))(options)
        const partial = path.join(Location.parent(), "tensorflow-2.20.0.partial")
        const other = path.join(Location.parent(), "notes")
        fs.mkdirSync(partial)
        fs.mkdirSync(other)
        assert.sameMembers([...yield* Install.remove()], [engine.directory, partial])
        assert.isNull(Location.find())
        assert.isTrue(fs.existsSync(other))
        assert.isFalse(fs.existsSync(partial))
      })
    ))

  it.effect("describes an installation before anything is done", () =>
    withEngines((folder) =>
      Effect.gen(function*() {
        const description = yield* Install.describe("tensorflow-cpu")
        assert.isNull(description.installed)
        assert.isFalse(description.resumes)
        assert.strictEqual(
          Install.summary(description),
          `installing tensorflow-cpu 2.21.0: 274 MB to download by pip, 854 MB on the disk in ${description.directory}`
        )
        assert.deepStrictEqual(content(folder), [])
      })
    ))
})
