import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff"
import type { Change } from "../lint/Fixes.ts"
import * as SourceText from "../lint/SourceText.ts"

const wholeText = (text: SourceText.SourceText): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(SourceText.encode(text))

/** Writes a change of a file as a unified diff, which `git apply` and `patch -p1` take. */
export const of = (file: string, { after, before }: Change): string => {
  const name = file.replace(/^\/+/, "")
  return createTwoFilesPatch(`a/${name}`, `b/${name}`, wholeText(before), wholeText(after), "", "", {
    context: 3,
    headerOptions: FILE_HEADERS_ONLY
  })
}
