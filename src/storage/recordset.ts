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
  const given = givenColumns(table, columns);
  const names = given.map(({ key, column }) => `${key} as "${column.name}"`).join(", ");
  const types = given.map(({ key, column }) => `${key} ${typeOf(column)}`).join(", ");
  return sql`(select ${sql.raw(names)} from json_to_recordset(${json}::json) as short(${sql.raw(types)})) as given`;
}

/** `select` of all of a table's columns from rows, as `insert into table` takes it. */
export function selectAll<Table extends PgTable>(table: Table, rows: readonly Table["$inferInsert"][]): SQL {
  return sql`select * from ${recordset(table, rows as never)}`;
}

/** The parameter of a recordset. Columns have short names there: half the bytes of a batch of guesses were names. */
export function rowsAsJson<Table extends PgTable, Name extends NameIn<Table>>(
  table: Table,
  rows: readonly Pick<Table["$inferInsert"], Name & keyof Table["$inferInsert"]>[],
  columns?: readonly Name[],
): string {
  const given = givenColumns(table, columns);
  return JSON.stringify(
    rows.map((row) => {
      const json: Record<string, unknown> = {};
      for (const { key, name, column, toJson } of given) {
        const value = row[name as keyof typeof row];
        // What is left out is the default, and what is not there at all is null.
        json[key] = value === undefined ? column.default : value === null ? undefined : toJson(value);
      }
      return json;
    }),
  );
}

type GivenColumn = {
  /** Its name in the JSON. */
  readonly key: string;
  readonly name: string;
  readonly column: PgColumn;
  /** What stands there for a value, which is not null. */
  readonly toJson: (value: unknown) => unknown;
};

/** Looked up once a table: batches ask for every value of every row. */
const columnsOfTables = new WeakMap<PgTable, readonly GivenColumn[]>();

function givenColumns(table: PgTable, names?: readonly string[]): readonly GivenColumn[] {
  let all = columnsOfTables.get(table);
  if (!all) {
    all = Object.entries(getTableColumns(table)).map(([name, column], i) => {
      return { key: `c${i}`, name, column, toJson: jsonOf(column) };
    });
    columnsOfTables.set(table, all);
  }
  return names ? names.flatMap((wanted) => all.find(({ name }) => name === wanted) ?? []) : all;
}

/** json columns keep their structure; everything else goes as its driver would send it. */
function jsonOf(column: PgColumn): (value: unknown) => unknown {
  if (/^jsonb?$/.test(column.getSQLType())) return (value) => value;
  if (column.dataType !== "date") return (value) => column.mapToDriverValue(value);
  // A moment stands in many rows of a batch: its text is made once.
  let last: unknown = null;
  let text: unknown = null;
  return (value) => {
    if (value !== last) [last, text] = [value, column.mapToDriverValue(value)];
    return text;
  };
}

/** serial columns are plain integers once a value is given. */
function typeOf(column: PgColumn): string {
  return column.getSQLType().replace("bigserial", "bigint").replace("serial", "integer");
}
