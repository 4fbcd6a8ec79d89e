/**
 * The fields of a constructor: what each takes, in the words in which validation refuses other values, and its default.
 */
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import {
  type ArrowFunction,
  type Expression,
  type Identifier,
  Node,
  type ObjectLiteralExpression,
  type Project,
  type SourceFile,
  SyntaxKind,
  type Type
} from "ts-morph"
import * as Dsl from "../dsl/index.ts"
import * as Issue from "../dsl/Issue.ts"

export interface Field {
  readonly name: string
  /** Markdown. */
  readonly takes: string
  /** As the code states it; empty where the field has to be given. */
  readonly standard: string
}

/** What no field takes. */
const nonsense = (): void => undefined

const expectedOf = (message: string): string => /^expected (.*), got a function$/.exec(message)?.[1] ?? ""

/** Asks a check what it expects of a field by giving it nonsense; of a list, also what it expects of an item. */
const words = (
  refuse: (value: Readonly<Record<string, unknown>>) => ReadonlyArray<Issue.Issue>,
  tag: string,
  field: string
): string => {
  const asked = (value: unknown, at: string): string =>
    expectedOf(refuse({ _tag: tag, [field]: value }).find(({ path }) => path === at)?.message ?? "")
  const whole = asked(nonsense, field)
  const item = whole === "a list" ? asked([nonsense], `${field}.0`) : ""
  return item === "" ? whole : `a list, each ${item}`
}

const issuesOf = <A, E>(result: Result.Result<A, ReadonlyArray<E>>): ReadonlyArray<E> =>
  Result.isFailure(result) ? result.failure : []

type Values = Readonly<Record<string, unknown>>

const refusals = (module: string, struct: string, tag: string | null = null) => (value: Values) => {
  const { _tag: _, ...fields } = value
  if (module === "Experiment") return issuesOf(Dsl.Experiment.decode("name", fields))
  const modules: Readonly<Record<string, Values>> = { ...Dsl }
  const schema = modules[module]?.[struct] as Schema.Codec<unknown> | undefined
  return schema === undefined ? [] : issuesOf(Issue.decode(schema, tag === null ? fields : value))
}

/** Finds the object that a name of the same file stands for. */
const constantOf = (expression: Node): ObjectLiteralExpression | null => {
  const [declared] = Node.isIdentifier(expression) ? expression.getDefinitionNodes() : []
  return Node.isVariableDeclaration(declared)
    ? declared.getInitializerIfKind(SyntaxKind.ObjectLiteralExpression) ?? null
    : null
}

/** The schemas of a struct's fields as the source writes them, also where structs share them under a name. */
const schemasOf = (file: SourceFile, struct: string): ReadonlyMap<string, string> => {
  const literal = file.getVariableDeclaration(struct)?.getInitializer()
    ?.getFirstDescendantByKind(SyntaxKind.ObjectLiteralExpression)
  const shared = file.getVariableDeclaration(struct)?.getInitializerIfKind(SyntaxKind.CallExpression)?.getArguments()
    .map(constantOf).find((value) => value !== null)
  return new Map(
    (literal ?? shared)?.getProperties().flatMap((property) => {
      if (Node.isPropertyAssignment(property)) return [[property.getName(), property.getInitializer()?.getText() ?? ""]]
      return Node.isShorthandPropertyAssignment(property) ? [[property.getName(), property.getName()]] : []
    })
  )
}

const linked = (module: string): string => `[${module}](#${module.toLowerCase()})`

/** A field whose schema is another module's is explained there. */
const elsewhere = (schema: string): string | null => {
  const [, list, module] = /^(?:Schema\.optionalKey\()?(Schema\.Array\()?(\w+)\.\2\)*$/.exec(schema) ?? []
  if (module === undefined || !(module in Dsl)) return null
  return list === undefined ? linked(module) : `a list of ${linked(module)}`
}

/** Lists what can be given of a parameter's type, whichever of its alternatives has it. */
const membersOf = (type: Type): ReadonlyArray<string> => {
  const alternatives = type.isUnion() ? type.getUnionTypes() : [type]
  return [...new Set(alternatives.flatMap((alternative) =>
    alternative.getProperties()
      .filter((property) => {
        const declared = property.getValueDeclaration()
        return !(Node.isPropertySignature(declared) && declared.getTypeNode()?.getText() === "never")
      })
      .map((property) => property.getName())
  ))]
}

/** Follows a constant, or `sizes.n.maxChannels`, to the value that the file gives it. */
const literalOf = (expression: Node): string => {
  const constant = constantOf(expression)
  if (constant !== null) return constant.getText()
  const name = Node.isPropertyAccessExpression(expression) ? expression.getNameNode() : null
  const declared = name?.getDefinitionNodes()[0]
  const value = Node.isPropertyAssignment(declared) ? declared.getInitializer() : undefined
  return Node.isNumericLiteral(value) ? value.getText() : expression.getText()
}

/** Writes a default as an author would; where a function chooses it, both of what it chooses from. */
const valueOf = (expression: Expression): string => {
  const [declared] = Node.isCallExpression(expression) && Node.isIdentifier(expression.getExpression())
    ? (expression.getExpression() as Identifier).getDefinitionNodes()
    : []
  const made = Node.isVariableDeclaration(declared) ? declared.getInitializer() : undefined
  const choice = Node.isArrowFunction(made) ? made.getBody() : undefined
  if (!Node.isConditionalExpression(choice)) return `\`${expression.getText()}\``
  const tag = choice.getCondition().getFirstDescendantByKindOrThrow(SyntaxKind.StringLiteral).getLiteralValue()
  return `\`${choice.getWhenFalse().getText()}\`; \`${choice.getWhenTrue().getText()}\` of a ${tag.toLowerCase()}`
}

/**
 * Finds the defaults that a function states: beside `...options`, in what is spread before it, after `??`, and where it
 * takes its options apart.
 */
const defaultsOf = (made: ArrowFunction): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  const options = made.getParameters().map((parameter) => parameter.getName())
  for (const literal of made.getDescendantsOfKind(SyntaxKind.ObjectLiteralExpression)) {
    const spread = literal.getProperties().findIndex((property) =>
      Node.isSpreadAssignment(property) && options.includes(property.getExpression().getText())
    )
    const before = literal.getProperties().slice(0, Math.max(spread, 0)).flatMap((property) =>
      Node.isSpreadAssignment(property) ? constantOf(property.getExpression())?.getProperties() ?? [] : [property]
    )
    for (const property of before) {
      if (!Node.isPropertyAssignment(property) || property.getName() === "_tag") continue
      found.set(property.getName(), valueOf(property.getInitializerOrThrow()))
    }
  }
  for (const either of made.getDescendantsOfKind(SyntaxKind.BinaryExpression)) {
    const left = either.getLeft()
    if (either.getOperatorToken().getText() !== "??" || !Node.isPropertyAccessExpression(left)) continue
    found.set(left.getName(), `\`${literalOf(either.getRight())}\``)
  }
  for (const element of made.getDescendantsOfKind(SyntaxKind.BindingElement)) {
    const initializer = element.getInitializer()
    if (initializer !== undefined) found.set(element.getName(), `\`${initializer.getText()}\``)
  }
  return found
}

const lengthWords = (field: string): string => words(refusals("Length", "Length"), "", field)

/** Lists the fields of a length. */
export const ofLength = (project: Project): ReadonlyArray<Field> =>
  [...schemasOf(project.getSourceFileOrThrow("dsl/Length.ts"), "either").keys()].map((name) =>
    ({ name, takes: lengthWords(name), standard: "" })
  )

/** Lists the fields of a constructor; none where there is nothing to say of them that its signature does not. */
export const of = (
  project: Project,
  module: string,
  struct: string | null,
  tag: string | null,
  made: ArrowFunction
): ReadonlyArray<Field> => {
  if (struct === null) return []
  const file = project.getSourceFileOrThrow(`dsl/${module}.ts`)
  const length = project.getSourceFileOrThrow("dsl/Length.ts")
  const schemas = schemasOf(file, struct)
  const lengths = schemasOf(length, "either")
  // What may be written several times is put into a list, whose own field takes something else.
  const given = made.getParameters().filter((parameter) => !parameter.isRestParameter())
    .flatMap((parameter) => [parameter.getName(), ...membersOf(parameter.getType())])
  const names = [...new Set([...lengths.keys(), ...schemas.keys()])].filter((name) => given.includes(name))
  const defaults = defaultsOf(made)
  const fields = names.map((name): Field => {
    const takes = elsewhere(schemas.get(name) ?? "") ?? (schemas.has(name)
      ? words(refusals(module, struct, tag), tag ?? "", name)
      : lengthWords(name))
    const standard = defaults.get(name) ?? (schemas.get(name)?.startsWith("Schema.optionalKey(") === true ? "none" : "")
    return { name, takes, standard }
  })
  return fields.every(({ standard, takes }) => standard === "" && takes === "text") ? [] : fields
}
