/**
 * Linux hosts with nginx out of the lab of real programs. Judged by their files and by handshakes of the test itself, never by what the
 * product says.
 */
import { randomBytes, X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import { makeWebCertificate, nginxHost, startSystemLab, type Box } from '../../lab/system/index.ts';
import { withLinuxSite, type LinuxSite } from './linux-site.ts';

export interface LinuxHost {
  readonly name: string;
  readonly address: string;
  /** A file of the host, as the test sees it. */
  file(onHost: string): string;
  /** From now on the program does not begin when it is called, until it is released or held anew; `held` comes when it was called. */
  hold(program: 'sync' | 'nginx'): Promise<{ held(): Promise<void>; release(): Promise<void> }>;
  /** Fingerprint that a handshake of the test is given. */
  presented(): Promise<string>;
}

/** A certificate and its key in PEM, made by openssl. */
export interface TestCertificate {
  readonly certificate: string;
  readonly key: string;
  readonly fingerprint: string;
}

/** Makes `<folder>/<file>.crt` and `.key`, self-signed, for a name. */
export async function makeCertificate(folder: string, file: string, name: string): Promise<TestCertificate> {
  await makeWebCertificate(folder, file, name);
  const [certificate, key] = [path.join(folder, `${file}.crt`), path.join(folder, `${file}.key`)];
  return { certificate, key, fingerprint: new X509Certificate(await readFile(certificate)).fingerprint256 };
}

export interface LinuxHosts {
  /** A site with these of them, with the inventory that the lab wrote for them. */
  withSite(names: readonly string[], use: (site: LinuxSite) => Promise<void>): Promise<void>;
  /** A site with the box of docs/guides/new-device-family.md: a login lands in a menu, and a PIN opens the maintenance shell. No SFTP. */
  withAcmeSite(use: (site: LinuxSite) => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

const pin = '4711-s3cret';
const acme = { name: 'web-9', user: 'admin', password: 'Host-s3cret' };
const acmeMenu = `#!/bin/bash
printf 'Acme Box 5.2, unit %s\\n\\n' "$(hostname)"
read -rsn 1 -p '-- press any key --'; echo
printf ' 1) Status\\n 9) Maintenance shell\\n 0) Log out\\n'
while read -r -p 'Choice [0-9]: ' choice; do
  case $choice in
    9)
      read -rs -p 'Maintenance PIN: ' pin; echo
      [ "$pin" = '${pin}' ] && exec sudo -n /usr/local/bin/acme-maintenance
      echo 'Wrong PIN' ;;
    0) echo 'Good bye.'; exit ;;
    *) echo 'No such choice' ;;
  esac
done
`;

/** Starts a lab with hosts of these names. */
export async function startLinuxHosts(names: readonly string[]): Promise<LinuxHosts> {
  const dir = await mkdtemp(path.join(tmpdir(), 'linux-hosts-'));
  const lab = await startSystemLab({ dir, devices: 0, nginxHosts: names.map((name) => ({ name })) });
  const written = async (name: string): Promise<string> => await readFile(path.join(dir, name), 'utf8');
  return {
    withSite: async (wanted, use) => {
      const hosts = wanted.map((name) => hostOf(lab.box(name) as Box));
      const lines = (await written('hosts.yaml')).split('\n');
      const text = lines
        .filter((line) => !line.includes('name:') || wanted.some((name) => line.includes(`name: ${name},`)))
        .join('\n');
      await withLinuxSite(hosts, { text, folder: dir, knownHosts: await written('known_hosts') }, use);
    },
    withAcmeSite: async (use) => {
      const host = nginxHost(acme);
      const box = await lab.addLinux({
        ...host,
        loginShell: '/usr/local/bin/acme-menu',
        sftp: false,
        sudoDefaults: `Defaults:${acme.user} !authenticate\n`,
        furnish: async (root) => {
          await host.furnish(root);
          root.put('usr-local/bin/acme-menu', acmeMenu, 0o755);
          root.put(
            'usr-local/bin/acme-maintenance',
            "#!/bin/bash\ncd /root\nPS1='acme-maint# ' HOME=/root exec bash --norc --noprofile -i\n",
            0o755,
          );
          root.put('var/lib/acme/release', 'serial: ACME-9\nmodel: Acme Box\nversion: 5.2\n');
        },
      });
      await writeFile(path.join(dir, 'passwords/acme'), `${acme.password}\n`, { mode: 0o600 });
      await writeFile(path.join(dir, 'passwords/pin'), `${pin}\n`, { mode: 0o600 });
      const secrets = 'password: { file: passwords/acme }, sudoPassword: { file: passwords/pin }';
      const text = `entries:\n  - { name: ${acme.name}, host: ${box.address}, username: ${acme.user}, family: acme-box, ${secrets} }\n`;
      await withLinuxSite(
        [hostOf(box)],
        { text, folder: dir, knownHosts: box.knownHost, family: 'acme-box' },
        use,
      );
    },
    stop: async () => {
      await lab.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function hostOf(box: Box): LinuxHost {
  const { name } = box.plan;
  const file = (onHost: string): string => box.root.at(onHost);
  return {
    name,
    address: box.address,
    file,
    hold: async (program) => {
      const [order, sign] = [file(`/run/hold-${program}`), file('/run/held')];
      box.root.put(
        `usr-local/bin/${program}`,
        `#!/bin/sh\norder=$(cat /run/hold-${program} 2>/dev/null)\nif [ -n "$order" ]; then touch /run/held; while [ "$(cat /run/hold-${program} 2>/dev/null)" = "$order" ]; do sleep 0.1; done; fi\nPATH=/usr/sbin:/usr/bin exec ${program} "$@"\n`,
        0o755,
      );
      await rm(sign, { force: true });
      await writeFile(order, randomBytes(4).toString('hex'));
      return {
        held: async () => {
          for (let tries = 0; !existsSync(sign); tries += 1) {
            if (tries > 600) throw new Error(`nobody calls ${program} on ${name}`);
            await sleep(100);
          }
        },
        release: () => rm(order, { force: true }),
      };
    },
    presented: () => presentedAt(box.address, name),
  };
}

async function presentedAt(address: string, servername: string): Promise<string> {
  return await new Promise((resolve, reject) => {
    const socket = tls.connect({ host: address, port: 443, servername, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.once('error', reject);
  });
}
