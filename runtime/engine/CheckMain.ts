/**
 * The process in which an engine's reference cases run. Writes what came of them as its last line; where the engine does
 * not start, says why on standard error and ends with code 1.
 */
import * as Effect from "effect/Effect"
import type { Candidate } from "./Candidate.ts"
import * as Loading from "./Loading.ts"

const candidate = JSON.parse(process.argv[2] ?? "") as Candidate

await Effect.runPromise(
  Loading.check(candidate).pipe(
    Effect.match({
      onSuccess: (checked) => {
        process.stdout.write(`\n${JSON.stringify(checked)}\n`)
      },
      onFailure: ({ message }) => {
        process.stderr.write(`${message}\n`)
        process.exitCode = 1
      }
    })
  )
)
