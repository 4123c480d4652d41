import type { Reason } from '../../routing/reasons.ts'

/**
 * What PostgreSQL's own functions and system relations do, as far as their volatility does not tell: data, with the section of the
 * manual (chapter 9 unless another is named) that says so. An immutable or stable function that is not named here is a read; a
 * volatile one that is not named here is not.
 */
export interface Treatment {
  readonly verdict: 'read' | 'primary'
  readonly because: Reason
  /** `unknown`: it may leave something in its session. */
  readonly effect: 'none' | 'unknown'
  readonly usesClock?: true
  readonly usesLastSequence?: true
}

export const READ: Treatment = { verdict: 'read', because: 'read', effect: 'none' }
const CLOCK: Treatment = { ...READ, usesClock: true }
const primary = (because: Reason, effect: 'none' | 'unknown' = 'none'): Treatment => ({
  verdict: 'primary',
  because,
  effect,
})

const WRITE = primary('write')
const SERVER = primary('server-specific')
const SESSION = primary('session-state')
const SESSION_CHANGE = primary('session-state', 'unknown')
export const VOLATILE = primary('volatile-function', 'unknown')
export const UNKNOWN_FUNCTION = primary('unknown-function', 'unknown')

const GROUPS: readonly (readonly [section: string, treatment: Treatment, names: string])[] = [
  ['9.9.5 Current Date/Time', CLOCK, 'now transaction_timestamp statement_timestamp clock_timestamp timeofday'],
  ['9.9.6 Delaying Execution: waits, changes nothing', READ, 'pg_sleep pg_sleep_for pg_sleep_until'],
  ['9.3 Mathematical Functions: Random', READ, 'random random_normal'],
  ['9.3 Mathematical Functions: setseed changes what random() gives in this session', SESSION_CHANGE, 'setseed'],
  ['9.14 UUID Functions', READ, 'gen_random_uuid uuidv4'],
  ['9.14 UUID Functions: uuidv7 holds the time', CLOCK, 'uuidv7'],
  ['9.19 Array Functions: random choice', READ, 'array_sample array_shuffle'],
  ['9.17 Sequence Manipulation', WRITE, 'nextval setval'],
  ['9.17 Sequence Manipulation', { ...SESSION, usesLastSequence: true }, 'currval lastval'],
  [
    '9.17 Sequence Manipulation: replicas see sequences ahead of the primary',
    SERVER,
    'pg_sequence_last_value pg_get_sequence_data',
  ],
  ['9.28.1 Configuration Settings', SESSION_CHANGE, 'set_config'],
  ['9.28.1 Configuration Settings', SESSION, 'current_setting'],
  [
    '9.28.1 and 53 System Views',
    SERVER,
    'pg_show_all_settings pg_show_all_file_settings pg_hba_file_rules pg_ident_file_mappings pg_config',
  ],
  [
    '9.28.10 Advisory Locks',
    primary('locking-read', 'unknown'),
    'pg_advisory_lock pg_advisory_lock_shared pg_advisory_unlock pg_advisory_unlock_all pg_advisory_unlock_shared pg_try_advisory_lock pg_try_advisory_lock_shared',
  ],
  [
    '9.28.10 Advisory Locks',
    primary('locking-read'),
    'pg_advisory_xact_lock pg_advisory_xact_lock_shared pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared',
  ],
  [
    '9.27.1 Session Information',
    SERVER,
    'inet_server_addr inet_server_port inet_client_addr inet_client_port pg_backend_pid pg_blocking_pids pg_conf_load_time pg_current_logfile pg_jit_available pg_numa_available pg_notification_queue_usage pg_postmaster_start_time pg_safe_snapshot_blocking_pids version pg_get_loaded_modules',
  ],
  [
    '9.27.1 Session Information',
    SESSION,
    'pg_listening_channels pg_my_temp_schema pg_is_other_temp_schema pg_trigger_depth pg_cursor pg_prepared_statement',
  ],
  ['9.27.1 Session Information', READ, 'current_query'],
  ['9.27.7 Transaction ID and Snapshot Information: assigns an id', WRITE, 'txid_current pg_current_xact_id'],
  [
    '9.27.7 Transaction ID and Snapshot Information',
    SERVER,
    'txid_current_if_assigned pg_current_xact_id_if_assigned txid_current_snapshot pg_current_snapshot txid_status pg_xact_status pg_get_multixact_members',
  ],
  [
    '9.27.8 Committed Transaction Information',
    SERVER,
    'pg_xact_commit_timestamp pg_xact_commit_timestamp_origin pg_last_committed_xact',
  ],
  [
    '9.27.9 Control Data',
    SERVER,
    'pg_control_checkpoint pg_control_system pg_control_init pg_control_recovery pg_available_wal_summaries pg_wal_summary_contents pg_get_wal_summarizer_state',
  ],
  [
    '9.28.2 Server Signaling',
    SERVER,
    'pg_cancel_backend pg_terminate_backend pg_reload_conf pg_rotate_logfile pg_log_backend_memory_contexts',
  ],
  [
    '9.28.3 Backup Control',
    SERVER,
    'pg_create_restore_point pg_current_wal_flush_lsn pg_current_wal_insert_lsn pg_current_wal_lsn pg_backup_start pg_backup_stop pg_start_backup pg_stop_backup pg_switch_wal pg_walfile_name pg_walfile_name_offset pg_is_in_backup pg_backup_start_time',
  ],
  [
    '9.28.4 Recovery Control',
    SERVER,
    'pg_is_in_recovery pg_last_wal_receive_lsn pg_last_wal_replay_lsn pg_last_xact_replay_timestamp pg_get_wal_resource_managers pg_is_wal_replay_paused pg_get_wal_replay_pause_state pg_promote pg_wal_replay_pause pg_wal_replay_resume',
  ],
  ['9.28.5 Snapshot Synchronization', SERVER, 'pg_export_snapshot pg_log_standby_snapshot'],
  [
    '9.28.6 Replication Management',
    SERVER,
    'pg_create_physical_replication_slot pg_drop_replication_slot pg_create_logical_replication_slot pg_copy_physical_replication_slot pg_copy_logical_replication_slot pg_logical_slot_get_changes pg_logical_slot_peek_changes pg_logical_slot_get_binary_changes pg_logical_slot_peek_binary_changes pg_replication_slot_advance pg_sync_replication_slots pg_get_replication_slots',
  ],
  [
    '9.28.6 Replication Management',
    SESSION_CHANGE,
    'pg_replication_origin_create pg_replication_origin_drop pg_replication_origin_session_setup pg_replication_origin_session_reset pg_replication_origin_session_is_setup pg_replication_origin_session_progress pg_replication_origin_xact_setup pg_replication_origin_xact_reset pg_replication_origin_advance pg_replication_origin_progress pg_show_replication_origin_status',
  ],
  ['9.28.6 Replication Management: a standby refuses even to look', SERVER, 'pg_replication_origin_oid'],
  ['9.28.6 Replication Management', WRITE, 'pg_logical_emit_message'],
  [
    "9.28.7 Database Object Management: what it measures is one server's files",
    SERVER,
    'pg_relation_size pg_table_size pg_indexes_size pg_total_relation_size pg_database_size pg_tablespace_size',
  ],
  ['9.28.7 Database Object Management', READ, 'pg_partition_ancestors pg_partition_tree'],
  [
    "9.28.7 Database Object Management: the server's libraries and directories",
    SERVER,
    'pg_collation_actual_version pg_database_collation_actual_version pg_relation_filenode pg_relation_filepath pg_filenode_relation pg_tablespace_location pg_tablespace_databases',
  ],
  [
    '9.28.7 Database Object Management',
    WRITE,
    'pg_import_system_collations pg_restore_relation_stats pg_clear_relation_stats pg_restore_attribute_stats pg_clear_attribute_stats',
  ],
  [
    '9.28.8 Index Maintenance',
    WRITE,
    'brin_summarize_new_values brin_summarize_range brin_desummarize_range gin_clean_pending_list',
  ],
  [
    '9.28.9 Generic File Access',
    SERVER,
    'pg_ls_dir pg_ls_logdir pg_ls_waldir pg_ls_logicalmapdir pg_ls_logicalsnapdir pg_ls_replslotdir pg_ls_archive_statusdir pg_ls_summariesdir pg_ls_tmpdir pg_read_file pg_read_file_old pg_read_binary_file pg_stat_file',
  ],
  [
    '9.15.3 Mapping Tables to XML: runs the query text that it is given',
    VOLATILE,
    'query_to_xml query_to_xmlschema query_to_xml_and_xmlschema cursor_to_xml cursor_to_xmlschema',
  ],
  // They read whole tables by name, views included, which the text does not show.
  [
    '9.15.3 Mapping Tables to XML',
    VOLATILE,
    'table_to_xml table_to_xmlschema table_to_xml_and_xmlschema schema_to_xml schema_to_xmlschema schema_to_xml_and_xmlschema database_to_xml database_to_xmlschema database_to_xml_and_xmlschema',
  ],
  [
    '9.27.6 Data Validity Checking: runs the checks of the type that it is given by name',
    VOLATILE,
    'pg_input_is_valid pg_input_error_info',
  ],
  ['9.13 Text Search: runs the query text that it is given', VOLATILE, 'ts_stat ts_rewrite'],
  [
    '33 Large Objects',
    WRITE,
    'lo_creat lo_create lo_from_bytea lo_import lo_put lo_unlink lo_truncate lo_truncate64 lowrite',
  ],
  [
    '33 Large Objects: descriptors live in one transaction',
    SESSION,
    'lo_open lo_close loread lo_lseek lo_lseek64 lo_tell lo_tell64',
  ],
  ['33 Large Objects', READ, 'lo_get'],
  ['33 Large Objects: writes a file on the server', SERVER, 'lo_export'],
  ['NOTIFY', WRITE, 'pg_notify'],
  [
    '27.2 The Cumulative Statistics System',
    SERVER,
    'pg_stat_clear_snapshot pg_stat_force_next_flush pg_stat_have_stats pg_lock_status pg_prepared_xact pg_available_extensions pg_available_extension_versions pg_extension_update_paths pg_timezone_names',
  ],
  ['53 System Views', READ, 'pg_get_wait_events pg_get_keywords'],
  [
    '53 System Views',
    SERVER,
    'pg_get_backend_memory_contexts pg_get_shmem_allocations pg_get_shmem_allocations_numa pg_get_aios',
  ],
  [
    'F.11 dblink',
    VOLATILE,
    'dblink dblink_exec dblink_connect dblink_connect_u dblink_disconnect dblink_open dblink_fetch dblink_close dblink_send_query dblink_get_result dblink_get_notify dblink_cancel_query',
  ],
  [
    'F.43 tablefunc: runs the query text that it is given',
    VOLATILE,
    'crosstab crosstab2 crosstab3 crosstab4 crosstabn connectby xpath_table',
  ],
  ['4.2.7 / TABLESAMPLE methods', READ, 'bernoulli system'],
]

const named = new Map<string, Treatment>()
for (const [, treatment, names] of GROUPS) for (const name of names.split(' ')) named.set(name, treatment)

/** Takes an argument of any type, so that `x.nextval` would call it. */
const CALLED_AS_ATTRIBUTE =
  /^(pg_|lo_|txid_|dblink|query_to|table_to|schema_to|nextval$|setval$|currval$|current_setting$|set_config$|setseed$)/

/** What is known of a function of pg_catalog by its name alone; null: its volatility decides. */
export function builtinFunction(name: string, args: number | null): Treatment | null {
  // age(timestamp) counts from the current date, age(timestamp, timestamp) between two.
  if (name === 'age') return args === 2 ? READ : CLOCK
  const known = named.get(name)
  if (known !== undefined) return known
  if (name.startsWith('pg_stat_get_') || name.startsWith('pg_stat_reset') || name.startsWith('binary_upgrade_'))
    return SERVER
  if (name.startsWith('pg_ls_')) return SERVER
  return null
}

/** The same for `x.name`, which calls name(x) when x has no such column. */
export function builtinAttribute(name: string): Treatment | null {
  return CALLED_AS_ATTRIBUTE.test(name) ? builtinFunction(name, 1) : null
}

/** Immutable and stable functions known to be reads before any catalog was read: the ones that drivers' and tools' first statements call. */
export const READS_WITHOUT_CATALOG: ReadonlySet<string> = new Set(
  (
    'abs array_agg array_length array_to_string ascii avg bool_and bool_or btrim cardinality ceil ceiling char_length chr coalesce concat ' +
    'concat_ws count current_database current_schema current_schemas date_part date_trunc decode encode exp extract floor format ' +
    'format_type generate_series generate_subscripts greatest has_schema_privilege has_table_privilege initcap json_agg json_build_array json_build_object ' +
    'jsonb_agg jsonb_build_array jsonb_build_object least left length like_escape ln log lower lpad ltrim make_date make_interval max md5 ' +
    'min mod now obj_description octet_length col_description pg_encoding_to_char pg_get_constraintdef pg_get_expr pg_get_function_result ' +
    'pg_get_indexdef pg_get_userbyid pg_get_viewdef pg_client_encoding pg_table_is_visible pg_type_is_visible pg_typeof position power ' +
    'quote_ident quote_literal regexp_match regexp_matches regexp_replace repeat replace reverse right round row_number row_to_json rpad rtrim ' +
    'shobj_description sign split_part sqrt starts_with string_agg string_to_array strpos substr substring sum timezone to_char to_date to_json ' +
    'to_jsonb to_number to_timestamp translate trim trunc unnest upper width_bucket xmlagg date text int4 int8 float8 numeric overlaps rank dense_rank lag lead ' +
    'first_value last_value'
  ).split(' '),
)

/** Catalogs and views of pg_catalog known to be replicated before any catalog was read; extensions have relations whose names begin the same way. */
export const RELATIONS_WITHOUT_CATALOG: ReadonlySet<string> = new Set(
  (
    'pg_aggregate pg_am pg_amop pg_amproc pg_attrdef pg_attribute pg_auth_members pg_cast pg_class pg_collation pg_constraint pg_conversion ' +
    'pg_database pg_db_role_setting pg_default_acl pg_depend pg_description pg_enum pg_event_trigger pg_extension pg_foreign_data_wrapper ' +
    'pg_foreign_server pg_foreign_table pg_group pg_index pg_indexes pg_inherits pg_init_privs pg_language pg_matviews pg_namespace pg_opclass ' +
    'pg_operator pg_opfamily pg_parameter_acl pg_partitioned_table pg_policies pg_policy pg_proc pg_publication pg_publication_namespace ' +
    'pg_publication_rel pg_publication_tables pg_range pg_rewrite pg_roles pg_rules pg_seclabel pg_seclabels pg_sequence pg_shadow pg_shdepend ' +
    'pg_shdescription pg_statistic_ext pg_stats pg_stats_ext pg_tables pg_tablespace pg_transform pg_trigger pg_ts_config pg_ts_config_map pg_ts_dict ' +
    'pg_ts_parser pg_ts_template pg_type pg_user pg_user_mapping pg_user_mappings pg_views'
  ).split(' '),
)

/** Types and operators that nobody redefines without knowing it: `SELECT 1 = '1'::text` is a read even before a catalog was read. */
export const TYPES_WITHOUT_CATALOG: ReadonlySet<string> = new Set(
  'text date uuid json jsonb bytea name oid regclass regtype inet cidr money xml int4 int8 float8 bool timestamptz'.split(
    ' ',
  ),
)
export const OPERATORS_WITHOUT_CATALOG: ReadonlySet<string> = new Set(
  '= <> < > <= >= + - * / % || ~~ !~~ ~~* !~~* ~ !~ ~* !~* -> ->> @> <@'.split(' '),
)

const SERVER_RELATIONS: ReadonlySet<string> = new Set(
  (
    'pg_aios pg_available_extension_versions pg_available_extensions pg_backend_memory_contexts pg_config pg_dsm_registry_allocations pg_file_settings ' +
    'pg_hba_file_rules pg_ident_file_mappings pg_locks pg_prepared_xacts pg_replication_origin_status pg_replication_slots pg_sequences pg_settings ' +
    'pg_shmem_allocations pg_shmem_allocations_numa pg_timezone_abbrevs pg_timezone_names'
  ).split(' '),
)
const SESSION_RELATIONS: ReadonlySet<string> = new Set(['pg_cursors', 'pg_prepared_statements'])
/** Replicated although the name sounds like one server's statistics. */
const REPLICATED_STATISTICS = /^pg_(stats|stats_ext|stats_ext_exprs|statistic|statistic_ext|statistic_ext_data)$/

/** What reading a relation of pg_catalog means (chapters 52 and 53); READ for those that are replicated like any table. */
export function systemRelation(name: string): Treatment {
  if (SERVER_RELATIONS.has(name)) return SERVER
  if (SESSION_RELATIONS.has(name)) return SESSION
  if (/^pg_stat(io)?_|^pg_stat$/.test(name) && !REPLICATED_STATISTICS.test(name)) return SERVER
  return READ
}

/**
 * Extensions whose C functions do what their labels say: immutable and stable ones only compute or read. The second column names
 * volatile functions of theirs that are reads nevertheless, the third those that hold the time. Not here although it looks the part: isn, whose isn_weak() is
 * labelled immutable and changes the session. (Manual, appendix F, and the extensions' own documentation.)
 */
const EXTENSIONS: readonly (readonly [extension: string, volatile?: string, clock?: string])[] = [
  ['btree_gin'],
  ['btree_gist'],
  ['citext'],
  ['cube'],
  ['earthdistance'],
  ['fuzzystrmatch'],
  ['hstore'],
  ['intarray'],
  ['ltree'],
  ['pg_trgm'],
  ['pgcrypto', 'gen_random_bytes gen_random_uuid gen_salt'],
  ['postgis'],
  ['seg'],
  ['tsm_system_rows', 'system_rows'],
  ['tsm_system_time', 'system_time'],
  ['unaccent'],
  ['uuid-ossp', 'uuid_generate_v4', 'uuid_generate_v1 uuid_generate_v1mc'],
  ['vector'],
]

const trustedExtensions = new Map(
  EXTENSIONS.map(([extension, volatile = '', clock = '']) => {
    const all: [string, Treatment][] = [
      ...volatile.split(' ').map((name): [string, Treatment] => [name, READ]),
      ...clock.split(' ').map((name): [string, Treatment] => [name, CLOCK]),
    ]
    return [extension, new Map(all)]
  }),
)

/** What a function of an extension is known to be; null: nothing is known of it. */
export function extensionFunction(extension: string, name: string, volatile: boolean): Treatment | null {
  const known = trustedExtensions.get(extension)
  if (known === undefined) return null
  return volatile ? (known.get(name) ?? null) : READ
}
