-- SPDX-License-Identifier: GPL-2.0-or-later
-- Questions to the reports of many machines, for DuckDB:
--
--	for h in $hosts; do ssh $h iommuctl report --json-lines --label=$h; done >fleet.jsonl
--	duckdb -c '.read fleet.sql'
--
-- Each report is one line; only the columns below are read of it.

CREATE OR REPLACE VIEW reports AS
SELECT
	report.label AS host,
	source.kernel AS kernel,
	state,
	iommus,
	groups
FROM read_json('fleet.jsonl', format = 'newline_delimited', maximum_object_size = 536870912, columns = {
	report: 'STRUCT(label VARCHAR)',
	source: 'STRUCT(kernel VARCHAR)',
	state: 'VARCHAR',
	iommus: 'STRUCT("name" VARCHAR, "type" VARCHAR, capabilities STRUCT(nested_translation BOOLEAN,
		dirty_tracking BOOLEAN, pasid_bits BIGINT, page_requests BOOLEAN, interrupt_remapping BOOLEAN))[]',
	groups: 'STRUCT(id BIGINT, "type" VARCHAR, devices VARCHAR[])[]'
});

CREATE OR REPLACE VIEW iommus AS
SELECT host, kernel, unnest(iommus, recursive := true) FROM reports;

-- Which hosts cannot nest: no IOMMU in use, or one that lacks it, or does not say.
SELECT
	reports.host,
	reports.kernel,
	CASE
		WHEN count(iommus.name) = 0 THEN coalesce(reports.state, 'unknown')
		WHEN bool_or(iommus.nested_translation = false) THEN 'hardware without nested translation'
		ELSE 'not known'
	END AS reason
FROM reports
LEFT JOIN iommus ON iommus.host = reports.host AND iommus."type" NOT IN ('selftest', 'unknown')
GROUP BY reports.host, reports.kernel, reports.state
HAVING count(iommus.name) = 0 OR NOT coalesce(bool_and(iommus.nested_translation), false)
ORDER BY reports.host;
