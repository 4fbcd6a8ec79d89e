import { defineConfig } from "vitest/config"
import { ClosingLine } from "./test/ClosingLine.ts"

/** Values and their types alone: nothing of one file's tests is seen by another's. */
const pure = "test/dsl/**/*.test.ts"

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ["default", new ClosingLine()],
    projects: [
      // An engine's libraries cannot be loaded twice into one process, nor unloaded.
      { extends: true, test: { name: "apart", include: ["test/**/*.test.ts"], exclude: [pure] } },
      // To start a process and to load effect into it takes longer than most files' tests.
      { extends: true, test: { name: "together", include: [pure], isolate: false } }
    ]
  }
})
