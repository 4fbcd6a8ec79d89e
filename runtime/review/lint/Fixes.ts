/**
 * Putting right what can be: edits that keep every other byte of a file as it is.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { randomUUID } from "node:crypto"
import * as fs from "node:fs"
import type { Edit } from "./Edit.ts"
import * as SourceText from "./SourceText.ts"

/** Files could not be changed; `message` says which, and why. */
export class NotFixed extends Schema.TaggedError<NotFixed>()("NotFixed", { message: Schema.String }) {}

/** Where nothing is between two edits, which comes first would decide what comes of them. */
const collide = (one: Edit, other: Edit): boolean =>
  one.start === one.end || other.start === other.end
    ? one.start <= other.end && other.start <= one.end
    : one.start < other.end && other.start < one.end

/**
 * Applies fixes to a text, each as a whole or not at all: one that would touch what an earlier one changes is left.
 * Returns the text, and how many were applied.
 */
export const apply = (
  text: string,
  fixes: ReadonlyArray<ReadonlyArray<Edit>>
): { readonly text: string; readonly applied: number } => {
  const taken: Array<Edit> = []
  let applied = 0
  for (const fix of fixes) {
    if (fix.some((edit) => taken.some((other) => collide(edit, other)))) continue
    taken.push(...fix)
    applied++
  }
  let at = 0
  const pieces = taken.toSorted((left, right) => left.start - right.start).map((edit) => {
    const piece = text.slice(at, edit.start) + edit.text
    at = edit.end
    return piece
  })
  return { text: pieces.join("") + text.slice(at), applied }
}

/** A file whose text is to be another. */
export interface Change {
  readonly path: string
  readonly before: SourceText.SourceText
  readonly after: SourceText.SourceText
}

const replace = ({ after, before, path }: Change): void => {
  const file = fs.realpathSync(path)
  if (!fs.readFileSync(file).equals(SourceText.encode(before))) throw new Error("it has changed meanwhile")
  const temporary = `${file}.${randomUUID()}`
  try {
    fs.writeFileSync(temporary, SourceText.encode(after), { flag: "wx", mode: fs.statSync(file).mode, flush: true })
    fs.renameSync(temporary, file)
  } catch (cause) {
    fs.rmSync(temporary, { force: true })
    throw cause
  }
}

/** Writes files anew, each whole or not at all. Fails with NotFixed, after it has tried all of them. */
export const write = Effect.fn("Fixes.write")(function*(changes: ReadonlyArray<Change>) {
  const failures = changes.flatMap((change) => {
    try {
      replace(change)
      return []
    } catch (cause) {
      return [`${change.path} cannot be changed: ${(cause as Error).message}`]
    }
  })
  if (failures.length > 0) return yield* new NotFixed({ message: failures.join("\n") })
})
