--= read read none # SQL and PL/pgSQL functions whose bodies only read, whatever their labels say
SELECT f_sql_reads()
SELECT f_unlabelled(2)
SELECT f_pl(1), f_atomic(1), f_return(1)
SELECT f_strict(1), f_poly(1), f_poly('a'::text)
SELECT * FROM f_setof()
SELECT name FROM f_setof() u WHERE u.id > 0
SELECT * FROM f_table(2)
SELECT (f_out(1)).c, f_out(2)
SELECT * FROM f_out(1)
SELECT f_secdef(), f_guc()
SELECT f_pl_view()
SELECT f_pl_cursor() IS NOT NULL
SELECT f_pl(id) FROM users WHERE f_atomic(id) > 1 ORDER BY f_return(id)
SELECT agg_ok(f_sql(id)) FROM users GROUP BY f_sql(id)
SELECT users.f_row FROM users
SELECT 1 OPERATOR(public.***) 2, 3 *** 4 *** 5
SELECT 'red'::tint, CAST('blue'::tint AS int), 'red'::tint::int
SELECT other.upper('a'), upper('a')
--@ fails: P0001
SELECT f_pl_raise()
--= read read none clock # a PL/pgSQL body that asks for the time
SELECT f_pl_now()
SELECT * FROM v_now
--= read read none varies # chance differs from call to call, and changes nothing
SELECT f_pl_random()
SELECT random()
SELECT random(), gen_random_uuid()
SELECT random() AS r, id FROM users ORDER BY random() LIMIT 1
SELECT gen_random_uuid()
SELECT pg_catalog.gen_random_uuid(), random() * 100
SELECT floor(random() * 10)::int, md5(random()::text), gen_random_uuid()
SELECT uuid_generate_v4()
SELECT gen_random_bytes(8), gen_salt('bf')
--@ since: 16
SELECT random_normal(), array_shuffle(ARRAY[1,2,3,4,5,6,7,8,9,10,11,12,13]), array_sample(ARRAY[1,2,3,4,5,6,7,8,9,10], 5)
--@ since: 17
SELECT random(1, 1000000000), random(1.0, 2.0)
--@ since: 18
SELECT uuidv4()
--= read read none clock varies # an identifier that holds the time
--@ since: 18
SELECT uuidv7()
--= read read none clock # it asks for the time by one of its many names
SELECT current_date - 1, current_timestamp(0), localtime(2)
SELECT now()::date, now() AT TIME ZONE 'UTC', extract(epoch FROM now())
SELECT date_trunc('hour', now()) + interval '1 hour', to_char(now(), 'YYYY')
SELECT age(created) FROM users
SELECT * FROM users WHERE created BETWEEN now() - interval '1 day' AND now()
SELECT * FROM orders WHERE placed >= current_date - interval '7 days'
SELECT 'now'::timestamptz, 'today'::date, 'tomorrow'::timestamp, 'yesterday'::date
SELECT 'now'::text::timestamp
SELECT timestamptz 'now', date 'today'
SELECT cast('now' as time), timetz 'now'
SELECT date_bin('5 min', now(), '2001-01-01'), isfinite(now()), clock_timestamp() - statement_timestamp()
SELECT * FROM generate_series(now() - interval '2 days', now(), '1 day')
SELECT tstzrange(now(), NULL), '[now,)'::tstzrange
SELECT ('{now}'::timestamptz[])[1]
SELECT timeofday() IS NOT NULL
SELECT uuid_generate_v1() IS NOT NULL
--= read read none # strings, numbers, bytes, bits
SELECT bit_length('a'), char_length('a'), lower('A'), octet_length('a'), overlay('abc' PLACING 'X' FROM 2 FOR 1), position('a' IN 'ba'), substring('abc' FROM '#"b#"%' FOR '#'), substring('abc' SIMILAR 'a#"_#"c' ESCAPE '#'), trim(LEADING 'x' FROM 'xa'), upper('a'), normalize('a', NFC), 'a' IS NFKC NORMALIZED
SELECT ascii('a'), btrim(' a '), chr(65), concat('a', 1, NULL), concat_ws(',', 'a', 'b'), format('%1$s %L %I', 'a', 'b', 'c'), initcap('ab'), "left"('abc', 2), lpad('a', 3), ltrim(' a'), md5('a'), parse_ident('a.b'), quote_nullable(NULL), repeat('a', 2), replace('a', 'a', 'b'), reverse('ab'), "right"('abc', 1), rpad('a', 2), rtrim('a '), split_part('a,b', ',', 1), starts_with('ab', 'a'), strpos('ab', 'b'), substr('abc', 2), to_hex(255), translate('abc', 'a', 'x'), unistr('\0061')
SELECT regexp_count('aa', 'a'), regexp_instr('ab', 'b'), regexp_like('a', 'A', 'i'), regexp_match('ab', '(a)(b)'), regexp_replace('ab', 'a', 'x', 'g'), regexp_split_to_array('a b', '\s'), regexp_substr('abc', 'b.'), string_to_array('a,b', ','), string_to_table('a,b', ',')
SELECT abs(-1), cbrt(8), ceiling(1.5), degrees(1), div(7, 2), exp(1), factorial(5), floor(1.5), gcd(4, 6), lcm(4, 6), ln(2), log(10), log10(10), log(2, 8), min_scale(1.50), mod(5, 3), pi(), power(2, 3), radians(180), round(1.55, 1), scale(1.50), sign(-1), sqrt(4), trim_scale(1.50), trunc(1.5), width_bucket(5, 0, 10, 5), acos(1), atan2(1, 1), sind(30), tanh(1)
SELECT get_byte('a'::bytea, 0), set_byte('a'::bytea, 0, 1), get_bit('a'::bytea, 0), bit_count('a'::bytea), sha224('a'), sha384('a'), sha512('a'), convert('a', 'UTF8', 'LATIN1'), convert_to('a', 'UTF8'), encode('a', 'base64'), decode('YQ==', 'base64'), length('a'::bytea, 'UTF8'), trim('\x00'::bytea FROM '\x00ff'::bytea)
--@ since: 18
SELECT casefold('A'), reverse('ab'::bytea), crc32('a'), crc32c('a'), gamma(3), lgamma(3), array_sort(ARRAY[2, 1]), array_reverse(ARRAY[1, 2]), json_strip_nulls('[null]', true), to_number('XX', 'RN')
--@ since: 16
SELECT erf(1), erfc(1), date_add('2024-01-01'::timestamptz, '1 day', 'UTC'), system_user, pg_input_is_valid IS NULL FROM (SELECT true AS pg_input_is_valid) x
--= read read none # dates that do not ask for today
SELECT date_part('year', date '2024-01-01'), date_trunc('day', timestamptz '2024-01-01', 'UTC'), extract(isodow FROM date '2024-01-01'), isfinite(date 'infinity'), justify_days('35 days'), justify_hours('27 hours'), justify_interval('1 mon -1 hour'), make_date(2024, 1, 1), make_interval(days => 5), make_time(1, 2, 3), make_timestamp(2024, 1, 1, 1, 1, 1), make_timestamptz(2024, 1, 1, 1, 1, 1, 'UTC'), to_timestamp(0), age(date '2024-01-02', date '2024-01-01')
SELECT timestamp '2024-01-01' AT TIME ZONE 'UTC', timezone('UTC', timestamptz '2024-01-01'), time '10:00' AT TIME ZONE interval '1 hour', (timestamp '2024-01-01', interval '1 day') OVERLAPS (timestamp '2024-01-01', interval '2 days')
SELECT 'epoch'::timestamp, '-infinity'::date, 'allballs'::time, date 'epoch', interval 'P1Y2M', interval '1-2', interval '5' minute
--= read read none # arrays, ranges, enums, geometry, network, text search, UUID
SELECT array_append(ARRAY[1], 2), array_cat(ARRAY[1], ARRAY[2]), array_dims(ARRAY[1]), array_fill(1, ARRAY[2]), array_lower(ARRAY[1], 1), array_ndims(ARRAY[1]), array_position(ARRAY[1], 1), array_positions(ARRAY[1], 1), array_prepend(1, ARRAY[2]), array_remove(ARRAY[1], 1), array_replace(ARRAY[1], 1, 2), array_to_string(ARRAY[1, NULL], ',', '*'), array_upper(ARRAY[1], 1), cardinality(ARRAY[1]), trim_array(ARRAY[1, 2], 1)
SELECT isempty('empty'::int4range), lower(int4range(1, 5)), upper(int4range(1, 5)), lower_inc(int4range(1, 5)), range_merge(int4range(1, 2), int4range(3, 4)), multirange(int4range(1, 2)), unnest(int4multirange(int4range(1, 2)))
SELECT enum_first(NULL::mood), enum_last(NULL::mood), enum_range('sad'::mood, 'ok'::mood), 'sad'::mood < 'ok'
SELECT area(box '((0,0),(1,1))'), center(circle '<(0,0),1>'), diagonal(box '((0,0),(1,1))'), diameter(circle '<(0,0),1>'), isclosed(path '((0,0),(1,1))'), npoints(polygon '((0,0),(1,1))'), pclose(path '[(0,0),(1,1)]'), slope(point(0,0), point(1,1)), bound_box(box '((0,0),(1,1))', box '((2,2),(3,3))'), polygon(4, circle '<(0,0),1>')
SELECT abbrev(inet '10.1.0.0/16'), broadcast(inet '10.0.0.1/24'), family('::1'), host('10.0.0.1/8'), hostmask('10.0.0.1/8'), inet_merge('10.0.0.1', '10.0.1.1'), inet_same_family('10.0.0.1', '::1'), masklen('10.0.0.1/8'), netmask('10.0.0.1/8'), network('10.0.0.1/8'), set_masklen('10.0.0.1/8', 16), text(inet '10.0.0.1'), macaddr8_set7bit('00:34:56:ab:cd:ef')
SELECT array_to_tsvector(ARRAY['a']), get_current_ts_config(), length(tsvector 'a'), numnode(tsquery 'a'), phraseto_tsquery('a b'), websearch_to_tsquery('a -b'), querytree(tsquery 'a'), setweight(tsvector 'a', 'A'), strip(tsvector 'a:1'), json_to_tsvector('{}', '"all"'), ts_delete(tsvector 'a b', 'a'), ts_filter(tsvector 'a:1A', '{a}'), ts_rank_cd(tsvector 'a', tsquery 'a'), tsquery_phrase(tsquery 'a', tsquery 'b'), tsvector_to_array(tsvector 'a'), ts_debug('a'), ts_lexize('simple', 'a'), ts_parse('default', 'a'), ts_token_type('default')
--@ since: 17
SELECT uuid_extract_timestamp('019535d9-3df7-79fb-b466-fa907fa17f9e'::uuid), uuid_extract_version('019535d9-3df7-79fb-b466-fa907fa17f9e'::uuid), to_bin(5), to_oct(8), xmltext('a'), unicode_assigned('a')
--= read read none # JSON, with functions and with the grammar of SQL/JSON
SELECT to_json(1), to_jsonb('a'::text), array_to_json(ARRAY[1]), row_to_json(ROW(1, 'a')), json_build_array(1, 'a'), json_build_object('a', 1), json_object('{a,b}'), jsonb_object('{a}', '{b}'), json_array_elements('[1]'), json_array_length('[1]'), json_each('{"a":1}'), json_each_text('{"a":1}'), json_extract_path('{"a":1}', 'a'), json_object_keys('{"a":1}'), json_typeof('1'), json_strip_nulls('{}')
SELECT jsonb_insert('{}', '{a}', '1'), jsonb_set('{"a":1}', '{a}', '2'), jsonb_set_lax('{"a":1}', '{a}', NULL), jsonb_pretty('{}'), jsonb_path_exists('{"a":1}', '$.a'), jsonb_path_match('{"a":1}', '$.a == 1'), jsonb_path_query('[1,2]', '$[*] ? (@ > $x)', '{"x": 1}'), jsonb_path_query_array('[1]', '$[*]'), jsonb_path_query_first('[1]', '$[*]'), jsonb_array_elements_text('["a"]')
SELECT jsonb_path_exists_tz('["2015-08-01 12:00:00-05"]', '$[*] ? (@.datetime() < "2015-08-02".datetime())')
SELECT * FROM jsonb_populate_recordset(NULL::pair, '[{"a": 1}]'), json_to_record('{"a": 1}') AS r (a int)
SELECT docb['a'][0], docb -> 'b' ->> 'c', doc ->> 'a' FROM docs
SELECT value ->> 'x', key FROM docs, jsonb_each(docb)
--@ since: 16
SELECT json_array(1, 'a', NULL NULL ON NULL), json_object('a': 1, 'b' VALUE 2 ABSENT ON NULL WITH UNIQUE KEYS RETURNING jsonb), '{}' IS JSON OBJECT WITH UNIQUE KEYS, '1' IS NOT JSON ARRAY
--@ since: 16
SELECT json_array(SELECT id FROM users ORDER BY id RETURNING jsonb)
--@ since: 17
SELECT json('{}'), json_scalar(1), json_serialize('{}' RETURNING bytea), json_exists(jsonb '{"a":1}', 'strict $.a' FALSE ON ERROR), json_query('{"a":[1]}', '$.a' WITH CONDITIONAL WRAPPER KEEP QUOTES EMPTY ARRAY ON EMPTY), json_value('{"a":1}', '$.a' RETURNING int DEFAULT 0 ON EMPTY ERROR ON ERROR)
--@ since: 17
SELECT * FROM json_table('[{"a":1,"b":[{"c":2}]}]', '$[*]' AS p COLUMNS (id FOR ORDINALITY, a int PATH '$.a' DEFAULT 0 ON EMPTY, x int EXISTS PATH '$.z', y text FORMAT JSON PATH '$.b', NESTED PATH '$.b[*]' AS q COLUMNS (c int)))
--@ since: 17
SELECT j.* FROM docs, JSON_TABLE(docb, '$.a[*]' COLUMNS (n int PATH '$')) AS j
--@ since: 17
SELECT JSON_SERIALIZE('{}'), MERGE_ACTION FROM (SELECT 1 AS merge_action) x
--= read read none # XML
SELECT xmlcomment('a'), xmlpi(name php, 'x'), xmlroot('<a/>', version '1.0', standalone yes), xmlexists('//a' PASSING BY VALUE '<a/>'), xpath_exists('/a', '<a/>'), xml_is_well_formed('<a/>'), '<a/>'::xml IS DOCUMENT, xmlserialize(DOCUMENT '<a/>' AS text)
SELECT x.* FROM docs, xmltable(xmlnamespaces('http://x' AS x), '/a/b' PASSING body COLUMNS n FOR ORDINALITY, v text PATH '.' DEFAULT 'none' NOT NULL) x
SELECT xmlelement(name a, xmlforest(name, id AS "ID")) FROM users
--@ since: 16
SELECT xmlserialize(CONTENT '<a/>' AS text INDENT)
--= read read none # what the session is, as far as it follows the session to every server
SELECT current_user, session_user, user, current_role, current_catalog, current_schema
SELECT current_database(), current_schema(), current_user::regrole
SELECT has_table_privilege('app', 'users', 'SELECT'), has_schema_privilege('public', 'USAGE'), has_function_privilege('f_sql(int)', 'EXECUTE'), has_column_privilege('users', 'name', 'UPDATE'), has_database_privilege('app', 'CONNECT'), has_sequence_privilege('seq', 'USAGE'), has_any_column_privilege('users', 'SELECT'), has_type_privilege('mood', 'USAGE'), has_server_privilege('nowhere', 'USAGE'), has_parameter_privilege('work_mem', 'SET'), pg_has_role('app', 'MEMBER'), row_security_active('users')
SELECT current_query()
SELECT pg_client_encoding(), getdatabaseencoding(), pg_char_to_encoding('UTF8')
--= primary session-state none # a setting by a name that the digest does not show
SELECT current_setting('app.tenant', true)
--= read read none # catalog functions over catalogs that are replicated
SELECT pg_get_viewdef('v_plain'::regclass, true), pg_get_indexdef('users_pkey'::regclass), pg_get_constraintdef(oid), pg_get_triggerdef(t) FROM pg_constraint, (SELECT max(oid) AS t FROM pg_trigger) x WHERE conname = 'users_pkey'
SELECT pg_get_functiondef('f_pl(int)'::regprocedure), pg_get_function_arguments('f_pl'::regproc), pg_get_function_identity_arguments('f_pl'::regproc), pg_get_function_result('f_pl'::regproc), pg_get_ruledef(oid), pg_get_userbyid(10), pg_get_serial_sequence('users', 'id'), pg_get_statisticsobjdef(1), pg_get_partkeydef('parted'::regclass) FROM pg_rewrite WHERE rulename = 'r'
SELECT format_type(23, -1), to_regclass('users'), to_regtype('int'), to_regproc('f_pl'), to_regnamespace('public'), to_regrole('app'), to_regoper('***'), to_regcollation('"C"')
SELECT pg_table_is_visible('users'::regclass), pg_type_is_visible('mood'::regtype), pg_function_is_visible('f_pl'::regproc), pg_collation_is_visible(100), pg_opclass_is_visible(1), pg_ts_config_is_visible(1)
SELECT obj_description('users'::regclass, 'pg_class'), shobj_description(1, 'pg_database'), col_description('users'::regclass, 1), pg_describe_object('pg_class'::regclass, 'users'::regclass, 0), pg_identify_object('pg_class'::regclass, 'users'::regclass, 0), pg_get_object_address('table', '{users}', '{}'), pg_identify_object_as_address('pg_class'::regclass, 'users'::regclass, 0)
SELECT pg_index_column_has_property('users_pkey', 1, 'asc'), pg_index_has_property('users_pkey', 'clusterable'), pg_indexam_has_property(403, 'can_order'), pg_options_to_table(ARRAY['a=b']), pg_get_keywords(), pg_get_catalog_foreign_keys(), aclexplode(relacl), acldefault('r', 10), makeaclitem(10, 10, 'SELECT', false) FROM pg_class WHERE relname = 'users'
SELECT pg_partition_root('parted_1'), pg_partition_ancestors('parted_1'), relid FROM pg_partition_tree('parted')
SELECT pg_column_compression(name), pg_column_size(users), pg_size_pretty(10240::bigint), pg_size_bytes('1 MB'), num_nulls(1, NULL), num_nonnulls(1) FROM users
SELECT pg_relation_is_updatable('v_plain', false), pg_column_is_updatable('v_plain', 1::int2, false), pg_relation_is_publishable('users')
SELECT lo_get(0) WHERE false
SELECT pg_sleep(0), pg_sleep_for('0'), pg_sleep_until('2000-01-01')
SELECT pg_typeof(1), pg_typeof(NULL::d_ok)
--@ since: 17
SELECT pg_basetype('d_ok')
SELECT suppress_redundant_updates_trigger IS NULL FROM (SELECT 1 AS suppress_redundant_updates_trigger) x
SELECT gist_translate_cmptype_common IS NULL FROM (SELECT 1 AS gist_translate_cmptype_common) x
--= read read none # extensions that only compute
SELECT 'a=>1'::hstore -> 'a', akeys('a=>1'), 'a=>1'::hstore ? 'a', hstore('a', 'b') || 'c=>d', each('a=>1'), hstore_to_jsonb('a=>1'), delete('a=>1'::hstore, 'a'), %% 'a=>1'::hstore, hstore(u) -> 'name' FROM users u
SELECT similarity('abc', 'abd'), 'abc' % 'abd', show_trgm('a'), word_similarity('a', 'ab'), 'a' <-> 'b', show_limit(), name <% 'x', strict_word_similarity('a', 'b') FROM users
SELECT 'A'::citext = 'a', replace('a'::citext, 'A', 'b'), strpos('a'::citext, 'A'), regexp_match('a'::citext, 'A'), 'a'::citext ~ 'A', 'x'::citext || 'y', max('b'::citext)
SELECT digest('a', 'sha256'), hmac('a', 'b', 'md5'), crypt('a', 'ab'), encode(digest('a', 'md5'), 'hex'), armor('a'), pgp_sym_decrypt(x, 'k') FROM (SELECT NULL::bytea AS x) y
SELECT unaccent('é'), unaccent('unaccent', 'é'), 'Top.A'::ltree @> 'Top.A.B', subpath('a.b.c', 1), nlevel('a.b'), path ~ '*.b.*'::lquery, lca('a.b', 'a.c') FROM shapes
SELECT ARRAY[1,2] & ARRAY[2], sort(ARRAY[2,1]), uniq(ARRAY[1,1]), idx(ARRAY[1], 1), icount(ARRAY[1]), ARRAY[1,2] @@ '1&2'::query_int, intset(1)
SELECT levenshtein('a', 'b'), soundex('a'), metaphone('abc', 4), dmetaphone('abc'), difference('a', 'b')
SELECT cube(1), cube_distance('(1)', '(2)'), earth_distance(ll_to_earth(1, 1), ll_to_earth(2, 2)), '(1)'::cube <-> '(2)', '1..2'::seg && '2..3', uuid_nil(), uuid_ns_dns(), uuid_generate_v5(uuid_ns_dns(), 'a')
SELECT * FROM users TABLESAMPLE SYSTEM_ROWS (5)
--= primary volatile-function unknown # it runs a text that it is given
SELECT query_to_xml('select 1', true, true, '')
SELECT query_to_xmlschema('select 1', true, true, '')
SELECT table_to_xml('users', true, true, '')
SELECT schema_to_xml('other', true, true, '')
SELECT database_to_xmlschema(true, true, '')
--@ before: DECLARE c CURSOR FOR SELECT 1
SELECT cursor_to_xml('c', 10, true, true, '')
--@ fails: 0A000
SELECT query_to_xml('delete from users', true, true, '')
SELECT * FROM ts_stat('select to_tsvector(name) from users')
--@ fails: 0A000
SELECT ts_rewrite('a'::tsquery, 'delete from items returning ''a''::tsquery, ''b''::tsquery')
SELECT ts_rewrite('a'::tsquery, 'select ''a''::tsquery, ''b''::tsquery')
--@ since: 16
SELECT pg_input_is_valid('1', 'd_bad')
--@ since: 16
SELECT * FROM pg_input_error_info('x', 'int')
--= primary volatile-function unknown # dynamic SQL of an extension
SELECT * FROM crosstab('select 1, 2, 3') AS t (a int, b int)
SELECT * FROM connectby('items', 'sku', 'sku', 'a', 0) AS t (a text, b text, n int)
--= primary unknown-function unknown # of other extensions, and of functions in C or with unreadable bodies, nothing is known
SELECT isn_weak()
SELECT f_pl_dynamic('select 1')
--@ fails: 0A000
SELECT f_pl_dynamic('delete from users')
--@ fails: 54001
SELECT f_cycle_a(1)
--@ fails: 42883
SELECT nosuch(1)
--@ fails: 3F000
SELECT nowhere.nosuch(1)
--@ fails: 42704
SELECT * FROM users TABLESAMPLE nosuch (1)
--= primary volatile-function unknown # the same, and labelled volatile
SELECT pgstattuple('users')
SELECT * FROM pgrowlocks('users')
SELECT * FROM heap_page_items(get_raw_page('users', 0))
SELECT bt_index_check('users_pkey')
SELECT * FROM pg_buffercache LIMIT 1
SELECT pg_prewarm('users')
SELECT pg_visibility_map_summary('users')
--@ since: 18
SELECT isn_weak(true)
SELECT * FROM normal_rand(1, 0, 1)
--@ fails: 08001
SELECT dblink_exec('host=127.0.0.1 port=1', 'delete from users')
--@ fails: 08001
SELECT dblink_connect('c', 'host=127.0.0.1 port=1')
--@ fails: 08001
SELECT * FROM dblink('host=127.0.0.1 port=1', 'select 1') AS t (a int)
SELECT dblink_get_connections()
SELECT pg_stat_get_snapshot_timestamp() IS NULL, dblink_get_connections()
--= primary volatile-function unknown # a body that makes a temporary table
SELECT f_pl_temp()
