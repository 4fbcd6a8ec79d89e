import { Node, SyntaxKind } from "ts-morph"
import { rangeOf } from "../Edit.ts"
import * as Names from "../Names.ts"
import type { Rule } from "../Rule.ts"

/** `Recipe.accept("rule", "why")(recipe)` makes a recipe, too. */
const makesRecipe = (given: Node): boolean => {
  const node = Names.bare(given)
  if (!Node.isCallExpression(node)) return false
  const made = Names.calledOfDsl(node) ?? Names.calledOfDsl(Names.bare(node.getExpression()))
  return made !== null && /^Recipe\.(make|with|withFields|accept)$/.test(made)
}

/** Warns of a recipe that no arm trains. */
export const unusedRecipe: Rule = {
  id: "recipe/unused",
  severity: "warning",
  what: "a recipe that nothing uses",
  why: "it reads as if it were trained, and is not",
  wayOut: "make an arm of it, or take it out",
  check: ({ source }) =>
    source.getDescendantsOfKind(SyntaxKind.VariableDeclaration).flatMap((declaration) => {
      const name = declaration.getNameNode()
      const initializer = declaration.getInitializer()
      if (initializer === undefined || !Node.isIdentifier(name) || !makesRecipe(initializer)) return []
      if (declaration.isExported()) return []
      const symbol = name.getSymbol()
      const used = source.getDescendantsOfKind(SyntaxKind.Identifier).some((identifier) =>
        identifier !== name && identifier.getText() === name.getText() && Names.symbolOf(identifier) === symbol
      )
      return used || source.getExportDeclarations().some((one) => one.getNamedExports().some((named) => named.getName() === name.getText()))
        ? []
        : [{ at: rangeOf(name), message: `"${name.getText()}" is made and never used` }]
    })
}
