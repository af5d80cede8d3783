import { getTableColumns, type Placeholder, type SQL, sql } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";

type NameIn<Table extends PgTable> = string & keyof Table["_"]["columns"];

/**
 * Rows as one JSON parameter, for the statements that carry whole batches: the text of a statement is then the same
 * however many rows it has, and is cheaper to build and to parse than a VALUES list. Use as a table that is called
 * `given`: `… from ${recordset(trades, rows)}`.
 *
 * @param columns the columns to give, all unless told; every row must hold them
 */
export function recordset<Table extends PgTable, Name extends NameIn<Table>>(
  table: Table,
  rows: readonly Pick<Table["$inferInsert"], Name & keyof Table["$inferInsert"]>[],
  columns?: readonly Name[],
): SQL {
  return recordsetFrom(table, rowsAsJson(table, rows, columns), columns);
}

/** The same for a statement that is built once: its rows come later, made by `rowsAsJson` for the same table and columns. */
export function recordsetFrom<Table extends PgTable>(
  table: Table,
  json: string | Placeholder,
  columns?: readonly NameIn<Table>[],
): SQL {
  const types = givenColumns(table, columns).map(({ column }) => `"${column.name}" ${typeOf(column)}`);
  return sql`json_to_recordset(${json}::json) as given(${sql.raw(types.join(", "))})`;
}

/** `select` of all of a table's columns from rows, as `insert into table` takes it. */
export function selectAll<Table extends PgTable>(table: Table, rows: readonly Table["$inferInsert"][]): SQL {
  return sql`select * from ${recordset(table, rows as never)}`;
}

/** The parameter of a recordset: rows under the names their columns have in the database. */
export function rowsAsJson<Table extends PgTable, Name extends NameIn<Table>>(
  table: Table,
  rows: readonly Pick<Table["$inferInsert"], Name & keyof Table["$inferInsert"]>[],
  columns?: readonly Name[],
): string {
  const given = givenColumns(table, columns);
  return JSON.stringify(
    rows.map((row) => {
      const json: Record<string, unknown> = {};
      for (const { name, column, isJson } of given) {
        json[column.name] = toJson(column, isJson, row[name as keyof typeof row]);
      }
      return json;
    }),
  );
}

type GivenColumn = { readonly name: string; readonly column: PgColumn; readonly isJson: boolean };

/** Looked up once a table: batches ask for every value of every row. */
const columnsOfTables = new WeakMap<PgTable, readonly GivenColumn[]>();

function givenColumns(table: PgTable, names?: readonly string[]): readonly GivenColumn[] {
  let all = columnsOfTables.get(table);
  if (!all) {
    all = Object.entries(getTableColumns(table)).map(([name, column]) => {
      return { name, column, isJson: /^jsonb?$/.test(column.getSQLType()) };
    });
    columnsOfTables.set(table, all);
  }
  return names ? names.flatMap((wanted) => all.find(({ name }) => name === wanted) ?? []) : all;
}

/** json columns keep their structure; everything else goes as its driver would send it. What is left out is the default. */
function toJson(column: PgColumn, isJson: boolean, value: unknown): unknown {
  if (value === undefined) return column.default ?? null;
  return value === null || isJson ? value : column.mapToDriverValue(value);
}

/** serial columns are plain integers once a value is given. */
function typeOf(column: PgColumn): string {
  return column.getSQLType().replace("bigserial", "bigint").replace("serial", "integer");
}
