/**
 * Looking at experiments as source, which is read and never run.
 */
import * as Effect from "effect/Effect"
import * as Fixes from "./Fixes.ts"
import * as Module from "./Module.ts"
import * as Rule from "./Rule.ts"
import * as Rules from "./rules/Rules.ts"
import * as Secrets from "./Secrets.ts"
import * as Sources from "./Sources.ts"
import * as SourceText from "./SourceText.ts"
import * as Suppressions from "./Suppressions.ts"

/** A finding and where it stands; lines and columns count from 1 on, columns in UTF-16 code units. */
export interface Placed {
  readonly rule: Rule.Described
  readonly message: string
  readonly start: SourceText.Place
  readonly end: SourceText.Place
  /** Whether there is a fix. */
  readonly fixable: boolean
  /** Whether a comment can let it be. */
  readonly suppressible: boolean
}

/** What came of one file. */
export interface Linted {
  readonly file: string
  readonly path: string
  /** Its lines, with what is secret in them covered; none where it was not read. */
  readonly lines: ReadonlyArray<string>
  readonly findings: ReadonlyArray<Placed>
  /** What a comment lets be, with its reason. */
  readonly suppressed: ReadonlyArray<Placed & { readonly reason: string }>
  /** How many findings were put right. */
  readonly fixed: number
}

type Opened = Sources.Read | Sources.Refused

const isRead = (opened: Opened): opened is Sources.Read => "text" in opened

/** Everything that is known of a file before it is reported. */
interface Judged {
  readonly opened: Opened
  readonly module: Module.Module | Module.Unparsed | null
  readonly findings: ReadonlyArray<Rule.Finding>
  readonly suppressed: ReadonlyArray<Suppressions.Suppressed>
}

const judge = (module: Module.Module, all: ReadonlyArray<Module.Module>): Omit<Judged, "opened"> => {
  const found = Rules.checked.flatMap((rule) => Rule.apply(rule, module, all))
  return { module, ...Suppressions.sort(module, found, Rules.suppressible) }
}

const unparsed = (module: Module.Unparsed): Omit<Judged, "opened"> => ({
  module,
  findings: [{ rule: Rules.syntax, at: module.at, message: module.message.replace(/\.$/, "") }],
  suppressed: []
})

const refused = ({ refused }: Sources.Refused): Omit<Judged, "opened"> => ({
  module: null,
  findings: [{ rule: Rules.unreadable, at: { start: 0, end: 0 }, message: `it ${refused}` }],
  suppressed: []
})

/** Judges files, in the light of what lies beside them. */
const judgeAll = (files: ReadonlyArray<Opened>, beside: ReadonlyArray<Opened>): ReadonlyArray<Judged> => {
  const parsed = Module.parse([...files, ...beside].filter(isRead))
  const byPath = new Map(parsed.map((module) => [module.path, module]))
  const all = parsed.filter(Module.isParsed)
  return files.map((opened) => {
    if (!isRead(opened)) return { opened, ...refused(opened) }
    const module = byPath.get(opened.path)
    if (module === undefined) throw new Error(`${opened.path} was not parsed`)
    return { opened, ...(Module.isParsed(module) ? judge(module, all) : unparsed(module)) }
  })
}

/** What comes of files once what can be put right was. */
interface Mended {
  readonly judged: ReadonlyArray<Judged>
  readonly fixed: ReadonlyMap<string, number>
}

/** A fix can make room for another, and no file needs more rounds. */
const rounds = 10

const mend = (files: ReadonlyArray<Opened>, beside: ReadonlyArray<Opened>): Mended => {
  const fixed = new Map<string, number>()
  const given = new Map(files.map((file) => [file.path, file]))
  const left = new Set<string>()
  let judged = judgeAll(files, beside)
  for (let round = 0; round < rounds; round++) {
    const next = judged.map(({ findings, module, opened }): Opened => {
      const before = given.get(opened.path)
      if (isRead(opened) && opened !== before && before !== undefined && (module === null || !Module.isParsed(module))) {
        // What is no program any more was put wrong: all of it is taken back.
        left.add(opened.path)
        fixed.delete(opened.path)
        return before
      }
      if (!isRead(opened) || left.has(opened.path)) return opened
      const fixes = findings.flatMap(({ fix }) => fix === undefined ? [] : [fix])
      const { applied, text } = Fixes.apply(opened.text.text, fixes)
      if (applied === 0) return opened
      fixed.set(opened.path, (fixed.get(opened.path) ?? 0) + applied)
      return { ...opened, text: SourceText.withText(opened.text, text) }
    })
    if (next.every((file, index) => file === judged[index]?.opened)) break
    judged = judgeAll(next, beside)
  }
  return { judged, fixed }
}

const changesOf = (before: ReadonlyArray<Opened>, { judged }: Mended): ReadonlyArray<Fixes.Change> =>
  before.flatMap((file, index) => {
    const { module = null, opened = file } = judged[index] ?? {}
    return opened !== file && isRead(file) && isRead(opened) && module !== null && Module.isParsed(module)
      ? [{ path: file.path, before: file.text, after: opened.text }]
      : []
  })

const empty = SourceText.of("")

const reported = ({ findings, module, opened, suppressed }: Judged, fixed: number): Linted => {
  const text = isRead(opened) ? opened.text : empty
  const secrets = Secrets.of(text.text, module !== null && Module.isParsed(module) ? module.source : null)
  const covered = Secrets.covering(secrets)
  const place = ({ at, fix, message, rule }: Rule.Finding): Placed => ({
    rule,
    message: covered(message),
    start: SourceText.placeOf(text, at.start),
    end: SourceText.placeOf(text, Math.max(at.start, at.end)),
    fixable: fix !== undefined,
    suppressible: Rules.suppressible.includes(rule.id)
  })
  const inOrder = (left: Placed, right: Placed): number =>
    left.start.line - right.start.line || left.start.column - right.start.column
    || (left.rule.id < right.rule.id ? -1 : left.rule.id > right.rule.id ? 1 : 0)
  const shown = SourceText.withText(text, Secrets.cover(text.text, secrets))
  return {
    file: opened.file,
    path: opened.path,
    lines: isRead(opened) ? SourceText.lines(shown) : [],
    findings: findings.map(place).toSorted(inOrder),
    suppressed: suppressed.map(({ finding, reason }) => ({
      ...place(finding),
      reason: covered(reason)
    })).toSorted(inOrder),
    fixed
  }
}

/**
 * Looks at files and folders, or all of `experiments/` where none is named, and with `fix` puts right what can be. Fails
 * with NoSource where something that was named is not there, with NotFixed where a file cannot be changed.
 */
export const lint = Effect.fn("Lint.lint")(
  function*(names: ReadonlyArray<string>, options: { readonly cwd: string; readonly fix: boolean }) {
    const { beside, files } = yield* Sources.open(names, options.cwd)
    const mended: Mended = options.fix ? mend(files, beside) : { judged: judgeAll(files, beside), fixed: new Map() }
    yield* Fixes.write(changesOf(files, mended))
    return mended.judged.map((judged) => reported(judged, mended.fixed.get(judged.opened.path) ?? 0))
  }
)
