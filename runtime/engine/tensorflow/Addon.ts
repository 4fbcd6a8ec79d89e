/**
 * The addon between Node and TensorFlow: built from @tensorflow/tfjs-node-gpu's own sources, and tried in a process of
 * its own before anything relies on it.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as path from "node:path"
import * as Subprocess from "../Subprocess.ts"
import * as Location from "./Location.ts"

const libraries = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"]

/** Makes the compiler's arguments; the libraries are looked for beside the addon, wherever that is moved. */
const compilerArguments = (sources: string, headers: string, folder: string, output: string): ReadonlyArray<string> => [
  "-std=c++17",
  "-O2",
  "-fPIC",
  "-shared",
  "-DNAPI_VERSION=8",
  `-I${headers}`,
  `-I${path.join(folder, "include")}`,
  `-I${sources}`,
  path.join(sources, "tfjs_backend.cc"),
  path.join(sources, "tfjs_binding.cc"),
  `-L${folder}`,
  ...libraries.map((library) => `-l:${library}`),
  "-Wl,-rpath,$ORIGIN",
  "-Wl,--disable-new-dtags",
  "-o",
  output
]

/** Compiles the addon against the libraries and headers in a folder. Takes about 15 s on one core. */
export const build = (
  headers: string,
  folder: string,
  output: string
): Effect.Effect<string, Subprocess.SubprocessFailed> =>
  Subprocess.run(
    "g++",
    compilerArguments(path.join(Location.tfjs().directory, "binding"), headers, folder, output),
    // The compiler writes hundreds of megabytes of intermediate files on some hosts' memory-backed /tmp otherwise.
    { environment: { TMPDIR: folder } }
  )

/** What the addon said of TensorFlow. */
export interface Proof {
  readonly version: string
  readonly gpu: boolean
}

const program = `
const binding = require(process.argv[1])
const tensor = (values) => binding.createTensor([values.length], binding.TF_FLOAT, new Float32Array(values))
const attributes = [{ name: "T", type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT }]
const [sum] = binding.executeOp("AddV2", attributes, [tensor([1, 2]), tensor([3, 5])], 1)
const values = Array.from(binding.tensorDataSync(sum.id))
if (values.join() !== "4,7") throw new Error("1,2 + 3,5 gave " + values.join())
console.log("\\n" + JSON.stringify({ version: binding.TF_Version, gpu: binding.isUsingGpuDevice() }))
`

const decode = Schema.decodeUnknownEffect(
  Schema.fromJsonString(Schema.Struct({ version: Schema.String, gpu: Schema.Boolean }))
)

/**
 * Loads an addon in another process and adds two vectors with it. Fails with SubprocessFailed, which names what is
 * missing where the libraries do not load, and says so where the processor lacks the instructions they are built for.
 */
export const prove = Effect.fn("Addon.prove")(
  function*(addon: string): Effect.fn.Return<Proof, Subprocess.SubprocessFailed> {
    const output = yield* Subprocess.run(process.execPath, ["--eval", program, addon], {
      environment: { TF_CPP_MIN_LOG_LEVEL: "2", TF_FORCE_GPU_ALLOW_GROWTH: "true", NODE_OPTIONS: "" }
    })
    return yield* decode(output.trimEnd().split("\n").at(-1)).pipe(Effect.orDie)
  },
  Effect.mapError((failed) =>
    failed.signal === "SIGILL"
      ? new Subprocess.SubprocessFailed({
        ...failed,
        message: "this processor lacks instructions that TensorFlow is built for (AVX)"
      })
      : failed
  )
)
