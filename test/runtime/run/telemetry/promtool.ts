import { spawnSync } from "node:child_process"

const tool = "promtool"

/** Whether Prometheus' own checks are on this host. */
export const available = spawnSync(tool, ["--version"]).status === 0

/** What Prometheus complains of in a metrics page, or in a file of its own; empty where it takes it. */
export const complaints = (what: "config" | "metrics" | "rules", page: string, ...file: ReadonlyArray<string>): string => {
  const { status, stderr, stdout } = spawnSync(tool, ["check", what, ...file], { input: page, encoding: "utf8" })
  return status === 0 ? stderr : `${status}\n${stdout}${stderr}`
}
