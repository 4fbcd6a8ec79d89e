/**
 * Markup in which every value is data: whatever stands in a template's holes is escaped, but what is markup already.
 */

/** A piece of markup. There is no other way to it than `html` and `trusted`. */
export class Html {
  readonly #markup: string

  constructor(markup: string) {
    this.#markup = markup
  }

  toString(): string {
    return this.#markup
  }
}

/** What a template's hole takes; null and false leave nothing, and a list stands one after the other. */
export type Hole = string | number | bigint | boolean | null | Html | ReadonlyArray<Hole>

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "\"": "&quot;",
  "'": "&#39;",
  "`": "&#96;"
}

// A reader would not see what these do: they end nothing in markup, but turn the order of what is read around.
// oxlint-disable-next-line no-control-regex
const unseen = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g

/** Escapes a text for content and for quoted attributes; what is not seen, such as a change of direction, becomes U+FFFD. */
export const escape = (text: string): string =>
  text.toWellFormed().replace(unseen, "\ufffd").replace(/[&<>"'`]/g, (character) => escapes[character] ?? "")

const write = (hole: Hole): string => {
  if (hole === null || typeof hole === "boolean") return ""
  if (hole instanceof Html) return hole.toString()
  return Array.isArray(hole) ? hole.map(write).join("") : escape(String(hole))
}

/** Writes markup; holes stand in content or in quoted attributes, and nowhere else. */
export const html = (parts: TemplateStringsArray, ...holes: ReadonlyArray<Hole>): Html =>
  new Html(parts.reduce((text, part, index) => text + write(holes[index - 1] ?? null) + part))

/** Takes text for markup that another library has written and escaped. */
export const trusted = (markup: string): Html => new Html(markup)
