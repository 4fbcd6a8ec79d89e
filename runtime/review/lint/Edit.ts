/** A piece of a file's text, in UTF-16 code units from its beginning. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** A piece of a file's text, and what stands there instead; nothing does, where that is empty. */
export interface Edit extends Range {
  readonly text: string
}

/** Finds where a node of the source stands, without the comments before it. */
export const rangeOf = (node: { readonly getStart: () => number; readonly getEnd: () => number }): Range => ({
  start: node.getStart(),
  end: node.getEnd()
})
