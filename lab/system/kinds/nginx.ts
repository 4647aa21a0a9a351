import { chmodSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { call } from '../call.ts';
import type { RootFolder } from '../root-folder.ts';
import type { LinuxHost } from './linux.ts';

const config = `user nobody nogroup;
worker_processes 1;
pid /run/nginx.pid;
error_log /var/log/nginx/error.log;
events { worker_connections 64; }
http {
  access_log off;
  server {
    listen 443 ssl;
    ssl_certificate /etc/nginx/tls/server.crt;
    ssl_certificate_key /etc/nginx/tls/server.key;
    location / { return 200 "ok\\n"; }
  }
}
`;

/** A Linux host whose nginx presents a certificate for the host's name, from where Debian's users put it. */
export function nginxHost(login: {
  readonly name: string;
  readonly user: string;
  readonly password: string;
}): LinuxHost {
  return {
    ...login,
    daemons: [{ name: 'nginx', command: `exec /usr/sbin/nginx -g 'daemon off;'`, pauseMs: 200 }],
    furnish: async (root: RootFolder) => {
      for (const folder of ['etc/nginx/tls', 'var/lib/nginx', 'var/log/nginx']) root.folder(folder);
      root.put('etc/nginx/nginx.conf', config);
      await makeWebCertificate(root.at('etc/nginx/tls'), 'server', login.name);
    },
  };
}

/** Makes `FILE.crt` and `FILE.key` in a folder, self-signed, for the name that clients ask for. */
export async function makeWebCertificate(folder: string, file: string, name: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const [certificate, key] = [path.join(folder, `${file}.crt`), path.join(folder, `${file}.key`)];
  await call('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '90'],
    ...['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`, '-out', certificate, '-keyout', key],
  ]);
  chmodSync(key, 0o600);
}
