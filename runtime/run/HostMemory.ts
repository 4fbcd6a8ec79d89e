/**
 * What Linux tells of memory; null elsewhere.
 */
import * as path from "node:path"
import * as SystemFile from "./SystemFile.ts"

const bytesPerKibibyte = 1024

/** Reads off the most memory that a process has held at once, in bytes. */
export const peakOf = (pid: number): number | null => {
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(SystemFile.textOf(`/proc/${pid}/status`) ?? "") ?? []
  return kibibytes === undefined ? null : Number(kibibytes) * bytesPerKibibyte
}

/** The files that count processes which were ended because memory ran out: in this one's control group, and on the host. */
const countersIn = (root: string): ReadonlyArray<string> => {
  const groups = (SystemFile.textOf(path.join(root, "proc/self/cgroup")) ?? "").split("\n").flatMap((line) => {
    const [, controllers, place] = /^\d+:([^:]*):(.*)$/.exec(line) ?? []
    if (place === undefined) return []
    if (controllers === "") return [path.join(root, "sys/fs/cgroup", place, "memory.events")]
    return controllers?.split(",").includes("memory") === true
      ? [path.join(root, "sys/fs/cgroup/memory", place, "memory.oom_control")]
      : []
  })
  return [...groups, path.join(root, "proc/vmstat")]
}

/** How many processes were ended because memory ran out, by the file that counts them. */
export type Kills = ReadonlyMap<string, number>

/** Counts the processes that were ended because memory ran out. `root` is the file system's. */
export const kills = (root = "/"): Kills =>
  new Map(countersIn(root).flatMap((file): ReadonlyArray<readonly [string, number]> => {
    const [, count] = /^oom_kill (\d+)$/m.exec(SystemFile.textOf(file) ?? "") ?? []
    return count === undefined ? [] : [[file, Number(count)]]
  }))

/** Tells whether a process was ended because memory ran out between two counts. */
export const killedBetween = (before: Kills, after: Kills): boolean =>
  [...after].some(([file, count]) => count > (before.get(file) ?? count))

/** The system counts a process that it ends at once, and one that held much takes seconds to be gone. */
const recentLooks = 10

/** Watches whether the system ends processes because memory runs out. */
export interface Watch {
  /** Counts once more; to be called at equal distances. */
  readonly look: () => void
  /** Tells whether one was ended since the last few looks. */
  readonly recently: () => boolean
}

/** Begins to watch. `root` is the file system's. */
export const watch = (root = "/"): Watch => {
  const counts = [kills(root)]
  return {
    look: () => {
      counts.push(kills(root))
      if (counts.length > recentLooks) counts.shift()
    },
    recently: () => killedBetween(counts[0] ?? new Map(), kills(root))
  }
}
