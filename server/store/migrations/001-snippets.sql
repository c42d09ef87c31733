CREATE TABLE snippets (
	id TEXT PRIMARY KEY NOT NULL,
	content TEXT NOT NULL,
	content_bytes BIGINT NOT NULL,
	parent TEXT,
	created_at TEXT NOT NULL
);

CREATE INDEX snippets_in_order ON snippets (created_at, id);

CREATE TABLE removed_snippets (
	id TEXT PRIMARY KEY NOT NULL,
	removed_at TEXT NOT NULL
);

CREATE TABLE store_totals (
	only_row BIGINT PRIMARY KEY NOT NULL CHECK (only_row = 1),
	snippets BIGINT NOT NULL,
	content_bytes BIGINT NOT NULL
);

INSERT INTO store_totals (only_row, snippets, content_bytes) VALUES (1, 0, 0);
