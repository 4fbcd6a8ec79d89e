import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as Conditions from "../engine/Conditions.ts"
import * as LintText from "../report/LintText.ts"
import type { Linted, Placed } from "../review/lint/Lint.ts"
import * as CommandLine from "./CommandLine.ts"
import { code, Ended, WrongUsage } from "./ExitCode.ts"
import * as Output from "./Output.ts"

// The compiler's own parser takes longer to load than all the rest, and no other command needs it.
const load = Effect.promise(() => Promise.all([import("../review/lint/Lint.ts"), import("../review/lint/Sarif.ts")]))

const documentOf = ({ end, fixable, message, rule, start }: Placed, file: string) => ({
  rule: rule.id,
  severity: rule.severity,
  file,
  line: start.line,
  column: start.column,
  endLine: end.line,
  endColumn: end.column,
  message,
  why: rule.why,
  wayOut: rule.wayOut,
  fixable
})

const blocks = (files: ReadonlyArray<Linted>, strict: boolean): boolean =>
  files.some(({ findings }) =>
    findings.some(({ rule: { severity } }) => severity === "error" || strict && severity === "warning")
  )

const writeSarif = (file: string, document: object): Effect.Effect<void, WrongUsage> =>
  Effect.try({
    try: () => fs.writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`),
    catch: (cause) => new WrongUsage({ message: `--sarif cannot write ${file}: ${(cause as Error).message}` })
  })

/** `ballast lint`: looks at experiments as source, for what a plan cannot see. */
export const lint = CommandLine.Command.make(
  "lint",
  {
    files: CommandLine.Argument.String("files").pipe(
      CommandLine.Argument.withDescription("files and folders of experiments (default: experiments/)"),
      CommandLine.Argument.variadic()
    ),
    fix: CommandLine.given("fix", "put right what can be put right without changing anything else"),
    strict: CommandLine.given("strict", "let warnings block, too"),
    sarif: CommandLine.optionalText("sarif", "write a SARIF document to a file, or to standard output (-)"),
    json: CommandLine.shared.json
  },
  Effect.fn(function*({ files: names, fix, json, sarif, strict }) {
    if (json && sarif === "-") {
      return yield* new WrongUsage({ message: "--json and --sarif - both print to standard output: write --sarif FILE" })
    }
    const [Lint, Sarif] = yield* load
    const cwd = process.cwd()
    const files = yield* Lint.lint(names, { cwd, fix })
    const passed = !blocks(files, strict)
    const document = Sarif.of(files, { version: Conditions.ballastVersion(), cwd })
    if (sarif !== null && sarif !== "-") yield* writeSarif(sarif, document)
    if (sarif === "-") yield* Output.json(document)
    else if (!json) yield* Output.lines(LintText.of(files, Output.columns()))
    else {
      yield* Output.json({
        format: "ballast.lint/1",
        passed,
        files: files.map(({ file }) => file),
        findings: files.flatMap(({ file, findings }) => findings.map((finding) => documentOf(finding, file))),
        suppressed: files.flatMap(({ file, suppressed }) =>
          suppressed.map((finding) => ({ ...documentOf(finding, file), reason: finding.reason }))
        ),
        fixed: files.filter(({ fixed }) => fixed > 0).map(({ file, fixed }) => ({ file, count: fixed }))
      })
    }
    if (!passed) return yield* new Ended({ code: code.no })
  })
).pipe(CommandLine.Command.withDescription("Look at experiments as source, which is read and never run"))
