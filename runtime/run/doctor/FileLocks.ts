/**
 * Who has a SQLite database open, as Linux tells of locks on files. It tells of processes of this host alone, and not of
 * those in other containers.
 */
import * as fs from "node:fs"
import * as SystemFile from "../SystemFile.ts"

/** The processes that have a database open, and those of them that write to it. */
export interface Users {
  readonly open: ReadonlySet<number>
  readonly writing: ReadonlySet<number>
}

const inodeOf = (file: string): string | null =>
  fs.statSync(file, { bigint: true, throwIfNoEntry: false })?.ino.toString() ?? null

/** Finds who has a database open; null where the system does not tell. */
export const users = (database: string): Users | null => {
  const locks = SystemFile.textOf("/proc/locks")
  if (locks === null) return null
  const inodes = new Set([database, `${database}-shm`].flatMap((file) => inodeOf(file) ?? []))
  const held = locks.split("\n").flatMap((line) => {
    // A line with an arrow tells of one that waits.
    const [, mode, pid, inode = ""] = /^\d+: POSIX +\S+ +(READ|WRITE) (\d+) [^:]+:[^:]+:(\d+) /.exec(line) ?? []
    return inodes.has(inode) ? [{ mode, pid: Number(pid) }] : []
  })
  return {
    open: new Set(held.map(({ pid }) => pid)),
    writing: new Set(held.filter(({ mode }) => mode === "WRITE").map(({ pid }) => pid))
  }
}

const shownCharacters = 60

/** Names a process by its number and its command. */
export const nameOf = (pid: number): string => {
  const command = (SystemFile.textOf(`/proc/${pid}/cmdline`) ?? "").split("\0").join(" ").trim()
  const shown = command.length > shownCharacters ? `${command.slice(0, shownCharacters)} …` : command
  return shown === "" ? `process ${pid}` : `process ${pid} (${shown})`
}
