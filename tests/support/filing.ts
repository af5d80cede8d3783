import { addEvidence, type EvidenceRequest } from "../../src/actions/add-evidence.ts";
import type { App } from "../../src/app.ts";
import { type FileKeeper, type Keeping, noFiles, notKept } from "../../src/domain/kept-file.ts";
import { aKey, aMember } from "./factories.ts";

type Where = { readonly serverId: string; readonly modelId: number };

export function aRequest({ serverId, modelId }: Where, changes: Partial<EvidenceRequest> = {}): EvidenceRequest {
  return {
    key: aKey(),
    serverId,
    modelId,
    member: aMember(),
    lab: "xiaomi",
    stance: "for",
    kind: "self",
    text: "It says so.",
    link: null,
    files: [],
    source: null,
    ...changes,
  };
}

/** A piece, filed; throws if it is refused. */
export async function aPiece(app: App, where: Where, changes: Partial<EvidenceRequest> = {}) {
  const answer = await addEvidence(app, aRequest(where, changes));
  if (!answer.added) throw new Error(`refused: ${JSON.stringify(answer.refusal)}`);
  return answer.evidence;
}

export async function refused(app: App, request: EvidenceRequest) {
  const answer = await addEvidence(app, request);
  return answer.added ? null : answer.refusal;
}

export const hashOf = (name: string) => Buffer.from(name.padEnd(32)).toString("hex");

/** Keeps what is called "good", under a hash of its name; nothing else can be had. Tells what was taken back. */
export function someFiles(takenBack: string[] = []): FileKeeper {
  return {
    ...noFiles,
    async keep(attachment): Promise<Keeping> {
      const { attachmentId, name, sizeBytes } = attachment;
      if (!name.startsWith("good")) return notKept(attachment, "gone");
      const file = { attachmentId, name, sizeBytes, contentType: "image/png", sha256: hashOf(name), problem: null };
      return { file, takeBack: async () => void takenBack.push(name) };
    },
  };
}

export const aFile = (name: string, sizeBytes = 100) => ({ attachmentId: "1", name, url: "https://cdn", sizeBytes });
