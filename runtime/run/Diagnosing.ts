/**
 * Looking into the fault that an attempt ended with, in a process of its own.
 */
import * as Effect from "effect/Effect"
import type { Diagnosis } from "../fault/Diagnosis.ts"
import type { Course } from "./Course.ts"
import type { Job } from "./Job.ts"
import type { Stop } from "./Stop.ts"

/** Looks into the last attempt's fault; null where it left nothing to look into, or somebody wishes to stop meanwhile. */
export const diagnose = (_job: Job, _course: Course, _stop: Stop): Effect.Effect<Diagnosis | null> => Effect.succeed(null)
