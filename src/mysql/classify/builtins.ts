import type { Reason } from '../../routing/reasons.ts'
import type { PinCause, Previous } from './analysis.ts'

/** What functions and system relations of the servers do: data, with the manual's section that says so. A function that is not named here is unknown. */
export interface Treatment {
  readonly verdict: 'read' | 'in-transaction' | 'primary'
  readonly because: Reason
  /** `unknown`: it may leave something in its session. */
  readonly effect: 'none' | 'unknown'
  readonly usesClock?: true
  readonly usesLastSequence?: true
  readonly changesSchema?: true
  readonly pins?: readonly PinCause[]
  readonly unpins?: readonly PinCause[]
  readonly asksPrevious?: readonly Previous[]
}

export const READ: Treatment = { verdict: 'read', because: 'read', effect: 'none' }
const CLOCK: Treatment = { ...READ, usesClock: true }
export const primary = (because: Reason, more: Partial<Treatment> = {}): Treatment => ({
  verdict: 'primary',
  because,
  effect: 'none',
  ...more,
})

const SERVER = primary('server-specific')
const session = (previous: Previous): Treatment => ({
  verdict: 'in-transaction',
  because: 'session-state',
  effect: 'none',
  asksPrevious: [previous],
})

export const UNKNOWN_FUNCTION = primary('unknown-function', { effect: 'unknown', pins: ['unknown'] })
export const UNKNOWN_RELATION = primary('unknown-relation')
export const UNREPLICATED = primary('unreplicated-table')

const OLD_NAMES =
  'srid area boundary buffer centroid contains convexhull crosses dimension disjoint envelope equals exteriorring ' +
  'geomcollfromtext geomcollfromwkb geometrycollectionfromtext geometrycollectionfromwkb geometryfromtext geometryfromwkb ' +
  'geometryn geometrytype interiorringn intersects isclosed isempty isring issimple linefromtext linefromwkb ' +
  'linestringfromtext linestringfromwkb mlinefromtext mlinefromwkb mpointfromtext mpointfromwkb mpolyfromtext mpolyfromwkb ' +
  'multilinestringfromtext multilinestringfromwkb multipointfromtext multipointfromwkb multipolygonfromtext ' +
  'multipolygonfromwkb numgeometries numinteriorrings overlaps pointfromtext pointfromwkb pointn pointonsurface ' +
  'polyfromtext polyfromwkb polygonfromtext polygonfromwkb touches within x y rownum'

const GROUPS: readonly (readonly [section: string, treatment: Treatment, names: string])[] = [
  [
    'Aggregate Functions',
    READ,
    'avg bit_and bit_or bit_xor count group_concat json_arrayagg json_objectagg max min std stddev stddev_pop stddev_samp sum var_pop var_samp variance median percentile_cont percentile_disc any_value grouping',
  ],
  [
    'Window Functions',
    READ,
    'cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number',
  ],
  [
    'Flow Control and Comparison',
    READ,
    'if ifnull nullif nvl nvl2 coalesce greatest least isnull interval strcmp decode_oracle',
  ],
  [
    'Numeric Functions',
    READ,
    'abs acos asin atan atan2 ceil ceiling conv cos cot crc32 crc32c degrees exp floor ln log log10 log2 mod pi pow power radians rand round sign sin sqrt tan truncate oct div',
  ],
  [
    'String Functions',
    READ,
    'ascii bin bit_length char char_length character_length concat concat_ws elt export_set field find_in_set format from_base64 hex insert instr lcase left length lengthb locate lower lpad ltrim make_set mid octet_length ord position quote repeat replace reverse right rpad rtrim soundex space substr substring substring_index to_base64 trim ucase unhex upper weight_string regexp_instr regexp_like regexp_replace regexp_substr char chr sformat natural_sort_key to_char to_number trim_oracle ltrim_oracle rtrim_oracle substr_oracle replace_oracle lpad_oracle rpad_oracle concat_operator_oracle initcap',
  ],
  [
    'Date and Time Functions',
    READ,
    'adddate addtime convert_tz date date_add date_format date_sub datediff day dayname dayofmonth dayofweek dayofyear extract from_days from_unixtime get_format hour last_day makedate maketime microsecond minute month monthname period_add period_diff quarter sec_to_time second str_to_date subdate subtime time time_format time_to_sec timediff timestamp timestampadd timestampdiff to_days to_seconds week weekday weekofyear year yearweek add_months months_between to_date trunc format_pico_time',
  ],
  [
    'Date and Time Functions: the current time. UNIX_TIMESTAMP counts as one of them even when it has an argument.',
    CLOCK,
    'now sysdate curdate curtime current_date current_time current_timestamp localtime localtimestamp unix_timestamp utc_date utc_time utc_timestamp',
  ],
  ['Miscellaneous Functions: identifiers that hold the time', CLOCK, 'uuid uuid_v1 uuid_v7 sys_guid'],
  [
    'Miscellaneous Functions',
    READ,
    'uuid_v4 uuid_to_bin bin_to_uuid is_uuid random_bytes name_const inet_aton inet_ntoa inet6_aton inet6_ntoa is_ipv4 is_ipv4_compat is_ipv4_mapped is_ipv6 sleep default values format_bytes etag',
  ],
  ['Cast Functions and Operators', READ, 'cast convert binary collation charset coercibility'],
  [
    'Encryption and Compression Functions',
    READ,
    'aes_decrypt aes_encrypt compress uncompress uncompressed_length md5 sha sha1 sha2 password old_password encode decode kdf statement_digest statement_digest_text encrypt decode_histogram',
  ],
  ['Encryption Functions that read keys of the server', SERVER, 'des_encrypt des_decrypt validate_password_strength'],
  ['Bit Functions', READ, 'bit_count'],
  ['XML Functions', READ, 'extractvalue updatexml'],
  [
    'JSON Functions',
    READ,
    'json_array json_array_append json_array_insert json_array_intersect json_compact json_contains json_contains_path json_depth json_detailed json_duality_object json_equals json_exists json_extract json_insert json_key_value json_keys json_length json_loose json_merge json_merge_patch json_merge_preserve json_normalize json_object json_object_filter_keys json_object_to_array json_overlaps json_pretty json_query json_quote json_remove json_replace json_schema_valid json_schema_validation_report json_search json_set json_storage_free json_storage_size json_table json_type json_unquote json_valid json_value json_append',
  ],
  [
    'Dynamic Columns Functions',
    READ,
    'column_add column_check column_create column_delete column_exists column_get column_json column_list',
  ],
  [
    'Vector Functions',
    READ,
    'distance string_to_vector to_vector from_vector vector_to_string vector_dim vec_distance vec_distance_euclidean vec_distance_cosine vec_fromtext vec_totext',
  ],
  [
    'Spatial Analysis Functions',
    READ,
    'geomcollection geometrycollection linestring mbrcontains mbrcoveredby mbrcovers mbrdisjoint mbrequal mbrequals mbrintersects mbroverlaps mbrtouches mbrwithin multilinestring multipoint multipolygon point polygon ' +
      'st_area st_asbinary st_asgeojson st_astext st_aswkb st_aswkt st_boundary st_buffer st_buffer_strategy st_centroid st_collect st_contains st_convexhull st_crosses st_difference st_dimension st_disjoint st_distance st_distance_sphere st_endpoint st_envelope st_equals st_exteriorring st_frechetdistance st_geohash st_geomcollfromtext st_geomcollfromwkb st_geometrycollectionfromtext st_geometryn st_geometrytype st_geomfromgeojson st_geomfromtext st_geomfromwkb st_geometryfromtext st_geometryfromwkb st_hausdorffdistance st_interiorringn st_intersection st_intersects st_isclosed st_isempty st_isring st_issimple st_isvalid st_latfromgeohash st_latitude st_length st_linefromtext st_linefromwkb st_linestringfromtext st_lineinterpolatepoint st_lineinterpolatepoints st_longfromgeohash st_longitude st_makeenvelope st_mlinefromtext st_mlinefromwkb st_mpointfromwkb st_mpolyfromwkb st_mpointfromtext st_mpolyfromtext st_numgeometries st_numinteriorring st_numinteriorrings st_numpoints st_overlaps st_pointatdistance st_pointfromgeohash st_pointfromtext st_geomcollfromtxt st_geometrycollectionfromwkb st_linestringfromwkb st_multilinestringfromtext st_multilinestringfromwkb st_multipointfromtext st_multipointfromwkb st_multipolygonfromtext st_multipolygonfromwkb st_polygonfromwkb st_pointfromwkb st_pointn st_pointonsurface st_polyfromtext st_polyfromwkb st_polygonfromtext st_relate st_simplify st_srid st_startpoint st_swapxy st_symdifference st_touches st_transform st_union st_validate st_within st_x st_y ' +
      'geomfromtext geomfromwkb astext aswkb asbinary aswkt glength numpoints startpoint endpoint',
  ],
  ['Spatial functions under their old names (MariaDB), and ROWNUM', READ, OLD_NAMES],
  ['Functions Used with Global Transaction Identifiers: sets as text', READ, 'gtid_subset gtid_subtract'],
  [
    'Functions Used with Global Transaction Identifiers: wait for one server',
    SERVER,
    'wait_for_executed_gtid_set wait_until_sql_thread_after_gtids master_pos_wait source_pos_wait master_gtid_wait binlog_gtid_pos wsrep_last_seen_gtid wsrep_last_written_gtid wsrep_sync_wait_upto_gtid asynchronous_connection_failover_add_source asynchronous_connection_failover_delete_source asynchronous_connection_failover_reset group_replication_set_as_primary',
  ],
  ['Information Functions: the session, which follows it', READ, 'database schema'],
  [
    'Information Functions: the account is matched by the address that the server sees, and each has its own version',
    SERVER,
    'user current_user session_user system_user version version_with_update current_user_in current_role_in connection_id icu_version ps_current_thread_id ps_thread_id',
  ],
  ['Information Functions', { verdict: 'in-transaction', because: 'session-state', effect: 'none' }, 'current_role'],
  ['Information Functions', session('found-rows'), 'found_rows'],
  ['Information Functions', session('row-count'), 'row_count'],
  ['Information Functions', session('insert-id'), 'last_insert_id'],
  ['Information Functions: unique by the identity of its server', SERVER, 'uuid_short'],
  ['Information Functions: runs its argument, which is judged by itself', READ, 'benchmark'],
  ['String Functions: files of one server', SERVER, 'load_file'],
  ['Known to the server only, in no manual', SERVER, 'innodb_set_open_files_limit innodb_redo_log_sharp_checkpoint'],
  [
    'Locking Functions',
    primary('locking-read', { effect: 'unknown', pins: ['advisory-lock'] }),
    'get_lock service_get_read_locks service_get_write_locks',
  ],
  [
    'Locking Functions',
    primary('locking-read', { effect: 'unknown', unpins: ['advisory-lock'] }),
    'release_lock release_all_locks service_release_locks',
  ],
  ['Locking Functions', SERVER, 'is_free_lock is_used_lock'],
  ['Sequences (MariaDB)', primary('write'), 'nextval setval'],
  ['Sequences (MariaDB)', primary('session-state', { usesLastSequence: true }), 'lastval'],
  ['Internal Functions and performance_schema', SERVER, 'roles_graphml'],
]

const functions = new Map<string, Treatment>()
for (const [, treatment, names] of GROUPS) for (const name of names.split(' ')) functions.set(name, treatment)

export const builtinFunction = (name: string): Treatment | null => functions.get(name) ?? null

/** Not every flavour and version has these, so somebody may have made a function of that name. */
const FLAVOURED =
  /^(vec_|vector_|json_(array_intersect|compact|detailed|duality|equals|exists|key_value|loose|normalize|object_(filter|to)|append|schema|storage|value|table|overlaps|query|pretty|search|merge_p)|column_|st_(geohash|validate|transform|swapxy|collect|frechet|hausdorff|line|point|lat|long|make|simplify|geometryfrom|isring|relate|boundary|distance)|uuid_|mbr|service_|wsrep_|asynchronous_|group_replication|gtid_)|_oracle$/

const FLAVOURED_NAMES: ReadonlySet<string> = new Set(
  (
    'md5 sha sha1 validate_password_strength point st_buffer_strategy st_isvalid st_numinteriorring wait_for_executed_gtid_set ' +
    'wait_until_sql_thread_after_gtids decode_histogram median percentile_cont percentile_disc any_value grouping nvl nvl2 crc32c oct regexp_like sformat natural_sort_key to_char to_number chr lengthb ' +
    'initcap add_months months_between to_date trunc format_pico_time format_bytes sys_guid random_bytes bin_to_uuid is_uuid kdf password old_password ' +
    'encode decode encrypt des_encrypt des_decrypt statement_digest statement_digest_text distance string_to_vector to_vector from_vector icu_version ' +
    'ps_current_thread_id ps_thread_id roles_graphml nextval setval lastval master_gtid_wait binlog_gtid_pos source_pos_wait ' +
    'geomfromtext geomfromwkb astext aswkb asbinary aswkt glength numpoints startpoint endpoint geomcollection current_role release_all_locks ' +
    'etag version_with_update current_user_in current_role_in innodb_set_open_files_limit innodb_redo_log_sharp_checkpoint st_geomcollfromtxt ' +
    'st_geometrycollectionfromwkb st_multilinestringfromtext st_multilinestringfromwkb st_multipointfromtext st_multipointfromwkb ' +
    'st_multipolygonfromtext st_multipolygonfromwkb st_polygonfromwkb ' +
    OLD_NAMES
  ).split(' '),
)

/** Whether every server that this program knows has this function itself. */
export const builtinEverywhere = (name: string): boolean =>
  functions.has(name) && !FLAVOURED.test(name) && !FLAVOURED_NAMES.has(name)

export const SYSTEM_SCHEMAS: ReadonlySet<string> = new Set(['mysql', 'sys', 'performance_schema', 'information_schema'])

/** Tables of INFORMATION_SCHEMA that describe what is replicated; all others describe one server or one session. */
const REPLICATED_INFORMATION: ReadonlySet<string> = new Set(
  (
    'schemata schemata_extensions tables tables_extensions columns columns_extensions views routines parameters triggers statistics key_column_usage ' +
    'table_constraints table_constraints_extensions referential_constraints check_constraints character_sets collations keywords sql_functions ' +
    'collation_character_set_applicability partitions st_geometry_columns st_spatial_reference_systems st_units_of_measure geometry_columns ' +
    'spatial_ref_sys view_table_usage view_routine_usage schema_privileges table_privileges column_privileges user_privileges periods key_period_usage'
  ).split(' '),
)

/** What reading a table of a system schema is; null: it is none. */
export function systemRelation(schema: string, name: string): Treatment | null {
  if (schema === 'information_schema') return REPLICATED_INFORMATION.has(name) ? READ : SERVER
  // Accounts and their like are replicated, but not everything in these schemas is.
  return SYSTEM_SCHEMAS.has(schema) ? SERVER : null
}

/** Columns of INFORMATION_SCHEMA that are statistics, or times of one server's files, in tables that otherwise describe what is replicated. */
const STATISTICS: ReadonlySet<string> = new Set(
  (
    'table_rows avg_row_length data_length max_data_length index_length max_index_length data_free auto_increment create_time update_time check_time ' +
    'checksum cardinality'
  ).split(' '),
)
const WITH_STATISTICS: ReadonlySet<string> = new Set(['tables', 'statistics', 'partitions'])

export const holdsStatistics = (schema: string | null, name: string): boolean =>
  schema === 'information_schema' && WITH_STATISTICS.has(name)
export const isStatistic = (column: string): boolean => STATISTICS.has(column)

/**
 * System variables that belong to a session and follow it: a replica that runs its transaction shows the same. Those that no session can have for
 * itself describe a server, and `transaction_read_only` is Freshet's own on a replica's connections.
 */
const SESSION_VARIABLES: ReadonlySet<string> = new Set(
  (
    'autocommit auto_increment_increment auto_increment_offset big_tables block_encryption_mode character_set_client character_set_connection ' +
    'character_set_results collation_connection collation_database character_set_database completion_type cte_max_recursion_depth default_week_format ' +
    'div_precision_increment foreign_key_checks group_concat_max_len innodb_lock_wait_timeout interactive_timeout lc_messages ' +
    'lc_time_names lock_wait_timeout max_allowed_packet max_execution_time max_statement_time max_sort_length ' +
    'net_buffer_length net_read_timeout net_write_timeout optimizer_switch sql_auto_is_null sql_big_selects ' +
    'sql_buffer_result sql_mode sql_notes sql_quote_show_create sql_safe_updates sql_select_limit sql_warnings time_zone ' +
    'transaction_isolation tx_isolation unique_checks wait_timeout old_passwords in_transaction'
  ).split(' '),
)

export const sessionVariables: Iterable<string> = SESSION_VARIABLES

const PREVIOUS: Readonly<Record<string, Previous>> = {
  warning_count: 'warnings',
  error_count: 'warnings',
  identity: 'insert-id',
  last_insert_id: 'insert-id',
}

/** What reading `@@name` is; `name` as the tokens have it (`session.sql_mode`). */
export function systemVariable(name: string): Treatment {
  const parts = name.split('.')
  const bare = parts.at(-1)!
  const scope = parts.length > 1 ? parts[0]! : null
  const ofSession = scope === null || scope === 'session' || scope === 'local'
  if (!ofSession) return SERVER
  const previous = PREVIOUS[bare]
  if (previous !== undefined) return session(previous)
  if (SESSION_VARIABLES.has(bare)) return { verdict: 'in-transaction', because: 'session-state', effect: 'none' }
  return SERVER
}
