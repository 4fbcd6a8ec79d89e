import { defineConfig } from "vitest/config"
import { ClosingLine } from "./test/ClosingLine.ts"

/** Rooms whose modules leave a process as they found it. */
const rooms = ["graph", "nets", "optim", "detect", "plan", "data", "run", "report", "review", "nightly"]
const together = ["test/dsl/**/*.test.ts", ...rooms.map((room) => `test/runtime/${room}/**/*.test.ts`)]

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ["default", new ClosingLine()],
    projects: [
      // An engine's libraries cannot be loaded twice into one process, nor unloaded.
      { extends: true, test: { name: "apart", include: ["test/**/*.test.ts"], exclude: together } },
      // To start a process and to load effect into it takes longer than most files' tests.
      { extends: true, test: { name: "together", include: together, isolate: false } }
    ]
  }
})
