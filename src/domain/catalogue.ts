/** More new stealth models than this in one read are held for a moderator (mass swings of +61 ids in a day have happened). */
export const mostNewStealthAtOnce = 5;

/** Whether a read lost more than half of the listings that were there: then it is taken for a broken reply, until it has stayed so for an hour. */
export function lostOverHalf(listingsBefore: number, listingsAfter: number): boolean {
  return listingsAfter * 2 < listingsBefore;
}

/** Whether a read brings too many new stealth models to announce them without a person looking first. */
export function isBurst(newStealthModels: number): boolean {
  return newStealthModels > mostNewStealthAtOnce;
}
