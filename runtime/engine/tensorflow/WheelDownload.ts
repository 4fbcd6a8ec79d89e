/**
 * Fetches a wheel by the host's own pip from the index that pip is configured with.
 */
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Subprocess from "../Subprocess.ts"
import * as Wheel from "./Wheel.ts"

const wheelsIn = (folder: string): ReadonlyArray<string> =>
  fs.readdirSync(folder).filter((name) => name.endsWith(".whl")).map((name) => path.join(folder, name))

/** Finds the wheel that an earlier download left in a folder, or null. */
export const present = (folder: string): string | null => wheelsIn(folder)[0] ?? null

const largestFile = (folder: string): number =>
  fs.existsSync(folder)
    ? fs.readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((most, entry) => {
        const size = fs.statSync(path.join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0
        return Math.max(most, size)
      }, 0)
    : 0

const watching = (folder: string, report: (bytes: number) => void) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      setInterval(() => {
        const bytes = largestFile(folder)
        if (bytes > 0) report(bytes)
      }, 1000)
    ),
    (timer) => Effect.sync(() => clearInterval(timer))
  )

/**
 * Downloads a variant's wheel into a folder and returns its path. A wheel that lies there already is returned as it is.
 * `report` is called about once a second with the bytes that have arrived, once there are any. Fails with pip's last lines.
 */
export const download = (
  variant: Wheel.Variant,
  folder: string,
  report: (bytes: number) => void
): Effect.Effect<string, Subprocess.SubprocessFailed> =>
  Effect.scoped(Effect.gen(function*() {
    const earlier = present(folder)
    if (earlier !== null) return earlier
    const parts = path.join(folder, "download")
    // pip copies into the named folder what it fetched, so that a wheel in it may be cut short: it is moved out once
    // pip has ended well. Its temporary files stay on the disk whose space was checked.
    const arrived = path.join(parts, String(process.pid))
    yield* Effect.sync(() => {
      fs.rmSync(parts, { recursive: true, force: true })
      fs.mkdirSync(arrived, { recursive: true })
    })
    yield* watching(parts, report)
    yield* Subprocess.run("python3", Wheel.downloadArguments(variant, arrived), { environment: { TMPDIR: parts } })
    const [wheel] = wheelsIn(arrived)
    if (wheel === undefined) {
      return yield* new Subprocess.SubprocessFailed({
        command: "python3",
        found: true,
        exitCode: 0,
        signal: null,
        output: "",
        message: "pip ended well but left no wheel"
      })
    }
    const kept = path.join(folder, path.basename(wheel))
    yield* Effect.sync(() => {
      fs.renameSync(wheel, kept)
      fs.rmSync(parts, { recursive: true, force: true })
    })
    return kept
  }))
