/**
 * Statements that a server takes for plain reads, no trace and the same rows on primary and replica, and that stay on the primary all the
 * same: why. Everything else that a server takes for a plain read must be one for the classifier.
 */
export type Why =
  /** It does something that neither its transaction nor its session shows. */
  | 'effect'
  /** It tells of one server or one session, and those of the test happen to say the same. */
  | 'place'
  /** With other literals, rows, types or another search_path, which the digest does not show, it would be no read. */
  | 'circumstances'
  /** It is a plain read, and that is not proved. Only these count against the share of plain reads. */
  | 'unproved'

export const kept: readonly (readonly [why: Why, statement: RegExp])[] = [
  ['effect', /pg_(terminate|cancel)_backend\(|pg_reload_conf|pg_rotate_logfile|pg_log_backend_memory_contexts/],
  ['effect', /pg_stat_(reset|clear_snapshot|force_next_flush)/],
  // What random() gives from then on.
  ['effect', /setseed/],
  // The transaction's, which a session would go on in.
  ['effect', /^BEGIN( READ ONLY)?; SELECT/],
  // EXPLAIN takes the cursor's query, and declares nothing today.
  ['effect', /^EXPLAIN DECLARE/],

  ['place', /FROM pg_settings|^show standard_conforming_strings; /],
  ['place', /^SHOW (server_version|max_connections|hot_standby|SESSION AUTHORIZATION|app)/],
  ['place', /current_setting\('server_version|version\(\)|inet_client_addr|pg_jit_available|pg_current_logfile/],
  ['place', /pg_blocking_pids|pg_safe_snapshot|pg_notification_queue|wal_resource_managers|pg_numa_available/],
  [
    'place',
    /(xact_id|txid_current)_if_assigned|_current_snapshot|xact_status|txid_status|commit_timestamp|last_committed/,
  ],
  ['place', /\b(cmin|cmax|xmax)\b/],
  [
    'place',
    /pg_stat(io)?_[a-z_]+|pg_locks|pg_ident_file|pg_hba_file|pg_config\b|pg_shmem|pg_timezone_|pg_available_|pg_control_|pg_aios/,
  ],
  ['place', /pg_ls_tmpdir|pg_read_(binary_)?file|pg_stat_file|_filepath|_filenode|pg_tablespace_|_actual_version/],
  ['place', /pg_(database|relation|table|indexes|total_relation)_size|pg_(get_)?replication_(slots|origin)|is_called/],
  ['place', /pg_listening_channels|pg_trigger_depth|pg_prepared_statement|pg_is_other_temp_schema|^EXECUTE p$/],
  // Pages, locks and buffers of the server that is asked; connections of the session that asks.
  ['place', /pgstattuple|pgrowlocks|bt_index_check|pg_buffercache|pg_visibility|dblink_get_connections/],
  // Extensions and foreign tables of one server's files.
  ['place', /FROM (nothing|v_foreign)$/],
  ['place', /isn_weak\(\)/],

  [
    'circumstances',
    /query_to_xml|table_to_xml|schema_to_xml|database_to_xml|cursor_to_xml|ts_stat|ts_rewrite|pg_input_/,
  ],
  ['circumstances', /crosstab|connectby|f_pl_dynamic/],
  ['circumstances', /coalesce\(id, nextval|THEN 1 ELSE nextval|WHERE false|EXISTS \(SELECT nextval/],
  ['circumstances', /f_default\(a|f_path|f_overload/],
  // Some settings follow their session and others do not.
  ['circumstances', /current_setting\('app\.tenant/],
  // The body or the catalog entry would have to be read, and it may end transactions: not worth it (docs/decisions.md).
  ['circumstances', /^CALL |^SELECT 1; DO /],

  ['unproved', /^SELECT U&/],
  ['unproved', /^EXPLAIN /],
]
