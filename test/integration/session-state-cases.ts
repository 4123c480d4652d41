/** Every way to set something for a session, and what shows it. */

/** The expression that shows a setting. */
export const setting = (name: string) => `current_setting('${name}', true)`

interface Case {
  readonly does: string
  readonly run: readonly (string | { text: string; values: unknown[] })[]
  readonly look: string
  readonly becomes: string
}

export const SETTING_CASES: readonly Case[] = [
  { does: 'SET', run: ["SET application_name = 'me'"], look: setting('application_name'), becomes: 'me' },
  { does: 'SET SESSION', run: ['SET SESSION work_mem TO 5120'], look: setting('work_mem'), becomes: '5MB' },
  {
    does: 'SET of a list',
    run: ['SET search_path = other, public'],
    look: setting('search_path'),
    becomes: 'other, public',
  },
  {
    does: 'SET of a quoted list',
    run: [`SET search_path = "$user", 'other'`],
    look: setting('search_path'),
    becomes: '"$user", other',
  },
  { does: 'SET TIME ZONE', run: ["SET TIME ZONE 'Asia/Tokyo'"], look: setting('TimeZone'), becomes: 'Asia/Tokyo' },
  { does: 'SET TIME ZONE with a number', run: ['SET TIME ZONE -7'], look: setting('TimeZone'), becomes: '<-07>+07' },
  {
    does: 'SET TIME ZONE INTERVAL',
    run: ["SET TIME ZONE INTERVAL '-08:00' HOUR TO MINUTE"],
    look: setting('TimeZone'),
    becomes: '<-08>+08',
  },
  {
    does: 'DateStyle',
    run: ["SET DateStyle = 'German, DMY'"],
    look: "'2001-02-03'::date::text",
    becomes: '03.02.2001',
  },
  {
    does: 'a setting of the user',
    run: ["SET app.me = 'O''Neil \\'"],
    look: setting('app.me'),
    becomes: "O'Neil \\",
  },
  { does: 'an empty custom setting', run: ["SET app.empty = ''"], look: setting('app.empty'), becomes: '' },
  {
    does: 'set_config',
    run: ["SELECT set_config('app.config', 'x', false)"],
    look: setting('app.config'),
    becomes: 'x',
  },
  {
    does: 'set_config of several',
    run: ["SELECT set_config('app.c1', 'x', false), set_config('work_mem', '6MB', false)"],
    look: `coalesce(${setting('app.c1')}, '') || ${setting('work_mem')}`,
    becomes: 'x6MB',
  },
  {
    does: 'set_config with a parameter',
    run: [{ text: "SELECT set_config('app.bound', $1, false)", values: ['y'] }],
    look: setting('app.bound'),
    becomes: 'y',
  },
  {
    does: 'set_config in a function',
    run: ["SELECT set_tenant('acme')"],
    look: setting('tenancy.tenant'),
    becomes: 'acme',
  },
  {
    does: 'set_config in a DO block',
    run: ["DO $$ BEGIN PERFORM set_config('app.block', 'b', false); END $$"],
    look: setting('app.block'),
    becomes: 'b',
  },
  {
    does: 'several statements at once',
    run: ["SET app.many = '1'; SET work_mem = '7MB'"],
    look: `coalesce(${setting('app.many')}, '') || ${setting('work_mem')}`,
    becomes: '17MB',
  },
  {
    does: 'SET in a transaction that commits',
    run: ['BEGIN', "SET app.commits = 'c'", 'COMMIT'],
    look: setting('app.commits'),
    becomes: 'c',
  },
  {
    does: 'SET in a read-only transaction',
    run: ['BEGIN READ ONLY', 'SELECT 1', "SET app.readonly = 'r'", 'COMMIT'],
    look: setting('app.readonly'),
    becomes: 'r',
  },
  {
    does: 'SET before a savepoint rolled back',
    run: ['BEGIN', "SET app.save = 'a'", 'SAVEPOINT s', "SET app.save = 'b'", 'ROLLBACK TO s', 'COMMIT'],
    look: setting('app.save'),
    becomes: 'a',
  },
  { does: 'SET ROLE', run: ['SET ROLE helper'], look: 'current_user::text', becomes: 'helper' },
  {
    does: 'SET LOCAL leaves the session alone',
    run: ["SET app.local = 'outer'", 'BEGIN', "SET LOCAL app.local = 'inner'", 'COMMIT'],
    look: setting('app.local'),
    becomes: 'outer',
  },
  {
    does: 'SET and RESET',
    run: ["SET work_mem = '9MB'", "SET statement_timeout = '1h'", 'RESET work_mem'],
    look: `${setting('work_mem')} || ${setting('statement_timeout')}`,
    becomes: '4MB1h',
  },
  {
    does: 'SET TO DEFAULT',
    run: ["SET work_mem = '9MB'", 'SET work_mem TO DEFAULT'],
    look: setting('work_mem'),
    becomes: '4MB',
  },
  { does: 'SET NAMES', run: ["SET NAMES 'LATIN1'"], look: setting('client_encoding'), becomes: 'LATIN1' },
  {
    does: 'standard_conforming_strings off',
    run: ['SET standard_conforming_strings = off'],
    look: "'a\\\\b'",
    becomes: 'a\\b',
  },
]
