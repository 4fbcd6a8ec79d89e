/**
 * Comments that let a finding be: `// ballast-lint-ignore-next-line RULE: why`.
 */
import * as Near from "../../../dsl/Near.ts"
import * as Comments from "./Comments.ts"
import type { Edit, Range } from "./Edit.ts"
import type { Module } from "./Module.ts"
import * as Reason from "./Reason.ts"
import type { Described, Finding } from "./Rule.ts"
import * as SourceText from "./SourceText.ts"

const directive = "ballast-lint-ignore-next-line"

/** A comment that lets findings of some rules be on the line of code after it. */
interface Suppression {
  readonly comment: Comments.Comment
  readonly rules: ReadonlyArray<{ readonly id: string; readonly at: Range }>
  readonly reason: string
  /** The line, from 0 on, of the code that comes next. */
  readonly line: number
}

/** A finding that is let be, and why. */
export interface Suppressed {
  readonly finding: Finding
  readonly reason: string
}

/** Refuses a suppression that does not say why. */
export const withoutReason: Described = {
  id: "suppress/without-reason",
  severity: "error",
  what: "a comment that lets a finding be and does not say why",
  why: "whoever reads the file next cannot tell what was weighed from what was waved through",
  wayOut: "write the reason after a colon: `// ballast-lint-ignore-next-line RULE: why this is right here`"
}

/** Refuses a suppression that names no rule. */
export const misspelt: Described = {
  id: "suppress/misspelt",
  severity: "error",
  what: "a comment that means to let a finding be and names no rule that there is",
  why: "it lets nothing be, and looks as if it did",
  wayOut: "write `// ballast-lint-ignore-next-line RULE: why`, with the rule's name as the finding has it"
}

/** Warns of a suppression of nothing. */
export const unused: Described = {
  id: "suppress/unused",
  severity: "warning",
  what: "a comment that lets a finding be that is not there",
  why: "it would hide the next one that comes to stand there, and nobody would have weighed that",
  wayOut: "take it away",
  fix: "takes the comment away"
}

/** What only this module finds; a comment that let these be would have to let itself be. */
export const described: ReadonlyArray<Described> = [withoutReason, misspelt, unused]

const nameIn = ({ start, text }: Comments.Comment, name: string, from: number): Range => {
  const at = start + 2 + text.indexOf(name, from)
  return { start: at, end: at + name.length }
}

/** Lists the lines, from 0 on, that hold code: comments and blanks do not count. */
const linesOfCode = ({ text }: Module, comments: ReadonlyArray<Comments.Comment>): ReadonlyArray<number> => {
  const between = comments.map((comment, index) => text.text.slice(comments[index - 1]?.end ?? 0, comment.start))
  const pieces = [...between, text.text.slice(comments.at(-1)?.end ?? 0)]
  const found = new Set<number>()
  let at = 0
  for (const [index, piece] of pieces.entries()) {
    for (const word of piece.matchAll(/\S+/g)) found.add(SourceText.lineAt(text, at + word.index))
    at = comments[index]?.end ?? 0
  }
  return [...found]
}

/** What a comment that begins with `ballast-lint` comes to. */
interface Said {
  readonly suppressions: ReadonlyArray<Suppression>
  readonly findings: ReadonlyArray<Finding>
}

const quoted = (name: string): string => `"${name}"`

const unknownRule = (id: string, ids: ReadonlyArray<string>): string => {
  if (described.some((rule) => rule.id === id)) return `${quoted(id)} cannot be let be`
  const near = Near.nearest(id, ids)
  return `there is no rule ${quoted(id)}${near === null ? "" : `; did you mean ${quoted(near)}?`}`
}

const read = (
  module: Module,
  comment: Comments.Comment,
  code: ReadonlyArray<number>,
  ids: ReadonlyArray<string>
): Said => {
  const words = comment.text.trim()
  const [, name = "", rest = ""] = /^(ballast-lint[\w-]*)([^]*)$/.exec(words) ?? []
  const wrong = (message: string, at: Range, rule: Described): Finding => ({ at, message, rule })
  if (name === "") return { suppressions: [], findings: [] }
  if (name !== directive) {
    return { suppressions: [], findings: [wrong(`"${name}" is not read; did you mean "${directive}"?`, nameIn(comment, name, 0), misspelt)] }
  }
  const [, list = "", reason = ""] = /^([^:]*):?([^]*)$/.exec(rest) ?? []
  const named = list.split(",").map((id) => id.trim()).filter((id) => id !== "")
  const after = comment.text.indexOf(directive) + directive.length
  const rules = named.map((id) => ({ id, at: nameIn(comment, id, after) }))
  const whole = { start: comment.start, end: comment.end }
  const unknown = rules.filter(({ id }) => !ids.includes(id))
  if (rules.length === 0) {
    return { suppressions: [], findings: [wrong("it names no rule", whole, misspelt)] }
  }
  const silent = Reason.isMissing(reason)
  return {
    suppressions: silent ? [] : [{
      comment,
      reason: reason.trim(),
      rules: rules.filter(({ id }) => ids.includes(id)),
      line: code.find((line) => line > SourceText.lineAt(module.text, comment.end)) ?? Infinity
    }],
    findings: [
      ...unknown.map(({ at, id }) => wrong(unknownRule(id, ids), at, misspelt)),
      ...(silent ? [wrong(`${named.join(", ")} ${named.length === 1 ? "is" : "are"} let be without a reason`, whole, withoutReason)] : [])
    ]
  }
}

/** Takes a comment away, with its line where nothing else stands there. */
const withoutComment = ({ text }: Module, { end, start }: Range): ReadonlyArray<Edit> => {
  const line = SourceText.lineRange(text, SourceText.lineAt(text, start))
  const before = text.text.slice(line.start, start)
  const after = text.text.slice(end, line.end)
  const blank = (piece: string): boolean => piece.trim() === ""
  if (!blank(after)) return [{ start, end, text: "" }]
  if (blank(before)) return [{ start: line.start, end: line.end, text: "" }]
  return [{ start: line.start + before.trimEnd().length, end, text: "" }]
}

const unusedIn = (module: Module, suppression: Suppression, used: ReadonlySet<string>): ReadonlyArray<Finding> => {
  const stale = suppression.rules.filter(({ id }) => !used.has(id))
  const all = stale.length === suppression.rules.length
  return stale.map(({ at, id }) => ({
    rule: unused,
    at,
    message: `nothing on the next line is found by ${id}`,
    ...(all && suppression.rules.length === 1 ? { fix: withoutComment(module, suppression.comment) } : {})
  }))
}

/** Parts findings into those that stand and those that a comment lets be, and adds what is wrong with such comments. */
export const sort = (
  module: Module,
  findings: ReadonlyArray<Finding>,
  ids: ReadonlyArray<string>
): { readonly findings: ReadonlyArray<Finding>; readonly suppressed: ReadonlyArray<Suppressed> } => {
  const comments = Comments.of(module.source)
  const code = linesOfCode(module, comments)
  const said = comments.map((comment) => read(module, comment, code, ids))
  const suppressions = said.flatMap((one) => one.suppressions)
  const byLine = Map.groupBy(suppressions, ({ line }) => line)
  const used = new Map(suppressions.map((suppression) => [suppression, new Set<string>()]))
  const suppressed: Array<Suppressed> = []
  const standing = findings.filter((finding) => {
    const line = SourceText.lineAt(module.text, finding.at.start)
    const answering = byLine.get(line)?.filter(({ rules }) => rules.some(({ id }) => id === finding.rule.id)) ?? []
    for (const one of answering) used.get(one)?.add(finding.rule.id)
    const [first] = answering
    if (first !== undefined) suppressed.push({ finding, reason: first.reason })
    return first === undefined
  })
  return {
    suppressed,
    findings: [
      ...standing,
      ...said.flatMap((one) => one.findings),
      ...suppressions.flatMap((one) => unusedIn(module, one, used.get(one) ?? new Set()))
    ]
  }
}
