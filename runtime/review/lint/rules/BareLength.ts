import { Node, SyntaxKind } from "ts-morph"
import { rangeOf } from "../Edit.ts"
import * as Literal from "../Literal.ts"
import * as Names from "../Names.ts"
import type { Found, Rule } from "../Rule.ts"

/** Calls that take a length, or options with one, first. */
const takesLength = /^(Warmup\.linear|Evaluate\.every|Checkpoint\.every|Monitor\.every)$/

/** Fields that are lengths: of a recipe, of a schedule, of a remedy. */
const lengths: ReadonlyArray<readonly [call: RegExp, fields: ReadonlyArray<string>]> = [
  [/^Recipe\.(make|with|withFields)$/, ["length", "evaluate", "warmup", "checkpoint", "monitor"]],
  [/^LearningRate\.\w+$/, ["every", "at", "warmup", "decay", "length"]],
  [/^Remedy\.\w+$/, ["least"]]
]

const bare = (node: Node, what: string): ReadonlyArray<Found> => {
  const value = Names.numberOf(node) ?? Names.textOf(node)
  return value === null ? [] : [{ at: rangeOf(node), message: `${what} is ${JSON.stringify(value)}: steps, or epochs?` }]
}

/** The call of the DSL that a field is an option of, in lists and options inside of it, too. */
const callAround = (field: Node): string | null => {
  const call = field.getFirstAncestor((ancestor) => Node.isCallExpression(ancestor) || Node.isFunctionLikeDeclaration(ancestor))
  return call === undefined ? null : Names.calledOfDsl(call)
}

/** Refuses a length without a unit. The compiler does, too, where it is asked. */
export const bareLength: Rule = {
  id: "length/bare",
  severity: "error",
  what: "a length without a unit",
  why: "1000 steps and 1000 epochs are trainings of minutes and of weeks",
  wayOut: "write `{ steps: 1000 }` or `{ epochs: 3 }`",
  check: ({ source }) => [
    ...source.getDescendantsOfKind(SyntaxKind.CallExpression).flatMap((call) => {
      const name = Names.calledOfDsl(call)
      const [first] = call.getArguments()
      return name !== null && first !== undefined && takesLength.test(name) ? bare(first, `what ${name} is given`) : []
    }),
    ...source.getDescendantsOfKind(SyntaxKind.PropertyAssignment).flatMap((field) => {
      const name = Literal.propertyName(field.getNameNode())
      const value = field.getInitializer()
      if (name === null || value === undefined) return []
      const around = callAround(field)
      return around !== null && lengths.some(([call, fields]) => call.test(around) && fields.includes(name))
        ? bare(value, `"${name}"`)
        : []
    })
  ]
}
