import { customType, timestamp } from "drizzle-orm/pg-core";
import { decimalOf, type Micro, microOf } from "../domain/shares.ts";

/** A share count: numeric(20,6) in the database, whole millionths in the program; exact both ways. */
export const shares = customType<{ data: Micro; driverData: string }>({
  dataType: () => "numeric(20, 6)",
  toDriver: decimalOf,
  fromDriver: microOf,
});

/** A moment with the precision a JavaScript Date has, so that what is read back compares equal to what was written. */
export function moment(name: string) {
  return timestamp(name, { withTimezone: true, precision: 3, mode: "date" });
}
