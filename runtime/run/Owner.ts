/**
 * The process that a run belongs to. A number alone does not name it: after its end the system gives it to another.
 */
import * as os from "node:os"
import * as Words from "../../dsl/Words.ts"
import * as SystemFile from "./SystemFile.ts"

export interface Owner {
  readonly host: string
  readonly pid: number
  /** Tells it from others of the same number; null where the system does not say. */
  readonly born: string | null
}

interface Seen {
  readonly state: string
  readonly born: string | null
}

/** The clock ticks from the boot to a process's start are field 22; the name in field 2 may hold anything, blanks too. */
const startField = 22
const fieldsBeforeState = 2

/** Looks at a process and names this boot and its start within it; null where the system does not tell. */
const look = (pid: number): Seen | null => {
  const stat = SystemFile.textOf(`/proc/${pid}/stat`)
  if (stat === null) return null
  const boot = SystemFile.textOf("/proc/sys/kernel/random/boot_id")
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  const ticks = fields[startField - fieldsBeforeState - 1]
  return { state: fields[0] ?? "", born: boot === null || ticks === undefined ? null : `${boot.trim()}/${ticks}` }
}

/** Names this process. */
export const self = (): Owner => ({ host: os.hostname(), pid: process.pid, born: look(process.pid)?.born ?? null })

const boot = (born: string): string => born.slice(0, born.indexOf("/"))

/** Tells whether a process is known to be gone: one of this very machine, since it was started, that is there no more. */
export const isGone = (owner: Owner): boolean => {
  const own = self()
  return owner.host === own.host && owner.born !== null && own.born !== null
    && boot(owner.born) === boot(own.born) && !lives(owner)
}

/** Names it for people. */
export const name = ({ host, pid }: Owner): string => host === os.hostname() ? `process ${pid}` : `process ${pid} on ${host}`

/** Tells whether a process is still there, and not merely waiting to be buried. That of another host is not seen to be. */
export const lives = ({ born, host, pid }: Owner): boolean => {
  if (host !== os.hostname()) return false
  try {
    process.kill(pid, 0)
  } catch (cause) {
    if (Words.codeOf(cause) !== "EPERM") return false
  }
  const seen = look(pid)
  return seen?.state !== "Z" && (born === null || seen?.born === born)
}
