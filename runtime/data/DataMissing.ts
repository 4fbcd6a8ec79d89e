import * as Schema from "effect/Schema"

/** A named data set's place is not known, or nothing is there; `message` says what it is and how to name its place. */
export class DataMissing extends Schema.TaggedError<DataMissing>()("DataMissing", {
  name: Schema.String,
  message: Schema.String
}) {}

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
