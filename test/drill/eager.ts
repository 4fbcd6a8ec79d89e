import { tensorflow } from "../runtime/engine/tensorflow/engine.ts"
import { behaves, pairs } from "../runtime/engine/tensorflow/stepping.ts"

tensorflow("TensorFlow without a session", () => behaves("eager", pairs()))
