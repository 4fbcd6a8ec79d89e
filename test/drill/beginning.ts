import { describe } from "@effect/vitest"
import * as Location from "../../runtime/engine/tensorflow/Location.ts"
import * as Tensorflow from "../../runtime/engine/tensorflow/Tensorflow.ts"
import * as Wasm from "../../runtime/engine/wasm/Wasm.ts"
import { tensorflow } from "../runtime/engine/tensorflow/engine.ts"
import { aDetector, goesOnExactly } from "../runtime/train/goingOn.ts"

describe("Trainings that stop again and again (wasm)", () => goesOnExactly(() => Wasm.layer, [4, 5]))

tensorflow("Trainings that stop again and again (tensorflow)", () =>
  goesOnExactly(() => Tensorflow.layer(Location.find()?.directory ?? ""), [6], [aDetector]))
