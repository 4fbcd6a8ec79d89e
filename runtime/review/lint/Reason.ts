/**
 * Words that stand where a reason or a question is wanted.
 */

const fillers = /^(todo|tbd|tba|fixme|xxx+|wip|n\/?a|none|no|yes|ok|okay|because|reason|why|test|testing|ignore|ignored|\W*)$/i

/** Tells whether text says nothing: it is empty, or merely holds the place. */
export const isMissing = (text: string): boolean => fillers.test(text.trim().replace(/[.:!?\s]+$/, ""))
