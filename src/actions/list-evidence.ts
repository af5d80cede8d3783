import type { App } from "../app.ts";
import { byVotes, type EvidenceBoard, type EvidenceKind, takesEvidence } from "../domain/evidence.ts";
import { readEvidence } from "../storage/evidence.ts";
import { byStance, countByLab, onBoard, readHidden, readStrongest } from "../storage/evidence-board.ts";
import { readMarket } from "../storage/markets.ts";

const labsPerPage = 6;
const piecesPerPage = 8;
const mostHidden = 3;

/**
 * A page of a model's evidence board in this server: of all labs, most convincing first, with the strongest piece for and
 * against each; or, with a lab, of all its pieces, those for it first. Null if this server has no such model.
 *
 * @param request.page from 1; a page beyond the end shows the last
 */
export async function listEvidence(
  app: App,
  request: { serverId: string; modelId: number; lab: string | null; kind: EvidenceKind | null; page: number },
): Promise<EvidenceBoard | null> {
  const { serverId, modelId, lab, kind } = request;
  const filter = { serverId, modelId, kind };
  const [market, counts, hidden] = await Promise.all([
    readMarket(app.db, serverId, modelId),
    countByLab(app.db, { ...filter, lab }),
    readHidden(app.db, { ...filter, lab }, mostHidden),
  ]);
  if (!market) return null;
  const ranked = counts.sort((a, b) => b.convincing - a.convincing || b.for - a.for || (a.lab < b.lab ? -1 : 1));
  const lines = lab === null ? ranked.length : ranked.reduce((sum, each) => sum + each.for + each.against, 0);
  const perPage = lab === null ? labsPerPage : piecesPerPage;
  const pages = Math.max(1, Math.ceil(lines / perPage));
  const page = Math.min(pages, Math.max(1, request.page));
  const from = (page - 1) * perPage;
  const onPage = lab === null ? ranked.slice(from, from + perPage) : ranked;
  const [strongest, pieces] = await Promise.all([
    lab === null
      ? readStrongest(
          app.db,
          filter,
          onPage.map((each) => each.lab),
        )
      : [],
    lab === null ? [] : readEvidence(app.db, onBoard({ ...filter, lab }), { order: byStance, most: perPage, from }),
  ]);
  return {
    modelId,
    modelName: market.model.name,
    takesEvidence: takesEvidence(market.state),
    kind,
    page,
    pages,
    labs: onPage.map((each) => ({
      lab: each.lab,
      for: each.for,
      against: each.against,
      strongest: strongest.filter((piece) => piece.lab === each.lab).sort(byVotes),
    })),
    lab,
    pieces,
    hiddenCount: hidden.count,
    hidden: hidden.latest,
  };
}
