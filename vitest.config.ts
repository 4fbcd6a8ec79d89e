import { defineConfig } from "vitest/config"
import { ClosingLine } from "./test/ClosingLine.ts"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // An engine's libraries cannot be loaded twice into one process, nor unloaded.
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ["default", new ClosingLine()]
  }
})
