/**
 * What is wrong with a value: where, what was expected, what was there.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import type * as SchemaIssue from "effect/SchemaIssue"
import * as Near from "./Near.ts"
import * as Unreadable from "./Unreadable.ts"
import * as Words from "./Words.ts"

export interface Issue {
  /** Such as `arms.clip.clip.maxNorm`; empty for the value as a whole. */
  readonly path: string
  readonly message: string
}

/** Joins keys with dots, and quotes those that would be misread. */
export const pathOf = (path: ReadonlyArray<PropertyKey>): string =>
  path.map((key) => typeof key === "string" && /^$|[.\s"]/.test(key) ? JSON.stringify(key) : String(key)).join(".")

const either = (options: ReadonlyArray<string>): string =>
  options.length < 2 ? options.join("") : `${options.slice(0, -1).join(", ")} or ${options.at(-1)}`

const tagOf = (ast: SchemaAST.Objects): string | null => {
  const type = ast.propertySignatures.find(({ name }) => name === "_tag")?.type
  return type?._tag === "Literal" ? String(type.literal) : null
}

const expectedIn = (annotations: Schema.Annotations.Annotations | undefined): string | null =>
  typeof annotations?.["expected"] === "string" ? annotations["expected"] : null

/** Says what a schema accepts: the words of its own check or annotation, or else its kind. */
const describe = (ast: SchemaAST.AST): string => {
  for (const check of ast.checks ?? []) {
    const expected = expectedIn(check.annotations)
    if (expected !== null) return expected
  }
  const annotated = expectedIn(ast.annotations)
  if (annotated !== null) return annotated
  switch (ast._tag) {
    case "String":
      return "text"
    case "Number":
      return "a number"
    case "Boolean":
      return "true or false"
    case "Null":
      return "null"
    case "Literal":
      return Words.show(ast.literal)
    case "Arrays":
      return "a list"
    case "Objects":
      return tagOf(ast) ?? "an object"
    case "Union":
      return either([...new Set(ast.types.map(describe))])
    default:
      return ast._tag.toLowerCase()
  }
}

const fieldsOf = (ast: SchemaAST.AST): ReadonlyArray<string> =>
  ast._tag === "Objects" ? ast.propertySignatures.map(({ name }) => String(name)) : []

const unknownField = (key: PropertyKey | undefined, ast: SchemaAST.AST): string => {
  const fields = fieldsOf(ast).filter((field) => field !== "_tag")
  const near = Near.nearest(String(key), fields)
  const hint = near === null
    ? `there ${fields.length === 1 ? "is" : "are"} ${fields.join(", ")}`
    : `did you mean "${near}"?`
  return `unknown field "${String(key)}"${fields.length === 0 ? "" : `; ${hint}`}`
}

const missingField = (key: PropertyKey | undefined, parent: SchemaAST.AST | null): string => {
  const type = parent?._tag === "Objects"
    ? parent.propertySignatures.find(({ name }) => name === key)?.type
    : undefined
  return type === undefined ? "is missing" : `is missing, expected ${describe(type)}`
}

/** Says what was expected where a single value was refused. */
export const expectation = (issue: SchemaIssue.Leaf | SchemaIssue.Filter | SchemaIssue.AnyOf): string => {
  switch (issue._tag) {
    case "Filter":
      return expectedIn(issue.filter.annotations) ?? "another value"
    case "InvalidValue":
    case "Forbidden":
      return expectedIn(issue.annotations) ?? "another value"
    case "AnyOf":
    case "InvalidType":
    case "OneOf":
    case "UnexpectedKey":
      return describe(issue.ast)
    case "MissingKey":
      return "a value"
  }
}

/** Lists a schema error's issues, each with its path; `input` is the value that was refused. */
export const list = (input: unknown, issue: SchemaIssue.Issue): ReadonlyArray<Issue> => {
  const found: Array<Issue> = []
  const visit = (
    node: SchemaIssue.Issue,
    path: ReadonlyArray<PropertyKey>,
    value: unknown,
    parent: SchemaAST.AST | null
  ): void => {
    const add = (message: string): void => {
      found.push({ path: pathOf(path), message })
    }
    const refuse = (issue: Parameters<typeof expectation>[0]): void =>
      add(`expected ${expectation(issue)}, got ${Words.show(value)}`)
    switch (node._tag) {
      case "Composite":
        return node.issues.forEach((inner) => visit(inner, path, value, node.ast))
      case "AnyOf":
        return node.issues.length > 0
            && node.issues.every((inner) => inner._tag === "Composite" && inner.ast._tag === "Objects")
          ? node.issues.forEach((inner) => visit(inner, path, value, parent))
          : refuse(node)
      case "Pointer": {
        const inner = node.path.reduce<unknown>(
          (at, key) => typeof at === "object" && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined,
          value
        )
        return visit(node.issue, [...path, ...node.path], inner, parent)
      }
      case "Encoding":
        return visit(node.issue, path, value, parent)
      case "UnexpectedKey":
        return add(unknownField(path.at(-1), node.ast))
      case "MissingKey":
        return add(missingField(path.at(-1), parent))
      case "Filter":
        // A filter without words of its own may say where in the value something is wrong.
        return expectedIn(node.filter.annotations) === null ? visit(node.issue, path, value, parent) : refuse(node)
      case "InvalidType":
      case "OneOf":
      case "InvalidValue":
      case "Forbidden":
        return refuse(node)
    }
  }
  visit(issue, [], input, null)
  return found
}

/**
 * Decodes a value and refuses unknown keys; every issue is reported at once. A property that throws when it is read is
 * an issue like any other.
 */
export const decode = <A>(schema: Schema.Codec<A, unknown>, input: unknown): Result.Result<A, ReadonlyArray<Issue>> => {
  try {
    return Result.mapError(
      Schema.decodeUnknownResult(schema)(input, { errors: "all", onExcessProperty: "error" }),
      (error) => list(input, error.issue)
    )
  } catch {
    const issues = Unreadable.find(input).map(({ error, path }) => ({
      path: pathOf(path),
      message: `cannot be read: ${Words.reasonOf(error)}`
    }))
    return Result.fail(issues.length === 0 ? [{ path: "", message: "cannot be read" }] : issues)
  }
}
