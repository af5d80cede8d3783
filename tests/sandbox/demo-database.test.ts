import { expect, it } from "vitest";
import { makeDatabase, NoDemoDatabase } from "../../sandbox/demo/database.ts";

it.each(["mysql://x", "unmask", "mysql://me:s3cret@x/unmask"])(
  "the demo refuses an address like %s as the bot does, and looks nothing up",
  async (databaseUrl) => {
    const error = await makeDatabase(databaseUrl).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NoDemoDatabase);
    expect(String(error)).toMatch(/DATABASE_URL is not an address like postgres:\/\//);
    expect(String(error)).not.toContain("s3cret");
  },
);
