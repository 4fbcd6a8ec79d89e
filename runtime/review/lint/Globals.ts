/**
 * What the globals of a program tell it about where it runs.
 */
import type { Name } from "./Names.ts"

const toldByProcess = new Set([
  "arch",
  "argv",
  "argv0",
  "config",
  "cwd",
  "env",
  "execArgv",
  "execPath",
  "getegid",
  "geteuid",
  "getgid",
  "getuid",
  "pid",
  "platform",
  "ppid",
  "release",
  "report",
  "title",
  "version",
  "versions"
])

/** Finds which property of Node's process a name speaks of: empty for the whole, null for what is no such name. */
export const ofProcess = ({ module, path }: Name): string | null => {
  if (module === null) return path[0] === "process" ? path[1] ?? "" : null
  if (module !== "node:process") return null
  return (path[0] === "default" ? path[1] : path[0]) ?? ""
}

/** Tells whether a property of the process says where and how it was started. */
export const tellsPlace = (property: string): boolean => toldByProcess.has(property)

/** Tells whether a property of the process says when. */
export const tellsTime = (property: string): boolean => property === "hrtime" || property === "uptime"
