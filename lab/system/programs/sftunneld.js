// sftunnel of a box: mutual TLS with its peers on port 8305, two channels each, from the files that lie there at that moment.
// A session that lives is not touched by what happens to the files. Runs inside the box, without dependencies.
import { Buffer } from 'node:buffer';
import fs from 'node:fs';
import net from 'node:net';
import { clearTimeout, setImmediate, setInterval, setTimeout } from 'node:timers';
import { performance } from 'node:perf_hooks';
import tls from 'node:tls';
import { contextOf, fingerprint, heldFor, own, read } from './sftunnel-files.js';
import { log, logNoWay, logRefusal, logRefused, numbers, texts } from './sftunnel-log.js';

process.title = '/usr/local/sf/bin/sftunnel -d -f /etc/sf/sftunnel.conf';
const timing = JSON.parse(fs.readFileSync('/.lab/timing.json', 'utf8'));
const ims = Object.fromEntries(
  fs
    .readFileSync('/etc/sf/ims.conf', 'utf8')
    .split('\n')
    .flatMap((line) => {
      const found = /^(\w+)="?([^"]*)"?$/.exec(line);
      return found ? [[found[1], found[2]]] : [];
    }),
);
const uuid = ims.APPLIANCE_UUID;
const release = { version: ims.SWVERSION, build: ims.SWBUILD };
const run = '/var/sf/run';
/** Pushes that the other side has not answered. */
const waiting = new Map();
const startedAt = Date.now();

const links = new Map();
for (const folder of fs.readdirSync('/var/sf/peers')) {
  const file = `/var/sf/peers/${folder}/sftunnel.json`;
  if (!fs.existsSync(file)) continue;
  const peer = JSON.parse(fs.readFileSync(file, 'utf8'));
  links.set(peer.uuid, {
    peer,
    dials: peer.side === 'dials',
    a: undefined,
    b: undefined,
    attemptedAt: startedAt,
    disconnectedAt: undefined,
    disconnectReason: '',
    handshakes: 0,
    failures: 0,
    lastError: undefined,
    heartbeatAt: undefined,
    heardAt: 0,
    version: undefined,
    build: undefined,
    timer: undefined,
    isBusy: false,
  });
}

let isWritten = true;
/** What sftunnel_status.pl and CLISH print, and what the truth of the lab is read from. */
function note() {
  if (!isWritten) return;
  isWritten = false;
  setImmediate(() => {
    isWritten = true;
    const channel = (c) =>
      c && { openedAt: c.openedAt, fingerprint: c.fingerprint, caFingerprint: c.caFingerprint };
    const shown = [...links.values()].map((link) => ({
      ...link.peer,
      dials: link.dials,
      a: channel(link.a),
      b: channel(link.b),
      attemptedAt: link.attemptedAt,
      disconnectedAt: link.disconnectedAt,
      disconnectReason: link.disconnectReason,
      handshakes: link.handshakes,
      failures: link.failures,
      lastError: link.lastError,
      heartbeatAt: link.heartbeatAt,
      version: link.version ?? link.peer.version,
      build: link.build ?? '208',
    }));
    const file = `${run}/sftunnel.status`;
    fs.writeFileSync(`${file}.${process.pid}`, JSON.stringify({ pid: process.pid, startedAt, links: shown }));
    fs.renameSync(`${file}.${process.pid}`, file);
  });
}

function setting(name, otherwise) {
  try {
    return JSON.parse(fs.readFileSync(`/.lab/${name}.json`, 'utf8'));
  } catch {
    return otherwise;
  }
}
/** The way between the two is cut. */
function isCut(peer) {
  const cut = setting('cut', []);
  return cut.includes('*') || cut.includes(peer);
}

/** The verdict of OpenSSL on what the other side showed; 0 is good. */
function verdict(socket) {
  if (socket.authorized) return 0;
  const error = socket.authorizationError;
  return numbers[error?.code ?? error] ?? 1;
}
const shownBy = (socket) => socket.getPeerX509Certificate();
const namedBy = (certificate) => /^CN=(.*)$/m.exec(certificate?.subject ?? '')?.[1];

/** One JSON text a line, both ways. */
function converse(socket, heard) {
  let rest = '';
  socket.setNoDelay(true);
  socket.on('data', (data) => {
    const lines = (rest + data.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) heard(JSON.parse(line));
  });
  return (message) => {
    if (!socket.destroyed) socket.write(`${JSON.stringify(message)}\n`);
  };
}

function takeUp(link, name, socket, say, seen) {
  link[name]?.socket.destroy();
  const channel = { socket, say, openedAt: Date.now(), ...seen };
  link[name] = channel;
  link.handshakes += 1;
  link.lastError = undefined;
  link.heardAt = performance.now();
  socket.once('close', () => lost(link, name, channel));
  note();
}

function lost(link, name, channel) {
  if (link[name] !== channel) return;
  link[name] = undefined;
  link.disconnectedAt = Date.now();
  if (!link.a && !link.b) {
    link.disconnectReason = 'Both control and event channel connections with peer went down';
    log('WARN', `Peer ${link.peer.ip} needs re-connect`, 'sftunneld:sf_peers');
  } else
    link.disconnectReason = `${name === 'a' ? 'Control' : 'Event'} channel connection with peer went down`;
  note();
  later(link);
}

function later(link) {
  if (!link.dials || link.timer) return;
  link.timer = setTimeout(() => {
    link.timer = undefined;
    connectLink(link);
  }, timing.reconnectMs);
}

async function connectLink(link) {
  if (link.isBusy) return;
  link.isBusy = true;
  clearTimeout(link.timer);
  link.timer = undefined;
  for (const name of ['a', 'b']) {
    if (link[name]) continue;
    link.attemptedAt = Date.now();
    note();
    try {
      await dial(link, name);
    } catch (error) {
      link.failures += 1;
      link.lastError = error.message;
      break;
    }
  }
  link.isBusy = false;
  note();
  if (!link.a || !link.b) later(link);
}

function dial(link, name) {
  return new Promise((resolve, reject) => {
    if (isCut(link.peer.uuid)) {
      logNoWay(link.peer.ip);
      reject(new Error('No route to host'));
      return;
    }
    let set;
    let secureContext;
    try {
      set = read(heldFor(link.peer.uuid));
      secureContext = contextOf(set);
    } catch (error) {
      log('ERROR', `Unable to load certificate files of peer ${link.peer.uuid}: ${error.message}`);
      reject(error);
      return;
    }
    const socket = tls.connect({
      host: link.peer.ip,
      port: 8305,
      secureContext,
      rejectUnauthorized: false,
      // A peer is known by its UUID, not by a name in the DNS.
      checkServerIdentity: () => undefined,
      timeout: 5000,
    });
    let isUp = false;
    const fail = (text) => {
      if (isUp) return;
      reject(new Error(text));
      socket.destroy();
    };
    socket.once('timeout', () => fail('Connection timed out'));
    socket.once('error', (error) => {
      if (['EHOSTUNREACH', 'ECONNREFUSED', 'ENETUNREACH'].includes(error.code)) logNoWay(link.peer.ip);
      fail(error.message);
    });
    socket.once('close', () => fail('closed by the peer'));
    const say = converse(socket, (message) => {
      if (message.refuse !== undefined) {
        logRefused(message.refuse, link.peer.ip);
        fail(`peer: ${texts[message.refuse] ?? 'refused'}`);
      } else if (message.ok) {
        isUp = true;
        socket.setTimeout(0);
        Object.assign(link, message.release);
        takeUp(link, name, socket, say, {
          fingerprint: fingerprint(set.cert),
          caFingerprint: fingerprint(set.ca),
        });
        resolve();
      } else hear(link, message, say);
    });
    socket.once('secureConnect', () => {
      const number = verdict(socket) || (namedBy(shownBy(socket)) === link.peer.uuid ? 0 : 1);
      if (number !== 0) {
        logRefusal(number, shownBy(socket));
        say({ refuse: number });
        fail(texts[number] ?? 'certificate verify failed');
      } else say({ hello: uuid, channel: name, release });
    });
  });
}

/** What runs over a channel: heartbeats, and the pushes of files. */
function hear(link, message, say) {
  link.heardAt = performance.now();
  if (message.beat !== undefined) {
    if (message.beat === 'sent') say({ beat: 'answered' });
    link.heartbeatAt = Date.now();
    note();
  } else if (message.push !== undefined) say({ pushed: message.push.task, ok: receive(message.push.files) });
  else if (message.pushed !== undefined) waiting.get(message.pushed)?.(message.ok);
}

function receive(files) {
  const how = setting('push', 'works');
  if (how === 'fails') return false;
  if (how === 'keepsOld') return true;
  for (const [file, content] of Object.entries(files)) {
    if (how === 'mixes' && !file.endsWith('/cacert.pem')) continue;
    fs.writeFileSync(`${file}.part`, Buffer.from(content, 'base64'), { mode: 0o644 });
    fs.chmodSync(`${file}.part`, 0o644);
    fs.renameSync(`${file}.part`, file);
  }
  return true;
}

setInterval(() => {
  for (const link of links.values()) {
    // A peer that is silent for long is gone, whatever TCP believes.
    if ((link.a || link.b) && performance.now() - link.heardAt > 6 * timing.heartbeatMs + 5000) {
      link.a?.socket.destroy();
      link.b?.socket.destroy();
    } else if (link.dials && link.a && link.b) link.a.say({ beat: 'sent' });
  }
}, timing.heartbeatMs);

if ([...links.values()].some(({ dials }) => !dials)) {
  const server = tls.createServer({
    requestCert: true,
    rejectUnauthorized: false,
    maxVersion: 'TLSv1.2',
    minVersion: 'TLSv1.2',
  });
  let ca = '';
  server.on('secureConnection', (socket) => {
    const shown = shownBy(socket);
    const seen = ca;
    let link;
    socket.on('error', () => {});
    const say = converse(socket, (message) => {
      if (message.refuse !== undefined) logRefused(message.refuse, socket.remoteAddress);
      else if (message.hello !== undefined) {
        link = links.get(message.hello);
        const number = verdict(socket) || (link && namedBy(shown) === message.hello ? 0 : 1);
        if (number !== 0) {
          if (Number.parseFloat(release.version) >= 7.6) {
            log(
              'ERROR',
              'Unable to set Post Handshake Auth SSL context: SSL_verify_client_post_handshake:extension not received',
            );
            log('ERROR', 'Failed to reload credentials');
            log('ERROR', 'Failed to add services', 'sftunneld:sf_peers');
            log('WARN', `Peer ${link?.peer.name ?? ''} needs re-connect`, 'sftunneld:sf_peers');
          } else logRefusal(number, shown);
          say({ refuse: number });
          socket.end();
        } else if (isCut(message.hello)) socket.destroy();
        else {
          Object.assign(link, message.release);
          say({ ok: true, release });
          takeUp(link, message.channel, socket, say, {
            fingerprint: shown.fingerprint256,
            caFingerprint: seen,
          });
        }
      } else if (link) hear(link, message, say);
    });
  });
  server.on('tlsClientError', (error) => log('WARN', `Accept: SSL handshake failed: ${error.message}`));
  net
    .createServer((socket) => {
      socket.on('error', () => {});
      if (isCut('*')) {
        socket.destroy();
        return;
      }
      try {
        const set = read(own);
        server.setSecureContext({ ...set, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' });
        ca = fingerprint(set.ca);
        server.emit('connection', socket);
      } catch (error) {
        log('ERROR', `Unable to load certificate files: ${error.message}`);
        socket.destroy();
      }
    })
    .listen(8305, '0.0.0.0');
}

let tasks = 1000;
/** Over the control channel of a tunnel that lives: `{ "path on the device": base64 }`. */
function push(to, files) {
  const link = links.get(to);
  if (!link?.a || !link.b) return Promise.resolve(false);
  const task = ++tasks;
  log(
    'INFO',
    `Initiated fstream task pushing ${Object.keys(files).length} files to ${to}, task_id ${task}`,
    'sftunneld:stream_file',
  );
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), 10_000);
    waiting.set(task, (ok) => {
      clearTimeout(timer);
      waiting.delete(task);
      resolve(ok);
    });
    link.a.say({ push: { task, files } });
  });
}

const socketFile = `${run}/sftunnel.sock`;
fs.rmSync(socketFile, { force: true });
net
  .createServer({ allowHalfOpen: true }, (client) => {
    let text = '';
    client.on('error', () => {});
    client.on('data', (data) => (text += data.toString('utf8')));
    client.on('end', async () => {
      const { push: pushed, cut, connect } = JSON.parse(text);
      if (pushed) client.end(JSON.stringify({ ok: await push(pushed.to, pushed.files) }));
      else {
        for (const link of links.values()) {
          if (cut !== undefined && (cut === '*' || cut === link.peer.uuid)) {
            link.a?.socket.destroy();
            link.b?.socket.destroy();
          }
          if (connect && link.dials) void connectLink(link);
        }
        client.end(JSON.stringify({ ok: true }));
      }
    });
  })
  .listen(socketFile, () => fs.chmodSync(socketFile, 0o600));

note();
setTimeout(() => {
  for (const link of links.values()) if (link.dials) void connectLink(link);
}, 20);
