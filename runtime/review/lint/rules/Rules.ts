import type { Described, Rule } from "../Rule.ts"
import * as Suppressions from "../Suppressions.ts"
import { acceptUnknown, acceptWithoutReason } from "./Acceptances.ts"
import { bareLength } from "./BareLength.ts"
import { clipByValue } from "./ClipByValue.ts"
import { clock } from "./Clock.ts"
import { codeFromText } from "./CodeFromText.ts"
import { deadArm } from "./DeadArm.ts"
import { environment } from "./Environment.ts"
import { importOutside } from "./ImportOutside.ts"
import { networkOrFiles } from "./NetworkOrFiles.ts"
import { noDefaultExport } from "./NoDefaultExport.ts"
import { noExpectation } from "./NoExpectation.ts"
import { noQuestion } from "./NoQuestion.ts"
import { notMain } from "./NotMain.ts"
import { randomness } from "./Random.ts"
import { sameName } from "./SameName.ts"
import { secret } from "./Secret.ts"
import { sideEffect } from "./SideEffect.ts"
import { twinArm } from "./TwinArm.ts"
import { undecided } from "./Undecided.ts"
import { unknownArm } from "./UnknownArm.ts"
import { unknownInDsl } from "./UnknownInDsl.ts"
import { unseenCharacters } from "./UnseenCharacters.ts"
import { unusedRecipe } from "./UnusedRecipe.ts"

/** Lists what every file is checked against. */
export const checked: ReadonlyArray<Rule> = [
  clipByValue,
  clock,
  randomness,
  environment,
  networkOrFiles,
  sideEffect,
  codeFromText,
  importOutside,
  secret,
  unseenCharacters,
  noQuestion,
  noExpectation,
  sameName,
  noDefaultExport,
  notMain,
  deadArm,
  twinArm,
  unusedRecipe,
  bareLength,
  unknownInDsl,
  unknownArm,
  undecided,
  acceptWithoutReason,
  acceptUnknown
]

/** Refuses a file that is no program. */
export const syntax: Described = {
  id: "source/syntax",
  severity: "error",
  what: "a file that is no program",
  why: "it cannot be loaded, and nothing else of it can be looked at",
  wayOut: "correct the first place where it cannot be read"
}

/** Refuses a file that is not looked into. */
export const unreadable: Described = {
  id: "source/unreadable",
  severity: "error",
  what: "a file that is not looked into: a link that leads out of its folder, other bytes than text, more than 256 KiB",
  why: "what cannot be looked at was not reviewed",
  wayOut: "put a file of text in its place"
}

/** Lists what a comment can let be, by its name. */
export const suppressible: ReadonlyArray<string> = checked.map(({ id }) => id)

/** Lists everything that is found. */
export const all: ReadonlyArray<Described> = [...checked, syntax, unreadable, ...Suppressions.described]
