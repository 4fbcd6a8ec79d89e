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
  check: ({ source }) => {
    const names = source.getDescendantsOfKind(SyntaxKind.VariableDeclaration).flatMap((declaration) => {
      const name = declaration.getNameNode()
      const initializer = declaration.getInitializer()
      const isRecipe = initializer !== undefined && Node.isIdentifier(name) && makesRecipe(initializer)
      return isRecipe && !declaration.isExported() ? [name] : []
    })
    const declared = new Set<Node>(names)
    const texts = new Set(names.map((name) => name.getText()))
    const used = new Set(
      source.getDescendantsOfKind(SyntaxKind.Identifier)
        .filter((identifier) => texts.has(identifier.getText()) && !declared.has(identifier))
        .map((identifier) => Names.symbolOf(identifier))
    )
    const exported = new Set(
      source.getExportDeclarations().flatMap((one) => one.getNamedExports()).map((named) => named.getName())
    )
    return names.filter((name) => !used.has(name.getSymbol()) && !exported.has(name.getText()))
      .map((name) => ({ at: rangeOf(name), message: `"${name.getText()}" is made and never used` }))
  }
}
