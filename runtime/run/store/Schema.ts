/**
 * The tables of the record, as migrations from one version to the next. The same statements make them on SQLite and on
 * PostgreSQL: times are milliseconds since 1970, documents are JSON as text.
 */
import type { Database } from "./Database.ts"
import type { Migration } from "./Migrations.ts"

/** SQLite's strict tables know one kind of whole number, which is as wide as PostgreSQL's wide one. */
const typesOf = (dialect: Database["dialect"]) =>
  dialect === "sqlite" ? { long: "integer", strict: " strict" } : { long: "bigint", strict: "" }

const first = (dialect: Database["dialect"]): ReadonlyArray<string> => {
  const { long, strict } = typesOf(dialect)
  return [
    `create table launches (
      id text primary key,
      experiment text not null,
      started ${long} not null,
      request text not null,
      arms text,
      trigger_id text,
      due ${long}
    )${strict}`,
    `create table runs (
      id text primary key,
      launch text not null references launches(id),
      launched ${long} not null,
      place integer not null,
      arm text not null,
      seed ${long} not null,
      status text not null,
      reason text,
      directory text not null,
      started ${long},
      ended ${long},
      holder text,
      attempt integer not null default 0,
      token text,
      answer text,
      result text
    )${strict}`,
    `create table attempts (
      run text not null references runs(id),
      number integer not null,
      holder text not null,
      started ${long} not null,
      ended ${long},
      status text not null,
      fault text,
      remedy text,
      primary key (run, number)
    )${strict}`,
    `create table incidents (
      id text primary key,
      run text not null references runs(id),
      attempt integer not null,
      at ${long} not null,
      fault text not null,
      step ${long},
      verdict text,
      explanation text
    )${strict}`,
    `create table demands (
      id text primary key,
      demand text not null
    )${strict}`,
    `create table tickets (
      run text primary key references runs(id),
      demand text not null references demands(id),
      state text not null,
      place ${long} not null,
      priority integer not null,
      submitted ${long} not null,
      not_before ${long} not null,
      after_run text,
      after_launch text,
      give_up ${long},
      most_seconds ${long},
      cancel text,
      lease text,
      leased ${long},
      beat ${long},
      losses integer not null default 0,
      delivery text
    )${strict}`,
    `create table triggers (
      id text primary key,
      experiment text not null,
      place integer not null,
      fires text not null,
      submission text not null,
      since ${long} not null,
      next ${long} not null,
      remark text
    )${strict}`,
    `create table workers (
      id text primary key,
      host text not null,
      offer text not null,
      slots integer not null,
      started ${long} not null,
      beat ${long} not null
    )${strict}`,
    "create index runs_by_time on runs (launched desc, launch desc, place)",
    "create index runs_by_launch on runs (launch, place)",
    "create index runs_by_status on runs (status)",
    "create index runs_by_answer on runs (answer, status) where answer is not null",
    "create index tickets_by_place on tickets (state, demand, place)",
    "create index tickets_by_time on tickets (state, not_before, place)",
    "create index tickets_by_end on tickets (state, give_up) where give_up is not null",
    "create unique index launches_by_trigger on launches (trigger_id, due)",
    "create index triggers_by_time on triggers (next)",
    "create index incidents_by_run on incidents (run)"
  ]
}

/** Every version there was; a change of the tables is a further one. */
export const migrations: ReadonlyArray<Migration> = [{ version: 3, statements: first }]
