/** Lists the first words of the lines under a title of a help text. */
export const listed = (text: string, title: string): ReadonlyArray<string> => {
  const [, lines = ""] = new RegExp(`^${title}\\n((?:  .*\\n?)*)`, "m").exec(text) ?? []
  return lines.split("\n").flatMap((line) => /^ {2}(\S+?),?\s/.exec(line)?.[1] ?? [])
}
