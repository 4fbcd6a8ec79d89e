import { afterEach, assert, describe, it, vi } from "@effect/vitest"
import * as Conditions from "../../../runtime/engine/Conditions.ts"

describe("Conditions.variables", () => {
  afterEach(() => vi.unstubAllEnvs())

  it("lists those that change how an engine computes", () => {
    const names = [
      "CUDA_VISIBLE_DEVICES",
      "MKL_NUM_THREADS",
      "NVIDIA_TF32_OVERRIDE",
      "OMP_NUM_THREADS",
      "ONEDNN_MAX_CPU_ISA",
      "TF_CUDNN_USE_AUTOTUNE",
      "TF_DETERMINISTIC_OPS",
      "TF_ENABLE_ONEDNN_OPTS",
      "TF_FORCE_GPU_ALLOW_GROWTH",
      "TF_NUM_INTEROP_THREADS",
      "TF_NUM_INTRAOP_THREADS",
      "TF_SET_ONEDNN_FPMATH_MODE",
      "TF_XLA_FLAGS",
      "XLA_FLAGS"
    ]
    for (const name of names) vi.stubEnv(name, "1")
    assert.includeMembers(Object.keys(Conditions.variables()), names)
    assert.strictEqual(Conditions.variables()["TF_XLA_FLAGS"], "1")
    vi.stubEnv("TF_XLA_FLAGS", undefined)
    assert.notProperty(Conditions.variables(), "TF_XLA_FLAGS")
  })

  it("keeps to itself what others named alike, and how much is logged", () => {
    const before = Conditions.variables()
    const names = ["TF_VAR_password", "TF_TOKEN_app_terraform_io", "TF_CLI_ARGS", "TF_CPP_MIN_LOG_LEVEL", "MY_OMP_KEY"]
    for (const name of names) vi.stubEnv(name, "secret")
    assert.deepStrictEqual(Conditions.variables(), before)
  })
})
