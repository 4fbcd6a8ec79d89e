/**
 * An arm's change as edits of its source. What a source means is not known for certain here: of several ways the first is
 * the one to take that is proven to do what it should.
 */
import type { Node, ObjectLiteralExpression, SourceFile } from "ts-morph"
import * as Notation from "../../plan/Notation.ts"
import type { RecipeChange } from "../../train/Outcome.ts"
import * as Declared from "../lint/Declared.ts"
import { type Edit, rangeOf } from "../lint/Edit.ts"
import * as Fixes from "../lint/Fixes.ts"
import type { Module } from "../lint/Module.ts"
import * as Lists from "./Lists.ts"
import * as Merge from "./Merge.ts"
import * as Place from "./Place.ts"
import * as Spelling from "./Spelling.ts"

/** An arm's place in a file, and the texts that the file may have instead, the likeliest first. */
export interface Rewritten {
  /** Where in the text the arm is declared, or else its experiment. */
  readonly at: number
  readonly texts: ReadonlyArray<string>
  /** Why there are none; null where there are some. */
  readonly refused: string | null
}

/** A field, and the expression that is to give it. */
interface Field {
  readonly name: string
  readonly value: Node
}

const written = (source: SourceFile, { name, value }: Field): string => `${name}: ${Spelling.write(source, value)}`

const needs = (source: SourceFile, fields: ReadonlyArray<Field>): ReadonlyArray<string> =>
  fields.flatMap(({ value }) => Spelling.missing(source, value))

/** Declares a recipe on top of another one, whose expression stays as it is. */
const around = (source: SourceFile, node: Node, fields: ReadonlyArray<Field>): Merge.Written => {
  const call = Spelling.parse("Recipe.with")
  const [before, after] = [`${Spelling.write(source, call)}(`, `, { ${fields.map((field) => written(source, field)).join(", ")} })`]
  const { end, start } = rangeOf(node)
  const name = Merge.isShorthand(node) ? `${node.getText()}: ` : ""
  const edits = name === ""
    ? [{ start, end: start, text: before }, { start: end, end, text: after }]
    : [{ start, end, text: `${name}${before}${node.getText()}${after}` }]
  return { edits, missing: [...Spelling.missing(source, call), ...needs(source, fields)] }
}

const plainName = /^[A-Za-z_$][\w$]*$/

/** Declares an arm anew beside those that are spread. */
const beside = (
  source: SourceFile,
  { object, spread }: { readonly object: ObjectLiteralExpression; readonly spread: Node },
  arm: string,
  fields: ReadonlyArray<Field>
): Merge.Written => {
  const call = Spelling.parse("Recipe.with")
  const key = plainName.test(arm) ? arm : JSON.stringify(arm)
  const value = plainName.test(arm) ? `${spread.getText()}.${arm}` : `${spread.getText()}[${key}]`
  const changed = fields.map((field) => written(source, field)).join(", ")
  return {
    edits: Lists.appendTo(object, [`${key}: ${Spelling.write(source, call)}(${value}, { ${changed} })`]),
    missing: [...Spelling.missing(source, call), ...needs(source, fields)]
  }
}

type Put = (source: SourceFile, node: Node, wanted: Node) => Merge.Written

interface Placed {
  readonly field: Field
  readonly place: Place.Place
}

/** Changes every field where it is given, so that fields of one place stand there together. */
const inPlaces = (source: SourceFile, placed: ReadonlyArray<Placed>, put: Put): Merge.Written => {
  const nodeOf = (place: Place.Place): Node => place._tag === "Fields" || place._tag === "Beside" ? place.object : place.node
  return Merge.joined([...Map.groupBy(placed, ({ place }) => nodeOf(place)).values()].map((group) => {
    const fields = group.map(({ field }) => field)
    const [first] = group
    const place = first?.place
    if (place?._tag === "Value") return Merge.joined(fields.map(({ value }) => put(source, place.node, value)))
    if (place?._tag === "Around") return around(source, place.node, fields)
    return place?._tag !== "Fields" ? Merge.joined([]) : {
      edits: Lists.appendTo(place.object, fields.map((field) => written(source, field))),
      missing: needs(source, fields)
    }
  }))
}

const waysOf = (source: SourceFile, place: Place.ArmPlace, arm: string, fields: ReadonlyArray<Field>): ReadonlyArray<Merge.Written> => {
  if (place._tag === "Beside") return [beside(source, place, arm, fields)]
  const placed = fields.map((field) => ({ field, place: Place.ofRecipe(place.node, field.name) }))
  return [
    inPlaces(source, placed, Merge.parts),
    inPlaces(source, placed, Merge.whole),
    around(source, place.node, fields)
  ]
}

const declaredIn = ({ experiments }: Module, name: string): Declared.Declared | null => {
  const named = experiments.filter((experiment) => experiment.name?.text === name)
  const [only] = named.length > 0 ? named : experiments.filter((experiment) => experiment.name === null)
  return named.length > 1 ? null : only ?? null
}

const textOf = ({ source, text }: Module, { edits, missing }: Merge.Written): string | null => {
  const imports = Spelling.importing(source, missing)
  const all: ReadonlyArray<Edit> | null = imports === null ? null : [...edits, ...imports]
  return all === null ? null : Fixes.apply(text.text, [all]).text
}

/** Rewrites an arm of an experiment. */
export const of = (
  module: Module,
  { arm, change, experiment }: { readonly experiment: string; readonly arm: string; readonly change: RecipeChange }
): Rewritten => {
  const declared = declaredIn(module, experiment)
  if (declared === null) return { at: 0, texts: [], refused: "it does not make the experiment by itself" }
  const place = Place.ofArm(declared, arm)
  if (place === null) {
    const entry = Declared.armsOf(declared).entries.find(({ name }) => name === arm)?.at
    const here = entry?.getSourceFile() === module.source ? entry : declared.call
    return { at: here.getStart(), texts: [], refused: "its arm is not written out in it" }
  }
  const fields = Object.entries(change).map(([name, value]) => ({ name, value: Spelling.parse(Notation.of(name, value)) }))
  const texts = waysOf(module.source, place, arm, fields).flatMap((way) => textOf(module, way) ?? [])
  return {
    at: place._tag === "Around" ? place.node.getStart() : place.spread.getStart(),
    texts: [...new Set(texts)].filter((text) => text !== module.text.text),
    refused: texts.length > 0 ? null : "it imports none of \"ballast\" by name, or has other things of those names"
  }
}
