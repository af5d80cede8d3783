import type { WireListing } from "./catalogues.ts";

export const nameOf = ({ id, name }: WireListing) => (typeof name === "string" ? name : id);

/** Who serves a model: whom its entry names as `served_by`, "Stealth" for anonymous ones, else the vendor its name begins with. */
export function providerOf(listing: WireListing): string {
  if (typeof listing.served_by === "string") return listing.served_by;
  if (/^(stealth|openrouter)\//.test(listing.id)) return "Stealth";
  const name = nameOf(listing);
  return name.split(":")[0] ?? name;
}
