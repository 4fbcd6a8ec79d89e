/**
 * Texts that open something: found so that they are named, and covered wherever source is shown.
 */
import { Node, type SourceFile } from "ts-morph"
import type { Range } from "./Edit.ts"
import * as Literal from "./Literal.ts"
import * as Names from "./Names.ts"

/** A secret, by what it is of; what it says is never told. */
export interface Secret extends Range {
  readonly kind: string
  /** What must not be shown, as the source spells it and as it is read. */
  readonly words: ReadonlyArray<string>
}

const shapes: ReadonlyArray<readonly [kind: string, shape: RegExp]> = [
  ["a private key", /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----(?:\\[nr]|["'`+,;\s])*[A-Za-z0-9+/=]{16}(?:\\[nr]|[A-Za-z0-9+/="'`,;\s])*/g],
  ["an AWS access key", /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/g],
  ["a GitHub token", /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{50,255})\b/g],
  ["a GitLab token", /\bglpat-[A-Za-z0-9_-]{20,}/g],
  ["a Slack token", /\bxox[abeoprs]-(?:\d+-)*[A-Za-z0-9-]{10,}/g],
  ["a Slack webhook", /\bhooks\.slack\.com\/services\/T[A-Z0-9]+\/B[A-Z0-9]+\/[A-Za-z0-9]{16,}/g],
  ["a Google API key", /\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/g],
  ["an API key of Anthropic", /\bsk-ant-[A-Za-z0-9_-]{20,}/g],
  ["an API key of OpenAI", /\bsk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{32,}/g],
  ["a Hugging Face token", /\bhf_[A-Za-z0-9]{30,}\b/g],
  ["an npm token", /\bnpm_[A-Za-z0-9]{36}\b/g],
  ["a PyPI token", /\bpypi-[A-Za-z0-9_-]{50,}/g],
  ["a Stripe key", /\b[rs]k_(?:live|test)_[A-Za-z0-9]{20,}\b/g],
  ["a SendGrid key", /\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}/g],
  ["a DigitalOcean token", /\bdo[opr]_v1_[a-f0-9]{64}\b/g],
  ["an Azure storage key", /\bAccountKey=[A-Za-z0-9+/]{60,}={0,2}/g],
  ["a JSON web token", /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/g],
  ["a password in an address", /(?<=\b[a-z][a-z0-9+.-]{1,30}:\/\/[^\s/:@"'`]{0,256}:)[^\s/@"'`<>{}$]{1,256}(?=@[^\s"'`])/gi]
]

/** Stands in documentation and samples where the real one would. */
const placeholder = /^(?:x+|\*+|\.+|…|password|passwd|pass|pwd|secret|token|changeme|example|placeholder|your[-_ ].*)$/i

/** Finds everything in a text that has the shape of a known kind of secret. */
const shaped = (text: string): ReadonlyArray<Secret> =>
  shapes.flatMap(([kind, shape]) =>
    Array.from(text.matchAll(shape), ({ 0: whole, index }) => ({ kind, whole, start: index, end: index + whole.length }))
  ).filter(({ whole }) => !placeholder.test(whole)).map(({ end, kind, start, whole }) => ({ kind, start, end, words: [whole] }))

/** Counts the bits that a character of a text tells on average. */
const entropy = (text: string): number =>
  [...Map.groupBy(text, (character) => character).values()]
    .map(({ length }) => length / text.length)
    .reduce((sum, share) => sum - share * Math.log2(share), 0)

const classes = [/[a-z]/, /[A-Z]/, /\d/]

const passwordName = /(?:pass(?:word|wd|phrase)|secret)$/i
/** Other things have such names, too; what opens something has a digit in it. */
const keyName = /(?:token|api[-_]?key|access[-_]?key|private[-_]?key|credentials?|bearer)$/i
const digestName = /(?:sha\d*|md5|hash|digest|checksum|fingerprint|integrity|commit|revision|etag)$/i

/** Counts how often a small letter, a capital and a digit follow each other; in names and paths they seldom do. */
const changes = (text: string): number =>
  [...text].filter((character, index) => {
    const before = text[index - 1] ?? character
    return classes.some((one) => one.test(character) !== one.test(before))
  }).length

/** Tells whether text was drawn at random: nobody writes such a name, path or sentence. */
const isRandom = (text: string): boolean => {
  if (!/^[A-Za-z0-9+/_=-]+$/.test(text)) return false
  // Digits and letters up to f, such as a digest's, tell fewer bits a character.
  if (/^[0-9a-f]+$/i.test(text)) return text.length >= 32 && entropy(text) > 3
  return text.length >= 24 && classes.every((one) => one.test(text)) && entropy(text) > 4 && changes(text) > text.length * 0.4
}

/** Says what secret a text is by what it is given as, or by having been drawn at random; null where it is none. */
const kindOf = (text: string, name: string): string | null => {
  if (digestName.test(name)) return null
  const named = (passwordName.test(name) || keyName.test(name) && /\d/.test(text)) && text.length >= 8 && entropy(text) > 2.5
  if (named && !/\s/.test(text) && !placeholder.test(text)) return "a secret by its name"
  return isRandom(text) ? "text drawn at random, as keys are" : null
}

/** The name of the variable or property that is given a text; empty for others. */
const nameFor = (node: Node): string => {
  const parent = node.getParentWhile((parent) => Names.bare(parent) === node || Node.isBinaryExpression(parent))?.getParent()
    ?? node.getParent()
  if (Node.isVariableDeclaration(parent)) return parent.getName()
  return Node.isPropertyAssignment(parent) || Node.isPropertyDeclaration(parent)
    ? Literal.propertyName(parent.getNameNode()) ?? ""
    : ""
}

const overlaps = (one: Range, other: Range): boolean => one.start < other.end && other.start < one.end

/** Finds what text of a program opens something by itself, by its name or put together. */
const inProgram = (source: SourceFile): ReadonlyArray<Secret> => {
  const found: Array<Secret> = []
  source.forEachDescendant((node, traversal) => {
    if (Node.isImportDeclaration(node) || Node.isExportDeclaration(node)) {
      traversal.skip()
      return
    }
    const joined = Node.isBinaryExpression(node) || Node.isTemplateExpression(node)
    if (!joined && !Node.isStringLiteral(node) && !Node.isNoSubstitutionTemplateLiteral(node)) return
    const text = joined ? Names.textOf(node) : node.getLiteralText()
    if (text === null) return
    const kind = shaped(text)[0]?.kind ?? kindOf(text, nameFor(node))
    if (kind === null) return
    const inset = joined ? 0 : 1
    const at = { start: node.getStart() + inset, end: node.getEnd() - inset }
    found.push({ kind, ...at, words: [text, source.getFullText().slice(at.start, at.end)] })
    traversal.skip()
  })
  return found
}

/** Finds what stands between quotes in a file that is no program. */
const betweenQuotes = (text: string): ReadonlyArray<Secret> =>
  Array.from(text.matchAll(/(["'`])([^"'`\s]+)\1/g), ({ 2: inside = "", index }) => ({ inside, start: index + 1 }))
    .flatMap(({ inside, start }) => isRandom(inside) ? [{ kind: "text drawn at random", start, end: start + inside.length, words: [inside] }] : [])

/** Finds the secrets in a file, those in comments among them; a file that is no program comes without its nodes. */
export const of = (text: string, source: SourceFile | null): ReadonlyArray<Secret> => {
  const plain = shaped(text)
  const others = source === null ? betweenQuotes(text) : inProgram(source)
  return [...plain, ...others.filter((other) => !plain.some((one) => overlaps(one, other)))]
    .toSorted((left, right) => left.start - right.start)
}

/** Shorter ones stand in words that have nothing to do with them. */
const shortest = 4

/** Makes what covers secrets in what is said about a text, however many of them there are. */
export const covering = (secrets: ReadonlyArray<Secret>): (said: string) => string => {
  const words = new Set(secrets.flatMap(({ words }) => words).filter(({ length }) => length >= shortest))
  const lengths = [...new Set([...words].map(({ length }) => length))].toSorted((left, right) => right - left)
  return (said) => {
    let shown = ""
    for (let at = 0; at < said.length;) {
      const length = lengths.find((length) => words.has(said.slice(at, at + length)))
      shown += length === undefined ? said[at] : "•".repeat(length)
      at += length ?? 1
    }
    return shown
  }
}

/** Covers secrets in a text, character by character, so that places in it stay the same; ends of lines stay. */
export const cover = (text: string, secrets: ReadonlyArray<Range>): string => {
  let at = 0
  let shown = ""
  for (const { end, start } of secrets.toSorted((left, right) => left.start - right.start)) {
    if (end <= at) continue
    const from = Math.max(at, start)
    shown += text.slice(at, from) + text.slice(from, end).replace(/[^\r\n]/g, "•")
    at = end
  }
  return shown + text.slice(at)
}
