import * as Effect from "effect/Effect"
import { randomUUID } from "node:crypto"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as Subprocess from "../../engine/Subprocess.ts"
import * as Check from "./Check.ts"

const name = "clock"

/** File systems round times, some to two seconds. */
const toleratedMilliseconds = 2000

const limit = "3 seconds"

const setRight = "timedatectl set-ntp true, as root, or a daemon such as chrony (apt-get install chrony)"

/** When a file was written by this process's clock, and by that of its file system; in milliseconds since 1970. */
export interface Written {
  readonly before: number
  readonly file: number
  readonly after: number
}

/** Finds by how many milliseconds a file system's clock is ahead, or behind where negative. */
export const ahead = ({ after, before, file }: Written): number => file > after ? file - after : Math.min(0, file - before)

const writeIn = (folder: string): Written => {
  const probe = path.join(folder, `.doctor-${randomUUID()}.tmp`)
  try {
    const before = Date.now()
    fs.writeFileSync(probe, "probe\n", { flush: true })
    const { mtimeMs } = fs.statSync(probe)
    return { before, file: mtimeMs, after: Date.now() }
  } finally {
    fs.rmSync(probe, { force: true })
  }
}

/** Compares with the home's disk, and with that of temporary files where there is no home; null where neither can be. */
const compared = (home: string): number | null => {
  for (const folder of [home, os.tmpdir()]) {
    try {
      return ahead(writeIn(folder))
    } catch {
      // What cannot be written to is the disk's diagnosis.
    }
  }
  return null
}

const answer = (command: string, parameters: ReadonlyArray<string>): Effect.Effect<string> =>
  Subprocess.run(command, parameters).pipe(
    Effect.catch(() => Effect.succeed("")),
    Effect.timeoutOrElse({ duration: limit, orElse: () => Effect.succeed("") })
  )

/** The kernel sets it in adjtimex's status while nothing keeps its clock right. */
const unsynchronised = 64

/** Asks the system whether something keeps its clock right; null where nothing tells. */
const synchronised = Effect.gen(function*() {
  const [, told] = /^NTPSynchronized=(yes|no)$/m.exec(
    yield* answer("timedatectl", ["show", "--property=NTPSynchronized"])
  ) ?? []
  if (told !== undefined) return told === "yes"
  const [, status] = /^\s*status:\s*(\d+)/m.exec(yield* answer("adjtimex", ["--print"])) ?? []
  return status === undefined ? null : (Number(status) & unsynchronised) === 0
})

/** Says whether the clock can be relied on. */
export const judge = (aheadBy: number | null, synchronised: boolean | null): ReadonlyArray<Check.Diagnosis> => {
  const found: Array<Check.Diagnosis> = []
  if (aheadBy !== null && Math.abs(aheadBy) > toleratedMilliseconds) {
    const seconds = `${(Math.abs(aheadBy) / 1000).toFixed(1)} s ${aheadBy > 0 ? "ahead of" : "behind"}`
    found.push(Check.warning(
      name,
      `the clock of the file system is ${seconds} this process's`,
      `set both right, this machine and the one that holds the disk: ${setRight}`
    ))
  }
  if (synchronised === false) found.push(Check.warning(name, "nothing keeps this machine's clock right", setRight))
  if (found.length > 0) return found
  const compared = aheadBy === null ? "no file could be written to compare it with" : "agrees with the file system's"
  const kept = synchronised === null ? "nothing here tells whether it is synchronised" : "synchronised"
  return [Check.ok(name, `${compared}; ${kept}`)]
}

/** Compares this process's clock with that of the home's file system, and asks whether it is kept right. */
export const check: Check.Check = {
  name,
  module: import.meta.url,
  look: Effect.fn("Clock.look")(function*({ home }) {
    return judge(compared(home), yield* synchronised)
  })
}
