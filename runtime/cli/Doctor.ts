import * as Effect from "effect/Effect"
import * as DoctorText from "../report/DoctorText.ts"
import * as Doctor from "../run/doctor/Doctor.ts"
import * as Home from "../run/Home.ts"
import * as CommandLine from "./CommandLine.ts"
import { code, Ended } from "./ExitCode.ts"
import * as Output from "./Output.ts"
import * as Records from "./Records.ts"

/** `ballast doctor`: whether trainings can run here, and what is to be done where they cannot. */
export const doctor = CommandLine.Command.make(
  "doctor",
  { ...CommandLine.shared, queue: Records.queue },
  Effect.fn(function*({ data, home, json, queue }) {
    const checks = yield* Doctor.examine({ home: Home.directoryOf(home), data, queue })
    yield* json
      ? Output.json({ format: "ballast.doctor/1", checks })
      : Output.lines(DoctorText.of(checks, Output.columns()))
    if (checks.some(({ status }) => status === "failed")) return yield* new Ended({ code: code.environment })
  })
).pipe(
  CommandLine.Command.withDescription(
    "Look at all that trainings need here: engines, GPU, disk, the record of runs, clock, data sets and more"
  )
)
