-- A case, version 1. Times are milliseconds since 1970 in UTC; NULL is unknown. Lists are JSON.
CREATE TABLE finding (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    event TEXT NOT NULL,
    rule TEXT NOT NULL,
    title TEXT NOT NULL,
    level TEXT NOT NULL,
    score INTEGER NOT NULL,
    state TEXT NOT NULL,
    resolution TEXT NOT NULL,
    first INTEGER,
    last INTEGER,
    actor TEXT NOT NULL,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    address TEXT NOT NULL,
    techniques TEXT NOT NULL,
    rules TEXT NOT NULL,
    reasons TEXT NOT NULL,
    events TEXT NOT NULL,
    opened INTEGER,
    opened_by TEXT NOT NULL,
    revision INTEGER NOT NULL,
    UNIQUE (event, rule)
) STRICT;

CREATE TABLE incident (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    rule TEXT NOT NULL,
    level TEXT NOT NULL,
    state TEXT NOT NULL,
    resolution TEXT NOT NULL,
    opened INTEGER,
    opened_by TEXT NOT NULL,
    revision INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX incident_rule ON incident (rule) WHERE rule <> '';

CREATE TABLE incident_finding (
    incident INTEGER NOT NULL REFERENCES incident (id),
    finding INTEGER NOT NULL REFERENCES finding (id),
    PRIMARY KEY (incident, finding)
) STRICT, WITHOUT ROWID;
CREATE INDEX incident_finding_by_finding ON incident_finding (finding);

CREATE TABLE note (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    written INTEGER,
    written_by TEXT NOT NULL,
    revision INTEGER NOT NULL
) STRICT;
CREATE INDEX note_subject ON note (subject);

CREATE TABLE tag (
    subject TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (subject, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE mark (
    event TEXT NOT NULL PRIMARY KEY,
    marked INTEGER,
    marked_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE indicator (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    private INTEGER NOT NULL,
    first INTEGER,
    last INTEGER,
    source TEXT NOT NULL,
    note TEXT NOT NULL,
    added INTEGER,
    added_by TEXT NOT NULL,
    revision INTEGER NOT NULL,
    UNIQUE (kind, value)
) STRICT;

CREATE TABLE hunt (
    name TEXT NOT NULL PRIMARY KEY,
    query TEXT NOT NULL,
    saved INTEGER,
    saved_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE position (
    who TEXT NOT NULL PRIMARY KEY,
    view TEXT NOT NULL,
    query TEXT NOT NULL,
    sort TEXT NOT NULL,
    event TEXT NOT NULL,
    at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE sent (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    what TEXT NOT NULL,
    target TEXT NOT NULL,
    subject TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    at INTEGER,
    by TEXT NOT NULL
) STRICT;

CREATE TABLE history (
    seq INTEGER PRIMARY KEY,
    at INTEGER,
    who TEXT NOT NULL,
    console TEXT NOT NULL,
    what TEXT NOT NULL,
    text TEXT NOT NULL,
    rows TEXT NOT NULL,
    undoable INTEGER NOT NULL,
    undoes INTEGER UNIQUE REFERENCES history (seq)
) STRICT;
CREATE INDEX history_console ON history (console, seq);
CREATE TRIGGER history_stays BEFORE UPDATE ON history
BEGIN SELECT RAISE(ABORT, 'the history of a case is append-only'); END;
CREATE TRIGGER history_is_kept BEFORE DELETE ON history
BEGIN SELECT RAISE(ABORT, 'the history of a case is append-only'); END;

CREATE TABLE history_subject (
    subject TEXT NOT NULL,
    seq INTEGER NOT NULL REFERENCES history (seq),
    PRIMARY KEY (subject, seq)
) STRICT, WITHOUT ROWID;
