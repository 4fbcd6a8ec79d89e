/** Names the section of the net that an address is in: backbone, neck, or head, whose branches for boxes and classes are two. */
export const sectionOf = (address: string): string => {
  const [first = "", second = ""] = address.split(".")
  return first === "head" && (second === "box" || second === "class") ? `${first}.${second}` : first
}
