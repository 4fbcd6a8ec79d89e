/**
 * Looks through all images of an opened data set at once: where one cannot be decoded any more, others may not be either.
 */
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as Words from "../../dsl/Words.ts"
import * as Photograph from "./Photograph.ts"
import type { Source } from "./Source.ts"

/** An image that cannot be used any more; `file` is relative to the data set's folder. */
export interface Broken {
  readonly file: string
  readonly reason: string
}

/** Says what is wrong with a file, of whose image `was` is the size that it had; null where nothing is. */
const problemOf = async (file: string, was: Photograph.Size): Promise<string | null> => {
  let bytes: Uint8Array
  try {
    bytes = await fs.promises.readFile(file)
  } catch (cause) {
    return `it cannot be read: ${Words.reasonOf(cause)}`
  }
  return Photograph.check(bytes).then(
    ({ height, width }) =>
      width === was.width && height === was.height
        ? null
        : `it was ${was.width} x ${was.height} pixels and is ${width} x ${height}`,
    Words.reasonOf
  )
}

/**
 * Decodes every image to train on and then to validate on, several at a time, and lists those that cannot be decoded, or
 * are of another size than when the data set was opened. None of a generated data set can be.
 */
export const broken = Effect.fn("Sweep.broken")(function*({ directory, images }: Source) {
  const judged = yield* Effect.forEach(
    [...images.train, ...images.val],
    ({ file, size }) =>
      Effect.promise(async (): Promise<ReadonlyArray<Broken>> => {
        if (directory === null || file === null || size === null) return []
        const reason = await problemOf(path.join(directory, file), size)
        return reason === null ? [] : [{ file, reason }]
      }),
    { concurrency: os.availableParallelism() }
  )
  const found: ReadonlyArray<Broken> = judged.flat()
  return found
})
