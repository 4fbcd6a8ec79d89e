/**
 * What went wrong, in words for the person at the terminal, and the code that the command ends with.
 */
import type { InvalidExperiment } from "../../dsl/Experiment.ts"
import type * as Fault from "../../dsl/Fault.ts"
import type { CocoInvalid } from "../data/CocoFile.ts"
import type { LocationsInvalid } from "../data/Locations.ts"
import type { DataMissing } from "../data/Source.ts"
import type { EngineMissing } from "../engine/Engines.ts"
import type { InstallError } from "../engine/tensorflow/Install.ts"
import type { BaselineRefused } from "../nightly/Acceptance.ts"
import type { BaselinesInvalid } from "../nightly/BaselineFile.ts"
import * as InvalidText from "../report/InvalidText.ts"
import type * as Line from "../report/Line.ts"
import * as Paragraph from "../report/Paragraph.ts"
import type { HomeUnusable } from "../run/Home.ts"
import type { HostUnfit } from "../run/HostDemand.ts"
import type { IncidentNotFound } from "../run/Incident.ts"
import type { RunNotFound } from "../run/Lookup.ts"
import type { RunTaken } from "../run/OneAttempt.ts"
import type { ForcesRestart, LaunchHeld } from "../run/Resume.ts"
import type { PlanRefused } from "../run/Run.ts"
import type { SubmissionRefused } from "../run/queue/Submit.ts"
import type { ExporterUnusable } from "../run/telemetry/Exporter.ts"
import type { NotFixed } from "../review/lint/Fixes.ts"
import type { NoSource } from "../review/lint/Sources.ts"
import type { ChangeRefused } from "../review/policy/Allowed.ts"
import type { NotTuned } from "../review/tune/Tune.ts"
import type { GitHubRefused, TokenMissing } from "../review/report/GitHub.ts"
import type { ReportRefused } from "../review/report/ReportFile.ts"
import type { ServerUnusable } from "../serve/Server.ts"
import type { TokenUnusable } from "../serve/Token.ts"
import type { StoreFailed } from "../run/store/Database.ts"
import type { NotCommitted } from "../source/Commit.ts"
import type { NotLoaded } from "../source/Load.ts"
import type { Refused } from "../source/Refused.ts"
import type { RevisionUnreadable } from "../source/Revision.ts"
import { code, type Ended, type WrongUsage } from "./ExitCode.ts"

/** What a command may fail with. */
export type Failure =
  | BaselineRefused
  | BaselinesInvalid
  | ChangeRefused
  | CocoInvalid
  | DataMissing
  | Ended
  | EngineMissing
  | ExporterUnusable
  | Fault.Fault
  | ForcesRestart
  | GitHubRefused
  | HomeUnusable
  | HostUnfit
  | IncidentNotFound
  | InstallError
  | InvalidExperiment
  | LaunchHeld
  | LocationsInvalid
  | NoSource
  | NotCommitted
  | NotFixed
  | NotLoaded
  | NotTuned
  | PlanRefused
  | Refused
  | ReportRefused
  | RevisionUnreadable
  | RunNotFound
  | RunTaken
  | ServerUnusable
  | StoreFailed
  | SubmissionRefused
  | TokenMissing
  | TokenUnusable
  | WrongUsage

const codes: Readonly<Record<Exclude<Failure["_tag"], "Ended">, number>> = {
  BaselineRefused: code.no,
  BaselinesInvalid: code.usage,
  ChangeRefused: code.no,
  CocoInvalid: code.usage,
  DataFault: code.no,
  DataMissing: code.environment,
  Diverged: code.failed,
  EngineFault: code.failed,
  EngineMissing: code.environment,
  ExporterUnusable: code.environment,
  ForcesRestart: code.no,
  GitHubRefused: code.environment,
  HomeUnusable: code.environment,
  HostUnfit: code.environment,
  IncidentNotFound: code.usage,
  InstallFailed: code.environment,
  InvalidExperiment: code.no,
  LaunchHeld: code.no,
  LocationsInvalid: code.usage,
  NonFinite: code.failed,
  NoSource: code.usage,
  NotCommitted: code.no,
  NotFixed: code.environment,
  NotLoaded: code.usage,
  NotTuned: code.no,
  OutOfMemory: code.failed,
  PlanRefused: code.no,
  Refused: code.no,
  Preempted: code.failed,
  ReportRefused: code.usage,
  RequirementsMissing: code.environment,
  RevisionUnreadable: code.usage,
  RunNotFound: code.usage,
  RunTaken: code.no,
  ServerUnusable: code.environment,
  StoreFailed: code.environment,
  SubmissionRefused: code.usage,
  Timeout: code.failed,
  TokenMissing: code.environment,
  TokenUnusable: code.usage,
  WheelRefused: code.environment,
  WorkerLost: code.failed,
  WrongUsage: code.usage
}

/** Finds the code that a failure ends the command with. */
export const codeOf = (failure: Failure): number => failure._tag === "Ended" ? failure.code : codes[failure._tag]

/** Says a failure as a document; null where the command has said it already. */
export const document = (failure: Failure): object | null =>
  failure._tag === "Ended" ? null : {
    format: "ballast.error/1",
    error: failure._tag,
    message: failure.message,
    issues: "issues" in failure ? failure.issues : []
  }

/** Writes a failure; nothing where the command has said it already. */
export const of = (failure: Failure, columns: number): ReadonlyArray<Line.Line> =>
  failure._tag === "Ended"
    ? []
    : failure._tag === "InvalidExperiment" ? InvalidText.of(failure, columns) : Paragraph.message(failure.message, columns)
