/**
 * How a training goes, as an experiment writes it.
 */
import * as Augment from "../../../dsl/Augment.ts"
import * as Clip from "../../../dsl/Clip.ts"
import type * as Dropout from "../../../dsl/Dropout.ts"
import * as EarlyStop from "../../../dsl/EarlyStop.ts"
import * as Ema from "../../../dsl/Ema.ts"
import * as LearningRate from "../../../dsl/LearningRate.ts"
import * as Loss from "../../../dsl/Loss.ts"
import * as Monitor from "../../../dsl/Monitor.ts"
import * as Optimizer from "../../../dsl/Optimizer.ts"
import * as Warmup from "../../../dsl/Warmup.ts"
import * as Literal from "./Literal.ts"

/** Writes what is minimised. */
export const loss = (value: Loss.Loss): string =>
  value._tag === "YoloV8"
    ? Literal.call("Loss.yoloV8", value, Loss.yoloV8())
    : Literal.call("Loss.binaryCrossEntropy", value, Loss.binaryCrossEntropy())

/** Writes an optimizer. */
export const optimizer = (value: Optimizer.Optimizer): string => {
  switch (value._tag) {
    case "Sgd":
      return Literal.call("Optimizer.sgd", value, Literal.without(Optimizer.sgd({ momentum: 0 }), "momentum"))
    case "Adam":
      return Literal.call("Optimizer.adam", value, Optimizer.adam())
    case "AdamW":
      return Literal.call("Optimizer.adamw", value, Optimizer.adamw())
  }
}

const decay = Literal.without(
  LearningRate.warmupStableDecay({ peak: 0, final: 0, warmup: { steps: 1 }, decay: { steps: 1 } }),
  "peak",
  "final",
  "warmup",
  "decay"
)

/** Writes a schedule. */
export const schedule = (value: LearningRate.LearningRate): string => {
  const name = `LearningRate.${Literal.camel(value._tag)}`
  switch (value._tag) {
    case "Constant":
      return `${name}(${value.value})`
    case "OneCycle":
      return Literal.call(name, value, Literal.without(LearningRate.oneCycle({ peak: 0 }), "peak"))
    case "WarmupStableDecay":
      return Literal.call(name, value, decay)
    case "Sequence":
      return `${name}(${Literal.of(value.parts, (part) => schedule(part as LearningRate.Single))})`
    default:
      return Literal.call(name, value)
  }
}

/** Writes a warmup. */
export const warmup = (value: Warmup.Warmup): string => {
  if (value._tag === "None") return "Warmup.none"
  const { length, ...others } = value
  return Literal.call("Warmup.linear", { ...length, ...others }, Literal.without(Warmup.linear(length), "length"))
}

/** Writes what bounds the gradient. */
export const clip = (value: Clip.Clip): string => {
  switch (value._tag) {
    case "Off":
      return "Clip.off"
    case "GlobalNorm":
      return `Clip.globalNorm(${value.maxNorm})`
    case "PerLayer":
      return `Clip.perLayer(${value.maxRms})`
    case "Adaptive":
      return Literal.call("Clip.adaptive", value, Clip.adaptive())
    case "Auto":
      return Literal.call("Clip.auto", value, Clip.auto())
    case "ZScore":
      return Literal.call("Clip.zscore", value, Clip.zscore())
  }
}

/** Writes which weights are evaluated. */
export const ema = (value: Ema.Ema): string =>
  value._tag === "Off" ? "Ema.off" : Literal.call("Ema.exponential", value, Ema.exponential())

/** Writes what is left out at random. */
export const dropout = (value: Dropout.Dropout): string =>
  value._tag === "Off" ? "Dropout.off" : `Dropout.share(${value.share})`

/** Writes how images are changed. */
export const augment = (value: Augment.Augment): string =>
  value._tag === "Off" ? "Augment.off" : Literal.call("Augment.standard", value, Augment.standard())

/** Writes whether a training may end early. */
export const earlyStop = (value: EarlyStop.EarlyStop): string =>
  value._tag === "Off"
    ? "EarlyStop.off"
    : Literal.call("EarlyStop.patience", value, Literal.without(EarlyStop.patience({ evaluations: 1 }), "evaluations"))

/** Writes what is watched. */
export const monitor = (value: Monitor.Monitor): string => {
  if (value._tag === "Off") return "Monitor.off"
  const { length, ...others } = value
  return Literal.call("Monitor.every", { ...length, ...others }, Literal.without(Monitor.every(length), "length"))
}
