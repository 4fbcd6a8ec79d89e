import { Policy } from "ballast"

export default Policy.make({
  most: { steps: 100_000, gpuHours: 24, memory: "24 GiB", attempts: 12 },
  approve: ["steps", "memory", "attempts", "clip", "expectations", "findings", "triggers", "host"]
})
