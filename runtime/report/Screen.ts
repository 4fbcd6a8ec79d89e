/** A stream that a person may look at: Node's stdout and stderr are such. */
export interface Output {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly write: (text: string) => unknown
}

/** What a stream can show. */
export interface Screen {
  /** Whether a line may be rewritten. */
  readonly live: boolean
  readonly colour: boolean
  readonly columns: number
}

/** The width of reports in files and logs, and where a terminal does not tell its own. */
const defaultColumns = 100
/** Tables and sentences become no easier to read beyond this. */
const mostColumns = 140
/** Some terminals that are not real ones tell a width of 0. */
const leastColumns = 20

const isSet = (value: string | undefined): boolean => value !== undefined && value !== ""

/**
 * Finds out what a stream can show. Lines are rewritten and coloured on a terminal alone, and there not under
 * `NO_COLOR`, `CI` or `TERM=dumb`.
 */
export const of = (output: Output, environment: Readonly<Record<string, string | undefined>>): Screen => {
  const able = output.isTTY === true
    && !isSet(environment["NO_COLOR"])
    && !(isSet(environment["CI"]) && environment["CI"] !== "false")
    && environment["TERM"] !== "dumb"
  const told = output.isTTY === true && output.columns !== undefined && output.columns > 0
  return {
    live: able,
    colour: able,
    columns: told ? Math.min(mostColumns, Math.max(leastColumns, output.columns ?? 0)) : defaultColumns
  }
}
