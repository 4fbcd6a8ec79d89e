/**
 * What TensorBoard is shown of an attempt's events.
 */
import type { Event, Histogram, MonitorEvent, SectionNorms, StepEvent } from "../../train/Event.ts"
import * as Summary from "./Summary.ts"

const flag = (value: boolean): number => value ? 1 : 0

const ofStep = (event: StepEvent): ReadonlyArray<Summary.Value> => [
  Summary.scalar("loss/whole", event.loss),
  ...Object.entries(event.parts).map(([part, value]) => Summary.scalar(`loss/${part}`, value)),
  Summary.scalar("gradient/norm", event.gradNorm),
  Summary.scalar("gradient/bound", event.clipBound),
  Summary.scalar("gradient/clipped", flag(event.clipped)),
  Summary.scalar("gradient/finite", flag(event.finite)),
  Summary.scalar("update/learning_rate", event.learningRate),
  Summary.scalar("update/momentum", event.momentum),
  Summary.scalar("update/loss_scale", event.lossScale),
  Summary.scalar("speed/images_per_second", event.imagesPerSecond)
]

const norms = (group: string, { sections, total }: SectionNorms): ReadonlyArray<Summary.Value> =>
  [["whole", total] as const, ...Object.entries(sections)].map(([name, norm]) => Summary.scalar(`${group}/${name}`, norm))

/** Magnitudes are counted by powers of two. */
const bucketsOf = ({ counts, lowest }: Histogram): Summary.Buckets => ({
  lowest: 2 ** lowest,
  highest: 2 ** (lowest + counts.length),
  limits: counts.map((_, index) => 2 ** (lowest + index + 1)),
  counts
})

const ofMonitor = ({ histograms, parts, whole }: MonitorEvent): ReadonlyArray<Summary.Value> => [
  ...norms("gradient_norms", whole),
  ...Object.entries(parts).flatMap(([part, found]) => norms(`gradient_norms_of_${part}`, found)),
  ...Object.entries(histograms ?? {}).flatMap(([section, found]) =>
    found.counts.length === 0 ? [] : [Summary.histogram(`gradient_magnitudes/${section}`, bucketsOf(found))]
  )
]

const evaluated = ["map", "map50", "accuracy"] as const

/** Lists the values of an event; none where it has nothing that is drawn. */
export const of = (event: Event): ReadonlyArray<Summary.Value> => {
  switch (event.kind) {
    case "step":
      return ofStep(event)
    case "eval":
      return evaluated.flatMap((name) => event[name] === null ? [] : [Summary.scalar(`evaluation/${name}`, event[name])])
    case "monitor":
      return ofMonitor(event)
    case "incident":
      return [Summary.text("fault", `**${event.tag}**: ${event.message}`)]
    default:
      return []
  }
}
