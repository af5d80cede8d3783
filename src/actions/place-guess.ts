import type { App } from "../app.ts";
import type { Member } from "../domain/member.ts";
import type { GuessAnswer } from "../domain/receipt.ts";

/**
 * Places, raises or moves a member's guess on a model.
 *
 * @param request.key what makes it count once: the interaction's id
 * @param request.suspect the lab as typed or picked: any of its names, "other", or a name nobody knows
 * @param request.ownPoints whole points from the own wallet on top of the free stake; null for the usual (market.md)
 */
export function placeGuess(
  app: App,
  request: {
    key: string;
    serverId: string;
    member: Member;
    modelId: number;
    suspect: string;
    ownPoints: number | null;
  },
): Promise<GuessAnswer> {
  const { suspect, ownPoints, ...rest } = request;
  return app.guesses.add({ wish: { kind: "guess", suspect, ownPoints }, ...rest });
}
