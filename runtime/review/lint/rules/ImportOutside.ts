import * as fs from "node:fs"
import { isBuiltin } from "node:module"
import * as path from "node:path"
import type { Module } from "../Module.ts"
import type { Rule } from "../Rule.ts"

/** What an experiment may import besides files of its own folder. */
const allowed = /^(ballast|ballast\/runtime|effect|effect\/[\w/-]+)$/

const isIn = (file: string, folder: string): boolean => file === folder || file.startsWith(folder + path.sep)

const realOf = (file: string): string => {
  try {
    return fs.realpathSync(file)
  } catch {
    return file
  }
}

/** Says where an import leads; null where it may. */
const leads = (specifier: string, { folder, path: file }: Module): string | null => {
  if (allowed.test(specifier) || isBuiltin(specifier)) return null
  if (specifier.startsWith("ballast/")) return "reaches inside of Ballast, past what it offers"
  if (/^[a-z][a-z0-9+.-]*:/i.test(specifier) || specifier.startsWith("//")) return "is loaded from somewhere else"
  const relative = /^\.{0,2}\//.test(specifier) || specifier === "." || specifier === ".."
  if (!relative) return "is a package that experiments do not have"
  const target = path.resolve(path.dirname(file), specifier)
  if (!isIn(target, folder)) return `leaves ${path.basename(folder)}/`
  return isIn(realOf(target), realOf(folder)) ? null : `is a link that leaves ${path.basename(folder)}/`
}

/** Refuses imports of what is no experiment's. */
export const importOutside: Rule = {
  id: "source/import-outside",
  severity: "error",
  what: "an import of something else than Ballast, effect and the files beside the experiment",
  why: "an experiment is evaluated from its own folder alone, and what lies elsewhere changes without anybody reviewing it",
  wayOut: "move what it needs into experiments/, or write the values down",
  check: (module) =>
    module.imports.filter(({ typeOnly }) => !typeOnly).flatMap(({ at, specifier }) => {
      const where = leads(specifier, module)
      return where === null ? [] : [{ at, message: `"${specifier}" ${where}` }]
    })
}
