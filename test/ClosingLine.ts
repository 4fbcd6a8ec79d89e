import type { Reporter, TestModule } from "vitest/node"

/** Closes a run of tests with one line, `N passed, N failed, N skipped`, as its runner counted them. */
export class ClosingLine implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandledErrors: ReadonlyArray<unknown>): void {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
    for (const module of modules) {
      // A file or a hook that fails has tests that never ran: it counts as one more failure.
      counts.failed += module.errors().length
      for (const suite of module.children.allSuites()) counts.failed += suite.errors().length
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        counts[state === "pending" ? "failed" : state]++
      }
    }
    const nothing = counts.passed + counts.failed === 0
    process.stdout.write(
      `${counts.passed} passed, ${nothing ? 1 : counts.failed} failed${counts.skipped === 0 ? "" : `, ${counts.skipped} skipped`}\n`
    )
  }
}
