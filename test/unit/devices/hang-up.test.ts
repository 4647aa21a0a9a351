import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { connectSsh } from '../../../devices/transport/ssh.ts';
import { endpointOf, startStub } from './support/stub-server.ts';

describe('the end of a connection', () => {
  it('does not wait for a box that has gone without a word', async () => {
    const stub = await startStub();
    const onTheWay: Socket[] = [];
    // Carries bytes to the box and back; that one side ends it tells the other not.
    const wire = createServer({ allowHalfOpen: true }, (near) => {
      const far = connect({ port: stub.port, host: '127.0.0.1', allowHalfOpen: true });
      onTheWay.push(near, far);
      for (const [from, to] of [[near, far] as const, [far, near] as const])
        from.on('data', (bytes) => to.write(bytes)).on('error', () => undefined);
    });
    wire.listen(0, '127.0.0.1');
    await once(wire, 'listening');
    const stream = connect((wire.address() as AddressInfo).port, '127.0.0.1');
    try {
      const connection = await connectSsh(endpointOf(stub), {
        connectMs: 5000,
        loginMs: 5000,
        stream,
        password: () => Promise.resolve('right'),
      });
      connection.close();
      await once(stream, 'close', { signal: AbortSignal.timeout(3000) });
    } finally {
      stream.destroy();
      for (const socket of onTheWay) socket.destroy();
      wire.close();
      await stub.close();
    }
  });
});
