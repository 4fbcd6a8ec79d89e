import { defineConfig } from "vitest/config"
import { ClosingLine } from "./test/ClosingLine.ts"

/** Some of these load two engines' libraries, which cannot be loaded twice into one process, nor unloaded. */
const engines = "test/runtime/engine/**/*.test.ts"

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ["default", new ClosingLine()],
    projects: [
      { extends: true, test: { name: "engines", include: [engines] } },
      // To start a process and to load effect into it takes longer than most files' tests.
      { extends: true, test: { name: "rest", include: ["test/**/*.test.ts"], exclude: [engines], isolate: false } }
    ]
  }
})
