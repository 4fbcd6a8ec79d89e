import * as Effect from "effect/Effect"
import type { Signal, Stop } from "../run/Stop.ts"
import { code } from "./ExitCode.ts"

/** One press of a key reaches a process by more than one way: from the terminal, and from the process that started it. */
const samePressMilliseconds = 500

/** Turns the first signal into a wish to stop, and ends the process at the second. Listens while the scope is open. */
export const watch = (stop: Stop, say: (signal: Signal) => void) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      let first = Infinity
      const listen = (name: NodeJS.Signals, signal: Signal) => {
        const listener = (): void => {
          const now = performance.now()
          if (stop.requested() === null) {
            first = now
            say(signal)
            stop.request(signal)
          } else if (now - first > samePressMilliseconds) {
            process.exit(signal === "SIGTERM" ? code.terminated : code.interrupted)
          }
        }
        process.on(name, listener)
        return () => process.off(name, listener)
      }
      // A terminal that goes away, as a broken connection does, is no reason to lose a training.
      return [listen("SIGINT", "SIGINT"), listen("SIGTERM", "SIGTERM"), listen("SIGHUP", "SIGTERM")]
    }),
    (listeners) => Effect.sync(() => listeners.forEach((forget) => forget()))
  )
