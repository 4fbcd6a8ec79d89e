/**
 * Findings as SARIF 2.1.0, which code hosts show beside the lines that they are about.
 */
import * as path from "node:path"
import { pathToFileURL } from "node:url"
import type { Severity } from "../../plan/Finding.ts"
import * as LintText from "../../report/LintText.ts"
import type { Linted, Placed } from "./Lint.ts"
import * as Rules from "./rules/Rules.ts"

const levels: Readonly<Record<Severity, "error" | "warning" | "note">> = { error: "error", warning: "warning", advice: "note" }

const sentence = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`

const ruleOf = ({ id, severity, wayOut, what, why }: (typeof Rules.all)[number]) => ({
  id,
  shortDescription: { text: sentence(what) },
  fullDescription: { text: sentence(why.replaceAll("`", "")) },
  help: { text: `What to do: ${wayOut.replaceAll("`", "")}.`, markdown: `What to do: ${wayOut}.` },
  defaultConfiguration: { level: levels[severity] }
})

/** Writes a path so that it can be resolved: from the working directory, or whole where it lies elsewhere. */
const locationOf = ({ file, path: absolute }: Linted) =>
  path.isAbsolute(file)
    ? { uri: pathToFileURL(absolute).href }
    : { uri: file.split(path.sep).map(encodeURIComponent).join("/"), uriBaseId: "%SRCROOT%" }

const resultOf = (linted: Linted, { end, message, rule, start }: Placed, reason: string | null) => ({
  ruleId: rule.id,
  ruleIndex: Rules.all.findIndex(({ id }) => id === rule.id),
  level: levels[rule.severity],
  message: { text: sentence(LintText.said(message, rule.why)) },
  locations: [{
    physicalLocation: {
      artifactLocation: locationOf(linted),
      region: { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column }
    }
  }],
  ...(reason === null ? {} : { suppressions: [{ kind: "inSource", justification: reason }] })
})

/** Writes what came of all files as one document. */
export const of = (files: ReadonlyArray<Linted>, options: { readonly version: string; readonly cwd: string }) => ({
  $schema: "https://json.schemastore.org/sarif-2.1.0.json",
  version: "2.1.0",
  runs: [{
    tool: { driver: { name: "ballast", version: options.version, rules: Rules.all.map(ruleOf) } },
    columnKind: "utf16CodeUnits",
    newlineSequences: ["\r\n", "\n", "\r"],
    originalUriBaseIds: { "%SRCROOT%": { uri: pathToFileURL(options.cwd + path.sep).href } },
    invocations: [{ executionSuccessful: true }],
    results: files.flatMap((linted) => [
      ...linted.findings.map((finding) => resultOf(linted, finding, null)),
      ...linted.suppressed.map((finding) => resultOf(linted, finding, finding.reason))
    ])
  }]
})
