/**
 * Where this user's programs keep what they can make again. Plain JavaScript, because the start of a process needs it
 * before anything else.
 */
import * as os from "node:os"
import * as path from "node:path"

/** Names Ballast's folder in the user's cache folder: `XDG_CACHE_HOME`, or `.cache` at home. */
export const folder = () => {
  const named = process.env["XDG_CACHE_HOME"]
  return path.join(named !== undefined && path.isAbsolute(named) ? named : path.join(os.homedir(), ".cache"), "ballast")
}
