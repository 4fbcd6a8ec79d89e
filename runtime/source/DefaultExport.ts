/**
 * Whether a file exports something by default, told by its text alone: a parser would have to be kept from what a stranger
 * writes. What stands in a comment or a text may be taken for an export, and no export is taken for none.
 */

/** A file that takes more looks than so many for each of its characters was not written to be read, and may be anything. */
const mostLooks = 4

const lineEnd = /[\n\r\u2028\u2029]|$/g
const word = /[\w$\\]*/y
const quoted = /"[^"\n]*"?|'[^'\n]*'?/y

/** A name with an escape in it may be any. */
const isDefault = (name: string): boolean => name.includes("\\") || /^["']?default["']?$/.test(name)

/** Tells whether a text exports something by default, in any form that the language has. */
export const isIn = (text: string): boolean => {
  let looks = 0
  const upTo = (end: number, from: number): number => {
    looks += end - from + 1
    return end
  }
  const take = (pattern: RegExp, from: number): string => {
    pattern.lastIndex = from
    const [taken = ""] = pattern.exec(text) ?? []
    looks += taken.length + 1
    return taken
  }
  const lineEndFrom = (from: number): number => {
    lineEnd.lastIndex = from
    return lineEnd.exec(text)?.index ?? text.length
  }
  const behindGap = (from: number): number => {
    for (let at = from;;) {
      if (text.startsWith("/*", at)) {
        const end = text.indexOf("*/", at + 2)
        at = upTo(end < 0 ? text.length : end + 2, at)
      } else if (text.startsWith("//", at)) at = upTo(lineEndFrom(at), at)
      else if (/\s/.test(text[at] ?? "")) at = upTo(at + 1, at)
      else return at
    }
  }
  const nameAt = (at: number): string => take(/["']/.test(text[at] ?? "") ? quoted : word, at)
  const isInClause = (from: number): boolean => {
    for (let at = behindGap(from); at < text.length && text[at] !== "}" && !isTooMuch(); at = behindGap(at)) {
      const name = nameAt(at)
      at = behindGap(at + Math.max(1, name.length))
      // `default as name` exports it by that name.
      if (isDefault(name) && nameAt(at) !== "as") return true
    }
    return false
  }
  const isTooMuch = (): boolean => looks > mostLooks * text.length
  for (const { index } of text.matchAll(/\bexport\b/g)) {
    const at = behindGap(index + "export".length)
    // TypeScript's `export =` is what a file gives by default, too.
    if (isDefault(nameAt(at)) || text[at] === "=" || isTooMuch()) return true
    if (text[at] === "{" && isInClause(at + 1)) return true
    const renamed = text[at] === "*" ? behindGap(at + 1) : at
    if (nameAt(renamed) === "as" && isDefault(nameAt(behindGap(renamed + "as".length)))) return true
  }
  return false
}
