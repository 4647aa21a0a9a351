import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { bulkMark } from '../workflows/contract.ts';

const encoding = 'binary/gzip';
/** The server refuses more than 2 MiB; below this everything stays readable in the Temporal UI. */
const largestPlain = 256 * 1024;
/** What shards and their parent say to each other is much, and nobody reads it there. */
const largestPlainBulk = 4 * 1024;
/** Nothing of ours comes near. */
const largestUnpacked = 256 * 1024 * 1024;

const pack = promisify(gzip);
const unpack = promisify(gunzip);
const mark = new TextEncoder().encode(bulkMark);
const utf8 = { encode: (text: string) => new TextEncoder().encode(text), decoder: new TextDecoder() };

/**
 * Compresses what is large on its way to the server and back: results over a thousand devices, the document of a run, its plan. The
 * history keeps all of it, whoever reads it needs no other store. By hand: `base64 -d | gunzip`.
 */
export const largePayloads: PayloadCodec = {
  encode: (payloads) => Promise.all(payloads.map(compress)),
  decode: (payloads) => Promise.all(payloads.map(expand)),
};

async function compress(payload: Payload): Promise<Payload> {
  const { data, metadata } = payload;
  if (data == null || data.length <= (isBulk(data) ? largestPlainBulk : largestPlain)) return payload;
  return {
    metadata: {
      ...metadata,
      encoding: utf8.encode(encoding),
      packed: metadata?.['encoding'] ?? utf8.encode(''),
    },
    data: await pack(data, { level: 3 }),
  };
}

async function expand(payload: Payload): Promise<Payload> {
  const { encoding: outer, packed, ...metadata } = payload.metadata ?? {};
  if (payload.data == null || packed == null || utf8.decoder.decode(outer ?? undefined) !== encoding)
    return payload;
  return {
    metadata: { ...metadata, encoding: packed },
    data: await unpack(payload.data, { maxOutputLength: largestUnpacked }),
  };
}

function isBulk(data: Uint8Array): boolean {
  return data.length > mark.length && mark.every((byte, index) => data[index] === byte);
}
