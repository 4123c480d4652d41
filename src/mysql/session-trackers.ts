/**
 * Switches on what Freshet learns session state from (manual, "Server Tracking of Client Session State"); MySQL 5.7 and MariaDB 10.2 on.
 * Run at login, and again whenever a client has switched something off for itself.
 */
export const SWITCH_TRACKERS_ON =
  "SET @@session.session_track_schema=1, @@session.session_track_system_variables='*', @@session.session_track_state_change=1, @@session.session_track_transaction_info='CHARACTERISTICS'"
