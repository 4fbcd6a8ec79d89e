/**
 * What decides on this host how engines compute, besides themselves.
 */
import { createRequire } from "node:module"
import * as os from "node:os"

/**
 * Variables that change how TensorFlow computes, and so the last bits of a result. They are named one by one, and kept
 * with results: Terraform's variables begin with TF_ as well, and some of those hold secrets.
 */
const decisive = new RegExp([
  "^TF_(AUTO_MIXED_PRECISION|CONV2D|CPU|CUDNN|DETERMINISTIC|DISABLE|ENABLE|FORCE|FP16)_",
  "^TF_(GPU|MATMUL|MKL|NUM|ONEDNN|SET_ONEDNN|USE|XLA)_",
  "^TF_OVERRIDE_GLOBAL_THREADPOOL$",
  "^(CUBLAS|CUDNN|DNNL|KMP|MKL|OMP|ONEDNN)_",
  "^(CUDA_DEVICE_ORDER|CUDA_VISIBLE_DEVICES|NVIDIA_TF32_OVERRIDE|XLA_FLAGS)$"
].join("|"))

/** Lists the environment's variables that decide the last bits of a result. */
export const variables = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      decisive.test(name) && value !== undefined ? [[name, value]] : []
    ).toSorted()
  )

/** Reads this version of Ballast off its manifest. */
export const ballastVersion = (): string =>
  (createRequire(import.meta.url)("../../package.json") as { readonly version: string }).version

/** Names the processor; machines without a name for it have none. */
export const processor = (): string => os.cpus()[0]?.model.trim() ?? "unknown"
