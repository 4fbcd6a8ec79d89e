/**
 * Installing the tensorflow engine. Each stage leaves a finished file in a `.partial` folder under a name that the file
 * gets only once it is whole; the folder gets its own name last. So an installation that was ended anywhere goes on
 * from its last finished stage.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Words from "../../../dsl/Words.ts"
import type * as Subprocess from "../Subprocess.ts"
import * as Addon from "./Addon.ts"
import * as InstallLock from "./InstallLock.ts"
import * as Location from "./Location.ts"
import * as Requirements from "./Requirements.ts"
import * as Unpack from "./Unpack.ts"
import * as Wheel from "./Wheel.ts"
import * as WheelDownload from "./WheelDownload.ts"

export type Stage = "check" | "wait" | "download" | "verify" | "unpack" | "build" | "prove" | "publish"

/** What an installation is doing; `fraction` is given while a download goes on. */
export interface Progress {
  readonly stage: Stage
  readonly message: string
  readonly fraction: number | null
}

/** A stage of an installation failed; what earlier stages made is kept for the next try. */
export class InstallFailed extends Schema.TaggedError<InstallFailed>()("InstallFailed", {
  stage: Schema.String,
  message: Schema.String
}) {}

export type InstallError = Requirements.RequirementsMissing | Wheel.WheelRefused | InstallFailed

export interface Options {
  /** Admits a wheel whose file name has no committed sum. */
  readonly trust: boolean
  readonly variant?: Wheel.Variant
  readonly progress: (progress: Progress) => void
}

/** What an installation would need and take, found out without changing anything. */
export interface Description {
  readonly variant: Wheel.Variant
  readonly version: string
  readonly directory: string
  readonly size: Wheel.Size
  readonly requirements: ReadonlyArray<Requirements.Requirement>
  readonly installed: Location.Installed | null
  /** Whether an interrupted installation will be continued. */
  readonly resumes: boolean
}

/** The engine, and whether it was there before. */
export interface Installation {
  readonly engine: Location.Installed
  readonly already: boolean
}

/** The work of the stages; tests put quick ones in its place. */
export interface Work {
  readonly check: typeof Requirements.check
  readonly download: typeof WheelDownload.download
  readonly unpack: (wheel: string, folder: string) => Effect.Effect<unknown, Subprocess.SubprocessFailed>
  readonly build: (headers: string, folder: string, output: string) => Effect.Effect<unknown, Subprocess.SubprocessFailed>
  readonly prove: (addon: string) => Effect.Effect<Addon.Proof, Subprocess.SubprocessFailed>
  readonly sums: Readonly<Record<string, string>>
}

const realWork: Work = {
  check: Requirements.check,
  download: WheelDownload.download,
  unpack: Unpack.unpack,
  build: Addon.build,
  prove: Addon.prove,
  sums: Wheel.sums
}

const during = (stage: Stage) => (failed: Subprocess.SubprocessFailed): InstallFailed =>
  new InstallFailed({ stage, message: failed.output === "" ? failed.message : `${failed.message}:\n${failed.output}` })

const onDisk = <A>(stage: Stage, body: () => A): Effect.Effect<A, InstallFailed> =>
  Effect.try({
    try: body,
    catch: (cause) => new InstallFailed({ stage, message: Words.reasonOf(cause) })
  })

const partialOf = (directory: string): string => `${directory}.partial`

const bytesUnder = (folder: string): number =>
  fs.existsSync(folder)
    ? fs.readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, entry) => sum + fs.statSync(path.join(entry.parentPath, entry.name)).size, 0)
    : 0

const describeBy = Effect.fnUntraced(
  function*(check: typeof Requirements.check, variant: Wheel.Variant): Effect.fn.Return<Description> {
    const directory = Location.directoryOf(variant)
    const size = Wheel.sizes[variant]
    const partial = partialOf(directory)
    const requirements = yield* check(size, Requirements.hostOf(directory), bytesUnder(partial))
    return {
      variant,
      version: Wheel.version,
      directory,
      size,
      requirements,
      installed: Location.read(directory),
      resumes: fs.existsSync(partial)
    }
  }
)

/** Describes an installation before it is begun: what it needs, what of that is here, and how large it is. */
export const describe = (variant: Wheel.Variant = Location.variantHere()): Effect.Effect<Description> =>
  describeBy(Requirements.check, variant)

/** Says in one line what an installation fetches and takes. */
export const summary = ({ directory, resumes, size, variant, version }: Description): string =>
  `${resumes ? "continuing the installation of" : "installing"} ${variant} ${version}: ${
    size.measured ? "" : "at most about "
  }${Requirements.inWords(size.download)} to download by pip, ${Requirements.inWords(size.unpacked)} on the disk in ${directory}`

const publish = (partial: string, directory: string): void => {
  const replaced = `${directory}.replaced`
  fs.rmSync(replaced, { recursive: true, force: true })
  // Processes that run the old one keep its files open; only its name goes.
  if (fs.existsSync(directory)) fs.renameSync(directory, replaced)
  fs.renameSync(partial, directory)
  fs.rmSync(replaced, { recursive: true, force: true })
}

const removeAllBut = (folder: string, kept: ReadonlyArray<string>): void => {
  for (const name of fs.readdirSync(folder)) {
    if (!kept.includes(name)) fs.rmSync(path.join(folder, name), { recursive: true, force: true })
  }
}

const fill = Effect.fnUntraced(function*(partial: string, variant: Wheel.Variant, options: Options, work: Work) {
  const say = (stage: Stage, message: string, fraction: number | null = null) =>
    Effect.sync(() => options.progress({ stage, message, fraction }))
  const size = Wheel.sizes[variant]

  yield* onDisk("download", () => fs.mkdirSync(partial, { recursive: true }))
  yield* say(
    "download",
    WheelDownload.present(partial) === null ? `asking pip for ${variant} ${Wheel.version}` : "the wheel is downloaded already"
  )
  const wheel = yield* work.download(variant, partial, (bytes) => {
    const done = size.measured ? ` of ${Requirements.inWords(size.download)}` : ""
    options.progress({
      stage: "download",
      message: `downloaded ${Requirements.inWords(bytes)}${done}`,
      fraction: size.measured ? Math.min(1, bytes / size.download) : null
    })
  }).pipe(
    Effect.mapError(during("download")),
    Effect.mapError(({ message, stage }) =>
      new InstallFailed({
        stage,
        message: `pip fetched no ${variant} ${Wheel.version} from the index that it is configured with `
          + `(python3 -m pip config list shows it): ${message}`
      })
    )
  )

  yield* say("verify", `comparing the SHA-256 of ${path.basename(wheel)}`)
  const sha256 = yield* Wheel.verify(wheel, options.trust, work.sums).pipe(
    // A damaged wheel would be found again at the next try; one that only lacks a sum is kept for --trust.
    Effect.tapError(({ expected }) => Effect.sync(() => expected !== null && fs.rmSync(wheel)))
  )

  yield* say("unpack", `unpacking two libraries and the headers, ${Requirements.inWords(size.unpacked)}`)
  yield* work.unpack(wheel, partial).pipe(Effect.mapError(during("unpack")))

  const built = path.join(partial, `tfjs_binding-${Location.tfjs().version}.node`)
  if (fs.existsSync(built)) {
    yield* say("build", "the addon is built already")
  } else {
    yield* say("build", "building the addon with g++, about 15 seconds")
    const unfinished = path.join(partial, `tfjs_binding.${process.pid}.tmp.node`)
    yield* work.build(Requirements.nodeHeaders() ?? "", partial, unfinished).pipe(Effect.mapError(during("build")))
    yield* onDisk("build", () => fs.renameSync(unfinished, built))
  }

  yield* say("prove", "loading the addon and computing with it")
  const proof = yield* work.prove(built).pipe(
    Effect.tapError(() => Effect.sync(() => fs.rmSync(built, { force: true }))),
    Effect.mapError(during("prove"))
  )
  yield* say("prove", `TensorFlow ${proof.version} computes on ${proof.gpu ? "a GPU" : "the CPU"}`)

  yield* onDisk("publish", () => {
    fs.copyFileSync(built, path.join(partial, "tfjs_binding.node"))
    Location.record(partial, { variant, wheel: path.basename(wheel), sha256 })
  })
})

/** Installs with other work in the stages' place, as `install` does. */
export const installWith = (work: Work) =>
  Effect.fn("Install.install")(
    function*(options: Options) {
      const variant = options.variant ?? Location.variantHere()
      const directory = Location.directoryOf(variant)
      const present = Location.read(directory)
      if (present !== null) return { engine: present, already: true }

      const description = yield* describeBy(work.check, variant)
      yield* Effect.sync(() => options.progress({ stage: "check", message: summary(description), fraction: null }))
      yield* Requirements.demand(description.requirements)
      yield* InstallLock.hold(Location.parent(), () =>
        options.progress({ stage: "wait", message: "waiting for another installation to end", fraction: null })).pipe(
          Effect.mapError(({ message }) => new InstallFailed({ stage: "wait", message }))
        )

      const meanwhile = Location.read(directory)
      if (meanwhile !== null) return { engine: meanwhile, already: true }
      const partial = partialOf(directory)
      if (Location.read(partial) === null) yield* fill(partial, variant, options, work)
      yield* onDisk("publish", () => {
        removeAllBut(partial, [...Location.files, "engine.json"])
        publish(partial, directory)
      })
      const engine = Location.read(directory)
      if (engine === null) {
        return yield* new InstallFailed({ stage: "publish", message: `${directory} is not whole after its installation` })
      }
      return { engine, already: false }
    },
    (effect): Effect.Effect<Installation, InstallError> => Effect.scoped(effect)
  )

/**
 * Installs the engine for this host, or the variant that is named, and proves that it computes. Returns at once where
 * it is installed; waits where another process is installing it. Interrupted, or failed, it is continued by the next
 * call. Fails with RequirementsMissing before anything is fetched, with WheelRefused, or with InstallFailed.
 */
export const install: (options: Options) => Effect.Effect<Installation, InstallError> = installWith(realWork)

const ours = /^tensorflow(-cpu)?-\d+\.\d+\.\d+(\.partial|\.replaced)?$/

/** Removes every version and variant of the engine, unfinished ones too. Returns the folders that went. */
export const remove = Effect.fn("Install.remove")(
  function*(): Effect.fn.Return<ReadonlyArray<string>, InstallFailed> {
    const parent = Location.parent()
    if (!fs.existsSync(parent)) return []
    return yield* Effect.scoped(Effect.gen(function*() {
      yield* InstallLock.hold(parent, () => undefined).pipe(
        Effect.mapError(({ message }) => new InstallFailed({ stage: "wait", message }))
      )
      return yield* onDisk("publish", () => {
        const folders = fs.readdirSync(parent).filter((name) => ours.test(name)).map((name) => path.join(parent, name))
        for (const folder of folders) {
          // The record goes first: a removal that is cut short leaves nothing that reads as installed.
          fs.rmSync(path.join(folder, "engine.json"), { force: true })
          fs.rmSync(folder, { recursive: true, force: true })
        }
        return folders
      })
    }))
  }
)
