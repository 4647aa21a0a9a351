import net from 'node:net';

/** Finds a block 127.A.B of loopback addresses that no other lab uses: one whose first address is free on the port. */
export async function freeBlock(port: number): Promise<[number, number]> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const block: [number, number] = [20 + Math.floor(Math.random() * 200), Math.floor(Math.random() * 250)];
    if (await isFree(`127.${block[0]}.${block[1]}.1`, port)) return block;
  }
  throw new Error('no free loopback block found');
}

function isFree(address: string, port: number): Promise<boolean> {
  return new Promise((done) => {
    const probe = net.createServer();
    probe.once('error', () => done(false));
    probe.listen(port, address, () => probe.close(() => done(true)));
  });
}

/** The n-th address of a block, from 1; after .250 it goes on in the next block. */
export function addressOf([a, b]: readonly [number, number], n: number): string {
  const carried = b + Math.floor((n - 1) / 250);
  return `127.${a + Math.floor(carried / 256)}.${carried % 256}.${((n - 1) % 250) + 1}`;
}
