/**
 * Words of the grammar of queries, as data. A query in which any other reserved word stands is not understood. From the manuals: MySQL 9.7,
 * "Keywords and Reserved Words"; MariaDB, "Reserved Words".
 */
const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/** Reserved on every server: before a parenthesis they are no function that is called. */
export const NOT_CALLED = words(`
  select from where and or not xor is in between like regexp rlike exists all distinct distinctrow as on using join inner cross natural
  straight_join group by having order limit union with recursive case when then else interval div binary collate partition range values table
  separator key index use force ignore for unique to desc asc both leading trailing varchar varbinary decimal dec numeric float float4 float8
  double real tinyint smallint mediumint int integer bigint unsigned match`)

/** Part of the grammar before a parenthesis, and no reserved word on every server: somebody may have a function of that name. */
export const PERHAPS_CALLED = words(`
  any some outer except intersect minus rollup end escape against over row columns nested path offset of at returning ordinality dual cube member
  lateral rows window nvarchar fixed nchar bit signed vector groups preceding following sounds system_time value date time datetime year char`)

/** Reserved words (of either server) that a plain read may hold. */
export const READ_WORDS = words(`
  select from where and or not xor is null true false in between like regexp rlike exists all distinct distinctrow as on using join inner outer
  left right cross natural straight_join group by having order asc desc limit union intersect except with recursive case when then else interval
  div mod binary collate match window over rows range partition lateral values dual of key keys index use force ignore for high_priority
  sql_small_result sql_big_result sql_calc_found_rows table json_table empty row system cube grouping groups
  current_date current_time current_timestamp localtime localtimestamp utc_date utc_time utc_timestamp current_user current_role
  char character varchar varcharacter nchar national decimal dec numeric fixed float float4 float8 double real precision unsigned zerofill integer
  int int1 int2 int3 int4 int8 tinyint smallint mediumint bigint middleint varbinary varying long
  default schema database schemas databases if repeat replace insert convert both leading trailing separator to
  second_microsecond minute_microsecond minute_second hour_microsecond hour_second hour_minute day_microsecond day_second day_minute day_hour
  year_month cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number returning offset
  of columns manual`)

/** Reserved words that make a query something else, with what they make it. All other reserved words make it `unparsed`. */
export const FORBIDDEN_WORDS = words(`
  accessible add alter analyze asensitive before call cascade change check column condition constraint continue create cursor declare
  delayed delete describe deterministic drop each elseif enclosed escaped exit explain foreign fulltext generated get grant
  infile inout into io_after_gtids io_before_gtids iterate kill leave library linear lines load lock loop low_priority
  master_bind master_ssl_verify_server_cert modifies no_write_to_binlog optimize option optionally out outfile procedure purge
  read read_write reads references release rename require resignal restrict return revoke sensitive set show signal spatial
  specific sql sqlexception sqlstate sqlwarning ssl starting stored terminated trigger undo unlock unique update usage virtual while write
 
  outfile dumpfile`)

/** Words that are no reserved ones but part of the grammar of queries: they need not be names. */
export const GRAMMAR_WORDS = words(`
  rollup language mode expansion query boolean unbounded preceding following current first last next only ties nulls respect escape against
  offset end any some unknown outer full value day hour minute second month year week quarter microsecond date time timestamp datetime signed
  sql_buffer_result sql_no_cache sql_cache zone at member sounds minus examined system_time ordinality path nested error exclude others no
  json array charset ascii unicode byte set text xml format tree traditional fetch`)
