import { tensorflow } from "../runtime/engine/tensorflow/engine.ts"
import { repeatsItsBits } from "../runtime/engine/tensorflow/stepping.ts"

tensorflow("A step as a session, many times over", () => repeatsItsBits(200))
