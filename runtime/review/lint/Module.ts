/**
 * A file of experiments as rules see it.
 */
import { Project, type SourceFile, ts } from "ts-morph"
import * as Declared from "./Declared.ts"
import type { Range } from "./Edit.ts"
import * as Imports from "./Imports.ts"
import * as References from "./References.ts"
import type * as Sources from "./Sources.ts"

export interface Module extends Sources.Read {
  readonly source: SourceFile
  readonly experiments: ReadonlyArray<Declared.Declared>
  readonly references: ReadonlyArray<References.Reference>
  readonly imports: ReadonlyArray<Imports.Import>
}

/** A file that is no program: the first place where it is none, and why. */
export interface Unparsed extends Sources.Read {
  readonly at: Range
  readonly message: string
}

const options: ts.CompilerOptions = {
  allowJs: true,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  // A file without imports is no script whose names the others would see.
  moduleDetection: ts.ModuleDetectionKind.Force,
  noLib: true,
  target: ts.ScriptTarget.ESNext,
  types: []
}

const unparsed = (read: Sources.Read, diagnostic: ts.Diagnostic): Unparsed => ({
  ...read,
  at: { start: diagnostic.start ?? 0, end: (diagnostic.start ?? 0) + (diagnostic.length ?? 0) },
  message: ts.flattenDiagnosticMessageText(diagnostic.messageText, " ")
})

/** Nobody nests so deeply, and what walks through a program goes as deep as it does. */
const deepest = 500

const isTooDeep = (source: SourceFile): boolean => {
  const open: Array<readonly [node: ts.Node, depth: number]> = [[source.compilerNode, 0]]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [node, depth] = next
    if (depth > deepest) return true
    ts.forEachChild(node, (child) => {
      open.push([child, depth + 1])
    })
  }
  return false
}

const tooDeep = (read: Sources.Read): Unparsed => ({ ...read, at: { start: 0, end: 0 }, message: "It is nested too deeply." })

/** Adds a file to the program; null where its nesting is more than a reader's stack. */
const added = (project: Project, { path, text }: Sources.Read): SourceFile | null => {
  try {
    // A second byte order mark would be taken away, and every place after it would be another.
    const source = project.createSourceFile(path, text.text.replace(/^\ufeff/, " "), { overwrite: true })
    if (!isTooDeep(source)) return source
    project.removeSourceFile(source)
    return null
  } catch (cause) {
    if (cause instanceof RangeError) return null
    throw cause
  }
}

/**
 * Reads files as one program, whose files import each other and nothing else. The program lies in memory: it has no way
 * to the disk, and nothing of it is run.
 */
export const parse = (files: ReadonlyArray<Sources.Read>): ReadonlyArray<Module | Unparsed> => {
  const project = new Project({
    useInMemoryFileSystem: true,
    skipFileDependencyResolution: true,
    skipLoadingLibFiles: true,
    compilerOptions: options
  })
  const sources = files.map((read) => ({ read, source: added(project, read) }))
  const program = project.getProgram().compilerObject
  return sources.map(({ read, source }) => {
    if (source === null) return tooDeep(read)
    const [wrong] = program.getSyntacticDiagnostics(source.compilerNode)
    return wrong === undefined
      ? { ...read, source, experiments: Declared.of(source), references: References.of(source), imports: Imports.of(source) }
      : unparsed(read, wrong)
  })
}

/** Tells whether a file is a program. */
export const isParsed = (file: Module | Unparsed): file is Module => "source" in file
