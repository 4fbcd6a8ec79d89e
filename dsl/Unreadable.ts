/**
 * What of a value cannot be read, because a getter or a proxy throws.
 */

export interface Unreadable {
  readonly path: ReadonlyArray<string>
  readonly error: unknown
}

/** A proxy can make up properties without end. */
const deepest = 16
const most = 10_000

/** Finds every property that throws when it is read, each with its path and what it threw. */
export const find = (value: unknown): ReadonlyArray<Unreadable> => {
  const seen = new Set<object>()
  const visit = (at: unknown, path: ReadonlyArray<string>): ReadonlyArray<Unreadable> => {
    if (typeof at !== "object" || at === null || seen.has(at) || seen.size >= most || path.length > deepest) return []
    seen.add(at)
    try {
      return Object.keys(at).flatMap((key) => {
        const inner = [...path, key]
        try {
          return visit((at as Readonly<Record<string, unknown>>)[key], inner)
        } catch (error) {
          return [{ path: inner, error }]
        }
      })
    } catch (error) {
      return [{ path, error }]
    }
  }
  return visit(value, [])
}
