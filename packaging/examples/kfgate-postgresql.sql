-- SPDX-License-Identifier: GPL-2.0-or-later
-- The records of kfgate(8) in PostgreSQL 14 or later, and the tables of kfgate-report(8) as views.
--
--   psql -d logs -f kfgate-postgresql.sql
--   journalctl -u kfgate -o json --all | psql -d logs -c \
--       "COPY kfgate_lines (line) FROM STDIN (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')"
--   psql -d logs -c "CALL kfgate_load()"
--   psql -d logs -c "SELECT * FROM kfgate_deprecated"
--
-- Lines may come from many hosts, in any order. Only what root's process in the unit of the gate wrote counts, by
-- fields that journald adds: load nothing from a pipeline that lets others set _UID and _SYSTEMD_UNIT. A line that is
-- no JSON makes kfgate_load() fail, and stays. Times are UTC.

CREATE TABLE kfgate_lines (line text NOT NULL);

CREATE TABLE kfgate_records (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamp NOT NULL,
    kind text NOT NULL, -- KFGATE_KIND, kfgate-events(7)
    host text NOT NULL,
    machine text NOT NULL,
    prog_type text, prog text, unit text, exe text, uid bigint, -- of the loader; of who tried, in tampering
    loader_known boolean NOT NULL, initial boolean NOT NULL, token boolean NOT NULL,
    action text, reason text, rule text, policy text, kernel text,
    deprecated_in text, removed_in text, replacement text,
    attempt text, comm text, exe_name text, suppressed bigint NOT NULL,
    number bigint NOT NULL, -- KFGATE_COUNT
    fields jsonb NOT NULL
);
CREATE INDEX ON kfgate_records (at);
CREATE INDEX ON kfgate_records (kind, at);

-- One row for each kfunc of a record; of a record in which no kfunc decided, one without a kfunc, too.
CREATE TABLE kfgate_uses (
    record bigint NOT NULL REFERENCES kfgate_records ON DELETE CASCADE,
    kfunc text NOT NULL, -- "name" or "name [module]"; '': none decided
    action text, reason text, rule text, waiver text, deadline date, replacement text,
    live boolean NOT NULL, -- not judged by presence alone
    decided boolean NOT NULL -- the record's action is this kfunc's
);
CREATE INDEX ON kfgate_uses (record);
CREATE INDEX ON kfgate_uses (kfunc);

-- A field that comes several times: an array, or of Vector the text of one.
CREATE FUNCTION kfgate_values(value jsonb) RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_array_elements_text(CASE
        WHEN jsonb_typeof(value) = 'array' THEN value
        WHEN value #>> '{}' LIKE '["%' THEN (value #>> '{}')::jsonb
        ELSE jsonb_build_array(value) END)
    WHERE value IS NOT NULL
$$;

-- KFGATE_DETAIL: "KFUNC: ACTION, REASON[ OBJECT][, deadline DAY][, use KFUNC][, by presence][; at ...]"
CREATE FUNCTION kfgate_detail(detail text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT regexp_match(detail, '^(.+?): ([a-z]+), ([a-z-]+)(?: ([^,;]+))?(?:, deadline ([0-9-]+))?'
        || '(?:, use ([^,;]+))?(, by presence)?(?:; at .*)?$')
$$;

-- Takes the lines apart, and empties kfgate_lines, in one transaction.
CREATE PROCEDURE kfgate_load() LANGUAGE sql AS $$
    WITH taken AS (DELETE FROM kfgate_lines RETURNING line),
    parsed AS MATERIALIZED (SELECT coalesce(line::jsonb -> '_source', line::jsonb) AS f FROM taken),
    new AS (
    INSERT INTO kfgate_records (at, kind, host, machine, prog_type, prog, unit, exe, uid, loader_known, initial, token,
        action, reason, rule, policy, kernel, deprecated_in, removed_in, replacement,
        attempt, comm, exe_name, suppressed, number, fields)
    SELECT to_timestamp(coalesce(f ->> '__REALTIME_TIMESTAMP', f ->> '_SOURCE_REALTIME_TIMESTAMP')::numeric / 1000000)
            AT TIME ZONE 'UTC',
        f ->> 'KFGATE_KIND', coalesce(f ->> '_HOSTNAME', f ->> 'host', ''), coalesce(f ->> '_MACHINE_ID', ''),
        f ->> 'KFGATE_PROG_TYPE', f ->> 'KFGATE_PROG_NAME', f ->> 'KFGATE_UNIT', f ->> 'KFGATE_EXE',
        (f ->> 'KFGATE_UID')::bigint, f ? 'KFGATE_PID',
        coalesce(f ->> 'KFGATE_USERNS' = 'initial' AND f ->> 'KFGATE_TOKEN' = 'no', false),
        coalesce(f ->> 'KFGATE_TOKEN' = 'yes', false),
        f ->> 'KFGATE_ACTION', f ->> 'KFGATE_REASON', f ->> 'KFGATE_RULE', f ->> 'KFGATE_POLICY',
        f ->> 'KFGATE_KERNEL_RELEASE', f ->> 'KFGATE_DEPRECATED_IN', f ->> 'KFGATE_REMOVED_IN',
        coalesce(f ->> 'KFGATE_REPLACEMENT', ''),
        f ->> 'KFGATE_ATTEMPT', f ->> 'KFGATE_COMM', f ->> 'KFGATE_EXE_NAME',
        coalesce((f ->> 'KFGATE_UNTOLD')::bigint, 0), coalesce((f ->> 'KFGATE_COUNT')::bigint, 0), f
    FROM parsed
    WHERE f ? 'KFGATE_KIND' AND f ->> '_UID' = '0' AND f ->> '_SYSTEMD_UNIT' = 'kfgate.service'
    RETURNING *),

    -- The kfunc that decided has the record's action and reason, and best its replacement, too.
    details AS MATERIALIZED (
        SELECT r.id, r.action AS of_record, r.reason AS of_reason, r.replacement AS of_replacement, n,
            kfgate_detail(value) AS d
        FROM new r, kfgate_values(r.fields -> 'KFGATE_DETAIL') WITH ORDINALITY AS v (value, n)
    ), ranked AS (
        SELECT *, d[2] = of_record AND d[3] = of_reason AND row_number() OVER (PARTITION BY id ORDER BY
            d[2] = of_record AND d[3] = of_reason DESC, coalesce(d[6], '') = of_replacement DESC,
            CASE WHEN coalesce(d[6], '') = of_replacement THEN n ELSE -n END) = 1 AS decided
        FROM details
    ), found AS (
    INSERT INTO kfgate_uses
    SELECT id, d[1], d[2], d[3],
        CASE WHEN d[3] = 'rule' THEN d[4] END,
        CASE WHEN d[3] = 'waived' THEN substr(d[4], 4) END, -- "by WAIVER"
        CASE WHEN d[3] NOT IN ('rule', 'waived') AND d[4] IS NOT NULL THEN d[4]::date ELSE d[5]::date END,
        d[6], d[7] IS NULL, decided
    FROM ranked RETURNING record, decided)

    INSERT INTO kfgate_uses
    SELECT r.id, '', r.action, r.reason, r.rule, NULL, NULL, r.replacement, true, true
    FROM new r
    WHERE r.kind IN ('refused', 'would-refuse', 'warned', 'audited', 'present')
        AND r.id NOT IN (SELECT record FROM found WHERE decided);
$$;

-- Records by the hour: sum them up by day or week as you like.
CREATE VIEW kfgate_timeline AS
    SELECT date_trunc('hour', at) AS hour,
        count(*) FILTER (WHERE kind = 'refused') AS refused,
        count(*) FILTER (WHERE kind = 'would-refuse') AS would_refuse,
        count(*) FILTER (WHERE kind = 'warned') AS warned,
        count(*) FILTER (WHERE kind = 'audited') AS audited,
        count(*) FILTER (WHERE kind = 'present') AS present
    FROM kfgate_records
    WHERE kind IN ('refused', 'would-refuse', 'warned', 'audited', 'present')
    GROUP BY 1 ORDER BY 1;

CREATE VIEW kfgate_tampering AS
    SELECT attempt, comm, exe_name, uid, host, count(*) AS records, sum(suppressed) AS suppressed,
        min(at)::date AS first, max(at)::date AS last
    FROM kfgate_records WHERE kind = 'tampering'
    GROUP BY attempt, comm, exe_name, uid, host ORDER BY records DESC, min(at);

-- A use: which kfunc in which program of which loader. What the latest record says of it stands for all.
CREATE VIEW kfgate_latest AS
    SELECT DISTINCT ON (u.kfunc, r.prog_type, r.prog, r.unit, r.exe, r.uid, r.loader_known, r.initial, r.token, u.live)
        u.kfunc, r.prog_type, r.prog, r.unit, r.exe, r.uid, r.loader_known, r.initial, r.token, u.live,
        u.action, u.reason, u.deadline, CASE WHEN u.decided THEN r.replacement ELSE u.replacement END AS replacement,
        CASE WHEN u.decided THEN r.rule ELSE u.rule END AS rule, r.at
    FROM kfgate_uses u JOIN kfgate_records r ON r.id = u.record
    ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, r.at DESC, r.id DESC;

-- Each load of a use, beside what its latest record says.
CREATE VIEW kfgate_loads AS
    SELECT u.kfunc, r.prog_type, r.unit, r.exe, r.prog, r.kind, u.decided, r.host, r.machine, r.at, r.removed_in,
        l.action, l.reason, l.deadline, l.replacement, l.rule, l.at AS latest,
        u.kfunc <> '' AND (l.deadline IS NOT NULL OR l.reason IN ('deprecated', 'expired', 'waived')) AS deprecated
    FROM kfgate_uses u JOIN kfgate_records r ON r.id = u.record JOIN kfgate_latest l
        ON (u.kfunc, u.live, r.loader_known, r.initial, r.token) = (l.kfunc, l.live, l.loader_known, l.initial, l.token)
        AND (r.prog_type, r.prog, r.unit, r.exe, r.uid) IS NOT DISTINCT FROM
            (l.prog_type, l.prog, l.unit, l.exe, l.uid);

-- Deprecated kfuncs, nearest deadline first; days_left as of today.
CREATE VIEW kfgate_deprecated AS
    SELECT kfunc, (array_agg(deadline ORDER BY latest DESC, at DESC))[1] AS deadline,
        (array_agg(deadline ORDER BY latest DESC, at DESC))[1] - current_date AS days_left,
        max(removed_in) FILTER (WHERE decided) AS removed_in,
        (array_agg(replacement ORDER BY latest DESC, at DESC))[1] AS replacement,
        count(*) AS loads, count(DISTINCT (host, machine)) AS hosts, min(at)::date AS first, max(at)::date AS last
    FROM kfgate_loads WHERE deprecated
    GROUP BY kfunc ORDER BY 2 NULLS LAST, loads DESC;

-- Who uses them.
CREATE VIEW kfgate_users AS
    SELECT kfunc, unit, exe, prog_type AS type, count(*) AS loads, count(DISTINCT (host, machine)) AS hosts,
        min(at)::date AS first, max(at)::date AS last, (array_agg(action ORDER BY latest DESC, at DESC))[1] AS outcome,
        (array_agg(deadline ORDER BY latest DESC, at DESC))[1] AS deadline
    FROM kfgate_loads WHERE deprecated
    GROUP BY kfunc, prog_type, unit, exe ORDER BY deadline NULLS LAST, loads DESC;

-- What was refused, or would be in mode enforce.
CREATE VIEW kfgate_refused AS
    SELECT kfunc, rule, unit, exe, prog_type AS type,
        count(*) FILTER (WHERE decided AND kind = 'refused') AS refused,
        count(*) FILTER (WHERE decided AND kind = 'would-refuse') AS would_refuse,
        count(DISTINCT (host, machine)) AS hosts, max(at)::date AS last
    FROM kfgate_loads
    GROUP BY kfunc, prog_type, unit, exe, rule
    HAVING bool_or(decided AND kind IN ('refused', 'would-refuse')) ORDER BY count(*) DESC;

CREATE VIEW kfgate_hosts AS
    SELECT host, count(*) FILTER (WHERE kind = 'refused') AS refused,
        count(*) FILTER (WHERE kind = 'would-refuse') AS would_refuse,
        count(*) FILTER (WHERE kind = 'warned') AS warned,
        coalesce(sum(number) FILTER (WHERE kind IN ('events-lost', 'records-dropped')), 0) AS lost,
        count(*) FILTER (WHERE kind = 'unproven') AS unproven,
        count(*) FILTER (WHERE kind = 'policy-rejected') AS rejected,
        (array_agg(policy ORDER BY at DESC) FILTER (WHERE policy IS NOT NULL))[1] AS policy,
        (array_agg(kernel ORDER BY at DESC) FILTER (WHERE kernel IS NOT NULL))[1] AS kernel,
        max(at)::date AS last
    FROM kfgate_records GROUP BY host, machine ORDER BY refused DESC, would_refuse DESC, warned DESC;
