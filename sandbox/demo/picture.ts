import { crc32, deflateSync } from "node:zlib";

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** A part of a PNG: length, kind, content and checksum (PNG specification, 5.3). */
function chunk(kind: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(kind, "latin1"), content]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, checksum]);
}

/** A bar chart as a PNG, dark bars of these heights on white: a picture somebody might attach to evidence. */
export function barChart(heights: readonly number[]): Uint8Array {
  const barWidth = 24;
  const width = heights.length * barWidth;
  const height = Math.max(...heights) + 10;
  const rows = Array.from({ length: height }, (_, y) => {
    // A row begins with its filter, none; then a byte of grey a pixel.
    const row = Buffer.alloc(1 + width, 0xff);
    row[0] = 0;
    heights.forEach((bar, i) => {
      if (height - y <= bar) row.fill(0x40, 1 + i * barWidth + 4, 1 + (i + 1) * barWidth - 4);
    });
    return row;
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.concat(rows))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
