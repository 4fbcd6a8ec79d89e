/**
 * Where in a file's source a field of one arm's recipe is changed, so that no other arm has it changed too.
 */
import { type Identifier, Node, type ObjectLiteralExpression, SyntaxKind, VariableDeclarationKind } from "ts-morph"
import * as Declared from "../lint/Declared.ts"
import * as Literal from "../lint/Literal.ts"
import * as Names from "../lint/Names.ts"

/** A place for one field. */
export type Place =
  /** The expression that gives the field its value, for this arm alone. */
  | { readonly _tag: "Value"; readonly node: Node }
  /** The fields of a recipe of this arm alone, which do not have it. */
  | { readonly _tag: "Fields"; readonly object: ObjectLiteralExpression }
  /** An expression that gives a recipe which others have, too. */
  | { readonly _tag: "Around"; readonly node: Node }
  /** Arms to which others are spread by an expression; one of those is to be declared anew among them. */
  | { readonly _tag: "Beside"; readonly object: ObjectLiteralExpression; readonly spread: Node }

const isPropertyName = (node: Identifier): boolean => {
  const parent = node.getParent()
  return (Node.isPropertyAccessExpression(parent) || Node.isPropertyAssignment(parent)) && parent.getNameNode() === node
}

/** Another thing of the same name counts too: then an edit stays nearer to the arm than it had to. */
const isUsedOnce = (name: Identifier): boolean =>
  name.getSourceFile().getDescendantsOfKind(SyntaxKind.Identifier).filter((node) =>
    node !== name && node.getText() === name.getText() && !isPropertyName(node)
  ).length === 1

/** Finds what a constant was given that stands for nothing else in the program; null for any other name. */
export const ownValueOf = (node: Node): Node | null => {
  const declarations = Names.symbolOf(node)?.getDeclarations() ?? []
  const [declaration] = declarations
  if (declarations.length !== 1 || !Node.isVariableDeclaration(declaration)) return null
  const name = declaration.getNameNode()
  const statement = declaration.getVariableStatement()
  return Node.isIdentifier(name) && declaration.getSourceFile() === node.getSourceFile()
      && statement?.getDeclarationKind() === VariableDeclarationKind.Const && !statement.hasExportKeyword() && isUsedOnce(name)
    ? declaration.getInitializer() ?? null
    : null
}

/** Finds the object that an expression is, where nothing else is made of it; null for another. */
const ownObjectOf = (given: Node): ObjectLiteralExpression | null => {
  const node = Names.bare(given)
  if (Node.isObjectLiteralExpression(node)) return node
  const value = Node.isIdentifier(node) ? ownValueOf(node) : null
  return value === null ? null : ownObjectOf(value)
}

/** What gives a property of an object its value: an expression, an object spread into it, nothing, or what cannot be seen. */
type Giver =
  | { readonly _tag: "Value"; readonly node: Node }
  | { readonly _tag: "Spread"; readonly expression: Node }
  | { readonly _tag: "Nothing" }
  | { readonly _tag: "Unseen" }
  /** A method or an accessor, which no property can be written beside. */
  | { readonly _tag: "Code" }

const giverOf = (object: ObjectLiteralExpression, name: string): Giver => {
  for (const property of object.getProperties().toReversed()) {
    if (Node.isSpreadAssignment(property)) {
      const expression = property.getExpression()
      const { _tag } = Declared.field(expression, name)
      if (_tag === "Missing") continue
      return _tag === "Given" ? { _tag: "Spread", expression } : { _tag: "Unseen" }
    }
    const key = property.getNameNode()
    const text = Node.isComputedPropertyName(key) ? Names.textOf(key.getExpression()) : Literal.propertyName(key)
    if (text === null) return { _tag: "Unseen" }
    if (text !== name) continue
    if (Node.isShorthandPropertyAssignment(property)) return { _tag: "Value", node: property.getNameNode() }
    const node = Node.isPropertyAssignment(property) ? property.getInitializer() : undefined
    return node === undefined ? { _tag: "Code" } : { _tag: "Value", node }
  }
  return { _tag: "Nothing" }
}

/** Finds the place for a field in the fields that a recipe is made with; null where they are not of this recipe alone. */
const inFields = (given: Node | undefined, field: string): Place | null => {
  const object = given === undefined ? null : ownObjectOf(given)
  const giver = object === null ? null : giverOf(object, field)
  if (object === null || giver === null || giver._tag === "Code") return null
  if (giver._tag === "Value") return giver
  // What is written last overrides what is spread.
  return (giver._tag === "Spread" ? inFields(giver.expression, field) : null) ?? { _tag: "Fields", object }
}

/** Tells whether a place is where fields are added, though nothing in them gives the field yet. */
const isWithout = (place: Place, field: string): boolean =>
  place._tag === "Fields" && giverOf(place.object, field)._tag === "Nothing"

/** Finds the place for a field of the recipe that an expression gives. */
export const ofRecipe = (use: Node, field: string): Place => {
  const around: Place = { _tag: "Around", node: use }
  const node = Names.bare(use)
  if (Node.isIdentifier(node)) {
    const value = ownValueOf(node)
    return value === null ? around : ofRecipe(value, field)
  }
  if (!Node.isCallExpression(node)) return around
  const [first, second] = node.getArguments()
  switch (Names.calledOfDsl(node)) {
    case "Recipe.make":
      return inFields(first, field) ?? around
    case "Recipe.with":
    case "Recipe.withFields": {
      const place = inFields(second, field)
      if (place === null || first === undefined) return around
      const before = isWithout(place, field) ? ofRecipe(first, field) : null
      return before?._tag === "Value" ? before : place
    }
    default: {
      const accepts = Names.calledOfDsl(Names.bare(node.getExpression())) === "Recipe.accept"
      return accepts && first !== undefined ? ofRecipe(first, field) : around
    }
  }
}

/** An arm as its experiment declares it: the expression of its recipe, or what it is spread from. */
export type ArmPlace = Extract<Place, { readonly _tag: "Around" | "Beside" }>

const inArms = (object: ObjectLiteralExpression, arm: string): ArmPlace | null => {
  const giver = giverOf(object, arm)
  if (giver._tag === "Value") return { _tag: "Around", node: giver.node }
  if (giver._tag !== "Spread") return null
  const inner = ownObjectOf(giver.expression)
  if (inner !== null) return inArms(inner, arm)
  // What is computed for the spread would be computed once more.
  return /^[\w$.]+$/.test(giver.expression.getText()) ? { _tag: "Beside", object, spread: giver.expression } : null
}

/** Finds where an experiment declares an arm; null where that is not this file, or cannot be seen. */
export const ofArm = (declared: Declared.Declared, arm: string): ArmPlace | null => {
  const arms = declared.definition === null ? null : Declared.field(declared.definition, "arms")
  const object = arms?._tag === "Given" ? Names.valueOf(arms.node) : undefined
  return Node.isObjectLiteralExpression(object) && object.getSourceFile() === declared.call.getSourceFile() ? inArms(object, arm) : null
}
