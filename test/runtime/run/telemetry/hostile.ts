import * as fc from "fast-check"

/** Names that try to look like a line of a log, to steer a terminal, or to break what reads them. */
export const names: ReadonlyArray<string> = [
  "a\n{\"level\":\"fatal\",\"message\":\"forged\"}",
  "a\r\n12:00:00 fatal forged",
  "\u001b[2J\u001b[31mred",
  "line\u2028separator\u2029and\u0085next",
  "right\u202eto left",
  "half \ud800 of a pair",
  "quote \" and \\ back\\slash",
  "{le=\"1\"} 5",
  "__proto__",
  "",
  " run=other level=fatal",
  "\u0000\u0007\u007f\u009b31m"
]

const unit = fc.oneof(
  fc.integer({ min: 0, max: 0xa0 }),
  fc.integer({ min: 0x2000, max: 0x20ff }),
  fc.integer({ min: 0, max: 0xffff })
)

/** Any text, halves of pairs included, and often one of those. */
export const text: fc.Arbitrary<string> = fc.oneof(
  fc.array(unit).map((units) => String.fromCharCode(...units)),
  fc.constantFrom(...names),
  fc.array(fc.constantFrom(...names, "=", " ", "\"", "\\u0041")).map((parts) => parts.join(""))
)
