/**
 * The Python wheels whose libraries the engine runs on. The libraries in a wheel do not depend on Python, so one wheel
 * of each variant serves every host, whatever its Python.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import { pipeline } from "node:stream/promises"

export const version = "2.21.0"

/** `tensorflow` computes on an NVIDIA GPU, and on the CPU where none is found; `tensorflow-cpu` is smaller. */
export type Variant = "tensorflow-cpu" | "tensorflow"

/** Bytes to transfer and bytes on the disk afterwards; `measured` is false where they are a rounded-up estimate. */
export interface Size {
  readonly download: number
  readonly unpacked: number
  readonly measured: boolean
}

export const sizes: Readonly<Record<Variant, Size>> = {
  "tensorflow-cpu": { download: 273_829_956, unpacked: 853_407_704, measured: true },
  tensorflow: { download: 750_000_000, unpacked: 2_200_000_000, measured: false }
}

/** SHA-256 sums of the wheels that were tried, by file name. */
export const sums: Readonly<Record<string, string>> = {
  "tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl":
    "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c"
}

/** The oldest glibc that the wheels run on. */
export const oldestGlibc = { major: 2, minor: 27 }

/** Makes pip's arguments that ask its own configured index for the one wheel of a variant. */
export const downloadArguments = (variant: Variant, into: string): ReadonlyArray<string> => [
  "-m",
  "pip",
  "download",
  "--no-deps",
  "--only-binary=:all:",
  "--no-input",
  "--disable-pip-version-check",
  "--progress-bar=off",
  "--implementation=cp",
  "--python-version=3.11",
  "--abi=cp311",
  `--platform=manylinux_${oldestGlibc.major}_${oldestGlibc.minor}_x86_64`,
  `--dest=${into}`,
  `${variant}==${version}`
]

/** A wheel is not one that may be used; `message` gives the sum that was seen. */
export class WheelRefused extends Schema.TaggedError<WheelRefused>()("WheelRefused", {
  file: Schema.String,
  sha256: Schema.String,
  expected: Schema.NullOr(Schema.String),
  message: Schema.String
}) {}

const sha256Of = (file: string): Effect.Effect<string> =>
  Effect.promise(async (signal) => {
    const hash = createHash("sha256")
    await pipeline(fs.createReadStream(file, { highWaterMark: 1 << 20 }), hash, { signal })
    return hash.digest("hex")
  })

/**
 * Compares a wheel with the committed sums and returns its SHA-256. `trust` admits a wheel of a name without a
 * committed sum; one whose name has another sum is refused always. Fails with WheelRefused.
 */
export const verify = Effect.fn("Wheel.verify")(
  function*(file: string, trust: boolean, known: Readonly<Record<string, string>> = sums) {
    const sha256 = yield* sha256Of(file)
    const name = path.basename(file)
    const expected = known[name] ?? null
    if (expected === sha256 || (expected === null && trust)) return sha256
    const message = expected === null
      ? `${name} has the SHA-256 ${sha256}, and no sum is known for a wheel of this name. Where you trust the index that `
        + "pip is configured with: ballast engine install tensorflow --trust"
      : `${name} has the SHA-256 ${sha256}, and not ${expected}: it is damaged, or not the wheel that was published`
    return yield* new WheelRefused({ file: name, sha256, expected, message })
  }
)
