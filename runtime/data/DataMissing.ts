import * as Schema from "effect/Schema"

/** A named data set's place is not known, or nothing is there; `message` says what it is and how to name its place. */
export class DataMissing extends Schema.TaggedError<DataMissing>()("DataMissing", {
  name: Schema.String,
  message: Schema.String
}) {}

/** Says that no place is named for a data set, and for which others one is: a name may be misspelt. */
export const unplaced = (known: ReadonlyArray<string>): string => {
  const others = known.map((name) => `"${name}"`).join(", ")
  return `nothing says where it lies${others === "" ? "" : `, only where ${others} ${known.length === 1 ? "lies" : "lie"}`}`
}

/** Says that a data set is not at hand, and why; `layout` shows what its folder holds. */
export const missing = (
  { about, name }: { readonly name: string; readonly about?: string },
  what: string,
  layout: string
): DataMissing =>
  new DataMissing({
    name,
    message: [
      `the data set "${name}"${about === undefined ? "" : ` (${about})`} is not at hand: ${what}`,
      `Name its folder with --data ${name}=PATH, or in the home's datasets.json: { "${name}": "PATH" }`,
      layout
    ].join("\n")
  })
