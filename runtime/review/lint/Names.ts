/**
 * What names stand for: a global, what a module exports, or a value of the file's own. Aliases, namespaces, destructuring
 * and re-exports are followed; a name that is declared anew is what it was declared as.
 */
import { isBuiltin } from "node:module"
import { Node, type SourceFile, type Symbol, SyntaxKind } from "ts-morph"
import * as Dsl from "../../../dsl/index.ts"
import * as Literal from "./Literal.ts"

/** A global or something that a module exports, by its properties from there on: `["Math", "random"]`. */
export interface Name {
  /** Null for a global; Node's own modules are written with `node:`, those of effect as `effect` alone. */
  readonly module: string | null
  readonly path: ReadonlyArray<string>
}

/** What an identifier comes to: a name, or a value of which properties are taken. */
type Origin =
  | { readonly _tag: "Name"; readonly name: Name }
  | { readonly _tag: "Value"; readonly node: Node; readonly path: ReadonlyArray<string> }
  | { readonly _tag: "Unknown" }

const unknown: Origin = { _tag: "Unknown" }
const named = (module: string | null, path: ReadonlyArray<string>): Origin => ({ _tag: "Name", name: { module, path } })

/** Following stops here: nobody names a thing so often, and a stack has an end. */
const deepest = 100

const known = new WeakMap<Node, Map<string, Origin>>()
let depth = 0

/**
 * Follows a declaration, an expression or what a file exports by a name, each once. What goes in circles comes back to
 * something that is not known yet.
 */
const following = (node: Node, name: string, follow: () => Origin): Origin => {
  const before = known.get(node)?.get(name)
  if (before !== undefined) return before
  if (depth >= deepest) return unknown
  const origins = known.get(node) ?? new Map<string, Origin>()
  known.set(node, origins.set(name, unknown))
  depth++
  try {
    const origin = follow()
    origins.set(name, origin)
    return origin
  } finally {
    depth--
  }
}

const globalObjects = ["globalThis", "global", "window", "self"]

/** Writes every way to name the same module alike; `effect/Random` is `Random` of `effect`. */
const moduleOf = (specifier: string): readonly [module: string, path: ReadonlyArray<string>] => {
  const [first, second, ...others] = specifier.split("/")
  if (first === "effect" && second !== undefined && others.length === 0 && /^[A-Z]/.test(second)) return ["effect", [second]]
  return [isBuiltin(specifier) && !specifier.startsWith("node:") ? `node:${specifier}` : specifier, []]
}

const ofModule = (specifier: string, path: ReadonlyArray<string>): Origin => {
  const [module, before] = moduleOf(specifier)
  return named(module, [...before, ...path])
}

/** Takes away what only the compiler looks at, and parentheses. */
export const bare = (node: Node): Node => {
  if (
    Node.isParenthesizedExpression(node) || Node.isAsExpression(node) || Node.isSatisfiesExpression(node)
    || Node.isNonNullExpression(node) || Node.isTypeAssertion(node)
  ) return bare(node.getExpression())
  if (Node.isBinaryExpression(node) && node.getOperatorToken().getKind() === SyntaxKind.CommaToken) return bare(node.getRight())
  return node
}

/** Says which property an access takes, or null where that is computed. */
export const propertyOf = (node: Node): string | null => {
  if (Node.isPropertyAccessExpression(node)) return node.getName()
  const argument = Node.isElementAccessExpression(node) ? node.getArgumentExpression() : undefined
  return argument === undefined ? null : textOf(argument)
}

/** Reads text that does not depend on anything; null for what does. */
export const textOf = (node: Node): string | null => Literal.text(node, valueOf)

/** Reads a number that does not depend on anything; null for what does. */
export const numberOf = (node: Node): number | null => Literal.number(node, valueOf)

/** Tells whether a declaration only says that there is something, such as `declare const fetch: unknown`. */
export const isAmbient = (node: Node): boolean =>
  node.getAncestors().some((ancestor) =>
    (Node.isVariableStatement(ancestor) || Node.isModuleDeclaration(ancestor)) && ancestor.hasDeclareKeyword()
  ) || (Node.isFunctionDeclaration(node) || Node.isClassDeclaration(node)) && node.hasDeclareKeyword()

const bindingOrigin = (node: Node): Origin => {
  if (!Node.isBindingElement(node)) return unknown
  const pattern = node.getParent()
  const holder = pattern.getParent()
  if (!Node.isObjectBindingPattern(pattern) || holder === undefined) return unknown
  const initializer = Node.isVariableDeclaration(holder) ? holder.getInitializer() : undefined
  const whole = initializer === undefined ? bindingOrigin(holder) : originOf(initializer)
  if (node.getDotDotDotToken() !== undefined) return whole
  const key = node.getPropertyNameNode()
  const property = key === undefined
    ? node.getName()
    : Node.isComputedPropertyName(key) ? textOf(key.getExpression()) : Literal.propertyName(key)
  return property === null ? unknown : take(whole, property)
}

const importOrigin = (declaration: Node): Origin | null => {
  const from = declaration.getFirstAncestorByKind(SyntaxKind.ImportDeclaration)
  if (from === undefined) return null
  const path = Node.isImportSpecifier(declaration)
    ? [declaration.getName()]
    : Node.isNamespaceImport(declaration) ? [] : Node.isImportClause(declaration) ? ["default"] : null
  if (path === null) return null
  const file = from.getModuleSpecifierSourceFile()
  const [name] = path
  if (file === undefined) return ofModule(from.getModuleSpecifierValue(), path)
  return name === undefined ? { _tag: "Value", node: file, path: [] } : exportOrigin(file, name)
}

const declarationOrigin = (declaration: Node): Origin => following(declaration, "", () => {
  const imported = importOrigin(declaration)
  if (imported !== null) return imported
  if (Node.isBindingElement(declaration)) return bindingOrigin(declaration)
  if (Node.isVariableDeclaration(declaration)) {
    const initializer = declaration.getInitializer()
    return initializer === undefined ? unknown : originOf(initializer)
  }
  if (Node.isImportEqualsDeclaration(declaration)) {
    const reference = declaration.getModuleReference()
    const specifier = Node.isExternalModuleReference(reference) ? reference.getExpression() : undefined
    const text = specifier === undefined ? null : textOf(specifier)
    return text === null ? unknown : ofModule(text, [])
  }
  return Node.isFunctionDeclaration(declaration) ? { _tag: "Value", node: declaration, path: [] } : unknown
})

const symbolOrigin = (symbol: Symbol | undefined, name: string): Origin => {
  const declarations = symbol?.getDeclarations() ?? []
  const [own] = declarations.filter((declaration) => !isAmbient(declaration))
  if (own !== undefined) return declarationOrigin(own)
  return globalObjects.includes(name) ? named(null, []) : named(null, [name])
}

/** Finds what a file of the program exports by a name, through any number of re-exports. */
const exportOrigin = (file: SourceFile, name: string): Origin => following(file, name, () => {
  for (const declaration of file.getExportDeclarations()) {
    const specifier = declaration.getModuleSpecifierValue()
    const target = declaration.getModuleSpecifierSourceFile()
    const namespace = declaration.getNamespaceExport()
    if (namespace?.getName() === name && specifier !== undefined) {
      return target === undefined ? ofModule(specifier, []) : { _tag: "Value", node: target, path: [] }
    }
    const exported = declaration.getNamedExports().find((one) => (one.getAliasNode()?.getText() ?? one.getName()) === name)
    if (exported !== undefined) {
      if (specifier === undefined) return symbolOrigin(file.getLocal(exported.getName()), exported.getName())
      return target === undefined ? ofModule(specifier, [exported.getName()]) : exportOrigin(target, exported.getName())
    }
  }
  if (name === "default") {
    const assigned = file.getExportAssignment((assignment) => !assignment.isExportEquals())
    return assigned === undefined ? unknown : originOf(assigned.getExpression())
  }
  const local = file.getLocal(name)
  if (local !== undefined) return symbolOrigin(local, name)
  const stars = file.getExportDeclarations().filter((declaration) => declaration.isNamespaceExport())
  for (const star of stars) {
    const target = star.getModuleSpecifierSourceFile()
    const specifier = star.getModuleSpecifierValue()
    if (target === undefined && specifier === "ballast" && name in Dsl) return ofModule(specifier, [name])
    const found = target === undefined ? unknown : exportOrigin(target, name)
    if (found._tag !== "Unknown") return found
  }
  return unknown
})

/** Takes a property of what was found. */
const take = (origin: Origin, property: string): Origin => {
  if (origin._tag === "Unknown") return unknown
  if (origin._tag === "Name") {
    const { module, path } = origin.name
    return module === null && path.length === 0 && globalObjects.includes(property)
      ? origin
      : named(module, [...path, property])
  }
  const { node, path } = origin
  if (path.length > 0) return { ...origin, path: [...path, property] }
  if (Node.isSourceFile(node)) return exportOrigin(node, property)
  const value = Node.isObjectLiteralExpression(node) ? Literal.valueAt(node, property) : null
  return value === null ? { ...origin, path: [property] } : originOf(value)
}

/** Finds the symbol of a name, in `{ name }` that of the value rather than the property's. */
export const symbolOf = (node: Node): Symbol | undefined => {
  const parent = node.getParent()
  return Node.isShorthandPropertyAssignment(parent) ? parent.getValueSymbol() : node.getSymbol()
}

const calledOrigin = (call: Node): Origin | null => {
  if (!Node.isCallExpression(call)) return null
  const callee = call.getExpression()
  const [argument] = call.getArguments()
  const isImport = callee.getKind() === SyntaxKind.ImportKeyword
  const isRequire = Node.isIdentifier(callee) && callee.getText() === "require"
    && symbolOrigin(callee.getSymbol(), "require")._tag === "Name"
  const specifier = isImport || isRequire ? argument && textOf(argument) : null
  return typeof specifier === "string" ? ofModule(specifier, []) : null
}

const originOf = (given: Node): Origin => following(bare(given), "", () => {
  const node = bare(given)
  if (Node.isIdentifier(node)) return symbolOrigin(symbolOf(node), node.getText())
  if (Node.isMetaProperty(node)) return named(null, ["import.meta"])
  const property = propertyOf(node)
  if (property !== null && (Node.isPropertyAccessExpression(node) || Node.isElementAccessExpression(node))) {
    return take(originOf(node.getExpression()), property)
  }
  const called = calledOrigin(Node.isAwaitExpression(node) ? bare(node.getExpression()) : node)
  return called ?? { _tag: "Value", node, path: [] }
})

/** Finds what a property of an expression is by name; null where it is neither a global nor of a module. */
export const propertyNameOf = (node: Node, property: string): Name | null => {
  const origin = take(originOf(node), property)
  return origin._tag === "Name" ? origin.name : null
}

/** Finds the global, or what of which module, an expression is; null where it is neither. */
export const nameOf = (node: Node): Name | null => {
  const origin = Node.isBindingElement(node) ? bindingOrigin(node) : originOf(node)
  return origin._tag === "Name" ? origin.name : null
}

/** Follows an expression to the one that gives its value, through names and files as far as they are plain. */
export const valueOf = (node: Node): Node => {
  const origin = originOf(node)
  return origin._tag === "Value" && origin.path.length === 0 && !Node.isSourceFile(origin.node) ? origin.node : bare(node)
}

/** Tells whether an expression is something of a module, by the properties from there on. */
export const isOf = (node: Node, module: string, path: string): boolean => {
  const name = nameOf(node)
  return name?.module === module && name.path.join(".") === path
}

/** Finds the function of the DSL that a call calls, as `Clip.globalNorm`; null for another call. */
export const calledOfDsl = (node: Node): string | null => {
  const name = Node.isCallExpression(node) ? nameOf(node.getExpression()) : null
  return name?.module === "ballast" ? name.path.join(".") : null
}

/** Writes an expression that is a name with its properties; others are long, and may hold what is not to be shown. */
export const shown = (node: Node, otherwise: string): string => {
  const text = node.getText()
  return /^[\w$.?!]{1,60}$/.test(text) ? text : otherwise
}

/** Writes a name as it is looked up, `node:fs.readFile` for what a module exports; empty for none. */
export const text = (name: Name | null): string =>
  name === null ? "" : [...(name.module === null ? [] : [name.module]), ...name.path].join(".") || "globalThis"
