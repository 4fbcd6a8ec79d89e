import * as os from "node:os"

/** Counts the threads that TensorFlow computes one operation with: all cores, unless the environment says otherwise. */
export const count = (): number => {
  const asked = Number(process.env["TF_NUM_INTRAOP_THREADS"])
  return Number.isInteger(asked) && asked > 0 ? asked : os.availableParallelism()
}
