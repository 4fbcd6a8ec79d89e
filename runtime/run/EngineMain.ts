/**
 * The process in which an engine computes. It listens to signals before it loads what takes long to load.
 */
import type { ToProcess } from "./EngineProcess.ts"
import * as ParentWatch from "./ParentWatch.ts"

let stopping = false

// The terminal sends an interrupt to every process of its group; the parent says what is to be done about it.
process.on("SIGINT", () => undefined)
process.on("SIGHUP", () => undefined)
process.on("SIGTERM", () => {
  stopping = true
})
process.on("message", (message: ToProcess) => {
  if (message.kind === "stop") stopping = true
  else void import("./EngineWork.ts").then(({ work }) => work(message, () => stopping))
})
// Without the parent nobody would see the results, and two trainings might come to share a machine.
process.on("disconnect", () => process.exit(0))
ParentWatch.start()
