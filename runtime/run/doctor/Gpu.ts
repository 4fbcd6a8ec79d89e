import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as Engines from "../../engine/Engines.ts"
import * as NvidiaSmi from "../../engine/NvidiaSmi.ts"
import * as Location from "../../engine/tensorflow/Location.ts"
import * as Check from "./Check.ts"

const name = "gpu"

/** A healthy driver answers within a second. */
const limit = "4 seconds"
/** Loading TensorFlow on a GPU takes some seconds. */
const engineLimit = "7 seconds"

/** Without a driver, nvidia-smi alone is no sign of a GPU. */
const driverIsLoaded = (): boolean =>
  ["/proc/driver/nvidia/version", "/dev/nvidia0"].some((file) => fs.existsSync(file))

const driverRemedy = "dmesg | grep -i nvrm says why, as root; loading the driver anew or a restart of the machine mends most"

const refused = (what: string): Check.Diagnosis =>
  driverIsLoaded()
    ? Check.failed(name, what, driverRemedy)
    : Check.warning(
      name,
      `${what}; no driver of an NVIDIA GPU is loaded`,
      "load the driver, or remove nvidia-smi where there is no GPU"
    )

/** Asks for the GPUs; null where there is no nvidia-smi. */
const cards: Effect.Effect<ReadonlyArray<NvidiaSmi.Card> | Check.Diagnosis | null> = NvidiaSmi.cards.pipe(
  Effect.catch(({ found, message, output }) =>
    Effect.succeed(found ? refused(output.trim() === "" ? message : `${message}: ${output}`) : null)),
  Effect.timeoutOrElse({
    duration: limit,
    orElse: () =>
      Effect.succeed(Check.failed(name, `nvidia-smi did not answer within ${limit}, and was ended`, driverRemedy))
  })
)

const describe = ({ driver, memory, model }: NvidiaSmi.Card): string =>
  `${model}, ${memory === null ? "memory not told" : `${(memory / 2 ** 30).toFixed(0)} GiB`}, driver ${driver}`

/** Says whether the engine for GPUs computes on those that there are; null is one that does not load in time. */
const judge = (found: string, tensorflow: Engines.Listing | null): Check.Diagnosis => {
  if (tensorflow === null) {
    return Check.warning(
      name,
      `${found}; whether the tensorflow engine sees it is not known: it did not load within ${engineLimit}`,
      "npx ballast engine list waits longer"
    )
  }
  if (tensorflow.device === "gpu") return Check.ok(name, `${found}; the tensorflow engine computes on it`)
  if (!tensorflow.usable) {
    const why = `${found}; no engine uses it; tensorflow: ${tensorflow.reason}`
    return Check.warning(name, why, "npx ballast engine install tensorflow")
  }
  const forGpus = Location.find()?.variant === "tensorflow"
  const hidden = process.env["CUDA_VISIBLE_DEVICES"]
  return Check.warning(
    name,
    `${found}; the tensorflow engine does not see it, and computes on the processor`
      + (hidden === undefined ? "" : ` (CUDA_VISIBLE_DEVICES=${hidden})`),
    forGpus
      ? hidden === undefined
        ? "TF_CPP_MIN_LOG_LEVEL=0 npx ballast engine check tensorflow says which library or driver it lacks"
        : "unset CUDA_VISIBLE_DEVICES, or name a GPU in it"
      : "npx ballast engine install tensorflow installs the one for GPUs"
  )
}

/** A driver without the program that asks it. */
const withoutProgram = Effect.sync((): Check.Diagnosis => {
  const models = Location.gpus()
  return models.length === 0
    ? Check.ok(name, "there is no NVIDIA GPU here, and engines compute on the processor")
    : Check.warning(
      name,
      `the driver of an NVIDIA GPU is here (${models.join(", ")}), and nvidia-smi is not on the PATH`,
      "install nvidia-smi of the driver's version, or put its folder on the PATH"
    )
})

/** Asks the driver for its GPUs, and the engine for whether it sees them. */
export const check: Check.Check = {
  name,
  module: import.meta.url,
  look: Effect.fn("Gpu.look")(function*() {
    const found = yield* cards
    if (found === null) return [yield* withoutProgram]
    if ("status" in found) return [found]
    if (found.length === 0) return [Check.warning(name, "nvidia-smi lists no GPU", driverRemedy)]
    const listings = yield* Engines.list.pipe(
      Effect.timeoutOrElse({ duration: engineLimit, orElse: () => Effect.succeed([]) })
    )
    const tensorflow = listings.find(({ engine }) => engine === "tensorflow") ?? null
    return [judge(found.map(describe).join("; "), tensorflow)]
  })
}
