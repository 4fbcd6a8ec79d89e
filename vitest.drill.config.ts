import { defineConfig } from "vitest/config"
import { ClosingLine } from "./test/ClosingLine.ts"

/** Drills take minutes and are no part of `npm test`. */
export default defineConfig({
  test: {
    include: ["test/drill/*.ts"],
    pool: "forks",
    maxWorkers: 1,
    testTimeout: 300_000,
    reporters: ["verbose", new ClosingLine()]
  }
})
