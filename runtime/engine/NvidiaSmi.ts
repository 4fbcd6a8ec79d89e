/**
 * The NVIDIA GPUs of this host, as their driver tells of them.
 */
import * as Effect from "effect/Effect"
import * as Subprocess from "./Subprocess.ts"

export interface Card {
  readonly model: string
  /** In bytes; null where the driver does not tell. */
  readonly memory: number | null
  readonly driver: string
}

const bytesPerMebibyte = 2 ** 20

/** Reads what nvidia-smi prints, a line for each GPU. */
const cardsOf = (output: string): ReadonlyArray<Card> =>
  output.split("\n").filter((line) => line.trim() !== "").map((line) => {
    const [model = "", memory = "", driver = ""] = line.split(",").map((field) => field.trim())
    return { model, memory: /^\d+$/.test(memory) ? Number(memory) * bytesPerMebibyte : null, driver }
  })

/** Lists the GPUs; the first is the one that is computed on. Hangs where the driver does, and fails as a process does. */
export const cards = Effect.map(
  Subprocess.run("nvidia-smi", ["--query-gpu=name,memory.total,driver_version", "--format=csv,noheader,nounits"]),
  cardsOf
)
