/**
 * Which fault it is that something in an attempt throws, and which faults leave something to replay.
 */
import * as Fault from "../../dsl/Fault.ts"

/** What engines and the system say where a device or the host has no memory left. */
const outOfMemory = /\bOOM\b|RESOURCE_EXHAUSTED|ResourceExhausted|bad_alloc|out of memory|Array buffer allocation failed/i

/** By its name a system says that a file cannot be written or read; the name is still there where a message is passed on. */
const fullDisk = /\b(?:ENOSPC|EDQUOT)\b/
const badDisk = /\b(?:EIO|EROFS|EFBIG)\b/

/**
 * Makes a fault of what was thrown after `done` steps, null where none are taken: out of memory, the host's where its disk
 * fails, or else the engine's.
 */
export const thrown = (defect: unknown, engine: string, done: number | null): Fault.Fault => {
  const message = defect instanceof Error ? defect.message : String(defect)
  const lost = (what: string) => new Fault.WorkerLost({ exitCode: null, signal: null, message: `${what}: ${message}` })
  if (outOfMemory.test(message)) return new Fault.OutOfMemory({ step: done, message: `no memory is left: ${message}` })
  if (fullDisk.test(message)) return lost("the disk is full")
  return badDisk.test(message) ? lost("the disk fails") : new Fault.EngineFault({ engine, message })
}

/** Tells whether it is the disk of the host that failed. */
export const isOfDisk = ({ message, tag }: { readonly tag: string; readonly message: string }): boolean =>
  tag === "WorkerLost" && (fullDisk.test(message) || badDisk.test(message))

const replayable: ReadonlySet<Fault.Fault["_tag"]> = new Set([
  "NonFinite",
  "Diverged",
  "DataFault",
  "OutOfMemory",
  "EngineFault"
])

/** Tells whether a fault is kept for replay; those of the machine have nothing in them that could be. */
export const leavesIncident = (fault: Fault.Fault): boolean => replayable.has(fault._tag)

/** Tells whether a fault may have begun before the step that it ended: numbers grow until they are none. */
export const builtUp = ({ _tag }: Fault.Fault): boolean => _tag === "NonFinite" || _tag === "Diverged"
