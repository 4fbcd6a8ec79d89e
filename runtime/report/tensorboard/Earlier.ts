/**
 * What event files that are to be written anew hold, and nothing else does any more: the weights of checkpoints that are
 * gone by now.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import * as Record from "./Record.ts"
import * as Summary from "./Summary.ts"

/** Records of weights by when they were. */
export type Earlier = ReadonlyMap<string, Uint8Array>

/** An event's key: its time and step, as they are encoded. */
export const keyOf = (at: number, step: number): string => Summary.moment(at, step).toString("latin1")

const beforeStep = Summary.moment(0, 0).length - 1
/** Messages within messages come before a tag, each with its length. */
const beforeTag = 24

/** Reads an event's key where it tells of weights; null elsewhere. */
const keyIn = (content: Buffer): string | null => {
  let end = beforeStep
  while ((content[end] ?? 0) > 127) end++
  end++
  return content.subarray(end, end + beforeTag).includes(Summary.weights) ? content.toString("latin1", 0, end) : null
}

/** How much is read of a folder's files together, in bytes. */
const mostBytes = 1 << 30

/** Reads the weights in a folder's event files; none where there are no such files. */
export const weightsIn = (folder: string, most = mostBytes): Earlier => {
  const earlier = new Map<string, Uint8Array>()
  if (!fs.existsSync(folder)) return earlier
  let left = most
  for (const name of fs.readdirSync(folder).filter((name) => name.startsWith("events.out.tfevents."))) {
    const file = path.join(folder, name)
    const { size } = fs.statSync(file)
    if (size > left) continue
    left -= size
    for (const content of Record.contents(fs.readFileSync(file))) {
      const key = keyIn(content)
      if (key !== null) earlier.set(key, Record.frame(content))
    }
  }
  return earlier
}
