import { createHash } from 'node:crypto'
import type { Probe } from '../../dialect.ts'
import { type Catalog, catalogOf } from './catalog.ts'

/**
 * The queries behind a Catalog, for PostgreSQL 13 and newer, under any account (the catalogs are public). Definitions are read only of what
 * users have made. Temporary tables are left out: only their own session sees them, and it is known to have made one.
 */

/** Longer definitions are not read; the function or view then counts as unknown. */
const DEFINITION_MAX = 32_768

const SYSTEM_SCHEMAS = "('pg_catalog'::regnamespace, 'information_schema'::regnamespace, 'pg_toast'::regnamespace)"

/** name, whether any function of that name is volatile */
const BUILTINS = `
  select proname, bool_or(provolatile = 'v')
  from pg_catalog.pg_proc where pronamespace = 'pg_catalog'::regnamespace
  group by proname order by proname`

/** oid, schema, name, kind, volatility, language, fewest and most arguments (null: any number), extension, definition, oids that an aggregate calls */
const FUNCTIONS = `
  select p.oid, n.nspname, p.proname, p.prokind, p.provolatile, l.lanname,
    p.pronargs - p.pronargdefaults - (p.provariadic <> 0)::int, case when p.provariadic = 0 then p.pronargs end,
    (select e.extname from pg_catalog.pg_depend d join pg_catalog.pg_extension e on e.oid = d.refobjid
      where d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
        and d.refclassid = 'pg_catalog.pg_extension'::regclass limit 1),
    case when l.lanname in ('sql', 'plpgsql') and p.prokind <> 'a' and pg_catalog.length(p.prosrc) < ${DEFINITION_MAX}
      then pg_catalog.pg_get_functiondef(p.oid) end,
    (select pg_catalog.concat_ws(' ', nullif(a.aggtransfn::oid, 0), nullif(a.aggfinalfn::oid, 0), nullif(a.aggcombinefn::oid, 0),
        nullif(a.aggserialfn::oid, 0), nullif(a.aggdeserialfn::oid, 0), nullif(a.aggmtransfn::oid, 0), nullif(a.aggminvtransfn::oid, 0),
        nullif(a.aggmfinalfn::oid, 0))
      from pg_catalog.pg_aggregate a where a.aggfnoid = p.oid)
  from pg_catalog.pg_proc p
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  join pg_catalog.pg_language l on l.oid = p.prolang
  where p.pronamespace not in ${SYSTEM_SCHEMAS}
  order by p.oid`

/** Calls no function, or one of those that every other default calls. */
const HARMLESS_EXPRESSION =
  "e !~ '[a-z0-9_\"]\\(' or e ~ '^(nextval\\(''[^'']*''::regclass\\)|now\\(\\)|gen_random_uuid\\(\\))$'"

/**
 * schema, name, kind, definition, policies (JSON), trigger functions, whether it has rules, expressions that a write evaluates (JSON). What a write may run is
 * told of the table that has it, of those that it inherits from or is a partition of, and of those from which a foreign key's action reaches it.
 */
const RELATIONS = `
  with recursive unreplicated(oid) as (
    select oid from pg_catalog.pg_class where relpersistence = 'u' and relkind in ('r', 'p', 'm', 'S') or relkind = 'f'
    union
    select i.inhparent from pg_catalog.pg_inherits i join unreplicated u on u.oid = i.inhrelid
  ), evaluated(oid, e) as (
    select adrelid, pg_catalog.pg_get_expr(adbin, adrelid) from pg_catalog.pg_attrdef
    union
    select conrelid, pg_catalog.pg_get_expr(conbin, conrelid) from pg_catalog.pg_constraint where contype = 'c' and conrelid <> 0
    union
    select a.attrelid, pg_catalog.pg_get_expr(c.conbin, 0) from pg_catalog.pg_constraint c
      join pg_catalog.pg_attribute a on a.atttypid = c.contypid where c.contype = 'c' and c.contypid <> 0
    union
    select p.polrelid, e from pg_catalog.pg_policy p, lateral (values (pg_catalog.pg_get_expr(p.polqual, p.polrelid)),
      (pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))) x(e) where e is not null
    union
    select i.indrelid, e from pg_catalog.pg_index i, lateral (values (pg_catalog.pg_get_expr(i.indexprs, i.indrelid)),
      (pg_catalog.pg_get_expr(i.indpred, i.indrelid))) x(e) where i.indexprs is not null or i.indpred is not null
  ), runs(oid, trigger, rule, e) as (
    select tgrelid, tgfoid::oid, false, null::text from pg_catalog.pg_trigger where not tgisinternal
    union all
    select ev_class, null::oid, true, null from pg_catalog.pg_rewrite where rulename <> '_RETURN'
    union all
    select oid, null, false, e from evaluated where not (${HARMLESS_EXPRESSION})
  ), reached(oid, by) as (
    select distinct oid, oid from runs
    union
    select x.oid, r.by from reached r, lateral (
      select inhparent from pg_catalog.pg_inherits where inhrelid = r.oid
      union all
      select confrelid from pg_catalog.pg_constraint where contype = 'f' and conrelid = r.oid
        and (confupdtype in ('c', 'n', 'd') or confdeltype in ('c', 'n', 'd'))
    ) x(oid)
  ), writing as (
    select reached.oid, pg_catalog.string_agg(distinct trigger::text, ' ') as triggers, pg_catalog.bool_or(rule) as rules,
      pg_catalog.json_agg(distinct e) filter (where e is not null) as expressions
    from reached join runs on runs.oid = reached.by group by reached.oid
  ), special as (
    select c.oid, n.nspname, c.relname, c.relkind, u.oid is not null as unreplicated,
      case when c.relrowsecurity then (select pg_catalog.json_agg(pg_catalog.pg_get_expr(p.polqual, p.polrelid)) from pg_catalog.pg_policy p
        where p.polrelid = c.oid and p.polcmd in ('r', '*') and p.polqual is not null) end as policies,
      w.triggers, coalesce(w.rules, false) as rules, w.expressions
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    left join unreplicated u on u.oid = c.oid
    left join writing w on w.oid = c.oid
    where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and c.relpersistence <> 't' and c.relnamespace not in ${SYSTEM_SCHEMAS}
  )
  select nspname, relname,
    case when unreplicated then 'unreplicated' when relkind = 'v' then 'view' when relkind = 'S' then 'sequence' else 'table' end,
    case when relkind = 'v' then pg_catalog.pg_get_viewdef(oid) end,
    policies, triggers, rules, expressions
  from special
  where unreplicated or relkind in ('v', 'S') or policies is not null or triggers is not null or rules or expressions is not null
  order by oid`

/** use (operator, type, cast, anywhere, event-trigger), name, oid of a function, or expression */
const IMPLICIT = `
  with recursive checked(oid, domain) as (
    select contypid, contypid from pg_catalog.pg_constraint where contype = 'c' and contypid <> 0
    union
    -- Domains over it, arrays of it, and rows with it.
    select x.oid, h.domain
    from checked h, lateral (
      select t.oid from pg_catalog.pg_type t where t.typbasetype = h.oid or t.typelem = h.oid
      union all
      select c.reltype from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid
        where a.atttypid = h.oid and c.reltype <> 0
    ) x(oid)
  )
  select 'operator', o.oprname, o.oprcode::oid, null
  from pg_catalog.pg_operator o where o.oprnamespace <> 'pg_catalog'::regnamespace and o.oprcode <> 0
  union all
  select 'type', t.typname, null, pg_catalog.pg_get_expr(c.conbin, 0)
  from pg_catalog.pg_constraint c
  join checked on checked.domain = c.contypid
  join pg_catalog.pg_type t on t.oid = checked.oid
  where c.contype = 'c' and t.typnamespace not in ${SYSTEM_SCHEMAS}
  union all
  select 'type', t.typname, f.oid, null
  from pg_catalog.pg_type t,
    lateral (values (t.typinput::oid), (t.typmodin::oid), (t.typreceive::oid)) f(oid)
  where t.typtype = 'b' and t.typnamespace not in ${SYSTEM_SCHEMAS} and f.oid >= 16384
  union all
  select case c.castcontext when 'e' then 'cast' else 'type' end, t.typname, c.castfunc, null
  from pg_catalog.pg_cast c join pg_catalog.pg_type t on t.oid = c.casttarget
  where c.castfunc >= 16384
  union all
  select 'anywhere', null, c.castfunc, null
  from pg_catalog.pg_cast c where c.castfunc >= 16384 and c.castcontext = 'i'
  union all
  select 'anywhere', null, a.amproc::oid, null
  from pg_catalog.pg_amproc a where a.amproc::oid >= 16384
  union all
  select 'event-trigger', evtname, null, null
  from pg_catalog.pg_event_trigger where evtenabled <> 'D'
  order by 1, 2, 3, 4`

/**
 * Reads a catalog. Rejects as `query` does; the one before then stays in use. When nothing has changed since `previous`, what was already found
 * out about its functions is kept; the result is a new object all the same, which tells the classifier that it is up to date.
 */
export async function loadCatalog(query: Probe['query'], previous: Catalog | null = null): Promise<Catalog> {
  const builtins = await query(BUILTINS, [])
  const functions = await query(FUNCTIONS, [])
  const relations = await query(RELATIONS, [])
  const implicit = await query(IMPLICIT, [])
  const rows = { builtins, functions, relations, implicit }
  const version = createHash('sha256').update(JSON.stringify(rows)).digest('base64')
  return version === previous?.version ? { ...previous } : catalogOf(rows, version)
}
