/**
 * Files of a run for whoever asks over HTTP: by names that are known, in the run's own folder, and nothing that only leads
 * elsewhere.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import * as RunFolder from "../run/RunFolder.ts"
import * as EventLog from "../train/EventLog.ts"

/** Opens a file where every part of its way is what it seems: a folder of the run, and a regular file at the end; null elsewhere. */
const open = (directory: string, file: string): number | null => {
  try {
    const real = fs.realpathSync(directory)
    const inside = path.relative(directory, file)
    if (inside.startsWith("..") || path.isAbsolute(inside)) return null
    // A link on the way would make the real path another one.
    if (fs.realpathSync(file) !== path.join(real, inside)) return null
    const descriptor = fs.openSync(path.join(real, inside), fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK)
    if (fs.fstatSync(descriptor).isFile()) return descriptor
    fs.closeSync(descriptor)
    return null
  } catch {
    return null
  }
}

const statOf = (directory: string, file: string): fs.Stats | null => {
  const descriptor = open(directory, file)
  if (descriptor === null) return null
  try {
    return fs.fstatSync(descriptor)
  } finally {
    fs.closeSync(descriptor)
  }
}

/** Tells whether a file of a run lies in the run's own folder. */
export const isOwn = (directory: string, file: string): boolean => statOf(directory, file) !== null

/** Reads a file of a run, its last `most` bytes where it has more; null where it is not there. */
const tail = (directory: string, file: string, most: number): Buffer | null => {
  const descriptor = open(directory, file)
  if (descriptor === null) return null
  try {
    const { size } = fs.fstatSync(descriptor)
    const bytes = Buffer.alloc(Math.min(size, most))
    const read = fs.readSync(descriptor, bytes, 0, bytes.length, Math.max(0, size - most))
    return bytes.subarray(0, read)
  } finally {
    fs.closeSync(descriptor)
  }
}

/** Reads a file of a run; null where it is not there, or has more than `most` bytes: half of one says nothing. */
export const whole = (directory: string, file: string, most: number): Buffer | null => {
  const bytes = tail(directory, file, most + 1)
  return bytes === null || bytes.length > most ? null : bytes
}

/** Names what lies at a file's place now, so that it can be told from what comes there later; null where there is none. */
export const version = (directory: string, file: string): string | null => {
  const found = statOf(directory, file)
  return found === null ? null : `${found.ino}.${found.size}.${Math.round(found.mtimeMs)}`
}

/** How much of a report is sent at most; a longer one is not sent. */
const mostReportBytes = 32 << 20
/** How much of a process's log is sent, its end. */
const logBytes = 256 << 10

const reportOf = (directory: string): string => path.join(directory, "report.html")

/** Reads the report of a run; null where there is none. */
export const report = (directory: string): Buffer | null => whole(directory, reportOf(directory), mostReportBytes)

/** Tells whether a run has a report. */
export const hasReport = (directory: string): boolean => isOwn(directory, reportOf(directory))

/** Reads the end of what an attempt's process wrote beside its answer; null where it wrote nothing. */
export const processLog = (directory: string, attempt: number): string | null =>
  tail(directory, RunFolder.processLog(RunFolder.attemptOf(directory, attempt)), logBytes)?.toString("utf8") ?? null

/** How long a document is at most that is read as a whole. */
const mostJsonBytes = 16 << 20

/** Tells whether a file of a run lies in the run's own folder, and is no longer than a document is. */
export const isDocument = (directory: string, file: string): boolean =>
  (statOf(directory, file)?.size ?? Infinity) <= mostJsonBytes

/** A document that a run keeps beside its attempts, which `read` reads; null where it is not in the run's own folder, or too long. */
export const document = <A>(directory: string, name: string, read: (directory: string) => A | null): A | null =>
  isDocument(directory, path.join(directory, name)) ? read(directory) : null

/** Reads a JSON document of a run; null where it is not there, or is none. */
export const json = (directory: string, file: string): unknown => {
  const bytes = tail(directory, file, mostJsonBytes)
  try {
    return bytes === null ? null : EventLog.decode(bytes.toString("utf8"))
  } catch {
    return null
  }
}

/** Lists the attempts of a run whose events lie in its own folder, the first one first. */
export const eventLogs = (directory: string): ReadonlyArray<{ readonly attempt: number; readonly file: string }> =>
  RunFolder.attempts(directory).toReversed()
    .map((folder) => ({ attempt: Number(path.basename(folder)), file: RunFolder.events(folder) }))
    .filter(({ file }) => isOwn(directory, file))
