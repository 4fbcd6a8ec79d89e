/**
 * A reporter that keeps event files of what it hears about, and passes it on.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Photograph from "../../data/Photograph.ts"
import { Reporter } from "../../run/Reporter.ts"
import * as RunFolder from "../../run/RunFolder.ts"
import * as Fence from "../../train/Fence.ts"
import { EventFile } from "./EventFile.ts"

/** How often a file is written while steps come, in milliseconds. */
const writeEvery = 2_000

interface Followed {
  readonly file: EventFile
  readonly folder: string
  /** Whose the attempt was at its first event; undefined before. */
  token: string | undefined
  written: number
}

/** Tells whether nobody has taken the attempt over since. */
const isOurs = ({ folder, token }: Followed): boolean => token !== undefined && Fence.admits(folder, token)

const following = (inner: Reporter["Service"], finishing: Set<Promise<void>>): Reporter["Service"] => {
  const followed = new Map<string, Followed>()
  const write = (run: string): void => {
    const found = followed.get(run)
    if (found === undefined || !isOurs(found)) return
    found.written = performance.now()
    try {
      found.file.catchUp()
    } catch {
      // What cannot be written now is written the next time; a training does not fail by how it is shown.
    }
  }
  const finish = (run: string): void => {
    const found = followed.get(run)
    if (found === undefined || !isOurs(found)) return
    // What came of a run stands without pictures of it.
    const done = found.file.finish().catch(() => undefined).finally(() => finishing.delete(done))
    finishing.add(done)
  }
  return {
    launched: inner.launched,
    begins: (run, attempt) => {
      write(run.id)
      const folder = RunFolder.attemptOf(run.directory, attempt.number)
      followed.set(run.id, {
        file: new EventFile({ attempt: folder, from: attempt.from }),
        folder,
        token: undefined,
        written: performance.now()
      })
      inner.begins(run, attempt)
    },
    event: (event, run) => {
      const found = followed.get(run.id)
      if (found !== undefined) found.token ??= Fence.named(found.folder) ?? ""
      // A detector's pictures follow: what draws them is loaded while the training still writes them.
      if (event.kind === "eval" && event.map50 !== null) void Photograph.prepare().catch(() => undefined)
      if (event.kind === "status" && event.status === "succeeded") finish(run.id)
      else if (performance.now() - (followed.get(run.id)?.written ?? Infinity) > writeEvery) write(run.id)
      inner.event(event, run)
    },
    decided: (run, attempt, decision) => {
      write(run.id)
      inner.decided(run, attempt, decision)
    },
    ended: (result) => {
      write(result.id)
      followed.delete(result.id)
      inner.ended(result)
    }
  }
}

/** Keeps an event file of every attempt that a reporter hears of; whoever lets go of the layer waits for the last of them. */
export const layer: Layer.Layer<Reporter, never, Reporter> = Layer.effect(
  Reporter,
  Effect.gen(function*() {
    const inner = yield* Reporter
    const finishing = new Set<Promise<void>>()
    yield* Effect.addFinalizer(() => Effect.promise(() => Promise.all(finishing)))
    return following(inner, finishing)
  })
)
