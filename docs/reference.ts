/**
 * Writes the pages that are read off the code: `npm run docs`.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import * as DslPage from "./DslPage.ts"
import * as FindingsPage from "./FindingsPage.ts"
import * as LintPage from "./LintPage.ts"

/** Every page by its file's name, and what writes it. */
export const pages: Readonly<Record<string, () => string>> = {
  "dsl.md": DslPage.render,
  "findings.md": FindingsPage.render,
  "lint.md": LintPage.render
}

if (import.meta.main) {
  for (const [name, render] of Object.entries(pages)) fs.writeFileSync(path.join(import.meta.dirname, name), render())
}
