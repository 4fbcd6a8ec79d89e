/**
 * Debian's Chromium, and what axe has to say of a page in it.
 */
import { assert } from "@effect/vitest"
import axe from "axe-core"
import * as fs from "node:fs"
import { type BrowserContextOptions, chromium, type Page } from "playwright-core"
import { part } from "../require.ts"

const executable = "/usr/bin/chromium"

/** Declares tests that look at pages, where Chromium is installed. */
export const inChromium = (title: string, body: () => void): void => part("chromium", fs.existsSync(executable), title, body)

/** Lends pages of one browser; none of them may have complained in its console at the end. */
export const browsing = async <A>(
  use: (open: (options?: BrowserContextOptions) => Promise<Page>) => Promise<A>
): Promise<A> => {
  // Whoever is root, as in a container, has no sandbox of Chromium's.
  const browser = await chromium.launch({ executablePath: executable, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] })
  const complaints: Array<string> = []
  try {
    const used = await use(async (options = {}) => {
      const page = await (await browser.newContext(options)).newPage()
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") complaints.push(`${page.url()}: ${message.text()}`)
      })
      page.on("pageerror", ({ message }) => complaints.push(`${page.url()}: ${message}`))
      return page
    })
    assert.deepStrictEqual(complaints, [])
    return used
  } finally {
    await browser.close()
  }
}

interface Violation {
  readonly id: string
  readonly nodes: ReadonlyArray<{ readonly target: ReadonlyArray<string> }>
}

/** Lists what axe finds that makes a page harder to read or to use for somebody. */
export const violations = async (page: Page): Promise<ReadonlyArray<string>> => {
  // The page's own policy lets no script in that is not its own.
  const session = await page.context().newCDPSession(page)
  await session.send("Runtime.evaluate", { expression: axe.source })
  const { result } = await session.send("Runtime.evaluate", {
    expression: "axe.run().then(({ passes, violations }) => JSON.stringify({ passed: passes.length, violations }))",
    awaitPromise: true,
    returnByValue: true
  })
  await session.detach()
  const found = JSON.parse(String(result.value)) as { readonly passed: number; readonly violations: ReadonlyArray<Violation> }
  assert.isAbove(found.passed, 5)
  return found.violations.map(({ id, nodes }) => `${page.url()}: ${id} at ${nodes.map(({ target }) => target.join(" ")).join(", ")}`)
}
