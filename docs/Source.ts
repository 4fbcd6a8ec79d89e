/**
 * What is read off the sources of dsl/ and runtime/: docstrings, and signatures as a person would write them down.
 */
import * as path from "node:path"
import {
  type ArrowFunction,
  type InterfaceDeclaration,
  Node,
  type ParameterDeclaration,
  Project,
  type SourceFile,
  type Symbol,
  type TypeElementTypes,
  type TypeNode,
  type TypeReferenceNode
} from "ts-morph"

export const root = path.resolve(import.meta.dirname, "..")

/** Opens the sources that match globs, relative to the repository, with the compiler's own settings. */
export const open = (globs: ReadonlyArray<string>): Project => {
  const project = new Project({
    tsConfigFilePath: path.join(root, "tsconfig.json"),
    skipAddingFilesFromTsConfig: true
  })
  project.addSourceFilesAtPaths(globs.map((glob) => path.join(root, glob)))
  return project
}

/** Reads a declaration's docstring as one paragraph; empty where it has none. */
export const docOf = (declaration: Node | undefined): string => {
  const documented = Node.isVariableDeclaration(declaration) ? declaration.getVariableStatement() : declaration
  if (documented === undefined || !Node.isJSDocable(documented)) return ""
  return documented.getJsDocs().map((doc) => doc.getDescription().trim().replace(/\s+/g, " ")).join(" ")
}

/** Reads the comment that a file begins with as one paragraph. */
export const headOf = (file: SourceFile): string => {
  const [comment] = file.getStatements()[0]?.getLeadingCommentRanges() ?? []
  const text = comment?.getText() ?? ""
  return text.replace(/^\/\*\*|\*\/$/g, "").replace(/^\s*\* ?/gm, "").trim().replace(/\s+/g, " ")
}

/** Type parameters by what they stand for in a signature without them. */
type Stands = ReadonlyMap<string, string>

/** Lists what a type of text literals allows; null for any other type. */
const literals = (node: TypeNode): string | null => {
  const type = node.getType()
  if (type.isAny()) return null
  const options = type.isUnion() ? type.getUnionTypes() : [type]
  return options.every((option) => option.isStringLiteral() || (type.isUnion() && option.isNull()))
    ? options.toSorted((left, right) => Number(left.isNull()) - Number(right.isNull()))
      .map((option) => option.isNull() ? "null" : JSON.stringify(option.getLiteralValue())).join(" | ")
    : null
}

/** Finds the interface that a type names where it only collects options, none of which has to be given. */
const optionsOf = (node: TypeReferenceNode): InterfaceDeclaration | null => {
  const [declared] = node.getType().getSymbol()?.getDeclarations() ?? []
  return Node.isInterfaceDeclaration(declared) && declared.getSourceFile() === node.getSourceFile()
      && declared.getProperties().every((property) => property.hasQuestionToken())
    ? declared
    : null
}

/** Writes the compiler's text of a type as a person would. */
const plain = (text: string): string =>
  text.replace(/\b(\w+)\.\1\b/g, "$1").replaceAll("readonly ", "").replaceAll("; }", " }").replaceAll("; ", ", ")

/** Writes out a struct; where it is `partial`, every field may be left out. */
const struct = (node: TypeNode, partial: boolean): string => {
  const place = (property: Symbol): number => property.getDeclarations()[0]?.getStart() ?? 0
  const fields = node.getType().getProperties().toSorted((left, right) => place(left) - place(right)).map((property) =>
    `${property.getName()}${partial ? "?" : ""}: ${plain(property.getTypeAtLocation(node).getText(node))}`
  )
  return `{ ${fields.join(", ")} }`
}

const moduleOf = (node: Node): string => node.getSourceFile().getBaseNameWithoutExtension()

/** Generic types that say something to a reader; of the others the name is enough. */
const generic = ["Partial", "ReadonlyArray", "Record", "Readonly"]

const never = (node: Node): boolean =>
  Node.isPropertySignature(node) && node.getTypeNode()?.getText() === "never"

const membersText = (members: ReadonlyArray<TypeElementTypes>, stands: Stands): string => {
  const shown = members.filter((member) => !never(member)).map((member) =>
    Node.isPropertySignature(member)
      ? `${member.getName()}${member.hasQuestionToken() ? "?" : ""}: ${typeText(member.getTypeNode(), stands)}`
      : member.getText()
  )
  return `{ ${shown.join(", ")} }`
}

/** Writes a type without what only the compiler needs: `readonly`, type parameters, modules that repeat a name. */
const typeText = (node: TypeNode | undefined, stands: Stands): string => {
  if (node === undefined) return "unknown"
  if (Node.isTypeLiteral(node)) return membersText(node.getMembers(), stands)
  if (Node.isUnionTypeNode(node)) return node.getTypeNodes().map((part) => typeText(part, stands)).join(" | ")
  if (Node.isIntersectionTypeNode(node)) return node.getTypeNodes().map((part) => typeText(part, stands)).join(" & ")
  if (Node.isTypeOperatorTypeNode(node)) return typeText(node.getTypeNode(), stands)
  if (Node.isTupleTypeNode(node)) return `[${node.getElements().map((part) => typeText(part, stands)).join(", ")}]`
  if (Node.isRestTypeNode(node)) return `...${typeText(node.getTypeNode(), stands)}`
  if (Node.isIndexedAccessTypeNode(node)) return literals(node) ?? struct(node, false)
  if (Node.isTypeReference(node)) {
    const name = node.getTypeName().getText().split(".").at(-1) ?? ""
    const [first, ...others] = node.getTypeArguments()
    const stand = stands.get(name)
    if (stand !== undefined) return stand
    if (name === "Omit" || name === "NoInfer") return typeText(first, stands)
    if (name === "Partial" && !node.getText().includes(`<Omit<${moduleOf(node)},`)) return struct(node, true)
    if (name === "Effect" && first !== undefined) return `Effect<${typeText(first, stands)}>`
    const literal = literals(node)
    if (literal !== null) return literal
    const options = optionsOf(node)
    if (options !== null) return membersText(options.getMembers(), stands)
    return generic.includes(name) && first !== undefined
      ? `${name}<${[first, ...others].map((part) => typeText(part, stands)).join(", ")}>`
      : name
  }
  return node.getText()
}

const parameterText = (parameter: ParameterDeclaration, stands: Stands): string => {
  const [before, after] = parameter.isRestParameter() ? ["...", ""] : ["", parameter.isOptional() ? "?" : ""]
  return `${before}${parameter.getName()}${after}: ${typeText(parameter.getTypeNode(), stands)}`
}

const standsOf = (
  node: { readonly getTypeParameters: ArrowFunction["getTypeParameters"] },
  renamed: Stands
): Stands =>
  new Map([
    ...renamed,
    ...node.getTypeParameters().map((parameter) =>
      [parameter.getName(), parameter.getConstraint()?.getText() ?? "unknown"] as const
    )
  ])

/** Follows `const a = make("a")` to the function that `make` returns. */
const madeBy = (initializer: Node): ArrowFunction | null => {
  if (Node.isArrowFunction(initializer)) return initializer
  if (!Node.isCallExpression(initializer)) return null
  const callee = initializer.getExpression()
  const declared = Node.isIdentifier(callee) ? callee.getDefinitionNodes()[0] : undefined
  const maker = Node.isVariableDeclaration(declared) ? declared.getInitializer() : undefined
  const made = Node.isArrowFunction(maker) ? maker.getBody() : undefined
  return Node.isArrowFunction(made) ? made : null
}

/** The function behind an exported value; null for a value that is none. */
export const functionOf = (declaration: Node): ArrowFunction | null => {
  const initializer = Node.isVariableDeclaration(declaration) ? declaration.getInitializer() : undefined
  return initializer === undefined ? null : madeBy(initializer)
}

/** What a call's result offers, such as `.below(than: number): Expect`, where it is an interface of the file. */
const offers = (returned: TypeNode, stands: Stands): ReadonlyArray<string> => {
  const name = Node.isTypeReference(returned) ? returned.getTypeName().getText() : ""
  const found = returned.getSourceFile().getInterface(name)
  return (found?.getProperties() ?? []).flatMap((property) => {
    const literal = property.getTypeNode()
    const calls = Node.isTypeLiteral(literal) ? literal.getCallSignatures() : []
    const [first] = calls
    if (first === undefined) return []
    const types = calls.map((call) => typeText(call.getParameters()[0]?.getTypeNode(), standsOf(call, stands)))
    const argument = first.getParameters()[0]?.getName() ?? ""
    return [`.${property.getName()}(${argument}: ${types.join(" | ")}): ${typeText(first.getReturnTypeNode(), stands)}`]
  })
}

/** Writes a type that the file exports. */
export const typeOf = (name: string, file: SourceFile): string => {
  const alternatives = typeText(file.getTypeAliasOrThrow(name).getTypeNode(), new Map())
  return `type ${name} = ${alternatives}`
}

const widest = 100

/** Writes a call over several lines where it is too long for one. */
const call = (name: string, parameters: ReadonlyArray<string>, rest: string): string => {
  const line = `${name}(${parameters.join(", ")})${rest}`
  if (line.length <= widest) return line
  const broken = parameters.map((parameter) => {
    const [, label = "", type = ""] = /^(\w+\??): (.*)$/.exec(parameter) ?? []
    const options = type.split(/ \| (?=\{)/)
    if (options.length > 1) {
      return `${label}:\n${options.map((option) => `    | ${option}`).join("\n")}`
    }
    // Only the outermost members: a comma before another's end belongs to that one.
    const members = /^\{ (.*) \}$/.exec(type)?.[1]?.split(/, (?=\w+\??:)(?![^{]*\})/)
    if (members === undefined) return parameter
    return `${label}: {\n${members.map((member) => `    ${member}`).join(",\n")}\n  }`
  })
  return `${name}(\n${broken.map((parameter) => `  ${parameter}`).join(",\n")}\n)${rest}`
}

/** Writes an exported value's signature; `renamed` gives types of the file itself the names that readers know. */
export const signatureOf = (name: string, declaration: Node, renamed: Stands): string => {
  const made = functionOf(declaration)
  if (made === null) {
    const type = Node.isVariableDeclaration(declaration) ? declaration.getTypeNode() : undefined
    return `${name}: ${typeText(type, renamed)}`
  }
  const stands = standsOf(made, renamed)
  const parameters = made.getParameters().map((parameter) => parameterText(parameter, stands))
  const returned = made.getReturnTypeNode()
  const body = made.getBody()
  if (returned === undefined && Node.isArrowFunction(body)) {
    const inner = body.getParameters().map((parameter) => parameterText(parameter, stands)).join(", ")
    return call(name, parameters, `: (${inner}) => ${typeText(body.getReturnTypeNode(), stands)}`)
  }
  const offered = returned === undefined ? [] : offers(returned, stands)
  if (offered.length > 0) return offered.map((rest) => call(name, parameters, rest)).join("\n")
  return call(name, parameters, returned === undefined ? "" : `: ${typeText(returned, stands)}`)
}
