/**
 * Who may work on a run: a process, and where it took the run from the queue, the lease that it took it by.
 */
import * as Owner from "../Owner.ts"

export interface Holder extends Owner.Owner {
  /** Tells one taking of a run from another of the same process; null where it was not taken from the queue. */
  readonly lease: string | null
}

/** Names this process as the holder of what it launches itself. */
export const self = (): Holder => ({ ...Owner.self(), lease: null })

/** Writes a holder so that equal ones are the same text. */
export const encode = ({ born, host, lease, pid }: Holder): string => JSON.stringify([host, pid, born, lease])

/** Reads what `encode` wrote. */
export const decode = (text: string): Holder => {
  const [host, pid, born, lease] = JSON.parse(text) as [string, number, string | null, string | null]
  return { host, pid, born, lease }
}
