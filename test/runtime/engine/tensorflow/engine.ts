import * as Location from "../../../../runtime/engine/tensorflow/Location.ts"
import * as Native from "../../../../runtime/engine/tensorflow/Native.ts"
import { part } from "../../../require.ts"

/** Declares tests that need the installed engine: skipped where it is not there, failed where it is required. */
export const tensorflow = (name: string, body: () => void): void =>
  part("tensorflow", Location.find() !== null, name, body)

/** Loads the installed engine's addon into this process. */
export const loadTensorflow = (): Native.Backend => {
  const installed = Location.find()
  if (installed === null) throw new Error("the tensorflow engine is not installed")
  return Native.load(installed.directory)
}
