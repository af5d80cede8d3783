/** What a person cannot type, in words for that person. */
export class NotUnderstood extends Error {}
