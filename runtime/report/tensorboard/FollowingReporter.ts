/**
 * A reporter that keeps event files of what it hears about, and passes it on.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Reporter } from "../../run/Reporter.ts"
import * as RunFolder from "../../run/RunFolder.ts"
import { EventFile } from "./EventFile.ts"

/** How often a file is written while steps come, in milliseconds. */
const writeEvery = 2_000

interface Followed {
  readonly file: EventFile
  written: number
}

const following = (inner: Reporter["Service"]): Reporter["Service"] => {
  const followed = new Map<string, Followed>()
  const write = (run: string): void => {
    const found = followed.get(run)
    if (found === undefined) return
    found.written = performance.now()
    try {
      found.file.catchUp()
    } catch {
      // What cannot be written now is written the next time; a training does not fail by how it is shown.
    }
  }
  return {
    launched: inner.launched,
    begins: (run, attempt) => {
      write(run.id)
      const folder = RunFolder.attemptOf(run.directory, attempt.number)
      followed.set(run.id, { file: new EventFile({ attempt: folder, from: attempt.from }), written: performance.now() })
      inner.begins(run, attempt)
    },
    event: (event, run) => {
      if (performance.now() - (followed.get(run.id)?.written ?? Infinity) > writeEvery) write(run.id)
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

/** Keeps an event file of every attempt that a reporter hears of. */
export const layer: Layer.Layer<Reporter, never, Reporter> = Layer.effect(Reporter, Effect.map(Reporter, following))
