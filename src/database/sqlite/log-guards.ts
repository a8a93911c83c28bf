// The triggers that guard the log: written once. Whoever wants to change it must take them away first, which an audit
// notices.

export const logGuards: readonly string[] = [
  `CREATE TRIGGER events_no_update BEFORE UPDATE ON events
   BEGIN SELECT RAISE(ABORT, 'events are never changed'); END`,
  `CREATE TRIGGER events_no_delete BEFORE DELETE ON events
   BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END`,
  // INSERT OR REPLACE deletes without asking the trigger above.
  `CREATE TRIGGER events_append_only BEFORE INSERT ON events
   WHEN NEW.position <> (SELECT coalesce(max(position), 0) + 1 FROM events)
     OR EXISTS (SELECT 1 FROM events WHERE stream_id = NEW.stream_id AND version = NEW.version)
   BEGIN SELECT RAISE(ABORT, 'events are appended at the end of the log, one version at a time'); END`,
];
