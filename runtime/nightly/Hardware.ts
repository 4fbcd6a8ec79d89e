/**
 * Which hardware is of one kind, so that figures of one stand for the other.
 */
import type { RunResult } from "../run/Result.ts"
import type { RunEnvironment } from "../run/Environment.ts"

/**
 * Names a class: `cpu x64 2 threads`, by the architecture and the threads that computed, or a GPU's model, such as
 * `NVIDIA H200`; null where no engine was loaded, or nothing tells which GPU it was.
 */
export const classOf = (
  execution: RunResult["execution"],
  { gpu, platform }: Pick<RunEnvironment, "gpu" | "platform">
): string | null => {
  if (execution === null) return null
  const { device, threads } = execution
  if (device === "gpu") return gpu
  const architecture = platform.slice(platform.indexOf("-") + 1)
  return `cpu ${architecture} ${threads} ${threads === 1 ? "thread" : "threads"}`
}
